"""Values that MLPClassifier and MLPRegressor cannot take, and odd ones that they can."""

import re

import numpy as np
import pytest
from scipy import sparse

from clearprop import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
KINDS = [MLPClassifier, MLPRegressor]
both = pytest.mark.parametrize("kind", KINDS)

rng = np.random.default_rng(0)
X = rng.standard_normal((60, 4))
Y = (X[:, 0] > 0).astype(int)
NAN = np.where(np.arange(240).reshape(60, 4) == 13, np.nan, X)


def new(kind, **options):
    return kind(**{"hidden_layer_sizes": (5,), "max_iter": 4, "random_state": 0} | options)


@pytest.fixture(scope="module")
def fitted():
    return {kind: new(kind).fit(X, Y) for kind in KINDS}


def same(kind, rows, targets=Y, like=X):
    """Whether a fit to some rows has the bits of a fit to plain ones."""
    got, want = new(kind).fit(rows, targets), new(kind).fit(like, Y)
    assert got.coefs_[0].dtype == want.coefs_[0].dtype
    assert all((a == b).all() for a, b in zip(got.coefs_, want.coefs_, strict=True))
    np.testing.assert_array_equal(got.predict(rows), want.predict(like))


# ---- refused, by every method alike --------------------------------------------------------------------------

REFUSED = {
    "nan": (NAN, "Input X contains NaN"),
    "nan in a sparse matrix": (sparse.csr_matrix(NAN), "Input X contains NaN"),
    "None": (NAN.astype(object), "Input X contains NaN"),
    "infinity": (np.where(np.isnan(NAN), np.inf, X), "Input X contains infinity or a value too large for dtype"),
    "minus infinity": (np.where(np.isnan(NAN), -np.inf, X), "Input X contains infinity or a value too large"),
    "complex": (X + 1j, "Complex data not supported"),
    "objects": (np.where(np.isnan(NAN), "tall", X.astype(object)), "could not convert string to float: 'tall'"),
    "strings": (np.full((60, 4), "tall"), "could not convert string to float|not compatible with arrays of bytes"),
    "no rows": (X[:0], r"Found array with 0 sample\(s\) \(shape=\(0, 4\)\) while a minimum of 1 is required"),
    "no columns": (X[:, :0], r"Found array with 0 feature\(s\) \(shape=\(60, 0\)\) while a minimum of 1 is required"),
    "one axis": (X[:, 0], "Expected 2D array, got 1D array instead"),
    "three axes": (X[None], "Found array with dim 3, while dim <= 2 is required"),
    "a number": (1.0, "Expected 2D array, got scalar array instead"),
}  # fmt: skip


@both
@pytest.mark.parametrize("case", REFUSED)
def test_rows_that_fit_refuses(kind, case):
    rows, message = REFUSED[case]
    with pytest.raises(ValueError, match=message):
        new(kind).fit(rows, Y)


