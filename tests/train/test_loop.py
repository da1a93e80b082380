"""The training loop: what is kept, why it stops, and what slicing must not change."""

import time

import numpy as np
import pytest

from clearprop.engine.solver import Solver
from clearprop.errors import DivergedError, SpecError
from clearprop.network import Network
from clearprop.train import loop
from clearprop.train.loop import train
from clearprop.train.record import EpochRow, Record
from clearprop.train.settings import Settings
from oracles.engines import batch_for, engine_for

NET = Network((4, 6, 3), "tanh")
ROWS = 50


def engine_of(**options):
    return engine_for(options.pop("net", NET), options.pop("solver", Solver()), size=8, **options)


def settings_of(**options):
    return Settings(**{"epochs": 4, "batch_size": 8, "lr": 0.01, "dtype": "float64"} | options)


def scored(values, seen=None):
    """A score that reads from a list, and notes the parameters that it was asked about."""
    left = iter(values)

    def score(engine):
        if seen is not None:
            seen.append(engine.params.flat.copy())
        return next(left)

    return score


def run(values=None, seen=None, watch=None, engine=None, **options):
    engine = engine or engine_of()
    score = None if values is None else scored(values, seen)
    return engine, train(engine, batch_for(NET, ROWS, labels=True), settings_of(**options), score, watch)


def test_the_best_epoch_is_restored():
    seen = []
    engine, record = run([0.1, 0.9, 0.3, 0.2], seen)
    np.testing.assert_array_equal(engine.params.flat, seen[1])
    assert record.best_epoch == 2
    assert record.stopped == "epochs"
    assert record.scores == [0.1, 0.9, 0.3, 0.2]
    assert [row.epoch for row in record.rows] == [1, 2, 3, 4]
    assert record.warning == ""


def test_of_equal_scores_the_last_is_kept():
    seen = []
    engine, record = run([0.5, 0.5, 0.4, 0.5], seen)
    assert record.best_epoch == 4
    np.testing.assert_array_equal(engine.params.flat, seen[3])


def test_without_a_score_the_last_epoch_is_kept():
    engine, record = run(epochs=3)
    longer, _ = run(epochs=3)
    assert record.best_epoch == 3
    assert record.scores == []
    np.testing.assert_array_equal(engine.params.flat, longer.params.flat)
    assert record.losses[-1] < record.losses[0]


def test_patience_counts_from_the_first_of_the_best():
    """A plateau is no improvement: 2 epochs after the first 0.5 it stops, and keeps the last of the equals."""
    _, record = run([0.5, 0.5, 0.5, 0.9], epochs=4, patience=2)
    assert (record.stopped, len(record.rows), record.best_epoch) == ("patience", 3, 3)
    _, record = run([0.5, 0.4, 0.6, 0.5, 0.4], epochs=5, patience=2)
    assert (record.stopped, len(record.rows), record.best_epoch) == ("patience", 5, 3)


@pytest.mark.parametrize("missing", [float("nan"), -np.inf])
def test_scores_that_do_not_exist(missing):
    """They are never the best, they wear out no patience, and if none exists the record says so."""
    seen = []
    engine, record = run([missing, 0.5, missing, missing], seen, patience=9)
    np.testing.assert_array_equal(engine.params.flat, seen[1])
    assert [row.score for row in record.rows] == [None, 0.5, None, None]
    _, record = run([missing] * 4, patience=1)
    assert (record.best_epoch, len(record.rows)) == (4, 4)
    assert record.warning == "No epoch had a score: it does not exist on these rows. The last epoch is kept."


def test_the_time_limit_is_kept():
    began = time.perf_counter()
    engine, record = run(epochs=10**9, time_limit=0.3)
    assert record.stopped == "time limit"
    assert 0.3 <= time.perf_counter() - began < 5  # a slice is 0.1 s; the rest is for a busy machine
    assert len(record.rows) >= 1
    assert np.isfinite(engine.params.flat).all()


def test_a_time_limit_within_the_first_epoch_keeps_what_was_learned():
    """A schedule may begin at 0, so some steps are taken whatever the time."""
    engine = engine_for(NET, Solver(), size=2)
    settings = {"epochs": 2, "batch_size": 2, "schedule": "coslog4"}
    _, record = run(engine=engine, time_limit=1e-9, **settings)
    assert (record.stopped, record.rows, record.best_epoch) == ("time limit", [], 0)
    assert np.isfinite(engine.params.flat).all()
    assert not np.array_equal(engine.params.flat, engine_for(NET, Solver(), size=2).params.flat)


def interrupt_at(done):
    def watch(now):
        if now.done >= done:
            raise KeyboardInterrupt

    return watch


def test_an_interrupt_keeps_the_best_weights_and_says_so():
    seen = []
    engine, record = run([0.1, 0.9, 0.3, 0.2], seen, interrupt_at(2.5))
    np.testing.assert_array_equal(engine.params.flat, seen[1])
    assert record.stopped == "interrupted"
    assert record.warning == "Training was interrupted. The weights of epoch 2, the best of 2, are kept."


def test_an_interrupt_in_the_first_epoch_keeps_what_was_learned():
    engine, record = run(watch=interrupt_at(0.01))
    assert record.warning == "Training was interrupted. The weights of the first epoch so far are kept."
    assert (engine.params.flat != engine_of().params.flat).any()


