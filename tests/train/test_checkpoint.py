"""Runs that stop and go on: the bits of a run that never stopped, for every solver and preset, wherever it is cut."""

import os
import signal
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearprop import Stream, TabularClassifier, TabularRegressor
from clearprop.errors import CheckpointError, SpecError
from clearprop.train import loop
from clearprop.train.checkpoint import Checkpoint
from clearprop.train.checkpoint_file import from_bytes, to_bytes
from clearprop.train.checkpoint_folder import opened
from oracles.bits import bits_of

ROWS = 700


class Killed(BaseException):
    """As good as kill -9: nothing catches it."""


def table(seed=0, rows=ROWS):
    rng = np.random.default_rng(seed)
    a, b, town = rng.normal(size=rows), rng.normal(size=rows), rng.choice(["A", "B", "C"], rows)
    y = a * b + (town == "B") + 0.3 * rng.normal(size=rows)
    return {"a": a, "b": np.where(rng.random(rows) < 0.1, np.nan, b), "town": town}, y


def settings(**given):
    return {"preset": "fast", "max_iter": 4, "batch_size": 32, "random_state": 3} | given


@pytest.fixture(autouse=True)
def short_slices(monkeypatch):
    """So that an epoch is cut into many."""
    monkeypatch.setattr(loop, "SLICE_SECONDS", 0.0)


def killed_at(monkeypatch, fit, look):
    """A fit that ends at its n-th look at the checkpoint, before or after that is written."""
    looks, whole = [], Checkpoint.look

    def counted(self, engine, state):
        looks.append((state.epoch, state.step))
        if len(looks) == look:
            raise Killed
        whole(self, engine, state)

    with monkeypatch.context() as patched:
        patched.setattr(Checkpoint, "look", counted)
        try:
            fit()
        except Killed:
            return looks, True
        return looks, False


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("solver", ["sgd", "adam", "adamw"])
@pytest.mark.parametrize("preset", ["plain", "fast", "accurate"])
def test_a_run_goes_on_to_the_bit(monkeypatch, tmp_path, preset, solver, dtype):
    X, y = table()
    how = settings(preset=preset, solver=solver, dtype=dtype, hidden_layer_sizes=(12, 8))
    never = TabularRegressor(**how).fit(X, y)
    for look in (1, 9, 40):
        folder = tmp_path / str(look)
        model = TabularRegressor(**how)
        _, was_killed = killed_at(
            monkeypatch,
            partial(model.fit, X, y, checkpoint=folder, checkpoint_every=0.0),
            look,
        )
        assert was_killed
        model.fit(X, y, checkpoint=folder, resume=True)
        assert bits_of(model.model_) == bits_of(never.model_)


def test_many_kills_one_after_the_other(monkeypatch, tmp_path):
    X, y = table()
    never, model = TabularRegressor(**settings()).fit(X, y), TabularRegressor(**settings())
    starts, was_killed = [], True
    while was_killed:
        looks, was_killed = killed_at(
            monkeypatch, lambda: model.fit(X, y, checkpoint=tmp_path, checkpoint_every=0.0, resume=True), 7
        )
        starts.append(looks[0] if looks else None)
        assert len(starts) < 60
    assert len(starts) > 8
    assert starts[:-1] == sorted(starts[:-1])
    assert bits_of(model.model_) == bits_of(never.model_)


