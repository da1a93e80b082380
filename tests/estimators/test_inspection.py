"""scikit-learn's inspection tools on the estimators of tables: mixed columns, with holes, in DataFrames."""

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import PartialDependenceDisplay, partial_dependence, permutation_importance

from clearprop import TabularClassifier, TabularRegressor

TOWNS = ["Lima", "Oslo", "Rome"]


def planted(rows=500, seed=0):
    """`strong` matters most, then `town`; `noise` not at all. `strong` and `noise` have holes."""
    rng = np.random.default_rng(seed)
    strong, noise, town = rng.normal(size=rows), rng.normal(size=rows), rng.choice(TOWNS, rows)
    y = 3 * strong + 2 * (town == "Rome") + rng.normal(0, 0.3, rows)
    noise[::5] = strong[3::17] = np.nan
    y[np.isnan(strong)] = 0.0
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, rows), "D")
    return pd.DataFrame({"noise": noise, "town": pd.Categorical(town), "strong": strong, "day": day}), y


@pytest.fixture(scope="module")
def fitted():
    X, y = planted()
    classes = np.where(y > 0.7, "high", "low")
    quick = {"max_iter": 20, "random_state": 0}
    models = TabularRegressor("fast", **quick).fit(X, y), TabularClassifier("fast", **quick).fit(X, classes)
    fresh, truth = planted(400, seed=1)
    return list(zip(models, (fresh, fresh), (truth, np.where(truth > 0.7, "high", "low")), strict=True))


@pytest.mark.parametrize("which", [0, 1])
def test_permutation_importances_agree_with_scikit_learns(fitted, which):
    """Up to the noise of the shuffles, which are other ones."""
    model, X, y = fitted[which]
    scoring, metric = (("neg_root_mean_squared_error", "rmse"), ("neg_log_loss", "log_loss"))[which]
    theirs = permutation_importance(model, X, y, scoring=scoring, n_repeats=10, random_state=0)
    ours = model.importances(X, y, metric=metric, n_repeats=10)
    assert ours.columns == tuple(X.columns)
    noise = np.sqrt((theirs.importances_std**2 + ours.std**2) / 9)  # of the difference of two means
    assert (np.abs(ours.mean - theirs.importances_mean) <= 5 * noise + 1e-6).all()
    assert theirs.importances_mean.argmax() == ours.order[0] == 2
    assert ours.order[1] == 1
    assert abs(ours.mean[0]) < 0.03 * ours.mean[2]


@pytest.mark.parametrize("which", [0, 1])
def test_partial_dependence_of_a_number_is_the_mean_prediction(fitted, which):
    model, X, _ = fitted[which]
    grid = np.linspace(-1.5, 1.5, 5)
    found = partial_dependence(model, X, ["strong"], custom_values={"strong": grid}, kind="both")
    for k, value in enumerate(grid):
        moved = X.assign(strong=value)
        answers = model.predict(moved) if which == 0 else model.predict_proba(moved)[:, 1]
        np.testing.assert_allclose(found["individual"][0][:, k], answers, rtol=1e-6, atol=1e-7)
        assert found["average"][0][k] == pytest.approx(answers.mean(), rel=1e-6)
    rises = np.diff(found["average"][0])
    assert (rises > 0).all() if which == 0 else (rises < 0).all()  # the second class is low


@pytest.mark.parametrize("which", [0, 1])
def test_partial_dependence_finds_its_own_grid_where_the_column_has_no_hole(fitted, which):
    """Other columns keep their holes; with holes in the column itself scikit-learn's quantiles are NaN."""
    model, X, _ = fitted[which]
    there = X[X["strong"].notna()]
    assert there["noise"].isna().any()
    found = partial_dependence(model, there, ["strong"], grid_resolution=8)
    grid, average = found["grid_values"][0], found["average"][0]
    assert np.isfinite(average).all()
    assert grid.min() >= there["strong"].min()
    assert (np.diff(grid) > 0).all()
    assert len(grid) == 8
    assert average[-1] > average[0] if which == 0 else average[-1] < average[0]  # the second class is low


@pytest.mark.parametrize("which", [0, 1])
def test_partial_dependence_of_a_category(fitted, which):
    model, X, _ = fitted[which]
    found = partial_dependence(model, X, ["town"], categorical_features=["town"])
    assert list(found["grid_values"][0]) == TOWNS
    average = found["average"][0]
    assert average.argmax() == 2 if which == 0 else average.argmin() == 2  # Rome


def test_partial_dependence_of_two_columns(fitted):
    model, X, _ = fitted[0]
    values = {"strong": np.array([-1.0, 0.0, 1.0]), "town": np.array(TOWNS, object)}
    found = partial_dependence(
        model, X, ["strong", "town"], custom_values=values, categorical_features=["town"]
    )
    assert found["average"].shape == (1, 3, 3)


@pytest.mark.parametrize("which", [0, 1])
def test_the_display_is_drawn(fitted, which):
    pytest.importorskip("matplotlib").use("Agg")
    plt = pytest.importorskip("matplotlib.pyplot")
    model, X, _ = fitted[which]
    display = PartialDependenceDisplay.from_estimator(
        model, X, ["strong", "town"], categorical_features=["town"], kind=["both", "average"],
        custom_values={"strong": np.linspace(-1, 1, 4)}, subsample=20,
    )  # fmt: skip
    assert display.axes_.shape == (1, 2)
    plt.close(display.figure_)