@both
@pytest.mark.parametrize("case", REFUSED)
def test_rows_that_partial_fit_refuses(kind, case):
    rows, message = REFUSED[case]
    first = {"classes": [0, 1]} if kind is MLPClassifier else {}
    with pytest.raises(ValueError, match=message):
        new(kind).partial_fit(rows, Y, **first)


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        (MLPClassifier, "predict"), (MLPClassifier, "predict_proba"), (MLPClassifier, "predict_log_proba"),
        (MLPRegressor, "predict"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("case", REFUSED)
def test_rows_that_predictions_refuse(fitted, kind, method, case):
    rows, message = REFUSED[case]
    with pytest.raises(ValueError, match=message):
        getattr(fitted[kind], method)(rows)


@both
@pytest.mark.parametrize("columns", [3, 5])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
def test_the_number_of_columns_is_told_with_both_numbers(fitted, kind, columns, form):
    rows = form(np.ones((2, columns)))
    message = f"X has {columns} features, but {kind.__name__} is expecting 4 features as input"
    with pytest.raises(ValueError, match=message):
        fitted[kind].predict(rows)
    with pytest.raises(ValueError, match=message):
        fitted[kind].score(rows, [0, 1])
    again = new(kind).fit(X, Y)
    with pytest.raises(ValueError, match=message):
        again.partial_fit(rows, [0, 1])
    with pytest.raises(ValueError, match=message):
        again.set_params(warm_start=True).fit(rows, [0, 1])
    np.testing.assert_array_equal(again.predict(X), fitted[kind].predict(X))  # and nothing was lost


TARGETS = {
    "nan": (np.where(np.arange(60) == 7, np.nan, Y), "Input y contains NaN"),
    "infinity": (np.where(np.arange(60) == 7, np.inf, Y), "Input y contains infinity"),
    "complex": (Y + 1j, "Complex data not supported"),
    "three axes": (np.zeros((60, 1, 1)), "Found array with dim 3, while dim <= 2 is required"),
    "too few": (Y[:-1], r"inconsistent numbers of samples: \[60, 59\]"),
    "none": (None, "requires y to be passed, but the target y is None"),
}


@both
@pytest.mark.parametrize("case", TARGETS)
def test_targets_that_are_refused(kind, case):
    targets, message = TARGETS[case]
    with pytest.raises(ValueError, match=message):
        new(kind).fit(X, targets)


def test_targets_that_are_no_classes():
    with pytest.raises(ValueError, match="Unknown label type"):
        new(MLPClassifier).fit(X, X[:, 0])
    with pytest.raises(ValueError, match="Multioutput target data is not supported"):
        new(MLPClassifier).fit(X, np.column_stack([Y, 2 * Y]))


def test_targets_that_are_no_numbers():
    with pytest.raises(ValueError, match="could not convert string to float: 'tall'"):
        new(MLPRegressor).fit(X, np.where(Y, "tall", "small").astype(object))


def test_targets_below_zero_for_poisson():
    with pytest.raises(
        ValueError, match=re.escape("With loss='poisson' `y` must hold no number below 0; got -2")
    ):
        new(MLPRegressor, loss="poisson").fit(X, Y - 2)


def test_new_classes_while_going_on():
    model = new(MLPClassifier).partial_fit(X, Y, classes=[0, 1])
    with pytest.raises(ValueError, match=r"`y` has classes not in `self\.classes_`"):
        model.partial_fit(X, Y + 1)
    with pytest.raises(ValueError, match="classes must be passed on the first call to partial_fit"):
        new(MLPClassifier).partial_fit(X, Y)


# ---- weights -------------------------------------------------------------------------------------------------

WEIGHTS = {
    "negative": (np.where(np.arange(60) == 3, -1.0, 1.0), "Negative values in data passed to `sample_weight`"),
    "nan": (np.where(np.arange(60) == 3, np.nan, 1.0), "Input sample_weight contains NaN"),
    "infinity": (np.where(np.arange(60) == 3, np.inf, 1.0), "Input sample_weight contains infinity"),
    "zeros": (np.zeros(60), "Sample weights must contain at least one non-zero number"),
    "too few": (np.ones(59), re.escape("sample_weight.shape == (59,), expected (60,)")),
    "two axes": (np.ones((60, 2)), "Sample weights must be 1D array or scalar, got 2D array"),
    "strings": (np.full(60, "heavy"), "could not convert string to float"),
}  # fmt: skip


@both
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("case", WEIGHTS)
def test_weights_that_are_refused(kind, solver, case):
    weights, message = WEIGHTS[case]
    with pytest.raises(ValueError, match=message):
        new(kind, solver=solver).fit(X, Y, sample_weight=weights)


@both
@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_a_weight_for_all_scales_the_penalty_alone(kind, solver):
    """Twice the weights and twice alpha: the same fit, as only the sum of the weights divides."""
    twice = new(kind, solver=solver, alpha=0.2).fit(X, Y, sample_weight=2.0)
    once = new(kind, solver=solver, alpha=0.1).fit(X, Y)
    np.testing.assert_allclose(twice.coefs_[0], once.coefs_[0], rtol=0, atol=1e-9)  # lbfgs enlarges 1e-16


@both
@pytest.mark.parametrize("early_stopping", [False, True])
def test_a_batch_without_weight_is_no_step(kind, early_stopping):
    weights = np.zeros(60)
    weights[:30] = 1
    model = new(kind, solver="sgd", batch_size=1, early_stopping=early_stopping).fit(
        X, Y, sample_weight=weights
    )
    assert all(np.isfinite(w).all() for w in (*model.coefs_, *model.intercepts_))
    assert np.isfinite(model.loss_curve_).all()


@both
def test_rows_without_weight_move_nothing(kind):
    """Whatever they hold: in place of their numbers others give the same bits."""
    weights = (np.arange(60) % 3 > 0).astype(float)
    other = np.where(weights[:, None] > 0, X, 1e3)
    one, two = (new(kind, solver="sgd").fit(rows, Y, sample_weight=weights) for rows in (X, other))
    np.testing.assert_array_equal(one.coefs_[0], two.coefs_[0])


# ---- taken ---------------------------------------------------------------------------------------------------

read_only = X.copy()
read_only.flags.writeable = False
TAKEN = {
    "read-only": read_only,
    "Fortran order": np.asfortranarray(X),
    "every other column": np.repeat(X, 2, axis=1)[:, ::2],
    "backwards": X[::-1][::-1],
    "the other byte order": X.astype(">f8" if np.little_endian else "<f8"),
    "long double": X.astype(np.longdouble),
    "objects": X.astype(object),
    "lists": X.tolist(),
}


@both
@pytest.mark.parametrize("case", TAKEN)
def test_rows_that_are_stored_otherwise(kind, case):
    same(kind, TAKEN[case])


@both
@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil", "dok", "bsr", "dia"])
@pytest.mark.parametrize("version", ["matrix", "array"])
def test_sparse_rows_of_every_form(kind, form, version):
    same(kind, getattr(sparse, f"{form}_{version}")(X))


@both
@pytest.mark.parametrize("dtype", [np.float16, np.int8, np.uint64, bool])
def test_rows_of_other_numbers_become_float64(kind, dtype):
    rows = (10 * np.abs(X)).astype(dtype)
    same(kind, rows, like=rows.astype(np.float64))


@both
def test_float32_stays(kind):
    model = new(kind).fit(X.astype(np.float32), Y)
    assert {w.dtype.name for w in (*model.coefs_, *model.intercepts_)} == {"float32"}
    if kind is MLPClassifier:
        assert model.predict_proba(X.astype(np.float32)).dtype == np.float32


def test_nothing_that_is_given_is_written_to():
    rows, targets, weights = X.copy(), Y.astype(float), np.linspace(1, 2, 60)
    for kind in KINDS:
        for solver in ("adam", "sgd", "lbfgs"):
            new(kind, solver=solver).fit(rows, targets, sample_weight=weights).predict(rows)
    np.testing.assert_array_equal(rows, X)
    np.testing.assert_array_equal(targets, Y)
    np.testing.assert_array_equal(weights, np.linspace(1, 2, 60))


@both
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_one_row(kind, solver):
    model = new(kind, solver=solver).fit(X[:1], Y[:1])
    assert model.predict(X[:1]).shape == (1,)
    assert np.isfinite(model.loss_)


@both
def test_few_rows_leave_none_to_stop_by(kind):
    with pytest.raises(ValueError, match=r"The validation set is too small\. Increase 'validation_fraction'"):
        new(kind, early_stopping=True).fit(X[:9], np.zeros(9))


def test_one_class():
    model = new(MLPClassifier).fit(X, np.full(60, "only"))
    assert set(model.predict(X)) == {"only"}
    assert model.classes_.tolist() == ["only"]


# ---- huge values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
def test_huge_rows_are_named_as_the_cause(solver, form):
    """Their squares are infinite before the first step."""
    rows = np.where(np.isnan(NAN), -1e300, X)
    message = (
        r"The input data may contain large values and need to be preprocessed\. J became infinite in epoch 1, batch 1, "
        r"at z\[2\]; no step was taken yet: `X` \(up to 1e\+300\) or `y` is likely too large\. Scale them\.$"
    )
    with pytest.raises(ValueError, match=message):
        new(MLPRegressor, solver=solver).fit(form(rows), Y)


def test_huge_rows_by_lbfgs():
    message = r"J became infinite in iteration 1 of lbfgs; `X` \(up to 1e\+300\) or `y` is likely too large\."
    with pytest.raises(ValueError, match=message):
        new(MLPRegressor, solver="lbfgs").fit(np.where(np.isnan(NAN), 1e300, X), Y)


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_huge_rows_of_classes(solver):
    """A class's loss is linear in z: finite, and so are the probabilities."""
    rows = np.where(np.isnan(NAN), 1e150, X)
    model = new(MLPClassifier, solver=solver, learning_rate_init=1e-300).fit(rows, Y)
    p = model.predict_proba(rows)
    assert np.isfinite(p).all()
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-15)
