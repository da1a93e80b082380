"""`importances` and `feature_importances_` of the estimators on tables."""

import pickle

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import SelectFromModel

from clearprop import Stream, TabularClassifier, TabularRegressor, load, save
from clearprop.errors import ShapeError, SpecError, TableError
from clearprop.train.scores import score


def planted(rows=400, seed=0):
    """What matters most is `strong`, then `town`; `noise` says nothing, `one` is left out."""
    rng = np.random.default_rng(seed)
    strong, town = rng.normal(size=rows), rng.choice(["Lima", "Oslo", "Rome"], rows)
    weak, noise = rng.normal(size=rows), rng.normal(size=rows)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 600, rows), "D")
    y = 3 * strong + 1.5 * (town == "Rome") + 0.3 * weak
    weak[::9] = np.nan
    X = pd.DataFrame({"noise": noise, "weak": weak, "town": town, "day": day, "strong": strong, "one": 1.0})
    return X, y


def regressor(**options):
    return TabularRegressor("fast", **{"max_iter": 20} | options)


def classifier(**options):
    return TabularClassifier("fast", **{"max_iter": 20} | options)


@pytest.fixture(scope="module")
def fitted():
    X, y = planted()
    return regressor().fit(X, y), classifier().fit(X, np.where(y > 0.5, "high", "low"))


def test_the_planted_column_is_first_and_the_irrelevant_one_near_zero(fitted):
    for model in fitted:
        found = model.importances_
        assert found.columns == tuple(model.feature_names_in_)
        ranked = [found.columns[k] for k in found.order]
        assert ranked[:2] == ["strong", "town"]
        strongest, noise = found.mean[4], found.mean[0]
        assert abs(noise) < 0.03 * strongest
        assert found.mean[5] == found.gradient[5] == 0  # `one` is left out
        assert found.gradient.argmax() == 4
        np.testing.assert_array_equal(model.feature_importances_, found.mean)
        assert found.rows <= 400


def test_other_rows_metrics_and_seeds(fitted):
    X, y = planted(300, seed=1)
    model = fitted[0]
    found = model.importances(X, y, metric="r2", n_repeats=2)
    assert found.metric == "r2"
    assert found.each.shape == (6, 2)
    assert found.score == pytest.approx(model.score(X, y))
    assert found.columns[found.order[0]] == "strong"
    np.testing.assert_array_equal(found.each, model.importances(X, y, metric="r2", n_repeats=2).each)
    other = model.importances(X, y, metric="r2", n_repeats=2, random_state=1)
    assert (other.each != found.each).any()
    assert model.importances(X, y, max_rows=50).rows == 50
    assert model.importances(X, y, max_rows=None).rows == 300


def test_rows_without_weight_are_absent(fitted):
    X, y = planted(120, seed=2)
    w = np.ones(120)
    w[60:] = 0
    weighted, alone = fitted[0].importances(X, y, w), fitted[0].importances(X[:60], y[:60])
    np.testing.assert_array_equal(weighted.each, alone.each)
    np.testing.assert_allclose(weighted.gradient, alone.gradient, rtol=1e-12)


def test_a_committees_rows_are_answered_by_those_that_did_not_learn_from_them():
    X, y = planted(120)
    model = classifier(members=3, max_iter=4, validation_fraction=0.25).fit(X, y > 0)
    rows = model.model_.judges
    assert rows.aside.sum(axis=0).tolist() == [1] * rows.m  # each by one of the three
    alone = [
        type(rows)([params], rows.encoding, rows.target, 1.0, rows.table, rows.y) for params in rows.members
    ]
    encoded = rows.encoding.encode(rows.table)
    p = np.array([one.answer(encoded) for one in alone])[rows.aside.argmax(axis=0), np.arange(rows.m)]
    assert model.importances_.score == pytest.approx(score("log_loss", rows.y, p), rel=1e-9)


def test_with_own_validation_rows_the_score_is_that_of_the_kept_epoch():
    X, y = planted()
    model = regressor(members=1).fit(X[:300], y[:300], X_val=X[300:], y_val=y[300:])
    kept = model.validation_scores_[model.best_epoch_ - 1]
    assert -model.importances_.score == pytest.approx(kept, rel=1e-6)
    assert model.importances_.rows == 100