def test_patience_is_kept(monkeypatch, tmp_path):
    X, y = table()
    how = settings(max_iter=60, n_iter_no_change=3)
    never = TabularRegressor(**how).fit(X, y)
    assert never.model_.record.stopped == "patience"
    model = TabularRegressor(**how)
    last = len(killed_at(monkeypatch, lambda: model.fit(X, y, checkpoint=tmp_path / "all"), -1)[0])
    for look in (last // 2, last - 1, last):
        folder = tmp_path / str(look)
        killed_at(monkeypatch, partial(model.fit, X, y, checkpoint=folder, checkpoint_every=0.0), look)
        model.fit(X, y, checkpoint=folder, resume=True)
        assert bits_of(model.model_) == bits_of(never.model_)


def test_a_run_that_has_ended_gives_the_same_model_again(tmp_path):
    X, y = table()
    first = TabularRegressor(**settings()).fit(X, y, checkpoint=tmp_path)
    again = TabularRegressor(**settings()).fit(X, y, checkpoint=tmp_path, resume=True)
    assert bits_of(first.model_) == bits_of(again.model_)
    assert again.model_.record.seconds == pytest.approx(first.model_.record.seconds, abs=1.0)


def test_a_time_limit_can_be_lengthened(tmp_path):
    X, y = table()
    never = TabularRegressor(**settings(max_iter=6)).fit(X, y)
    part = TabularRegressor(**settings(max_iter=6, time_limit=1e-9)).fit(X, y, checkpoint=tmp_path)
    assert part.model_.record.stopped == "time limit"
    whole = TabularRegressor(**settings(max_iter=6)).fit(X, y, checkpoint=tmp_path, resume=True)
    assert bits_of(whole.model_) == bits_of(never.model_)


@pytest.fixture
def stream(tmp_path):
    X, y = table(rows=3000)
    pq.write_table(pa.table({**X, "y": y}), tmp_path / "t.parquet", row_group_size=150)
    return Stream(tmp_path / "t.parquet", target="y")


def test_a_stream_goes_on_to_the_bit(monkeypatch, tmp_path, stream):
    monkeypatch.setattr("clearprop.estimators.streaming._capacity", lambda *given: 500)
    never = TabularRegressor(**settings()).fit(stream)
    for look in (1, 30, 60, 90, 133):
        folder, model = tmp_path / str(look), TabularRegressor(**settings())
        _, was_killed = killed_at(
            monkeypatch,
            partial(model.fit, stream, checkpoint=folder, checkpoint_every=0.0),
            look,
        )
        assert was_killed
        model.fit(stream, checkpoint=folder, resume=True)
        assert bits_of(model.model_) == bits_of(never.model_)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_between_two_steps(monkeypatch, tmp_path, number):
    X, y = table()
    never, model = TabularRegressor(**settings()).fit(X, y), TabularRegressor(**settings())
    whole, before = Checkpoint.look, signal.getsignal(number)

    def sent(self, engine, state):
        if (state.epoch, state.step) >= (2, 5):
            os.kill(os.getpid(), number)
        whole(self, engine, state)

    with monkeypatch.context() as patched:
        patched.setattr(Checkpoint, "look", sent)
        if number == signal.SIGTERM:
            with pytest.raises(SystemExit) as ended:
                model.fit(X, y, checkpoint=tmp_path)
            assert ended.value.code == 143
        else:
            with pytest.warns(UserWarning, match="interrupted"):
                model.fit(X, y, checkpoint=tmp_path)
    assert signal.getsignal(number) == before
    with opened(tmp_path, resume=True) as folder:
        assert folder.latest().numbers["epoch"] == 2
    model.fit(X, y, checkpoint=tmp_path, resume=True)
    assert bits_of(model.model_) == bits_of(never.model_)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"max_iter": 5}, "`max_iter` was 4 and is 5"),
        ({"batch_size": 64}, "`batch_size` was 32 and is 64"),
        ({"preset": "accurate"}, '`preset` was "fast" and is "accurate"'),
        ({"random_state": 4}, "`random_state` was 3 and is 4"),
        ({"dtype": "float64"}, '`dtype` was "float32" and is "float64"'),
        ({"validation_fraction": 0.2}, "`validation_fraction` was 0.1 and is 0.2"),
    ],
)
def test_another_parameter_is_refused(tmp_path, change, said):
    X, y = table()
    TabularRegressor(**settings()).fit(X, y, checkpoint=tmp_path)
    with pytest.raises(CheckpointError, match=said):
        TabularRegressor(**settings(**change)).fit(X, y, checkpoint=tmp_path, resume=True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda X, y: ({k: v[:-1] for k, v in X.items()}, y[:-1]),
            "the number of rows to learn from was 700 and is 699",
        ),
        (lambda X, y: (X | {"a": np.r_[X["a"][:5] + 1e-6, X["a"][5:]]}, y), "the values of `a` differ"),
        (lambda X, y: ({"aa" if k == "a" else k: v for k, v in X.items()}, y), "no longer have `a`"),
        (
            lambda X, y: (X, np.r_[y[:-1], y[-1] + 0.1]),
            "the classes or the target's scale|values of `the target`",
        ),
    ],
)
def test_another_table_is_refused(tmp_path, change, said):
    X, y = table()
    TabularRegressor(**settings()).fit(X, y, checkpoint=tmp_path)
    with pytest.raises(CheckpointError, match=said):
        TabularRegressor(**settings()).fit(*change(X, y), checkpoint=tmp_path, resume=True)


