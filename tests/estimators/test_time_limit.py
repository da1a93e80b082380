"""`time_limit`: what is planned, what is left out and said, on a clock that only work moves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop import TabularClassifier, TabularRegressor, load, save
from clearprop.cli.training import Result
from clearprop.estimators import fitting
from clearprop.estimators.beginning import begun, seed_of
from clearprop.estimators.course import Course
from clearprop.estimators.deadline import GRACE, Deadline
from clearprop.estimators.presets import PRESETS
from clearprop.estimators.refitting import TOO_LATE
from clearprop.estimators.rows import Learned, rows_of
from clearprop.estimators.time_plan import ENOUGH, Pieces, planned
from clearprop.show.running import run_facts
from oracles.models import classes, numbers, table
from oracles.work import Work

SMALL = {"hidden_layer_sizes": (4,), "max_iter": 64, "n_iter_no_change": 64, "threads": 2, "batch_size": 32}
STEPS = 4  # of an epoch of 120 rows, by 32


def fitted(work, monkeypatch, limit, kind=TabularClassifier, y=None, **options):
    """A fit by the clock of `work`, from its zero on."""
    estimator = kind("accurate", time_limit=limit, **SMALL | options)
    y = y if y is not None else classes() if kind is TabularClassifier else numbers()
    rows, deadline = rows_of(table(), y, None, estimator), Deadline(limit, work)
    task = "classification" if kind is TabularClassifier else "regression"
    work.count(monkeypatch)
    return estimator._take(fitting.fit(estimator, task, rows, None, Course(deadline=deadline)))


@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
@pytest.mark.parametrize("preset", ["fast", "accurate", "best"])
@pytest.mark.parametrize("limit", [0.5, 2.0, 7.0, 30.0])
def test_a_fit_ends_in_its_time_and_uses_it(monkeypatch, kind, preset, limit):
    work = Work(answer=0.001, compiling=0.1)
    model = fitted(work, monkeypatch, limit, kind, members=PRESETS[preset].members).model_
    whole = len(model.record.rows) == 64 and len(model.members) == PRESETS[preset].members
    assert work.now <= 1.1 * limit
    assert whole or work.now > 0.7 * limit  # rounds and epochs are whole, and SPARE is kept back
    assert model.record.best_epoch >= 1
    assert bool(model.record.cut) != whole


def test_epochs_are_cut_first_then_members_and_the_record_says_so(monkeypatch):
    found = []
    for limit in (20.0, 6.0, 2.0, 0.6):
        model = fitted(Work(), monkeypatch, limit).model_
        monkeypatch.undo()
        found.append((len(model.members), model.estimator["settings"]["max_iter"]))
        settings = model.estimator["settings"]
        assert settings["members"] == len(model.members)
        assert len(model.record.rows) == settings["max_iter"]
        parts = f"{settings['max_iter']} of 64 epochs"
        if len(model.members) < 8:
            parts = f"{len(model.members)} of 8 networks and {parts}"
        if settings["max_iter"] < 64:
            assert model.record.cut.startswith(f"`time_limit={limit:g}` has room for {parts}, after ")
            assert "warmup" not in model.record.cut
    assert found[0] == (8, 64)
    assert found[1][0] == 8
    assert ENOUGH <= found[1][1] < 64
    assert 2 <= found[2][0] < 8
    assert found[2][1] >= ENOUGH
    assert found[3][0] == 2
    assert 1 <= found[3][1] < ENOUGH


def test_members_that_are_left_judge_the_rows_that_they_set_aside(monkeypatch):
    whole = fitted(Work(), monkeypatch, 100.0).model_
    monkeypatch.undo()
    part = fitted(Work(), monkeypatch, 2.0).model_
    assert len(part.members) < 8
    assert part.estimator["judges"] < whole.estimator["judges"]
    assert part.held.rows == part.estimator["judges"] == len(part.judges.y)
    assert part.judges.aside.shape == (len(part.members), len(part.judges.y))


def test_compiling_counts_against_the_limit(monkeypatch):
    work = Work(compiling=4.0)
    model = fitted(work, monkeypatch, 6.0).model_
    assert work.now <= 6.6
    assert "after 4" in model.record.cut
    assert len(model.record.rows) >= 1


def test_a_limit_that_compiling_used_up_still_gives_a_network_that_has_learned(monkeypatch):
    work = Work(compiling=45.0)
    model = fitted(work, monkeypatch, 5.0)
    assert work.now <= 45.0 * (1 + 2 * GRACE)
    assert model.model_.record.best_epoch >= 1
    assert "`time_limit=5` has room for" in model.model_.record.cut
    assert "after 45" in model.model_.record.cut
    assert model.model_.record.cut.endswith("; `clearprop warmup` compiles beforehand")
    assert np.mean(model.predict(table()) == classes()) > 0.5  # a third by chance


def test_the_smallest_limit_gives_something(monkeypatch):
    work = Work()
    model = fitted(work, monkeypatch, 1e-9)
    start = begun(model, _learned(model.model_), 120, seed_of(model, None))[0]
    assert len(model.model_.members) == 2
    assert len(model.model_.record.rows) <= 1
    assert work.now < 40 * work.step  # some steps were timed, some taken
    assert not np.array_equal(model.model_.params.flat, start.members[0].flat)
    assert np.isfinite(model.predict_proba(table())).all()


def _learned(model):
    return Learned(model.encoding, model.target, model.target_name, model.baseline)


def test_a_machine_that_becomes_slower_stops_at_the_limit_with_the_best_so_far(monkeypatch):
    work = Work(slower=4.0, trusted=1.0)
    model = fitted(work, monkeypatch, 6.0).model_
    assert model.record.stopped == "time limit"
    assert work.now <= 6.6
    assert model.record.best_epoch == 1 + int(np.argmax(model.record.scores))
    assert len(model.record.rows) < model.estimator["settings"]["max_iter"]


def test_a_score_that_would_end_too_late_is_left_out(monkeypatch):
    """One round of two members that answer for 2 s after epochs of 0.04 s: two scores and the last answer fit."""
    work = Work(answer=1.0)
    model = fitted(work, monkeypatch, 11.0, members=2).model_
    assert work.now <= 12.1
    assert len(model.record.rows) >= 1
    assert len(model.record.rows) == len(model.record.scores)


def test_refit_has_a_share_of_the_time(monkeypatch):
    work = Work()
    model = fitted(work, monkeypatch, 3.0, members=1, refit=True).model_
    assert work.now <= 3.3
    assert "the network learned anew from all 120 rows" in model.held.notes[-1]
    monkeypatch.undo()
    work = Work(slower=6.0, trusted=1.4)
    model = fitted(work, monkeypatch, 3.0, members=1, refit=True).model_
    assert work.now <= 3.3
    assert model.held.notes[-1] == TOO_LATE


def test_the_logarithm_is_not_tried_without_time(monkeypatch):
    y = np.exp(numbers())
    model = fitted(Work(), monkeypatch, 100.0, TabularRegressor, y).model_
    assert "of a small network was" in model.held.notes[0]
    monkeypatch.undo()
    work = Work()
    model = fitted(work, monkeypatch, 1.5, TabularRegressor, y).model_
    assert model.held.notes[0] == "the target is learned as it is: there was no time to try its logarithm"
    assert work.now <= 1.65


def test_what_was_cut_is_kept_and_told(monkeypatch, tmp_path):
    model = fitted(Work(), monkeypatch, 2.0)
    save(model, tmp_path / "m.safetensors")
    again = load(tmp_path / "m.safetensors").model_
    assert again.importances.columns == ("age", "height", "town")
    assert again.record.cut == model.model_.record.cut != ""
    assert ("cut short", again.record.cut) in run_facts(again, {})
    assert Result(again, None, tmp_path, 120, {}).notes[0] == again.record.cut


def test_a_plan_of_its_own_bits(monkeypatch):
    """The same clock gives the same network."""
    a = fitted(Work(), monkeypatch, 2.0)
    monkeypatch.undo()
    b = fitted(Work(), monkeypatch, 2.0)
    np.testing.assert_array_equal(a.coefs_[0], b.coefs_[0])


@given(
    step=st.floats(1e-6, 1.0), score=st.floats(0, 2.0), reading=st.floats(0, 2.0), steps=st.integers(1, 500),
    members=st.integers(1, 24), threads=st.integers(1, 8), left=st.floats(1e-3, 1e4), epochs=st.integers(1, 100),
)  # fmt: skip
def test_a_plan_fits_or_is_the_smallest(step, score, reading, steps, members, threads, left, epochs):
    threads = min(threads, members)
    pieces = Pieces(step, score, steps, members, threads, reading)
    k, n = planned(pieces, left, epochs)
    needs = n * pieces.epoch(k) + pieces.answer(k)
    assert needs <= left * (1 + 1e-9) or (k, n) == (threads, 1)
    assert k == members or k % threads == 0  # rounds are whole
    assert 1 <= n <= epochs
    more = planned(pieces, 2 * left, epochs)
    assert more[0] >= k
    if k < members and k > threads:
        assert n >= min(epochs, ENOUGH)


def test_time_that_is_left():
    now = [10.0]
    deadline = Deadline(20.0, lambda: now[0])
    assert deadline.left() == 20.0
    now[0] = 15.0
    assert (deadline.spent, deadline.left(), deadline.left(0.5)) == (5.0, 15.0, 7.5)
    now[0] = 60.0
    assert deadline.left() == pytest.approx(GRACE * 50.0)
