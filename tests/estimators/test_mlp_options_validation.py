"""A validation set of one's own, the score that chooses, and the curves that are kept."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.metrics import balanced_accuracy_score, make_scorer, mean_absolute_error, r2_score

from clearprop import step
from clearprop.errors import ShapeError, SpecError
from oracles.mlps import assert_same_bits, classifier, flat, numbers, regressor, three_classes

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, Y = three_classes()
TRAIN, VAL = slice(0, 60), slice(60, 90)
OWN = {"X_val": X[VAL], "y_val": Y[VAL]}


def after_each_epoch(make, epochs, X, y, **given):
    """The same fit, cut after 1, 2, ... epochs: by `max_iter` alone."""
    return [make(max_iter=n).fit(X, y, **given) for n in range(1, epochs + 1)]


def test_the_curves_are_those_of_the_weights_after_each_epoch():
    model = classifier(max_iter=5).fit(X[TRAIN], Y[TRAIN], **OWN)
    cut = after_each_epoch(classifier, 5, X[TRAIN], Y[TRAIN])
    assert model.validation_scores_ == [m.score(X[VAL], Y[VAL]) for m in cut]
    labels = np.searchsorted(model.classes_, Y[VAL])
    p = [m.predict_proba(X[VAL])[np.arange(30), labels] for m in cut]
    want = [-np.log(q).mean() for q in p]
    np.testing.assert_allclose(model.validation_loss_curve_, want, rtol=1e-13)  # a logarithm and a mean
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert model.best_epoch_ == 1 + int(np.argmax(model.validation_scores_))
    assert_same_bits(model, cut[-1])  # scoring changes nothing


def test_early_stopping_keeps_the_best_epoch():
    options = {"early_stopping": True, "max_iter": 60, "n_iter_no_change": 5, "learning_rate_init": 0.02}
    model = classifier(**options).fit(X[TRAIN], Y[TRAIN], **OWN)
    assert model.n_iter_ < 60
    assert model.n_iter_ == len(model.validation_scores_) == len(model.validation_loss_curve_)
    best = classifier(max_iter=model.best_epoch_, learning_rate_init=0.02).fit(X[TRAIN], Y[TRAIN])
    np.testing.assert_array_equal(flat(model), flat(best))
    assert model.score(X[VAL], Y[VAL]) == model.best_validation_score_


def test_all_rows_are_learned_from():
    mine = classifier(early_stopping=True, max_iter=1).fit(X[TRAIN], Y[TRAIN], **OWN)
    assert_same_bits(mine, classifier(max_iter=1).fit(X[TRAIN], Y[TRAIN]))


def test_validation_weights():
    w = np.random.default_rng(0).uniform(0, 2, 30)
    model = classifier(max_iter=2).fit(X[TRAIN], Y[TRAIN], **OWN, sample_weight_val=w)
    p = model.predict_proba(X[VAL])[np.arange(30), np.searchsorted(model.classes_, Y[VAL])]
    assert model.validation_loss_curve_[-1] == pytest.approx(np.average(-np.log(p), weights=w), rel=1e-13)
    assert model.validation_scores_[-1] == model.score(X[VAL], Y[VAL], sample_weight=w)


def test_a_regression_scores_r2_and_half_the_squared_error():
    X, y = numbers()
    y = np.column_stack([y, -y])
    model = regressor(max_iter=3).fit(X[TRAIN], y[TRAIN], X_val=X[VAL], y_val=y[VAL])
    p = model.predict(X[VAL])
    assert model.validation_scores_[-1] == r2_score(y[VAL], p)
    want = step(model._network(), model._parameters(), X[VAL], y[VAL]).J
    assert model.validation_loss_curve_[-1] == pytest.approx(want, rel=1e-13)


def test_rows_held_out_have_curves_too():
    model = classifier(early_stopping=True, max_iter=5).fit(X, Y)
    assert len(model.validation_loss_curve_) == len(model.validation_scores_) == 5
    assert classifier(max_iter=2).fit(X, Y).validation_loss_curve_ is None


def test_sparse_rows():
    dense = classifier(max_iter=3).fit(X[TRAIN], Y[TRAIN], **OWN)
    sparse = classifier(max_iter=3).fit(csr_array(X[TRAIN]), Y[TRAIN], X_val=csr_array(X[VAL]), y_val=Y[VAL])
    assert sparse.validation_scores_ == dense.validation_scores_
    np.testing.assert_allclose(sparse.validation_loss_curve_, dense.validation_loss_curve_, rtol=1e-13)


# ---- scoring
def test_scoring_by_name_by_scorer_and_by_function():
    want = None
    scorers = (
        "balanced_accuracy",
        make_scorer(balanced_accuracy_score),
        lambda est, X, y: balanced_accuracy_score(y, est.predict(X)),
    )
    for scoring in scorers:
        model = classifier(scoring=scoring, max_iter=4).fit(X[TRAIN], Y[TRAIN], **OWN)
        want = want or [
            balanced_accuracy_score(Y[VAL], m.predict(X[VAL]))
            for m in after_each_epoch(classifier, 4, X[TRAIN], Y[TRAIN])
        ]
        assert model.validation_scores_ == want


def test_the_score_decides_which_epoch_is_best():
    X, y = numbers()
    by_mae = regressor(scoring="neg_mean_absolute_error", early_stopping=True, max_iter=9)
    by_mae.fit(X[TRAIN], y[TRAIN], X_val=X[VAL], y_val=y[VAL])
    assert by_mae.best_validation_score_ == -mean_absolute_error(y[VAL], by_mae.predict(X[VAL]))
    seventh = regressor(scoring=lambda est, X, y: -abs(est.n_iter_ - 7), early_stopping=True, max_iter=9)
    seventh.fit(X[TRAIN], y[TRAIN], X_val=X[VAL], y_val=y[VAL])
    assert seventh.best_epoch_ == 7
    np.testing.assert_array_equal(flat(seventh), flat(regressor(max_iter=7).fit(X[TRAIN], y[TRAIN])))


def test_weights_reach_a_scorer_that_takes_them():
    seen = []

    def with_weights(est, X, y, sample_weight=None):
        seen.append(sample_weight)
        return 0.0

    def without(est, X, y):
        return 0.0

    w = np.ones(30)
    for scoring in (with_weights, without):
        classifier(scoring=scoring, max_iter=1).fit(X[TRAIN], Y[TRAIN], **OWN, sample_weight_val=w)
    np.testing.assert_array_equal(seen, [w])


def test_a_score_that_is_no_number():
    with pytest.raises(SpecError) as caught:
        classifier(scoring=lambda est, X, y: "good").fit(X[TRAIN], Y[TRAIN], **OWN)
    assert str(caught.value) == "`scoring` must give one number; got 'good'."
    with pytest.raises(ValueError, match="best"):
        classifier(scoring="best").fit(X[TRAIN], Y[TRAIN], **OWN)


# ---- what cannot be
@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"X_val": X}, SpecError, "`X_val` and `y_val` must be given together."),
        ({"y_val": Y}, SpecError, "`X_val` and `y_val` must be given together."),
        ({"sample_weight_val": np.ones(3)}, SpecError, "`sample_weight_val` needs `X_val` and `y_val`."),
        (
            {**OWN, "sample_weight_val": np.zeros(30)},
            SpecError,
            "`sample_weight_val` must not be all zero. Give some row a weight above 0.",
        ),
        (
            {"X_val": X[:2], "y_val": ["a", "z"]},
            SpecError,
            "`y_val` must hold classes of `y`, ['a', 'b', 'c']; it also has ['z'].",
        ),
    ],
)
def test_a_wrong_validation_set_is_said(given, error, message):
    with pytest.raises(error) as caught:
        classifier().fit(X, Y, **given)
    assert str(caught.value) == message


def test_outputs_must_be_as_many():
    X, y = numbers()
    with pytest.raises(ShapeError) as caught:
        regressor().fit(X, y, X_val=X, y_val=np.column_stack([y, y]))
    assert str(caught.value) == "`y_val` must have 1 outputs as `y` has; got 2."


def test_lbfgs_has_no_epochs():
    with pytest.raises(SpecError) as caught:
        classifier(solver="lbfgs").fit(X, Y, **OWN)
    assert str(caught.value) == (
        "`X_val` is for solvers that take epochs; got solver='lbfgs'. Use solver='adam', 'adamw' or 'sgd'."
    )


def test_columns_must_be_those_of_training():
    with pytest.raises(ValueError, match="X has 3 features, but MLPClassifier is expecting 4 features"):
        classifier().fit(X, Y, X_val=X[:, :3], y_val=Y)