def test_other_validation_rows_other_weights_and_another_version_are_refused(tmp_path, monkeypatch):
    X, y = table()
    val = {"X_val": {k: v[:50] for k, v in X.items()}, "y_val": y[:50]}
    TabularRegressor(**settings()).fit(X, y, **val, checkpoint=tmp_path)
    other = {"X_val": {k: v[50:100] for k, v in X.items()}, "y_val": y[50:100]}
    with pytest.raises(CheckpointError, match="the arrays of the rows that choose the epoch of `X` differ"):
        TabularRegressor(**settings()).fit(X, y, **other, checkpoint=tmp_path, resume=True)
    w = np.r_[0.5, np.ones(ROWS - 1)]
    with pytest.raises(CheckpointError, match="the values of `the weights` differ"):
        TabularRegressor(**settings()).fit(X, y, w, **val, checkpoint=tmp_path, resume=True)
    monkeypatch.setattr("clearprop.estimators.identity.__version__", "9.9")
    with pytest.raises(CheckpointError, match=r'the version of clearprop was ".*" and is "9\.9"'):
        TabularRegressor(**settings()).fit(X, y, **val, checkpoint=tmp_path, resume=True)


def test_a_changed_stream_is_refused(tmp_path, stream):
    TabularRegressor(**settings()).fit(stream, checkpoint=tmp_path / "c")
    data = pq.read_table(stream.source)
    a = data["a"].to_numpy().copy()
    a[-1] = np.nextafter(a[-1], 9)
    pq.write_table(data.set_column(0, "a", [a]), stream.source, row_group_size=150)
    with pytest.raises(CheckpointError, match="the values of `a` differ"):
        TabularRegressor(**settings()).fit(stream, checkpoint=tmp_path / "c", resume=True)


def test_a_fit_that_cannot_be_given_again_is_refused(tmp_path):
    X, y = table()
    with pytest.raises(SpecError, match="`random_state`"):
        TabularRegressor(**settings(random_state=None)).fit(X, y, checkpoint=tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [("epoch", None), ("step", 2**70), ("lr", "fast"), ("so_far", ["x"]), ("record", 3), ("busy", True)],
)
def test_a_checkpoint_of_sound_checksum_and_nonsense_is_refused(tmp_path, name, value):
    X, y = table()
    TabularRegressor(**settings()).fit(X, y, checkpoint=tmp_path)
    file = max(tmp_path.glob("*.safetensors"))
    saved = from_bytes(file.read_bytes())
    file.write_bytes(to_bytes(saved._replace(numbers=saved.numbers | {name: value})))
    with pytest.raises(CheckpointError, match=r"cannot be gone on with: .*\. Start anew elsewhere"):
        TabularRegressor(**settings()).fit(X, y, checkpoint=tmp_path, resume=True)


def test_a_disk_that_fills_up_loses_the_checkpoint_not_the_run(monkeypatch, tmp_path):
    X, y = table()
    never = TabularRegressor(**settings()).fit(X, y)

    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("clearprop.train.checkpoint_folder.Folder.write", full)
    with pytest.warns(UserWarning, match="A checkpoint could not be written to .*: No space left on device"):
        model = TabularRegressor(**settings()).fit(X, y, checkpoint=tmp_path)
    assert bits_of(model.model_) == bits_of(never.model_)


def test_checkpoints_change_no_bit_and_come_by_time(monkeypatch, tmp_path):
    X, y = table()
    labels = np.where(y > 0, "yes", "no")
    written = []
    monkeypatch.setattr(
        "clearprop.train.checkpoint_folder.Folder.write", lambda self, data: written.append(data)
    )
    never = TabularClassifier(**settings()).fit(X, labels)
    model = TabularClassifier(**settings()).fit(X, labels, checkpoint=tmp_path, checkpoint_every=3600.0)
    assert len(written) == 1  # the one at the end
    assert bits_of(model.model_) == bits_of(never.model_)
