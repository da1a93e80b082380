"""Metrics, calibration, intervals, class weights, groups, refitting and time of the Tabular estimators."""

import time

import numpy as np
import pytest

from clearprop import TabularClassifier, TabularRegressor, load, save
from clearprop.errors import ShapeError, SpecError, TableError
from clearprop.train.scores import score
from oracles.models import classes, numbers, table


def quick(**options):
    return TabularClassifier("fast", **{"max_iter": 3, "members": 1} | options)


def quick_number(**options):
    return TabularRegressor("fast", **{"max_iter": 3, "members": 1} | options)


def noisy(rows=600, seed=0):
    """Two classes that overlap: certainty is a mistake."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, 3))
    return X, (X[:, 0] + rng.normal(0, 2, rows) > 0).astype(int)


def skewed(rows=400, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, 2))
    return X, np.exp(2 * X[:, 0] + 0.1 * rng.normal(size=rows))


def test_the_decay_of_classes_is_another_than_that_of_numbers_unless_given():
    def decay(model, y):
        return model.fit(table(), y).model_.estimator["settings"]["weight_decay"]

    assert decay(quick(), classes()) == 0.05
    assert decay(quick_number(), numbers()) == 0.02
    assert decay(quick(weight_decay=0.0), classes()) == 0.0
    assert decay(quick(solver="adam"), classes()) == 0.02  # there it is a penalty, which is another thing


@pytest.mark.parametrize(
    ("metric", "head"),
    [("auto", "identity"), ("r2", "identity"), ("mae", "absolute"), ("quantile", "quantile")],
)
def test_the_metric_makes_the_loss(metric, head):
    assert quick_number(metric=metric).fit(table(), numbers()).model_.params.net.head == head


@pytest.mark.parametrize("level", [0.1, 0.5, 0.9])
def test_a_quantile_has_that_share_below_it(level):
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, 1500)
    y = x + rng.normal(0, 1, 1500)
    model = TabularRegressor("fast", metric="quantile", quantile=level, max_iter=8).fit({"x": x}, y)
    fresh = rng.uniform(-1, 1, 2000)
    below = np.mean(fresh + rng.normal(0, 1, 2000) < model.predict({"x": fresh}))
    assert abs(below - level) < 0.08  # the network has seen 1350 rows; sampling alone is 0.02


@pytest.mark.parametrize("metric", ["accuracy", "balanced_accuracy", "log_loss", "auc", "brier"])
def test_every_metric_of_classes_chooses_the_epoch(metric):
    model = quick(metric=metric, max_iter=6).fit(table(), classes())
    kept = model.validation_scores_[model.best_epoch_ - 1]
    assert kept == max(model.validation_scores_)


def test_the_score_of_the_kept_epoch_is_that_of_the_probabilities_given():
    X, y = noisy()
    model = quick(max_iter=6).fit(X[:400], y[:400], X_val=X[400:], y_val=y[400:])
    found = -score("log_loss", y[400:], model.predict_proba(X[400:]))
    assert model.validation_scores_[model.best_epoch_ - 1] == pytest.approx(found, rel=1e-5)  # float32 logits


def test_a_temperature_lowers_the_held_out_loss_and_changes_no_answer():
    X, y = noisy()
    model = TabularClassifier("fast", members=1, max_iter=30, metric="accuracy").fit(
        X[:300], y[:300], X_val=X[300:], y_val=y[300:]
    )
    plain = TabularClassifier("fast", members=1, max_iter=30, metric="accuracy", calibrate=False).fit(
        X[:300], y[:300], X_val=X[300:], y_val=y[300:]
    )
    before, after = model.model_.held.log_loss
    assert model.model_.held.temperature != 1
    assert after < before
    assert score("log_loss", y[300:], model.predict_proba(X[300:])) == pytest.approx(after, rel=1e-6)
    assert score("log_loss", y[300:], plain.predict_proba(X[300:])) == pytest.approx(before, rel=1e-6)
    np.testing.assert_array_equal(model.predict(X), plain.predict(X))
    order = np.argsort(plain.predict_proba(X)[:, 1], kind="stable")
    assert (np.diff(model.predict_proba(X)[order, 1]) >= 0).all()


def test_a_committee_has_a_temperature_where_all_members_answer_for_the_rows():
    X, y = noisy()
    model = TabularClassifier("fast", max_iter=12)
    assert model.fit(X, y).model_.held.temperature == 1
    assert model.fit(X[:300], y[:300], X_val=X[300:], y_val=y[300:]).model_.held.temperature != 1


def test_temperature_notes_and_residuals_are_saved(tmp_path):
    for model in (quick().fit(table(), classes()), quick_number(log_target=True).fit(table(), numbers())):
        save(model, tmp_path / "m.safetensors")
        again = load(tmp_path / "m.safetensors")
        assert again.model_.held == model.model_.held
        assert again.model_.target == model.model_.target
        np.testing.assert_array_equal(again.predict(table()), model.predict(table()))


def test_predictions_stay_in_the_range_of_training():
    x = np.linspace(-1, 1, 300)
    model = TabularRegressor("fast", max_iter=10).fit({"x": x}, x)
    assert model.predict({"x": [-50.0, 50.0]}).tolist() == pytest.approx([-1, 1], abs=0.1)
    assert (np.abs(model.predict({"x": np.linspace(-50, 50, 100)})) <= 1).all()


def test_a_long_tail_is_learned_as_a_logarithm_and_said_so():
    X, y = skewed()
    model = TabularRegressor("fast", metric="mae", max_iter=8).fit(X, y)
    assert model.model_.target.shift == 0.0
    assert model.model_.held.notes[0].startswith(
        "the logarithm of the target is learned: the mae of a small network"
    )
    assert (model.predict(X) > 0).all()
    plain = TabularRegressor("fast", metric="mae", max_iter=8, log_target=False).fit(X, y)
    assert plain.model_.target.shift is None
    assert plain.model_.held.notes == ()


def test_a_target_without_a_tail_raises_no_question():
    assert quick_number().fit(table(), numbers()).model_.held.notes == ()


def test_a_target_that_does_not_vary_is_refused_by_the_name_of_the_argument():
    with pytest.raises(TableError, match=r"column `y` holds 1\.0 in all 10 rows of the argument y"):
        TabularRegressor().fit(np.arange(20.0).reshape(10, 2), np.ones(10))


def test_a_logarithm_of_negative_numbers_is_refused():
    with pytest.raises(SpecError) as caught:
        quick_number(log_target=True).fit(table(), numbers() - 100)
    assert str(caught.value).startswith(
        "`log_target=True` needs a target without negative numbers; column `y` holds -"
    )
    with pytest.raises(SpecError, match="`log_target` must be True, False or"):
        quick_number(log_target="yes").fit(table(), numbers())


@pytest.mark.parametrize("log_target", [False, True])
def test_intervals_cover_what_they_say(log_target):
    X, y = skewed(900)
    model = TabularRegressor("fast", max_iter=6, validation_fraction=0.3, log_target=log_target).fit(
        X[:500], y[:500]
    )
    low, high = model.predict_interval(X[500:], 0.8).T
    assert (low < high).all()
    assert (
        0.65 < np.mean((low <= y[500:]) & (y[500:] <= high)) < 0.95
    )  # 4 deviations, of 150 residuals and 400 rows
    assert ((low <= model.predict(X[500:])) & (model.predict(X[500:]) <= high)).all()


def test_no_interval_without_held_out_rows():
    model = quick_number(early_stopping=False).fit(table(), numbers())
    with pytest.raises(SpecError, match="needs 9 held-out rows or more; the model has 0"):
        model.predict_interval(table())


def test_class_weights_are_row_weights_by_class():
    heavy = {"low": 5.0, "mid": 1.0, "top": 1.0}
    w = np.where(classes() == "low", 5.0, 1.0)
    a, b = quick(class_weight=heavy).fit(table(), classes()), quick().fit(table(), classes(), w)
    np.testing.assert_array_equal(a.predict_proba(table()), b.predict_proba(table()))
    assert a.validation_scores_ == b.validation_scores_


def test_balanced_classes_weigh_the_same_also_in_the_baseline():
    model = quick(class_weight="balanced").fit(table(), classes())
    assert model.model_.baseline == pytest.approx(
        [1 / 3] * 3, abs=0.02
    )  # the split is by class, but for a row


@pytest.mark.parametrize("wrong", ["heavy", {"low": -1.0}, {"low": 0.0, "mid": 0.0, "top": 0.0}, 3])
def test_class_weights_that_cannot_be(wrong):
    with pytest.raises(SpecError, match=r"^`class_weight` must "):
        quick(class_weight=wrong).fit(table(), classes())


def held_rows(monkeypatch, model, *args, **kwargs):
    """The rows that the fit sets aside."""
    from clearprop.estimators import fitting

    seen = []
    plain = fitting._set_aside
    monkeypatch.setattr(fitting, "_set_aside", lambda *a: seen.append(plain(*a)) or seen[-1])
    model.fit(*args, **kwargs)
    return seen[0]


@pytest.mark.parametrize("kind", [int, str])
def test_no_group_is_on_both_sides(monkeypatch, kind):
    groups = np.random.default_rng(0).integers(0, 25, 120).astype(kind)
    kept, aside = held_rows(monkeypatch, quick(), table(), classes(), groups=groups)
    assert len(aside)
    assert not set(groups[kept]) & set(groups[aside])
    assert len(kept) + len(aside) == 120


def test_groups_must_be_known_and_as_many_as_rows():
    with pytest.raises(ShapeError) as caught:
        quick().fit(table(), classes(), groups=np.zeros(3))
    assert "`groups` must have one entry a row of `X`: `X` has 120 rows, `groups` has 3." in str(caught.value)
    with pytest.raises(TableError, match="Each row must have a group, but `groups` has none at row 1"):
        quick().fit(table(), classes(), groups=np.r_[np.nan, np.zeros(119)])


def test_refit_learns_from_all_rows_until_the_best_epoch():
    model = quick(refit=True, max_iter=6).fit(table(), classes())
    first = quick(max_iter=6).fit(table(), classes())
    assert model.model_.encoding.rows == 120
    assert first.model_.encoding.rows == 108
    assert model.best_epoch_ == first.best_epoch_
    assert model.model_.held.temperature == first.model_.held.temperature
    assert f"epoch {first.best_epoch_} was the best; the network learned anew" in model.model_.held.notes[-1]
    assert not np.array_equal(model.coefs_[0], first.coefs_[0])
    again = quick(refit=True, max_iter=6).fit(table(), classes())
    np.testing.assert_array_equal(model.coefs_[0], again.coefs_[0])


def test_refit_without_rows_set_aside_has_nothing_to_do():
    model = quick(refit=True).fit(table(), classes(), X_val=table(), y_val=classes())
    assert model.model_.held.notes == ()
    np.testing.assert_array_equal(
        quick(refit=True, early_stopping=False).fit(table(), classes()).coefs_[0],
        quick(early_stopping=False).fit(table(), classes()).coefs_[0],
    )


def test_a_time_limit_plans_fewer_epochs_and_ends_the_schedule():
    X, y = noisy(3000)
    model = TabularClassifier("fast", max_iter=100_000, time_limit=1.0, refit=True)
    began = time.perf_counter()
    model.fit(X, y)
    assert (
        time.perf_counter() - began < 10
    )  # a plain bound for a busy machine; the benchmark measures the 10 %
    assert model.n_iter_ < 100_000
    assert model.model_.estimator["settings"]["max_iter"] < 100_000


def test_a_time_limit_that_is_never_reached_changes_no_bit():
    a = quick(time_limit=1000.0).fit(table(), classes())
    np.testing.assert_array_equal(a.coefs_[0], quick().fit(table(), classes()).coefs_[0])


def test_a_time_limit_that_cannot_be():
    for limit in (0, -1.0, float("nan"), "1"):
        with pytest.raises(SpecError, match=r"^`time_limit` must be a finite number above 0; got "):
            quick(time_limit=limit).fit(table(), classes())