def test_refit_keeps_those_of_the_judged_network():
    X, y = planted()
    plain = regressor(members=1).fit(X, y)
    again = regressor(members=1, refit=True).fit(X, y)
    assert again.best_epoch_ == plain.best_epoch_
    assert (again.coefs_[0] != plain.coefs_[0]).any()
    np.testing.assert_array_equal(again.importances_.each, plain.importances_.each)


def test_a_logarithm_learned_has_its_slopes_in_the_targets_unit():
    X, y = planted()
    model = regressor(log_target=True, dtype="float64", members=1).fit(X, np.exp(y / 2))
    found, h = model.importances_, 1e-6
    column = model.model_.encoding.columns[4]
    rows = model.model_.judges.table.data.to_pandas()
    moved = [model.predict(rows.assign(strong=rows["strong"] + s * h / column.scale)) for s in (1, -1)]
    by_hand = np.abs(moved[0] - moved[1]).mean() / (2 * h)
    assert found.gradient[4] == pytest.approx(by_hand, rel=1e-6)


def test_one_column():
    x = np.linspace(-1, 1, 100)
    model = regressor().fit({"x": x}, x)
    assert model.feature_importances_.shape == (1,)
    assert model.feature_importances_[0] > 0.1


def test_a_stream_has_them_too(tmp_path):
    X, y = planted(600)
    path = tmp_path / "t.parquet"
    pq.write_table(pa.Table.from_pandas(X.assign(y=y)), path, row_group_size=100)
    model = regressor(validation_fraction=0.3).fit(Stream(str(path), "y"))
    found = model.importances_
    assert found.columns[found.order[0]] == "strong"
    assert 100 < found.rows < 300


def test_they_are_kept_by_files_and_pickles_and_the_rows_are_not(tmp_path):
    X, y = planted(100)
    model = regressor(max_iter=3).fit(X, y)
    copy = pickle.loads(pickle.dumps(model))
    assert copy.model_.judges is None
    assert model.model_.judges is not None
    np.testing.assert_array_equal(copy.importances_.each, model.importances_.each)
    save(model, tmp_path / "m.safetensors")
    again = load(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(again.importances_.each, model.importances_.each)
    np.testing.assert_array_equal(again.importances_.gradient, model.importances_.gradient)
    np.testing.assert_array_equal(again.importances(X, y).each, model.importances(X, y).each)


def test_without_rows_set_aside_there_are_none(tmp_path):
    X, y = planted(60)
    for model in (
        regressor(early_stopping=False, max_iter=2).fit(X, y),
        regressor().partial_fit(X, y),
    ):
        assert not hasattr(model, "feature_importances_")
        with pytest.raises(
            AttributeError, match=r"no rows were set aside in the fit.*Use `importances\(X, y\)`"
        ):
            _ = model.feature_importances_
        save(model, tmp_path / "m.safetensors")
        assert not hasattr(load(tmp_path / "m.safetensors"), "importances_")
        assert model.importances(X, y).rows == 60
    with pytest.raises(NotFittedError):
        regressor().importances(X, y)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"metric": "f1"}, SpecError, "`metric` of a regression must be auto or one of r2"),
        ({"n_repeats": 0}, SpecError, "`n_repeats` must be a whole number, 1 or more; got 0"),
        ({"max_rows": 2.5}, SpecError, "`max_rows` must be a whole number, 1 or more; got 2.5"),
        ({"y": [1.0]}, ShapeError, "`y` must have one entry a row of `X`: `X` has 400 rows, `y` has 1"),
        ({"sample_weight": [1.0]}, ShapeError, "`sample_weight` must have one entry a row of `X`"),
        ({"y": [None] * 400}, TableError, "y"),
        ({"X": {"noise": [1.0] * 400}}, TableError, "The model needs column `weak`"),
    ],
)
def test_mistakes_are_said(fitted, change, error, message):
    X, y = planted()
    with pytest.raises(error, match=message):
        fitted[0].importances(**{"X": X, "y": y} | change)


def test_scikit_learn_selects_columns_by_them():
    X, y = planted(200)
    chosen = SelectFromModel(regressor(max_iter=6), threshold="mean").fit(X, y)
    assert "strong" in X.columns[chosen.get_support()]
    assert "noise" not in X.columns[chosen.get_support()]