def test_divergence_names_epoch_batch_layer_and_cause():
    net = Network((4, 6, 2), "relu", "identity")
    engine = engine_of(net=net, solver=Solver("sgd"))
    with pytest.raises(DivergedError) as caught:
        train(engine, batch_for(net, ROWS), settings_of(lr=1e6))
    message = str(caught.value)
    assert message.startswith("J became infinite in epoch 1, batch ")
    assert ", at z[" in message
    assert message.endswith("The learning rate of 1e+06 is likely too large.")
    np.testing.assert_array_equal(engine.params.flat, engine_of(net=net).params.flat)  # the last finite ones


def bad_from(engine, epoch):
    """Let the engine's parameters blow up in an epoch: a watch that plants a NaN, once the epoch before is closed."""
    told = []

    def watch(now):
        told.append(now.done)
        if told.count(epoch - 1) == 2:  # told of its last slice, and of its end
            engine.params.b[2][0] = np.nan

    return watch


def test_divergence_in_a_later_epoch_keeps_the_last_that_ended():
    engine, finite = engine_of(), engine_of()
    with pytest.raises(DivergedError, match=r"^J became infinite in epoch 3, batch 1, at z\[2\]\."):
        run(watch=bad_from(engine, 3), engine=engine, epochs=9, schedule="constant")
    run(engine=finite, epochs=2, schedule="constant")
    np.testing.assert_array_equal(engine.params.flat, finite.params.flat)


def test_divergence_after_a_scored_epoch_warns_and_keeps_the_best():
    seen, engine = [], engine_of()
    _, record = run([0.9, 0.5, 0.1, 0.1], seen, bad_from(engine, 3), engine)
    np.testing.assert_array_equal(engine.params.flat, seen[0])
    assert record.stopped == "diverged"
    assert record.warning.startswith("J became infinite in epoch 3, batch 1, at z[2].")
    assert record.warning.endswith("Epoch 1, the best until then, is kept.")


def test_parameters_that_overflow_in_the_last_step_are_noticed():
    """J of the epoch is finite; only the parameters after it are not."""
    net = Network((1, 1), (), "identity")
    engine = engine_of(net=net, solver=Solver("sgd"))
    batch = batch_for(net, 4)._replace(y=np.full((4, 1), 1e150))
    with pytest.raises(DivergedError, match=r"^The parameters became infinite at the end of epoch 1\."):
        train(engine, batch, settings_of(lr=1e300))
    assert np.isfinite(engine.params.flat).all()


def test_a_bad_table_is_not_blamed_on_the_rate():
    batch = batch_for(NET, ROWS, labels=True)
    batch.X[3, 1] = np.nan
    with pytest.raises(DivergedError, match="`X` holds a number that is not finite, in epoch 1, batch"):
        train(engine_of(), batch, settings_of())


@pytest.mark.parametrize("seconds", [1e-9, 10.0])
def test_slicing_changes_no_bit(monkeypatch, seconds):
    """Neither of the parameters nor of the record's losses."""
    engine, record = run([0.1, 0.2, 0.3, 0.4])
    monkeypatch.setattr(loop, "SLICE_SECONDS", seconds)
    other, sliced = run([0.1, 0.2, 0.3, 0.4])
    assert engine.params.flat.tobytes() == other.params.flat.tobytes()
    assert record.losses == sliced.losses


def test_the_order_of_epoch_e_is_that_of_seed_and_e(monkeypatch):
    engine, orders = engine_of(), []
    real = engine.epoch

    def spy(batch, order, rates, **options):
        orders.append(np.array(order))
        return real(batch, order, rates, **options)

    monkeypatch.setattr(engine, "epoch", spy)
    run(engine=engine, epochs=3, seed=7)
    want = [np.random.default_rng((7, e)).permutation(ROWS) for e in (1, 2, 3)]
    np.testing.assert_array_equal(np.concatenate(orders[1:]), np.concatenate(want))  # the first prepares


def test_seeds_differ_and_the_same_seed_does_not():
    flats = [run(seed=seed)[0].params.flat.tobytes() for seed in (1, 1, 2)]
    assert flats[0] == flats[1] != flats[2]


def test_thousands_of_quick_epochs():
    """The slice does not grow without end."""
    _, record = run(epochs=1500)
    assert len(record.rows) == 1500


def test_progress_is_told_and_ends_at_the_last_epoch():
    told = []
    run([0.1, 0.2], watch=told.append, epochs=2)
    done = [now.done for now in told]
    assert done == sorted(done)
    assert (done[-1], told[-1].epochs, told[-1].score) == (2, 2, 0.2)
    assert all(np.isfinite(now.loss) for now in told)
    assert told[-1].rows_per_second > 0


def test_rows_without_any_weight_cannot_train():
    batch = batch_for(NET, ROWS, labels=True)
    batch.w[:] = 0
    for empty in (batch, type(batch)(*(part[:0] for part in batch))):
        with pytest.raises(
            SpecError, match=r"Training needs one row or more with a weight above 0; got none\."
        ):
            train(engine_of(), empty, settings_of())


def test_record_goes_through_json_and_refuses_other_keys():
    _, record = run([0.1, float("nan"), 0.3, 0.2])
    assert Record.from_dict(record.to_dict()) == record
    assert isinstance(record.rows[0], EpochRow)
    with pytest.raises(TypeError):
        Record.from_dict({**record.to_dict(), "extra": 1})
    with pytest.raises(KeyError):
        Record.from_dict({})
