"""`class_weight`: the numbers of the sample weights that it stands for."""

import numpy as np
import pytest

from clearprop.errors import SpecError
from oracles.mlps import assert_same_bits, classifier, three_classes

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, Y = three_classes()
GIVEN = {"a": 2.0, "b": 0.5, "c": 3.0}


def balanced(y):
    """m / (classes * rows of the class), row by row."""
    counts = {c: (y == c).sum() for c in set(y)}
    return np.array([len(y) / (len(counts) * counts[c]) for c in y])


@pytest.mark.parametrize("options", [{}, {"solver": "sgd"}, {"solver": "lbfgs"}, {"early_stopping": True}])
def test_a_dict_is_the_weights_it_names(options):
    mine = classifier(class_weight=GIVEN, **options).fit(X, Y)
    want = classifier(**options).fit(X, Y, sample_weight=[GIVEN[c] for c in Y])
    np.testing.assert_array_equal(mine.coefs_[0], want.coefs_[0])
    assert mine.loss_ == want.loss_
    assert (classifier(**options).fit(X, Y).coefs_[0] != mine.coefs_[0]).any()


def test_balanced_gives_each_class_the_same_mass():
    w = balanced(Y)
    assert [w[c == Y].sum() for c in "abc"] == pytest.approx([30, 30, 30])
    assert_same_bits(classifier(class_weight="balanced").fit(X, Y), classifier().fit(X, Y, sample_weight=w))


def test_class_weight_multiplies_sample_weight():
    w = np.random.default_rng(0).uniform(0.5, 2, len(Y))
    mine = classifier(class_weight="balanced").fit(X, Y, sample_weight=w)
    assert_same_bits(mine, classifier().fit(X, Y, sample_weight=w * balanced(Y)))


def test_two_classes_and_partial_fit():
    y = Y == "a"
    mine, want = classifier(class_weight={True: 3.0}), classifier()
    for _ in range(3):
        mine.partial_fit(X, y, classes=[False, True])
        want.partial_fit(X, y, sample_weight=np.where(y, 3.0, 1.0), classes=[False, True])
    assert_same_bits(mine, want)


def test_what_cannot_be_is_said():
    several = np.column_stack([Y == "a", Y == "b"]).astype(int)
    with pytest.raises(SpecError) as caught:
        classifier(class_weight="balanced").fit(X, several)
    assert str(caught.value) == (
        "`class_weight` needs one class a row; `y` holds several labels a row. Use `sample_weight` instead."
    )
    with pytest.raises(SpecError) as caught:
        classifier(class_weight="balanced").partial_fit(X, Y, classes=list("abc"))
    assert str(caught.value) == (
        "class_weight='balanced' needs all rows, which `partial_fit` does not see. Give a dict instead."
    )
    with pytest.raises(SpecError) as caught:
        classifier(class_weight=dict.fromkeys("abc", 0.0)).fit(X, Y)
    assert str(caught.value) == (
        "`sample_weight` times `class_weight` must not be all zero. Give some row a weight above 0."
    )
    with pytest.raises(ValueError, match="'class_weight' parameter of MLPClassifier must be"):
        classifier(class_weight="even").fit(X, Y)
