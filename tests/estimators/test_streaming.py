"""Estimators on streams: the bits of a fit in memory where all rows fit into a pool, and its scores where not."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import r2_score

from clearprop import Stream, TabularClassifier, TabularRegressor, load, save
from clearprop.errors import SpecError
from clearprop.estimators import streaming
from oracles.bits import bits_of


def table(rows=6000, seed=0):
    rng = np.random.default_rng(seed)
    a, b, town = rng.normal(size=rows), rng.normal(size=rows), rng.choice(["A", "B", "C"], rows)
    y = a * b + (town == "B") + 0.2 * rng.normal(size=rows)
    hole = pa.array(b, mask=rng.random(rows) < 0.05)
    return pa.table({
        "a": a.astype(np.float32), "b": hole, "town": town, "y": y, "label": np.where(y > 0.3, "yes", "no"),
        "w": rng.integers(0, 3, rows).astype(float),
    })  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("t")
    pq.write_table(table(), path / "train.parquet", row_group_size=250)
    pq.write_table(table(500, seed=1), path / "val.parquet")
    return path


def parts(path, target, *leave):
    data = pq.read_table(path)
    return data.drop_columns([target, *leave]), data[target]


@pytest.mark.parametrize("preset", ["plain", "fast", "accurate"])
@pytest.mark.parametrize(
    ("kind", "target", "other"), [(TabularClassifier, "label", "y"), (TabularRegressor, "y", "label")]
)
def test_a_small_stream_gives_the_bits_of_a_table_in_memory(folder, preset, kind, target, other):
    model = kind(preset, max_iter=2, hidden_layer_sizes=(16,))
    X_val, y_val = parts(folder / "val.parquet", target, other, "w")
    X, y = parts(folder / "train.parquet", target, other, "w")
    w = pq.read_table(folder / "train.parquet")["w"]
    in_memory = bits_of(model.fit(X, y, w, X_val=X_val, y_val=y_val).model_)
    stream = Stream(folder / "train.parquet", target, "w", (other,))
    for val in (
        {"X_val": X_val, "y_val": y_val},
        {"X_val": Stream(folder / "val.parquet", target, drop=(other, "w"))},
    ):
        found = bits_of(model.fit(stream, **val).model_)
        assert found.pop("baseline") == pytest.approx(
            in_memory["baseline"], rel=1e-12
        )  # a sum in another order
        assert found == {name: value for name, value in in_memory.items() if name != "baseline"}


def test_a_stream_of_many_pools_learns_as_well(folder, monkeypatch):
    monkeypatch.setattr(streaming, "_capacity", lambda *given: 1000)
    X_val, y_val = parts(folder / "val.parquet", "y", "label", "w")
    streamed = TabularRegressor("fast", max_iter=20).fit(
        Stream(folder / "train.parquet", "y", drop=("label", "w"))
    )
    X, y = parts(folder / "train.parquet", "y", "label", "w")
    in_memory = TabularRegressor("fast", max_iter=20).fit(X, y)
    scores = [r2_score(y_val, model.predict(X_val)) for model in (streamed, in_memory)]
    assert scores[0] > scores[1] - 0.02 > 0.8
    assert streamed.model_.estimator["judges"] > 400
    assert streamed.model_.encoding.rows + streamed.model_.estimator["judges"] == 6000


def test_without_early_stopping_all_rows_are_learned_from(folder):
    model = TabularRegressor("fast", max_iter=2, early_stopping=False)
    model.fit(Stream(folder / "train.parquet", "y", drop=("label",)))
    assert (model.model_.encoding.rows, model.model_.estimator["judges"]) == (6000, 0)


def test_the_same_seed_gives_the_same_bits_in_many_pools(folder, monkeypatch):
    monkeypatch.setattr(streaming, "_capacity", lambda *given: 700)
    stream = Stream(folder / "train.parquet", "label", drop=("y",))
    one, two, other = (
        TabularClassifier("fast", max_iter=2, random_state=seed).fit(stream).model_ for seed in (0, 0, 1)
    )
    assert bits_of(one) == bits_of(two)
    assert bits_of(one)["weights"] != bits_of(other)["weights"]


def test_a_streamed_model_is_saved_like_any_other(folder, tmp_path):
    model = TabularClassifier("fast", max_iter=2).fit(
        Stream(folder / "train.parquet", "label", drop=("y", "w"))
    )
    save(model, tmp_path / "m")
    X, _ = parts(folder / "val.parquet", "label", "y", "w")
    np.testing.assert_array_equal(load(tmp_path / "m").predict_proba(X), model.predict_proba(X))


def test_a_target_beside_a_stream_is_refused(folder):
    with pytest.raises(SpecError, match="A `Stream` names its target and weights itself"):
        TabularClassifier().fit(Stream(folder / "train.parquet", "label"), ["yes"])


@pytest.mark.parametrize(
    ("memory", "said"),
    [
        ("100MB", "`memory` must be at least 458.8 MB, of which the libraries take 367.0 MB; got 100.0 MB"),
        ("2kB", "`memory` must be at least"),
    ],
)
def test_too_little_memory_is_refused(folder, memory, said):
    with pytest.raises(SpecError, match=said):
        TabularClassifier().fit(Stream(folder / "train.parquet", "label", memory=memory))


def test_a_row_group_that_fits_no_pool_is_refused(tmp_path):
    rng = np.random.default_rng(0)
    wide = {f"x{k}": rng.choice([f"v{i}" for i in range(90)], 30_000) for k in range(15)}
    pq.write_table(
        pa.table({**wide, "y": rng.integers(0, 2, 30_000)}), tmp_path / "t.parquet", row_group_size=30_000
    )
    with pytest.raises(
        SpecError, match=r"A pool must hold a row group of t.parquet, .* use `clearprop prepare`"
    ):
        TabularClassifier("fast").fit(Stream(tmp_path / "t.parquet", "y", memory="460MB"))


@pytest.mark.parametrize(
    ("kind", "name", "options"),
    [
        (TabularClassifier, "refit", {"refit": True}),
        (TabularClassifier, "class_weight", {"class_weight": "balanced"}),
        (TabularRegressor, "log_target=True", {"log_target": True}),
    ],
)
def test_what_a_stream_cannot_do_is_refused(folder, kind, name, options):
    stream = Stream(folder / "train.parquet", target="label" if kind is TabularClassifier else "y")
    message = f"^`{name}` needs the rows in memory, but `X` is a `Stream`. Leave it out.$"
    with pytest.raises(SpecError, match=message):
        kind("fast", **options).fit(stream)


@pytest.mark.parametrize("given", ["y", "sample_weight", "groups"])
def test_a_stream_takes_no_columns_beside_it(folder, given):
    message = "^A `Stream` names its target and weights itself; got `y`, `sample_weight` or `groups`. Leave it out.$"
    with pytest.raises(SpecError, match=message):
        TabularRegressor("fast").fit(Stream(folder / "train.parquet", target="y"), **{given: np.zeros(6000)})
