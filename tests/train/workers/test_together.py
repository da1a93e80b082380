"""Workers together take the steps of one process: equal numbers, one decision, one error."""

import signal
import threading

import numpy as np
import pytest

from clearprop.engine.committee import Committee
from clearprop.engine.engine import Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.errors import CheckpointError, DivergedError, TableError
from clearprop.network import Network
from clearprop.train.checkpoint import Checkpoint
from clearprop.train.checkpoint_folder import opened
from clearprop.train.checkpoint_signals import Asked
from clearprop.train.loop import train
from clearprop.train.settings import Settings
from clearprop.train.source import InMemory
from clearprop.train.workers.group import from_first
from clearprop.train.workers.together import Together
from clearprop.train.workers.worth import Worth
from oracles.groups import in_threads

NET = Network((4, 6, 2), "tanh")
CLOSE = 1e-12  # sums of the same numbers in another order, over 21 steps
SOLVERS = {
    "adamw": Solver("adamw", decay=0.01, clip_norm=0.5),
    "adam": Solver("adam", l2=0.1),
    "sgd": Solver("sgd", alpha=0.1),
    "nesterov": Solver("sgd", momentum=0.9, nesterov=True, max_norm=1.0),
}


def source_of(rows=101, seed=3):
    rng = np.random.default_rng(rows)
    X = rng.normal(size=(rows, 4))
    return InMemory(Batch(X, (X[:, :1] > 0).astype(float), rng.random(rows)), seed)


def engine_of(solver, members=0, aside=None):
    make = lambda seed: Engine(NET.initialize(seed), solver, 16, "float64")  # noqa: E731
    return Committee([make(seed) for seed in range(members)], aside) if members else make(0)


def settings_of(solver, **options):
    return Settings(
        solver, **{"epochs": 3, "batch_size": 16, "lr": 0.01, "dtype": "float64", "threads": 1} | options
    )


def alone(source, solver, engine=None, **options):
    engine = engine or engine_of(solver)
    score = options.pop("score", None)
    return engine.flat, train(engine, source, settings_of(solver, **options), score)


def together(size, source, solver, make=engine_of, watch=None, folder=None, **options):
    """The parameters and the record of each worker."""
    score = options.pop("score", None)

    def work(group):
        engine, asked = make(solver), Asked()
        checkpoint = Checkpoint(folder, {"seed": 0}, asked) if folder and group.rank == 0 else None
        told = (lambda progress: watch(group.rank, asked, progress)) if watch else None
        way = Together(group, asked)
        share = source.share(group.rank, size)
        return engine.flat, train(engine, share, settings_of(solver, **options), score, told, checkpoint, way)

    return in_threads(size, work)


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("rows", [101, 2])
def test_G8_workers_take_the_steps_of_one_process(name, size, rows):
    """101 rows do not divide; of 2 rows a third worker has none."""
    source, solver = source_of(rows), SOLVERS[name]
    wanted, record = alone(source, solver)
    for flat, found in together(size, source, solver):
        np.testing.assert_allclose(flat, wanted, rtol=CLOSE, atol=CLOSE)
        np.testing.assert_allclose(found.losses, record.losses, rtol=CLOSE)


def test_workers_have_the_same_bits():
    found = together(3, source_of(), SOLVERS["adamw"])
    assert {flat.tobytes() for flat, _ in found} == {found[0][0].tobytes()}


@pytest.mark.parametrize("hides", [False, True])
def test_a_committee_is_trained_together_too(hides):
    source, solver = source_of(), SOLVERS["adamw"]
    aside = np.random.default_rng(0).random((3, 101)) < 0.3 if hides else None
    make = lambda solver: engine_of(solver, 3, aside)  # noqa: E731
    wanted, record = alone(source, solver, make(solver))
    for flat, found in together(2, source, solver, make):
        np.testing.assert_allclose(flat, wanted, rtol=CLOSE, atol=CLOSE)
        np.testing.assert_allclose(found.losses, record.losses, rtol=CLOSE)


def test_the_first_worker_scores_for_all():
    scores = iter([0.1, 0.9, 0.3, 0.2])
    asked = []

    def score(engine):
        asked.append(threading.current_thread().name)
        return next(scores)

    found = together(2, source_of(), SOLVERS["adam"], score=score, epochs=4)
    assert len(set(asked)) == 1
    assert [record.best_epoch for _, record in found] == [2, 2]
    assert found[0][0].tobytes() == found[1][0].tobytes()


def test_a_signal_that_one_heard_stops_all_after_the_same_step():
    def watch(rank, asked, progress):
        if rank == 1 and progress.done > 1.3:
            asked.number = signal.SIGINT

    found = together(2, source_of(), SOLVERS["adam"], watch=watch)
    assert [record.stopped for _, record in found] == ["interrupted"] * 2
    assert found[0][0].tobytes() == found[1][0].tobytes()


def test_sigterm_saves_and_any_number_of_workers_goes_on(tmp_path):
    def watch(rank, asked, progress):
        if rank == 1 and progress.done > 1.3:
            asked.number = signal.SIGTERM

    source, solver = source_of(), SOLVERS["adamw"]
    with opened(tmp_path / "c", every=1e9) as folder:
        ended = together(2, source, solver, watch=watch, folder=folder)
    assert [type(error) for error in ended] == [SystemExit] * 2
    with opened(tmp_path / "c", resume=True, every=1e9) as folder:
        resumed = together(3, source, solver, folder=folder)
    wanted, record = alone(source, solver)
    for flat, found in resumed:
        np.testing.assert_allclose(flat, wanted, rtol=CLOSE, atol=CLOSE)
        np.testing.assert_allclose(found.losses, record.losses, rtol=CLOSE)


def test_the_first_worker_decides_when_the_time_is_up():
    found = together(2, source_of(), SOLVERS["adam"], epochs=10**6, time_limit=0.05)
    assert [record.stopped for _, record in found] == ["time limit"] * 2
    assert found[0][0].tobytes() == found[1][0].tobytes()


def test_a_number_that_is_not_finite_is_named_with_its_worker_and_row():
    source = source_of()
    source.sample.X[77, 1] = np.nan
    errors = together(2, source, SOLVERS["adam"])
    assert [type(error) for error in errors] == [DivergedError] * 2
    assert {str(error) for error in errors} == {str(errors[0])}
    assert "`X` holds a number that is not finite, in epoch 1, batch" in str(errors[0])
    assert ", row 77 (worker 1 of 2). Clean the table." in str(errors[0])


def test_what_one_cannot_read_stops_all_with_its_message():
    class Broken:
        def __init__(self, share):
            self.share, self.rows, self.sample = share, share.rows, share.sample

        def pieces(self, epoch, step, size):
            if epoch == 2:
                msg = "t.parquet is damaged in row group 3."
                raise TableError(msg)
            yield from self.share.pieces(epoch, step, size)

    class Source:
        def share(self, number, of):
            share = source_of().share(number, of)
            return Broken(share) if number == 1 else share

    errors = together(3, Source(), SOLVERS["adam"])
    assert [(type(error), str(error)) for error in errors] == [
        (TableError, "t.parquet is damaged in row group 3.")
    ] * 3


def test_an_error_of_the_first_is_raised_in_all(tmp_path):
    def work(group):
        def make():
            msg = "in use"
            raise CheckpointError(msg)

        return from_first(group, make)

    assert [(type(e), str(e)) for e in in_threads(3, work)] == [(CheckpointError, "in use")] * 3
    assert in_threads(2, lambda group: from_first(group, lambda: b"abc")) == [b"abc"] * 2


def test_more_workers_are_warned_of_only_where_they_do_not_help():
    worth = Worth(2)
    assert worth.verdict() == ""
    for _ in range(50):
        worth.note(0.004, 0.001)
    assert worth.verdict() == ""
    worth = Worth(2)
    for _ in range(50):
        worth.note(0.0001, 0.001)
    assert "one alone would take about 0.20 ms" in worth.verdict()
