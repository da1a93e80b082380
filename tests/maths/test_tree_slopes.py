"""Derivatives of trees, by the rules, against the complex step."""

import numpy as np
import pytest

from clearprop.maths import trees
from clearprop.maths.tree_slopes import replaced, slope, times

RANDOM = np.random.default_rng(0)
HELD = {"z": RANDOM.normal(size=(3, 4)), "p": RANDOM.uniform(0.2, 0.8, (3, 4)), "Y": np.eye(4)[[0, 2, 3]]}
Z, P, Y = (trees.given(key, (3, 4)) for key in ("z", "p", "Y"))
CASES = {
    "softmax": (trees.softmax(Z).cell("i", "c"), "z"),
    "logistic": (trees.logistic(Z).cell("i", "c"), "z"),
    "cross-entropy": (trees.cross_entropy(P, Y).cell("i", 0), "p"),
    "binary cross-entropy": (trees.binary_cross_entropy(P, Y).cell("i", 0), "p"),
    "a product": ((Z * Z * 3.0 - Z / (Z * Z + 1.0)).cell("i", "c"), "z"),
}


def value(tree, held, **at):
    return trees.value(tree, lambda key, i, j: held[key][i, j], at, {}, trees.ARRAYS)


@pytest.mark.parametrize("name", CASES)
def test_against_the_complex_step(name):
    tree, key = CASES[name]
    made = slope(tree, key, ("i", "j"))
    for i, c, j in np.ndindex(3, 4, 4):
        moved = HELD | {key: HELD[key].astype(complex)}
        moved[key][i, j] += 1e-30j
        want = np.imag(value(tree, moved, i=i, c=c)) / 1e-30
        assert value(made, HELD, i=i, c=c, j=j) == pytest.approx(want, rel=1e-13, abs=1e-15)


def test_a_letter_that_is_bound_is_not_mixed_up_with_a_free_one():
    """The softmax of a sum over j, by cell j."""
    total = trees.softmax(Z).cell("i", "c")[2]
    assert total[1] == "j"
    assert slope(total, "z", ("i", "j")) == ["exp", ["ref", "z", "i", "j"]]


def test_what_has_no_rule_is_refused():
    with pytest.raises(NotImplementedError, match="max"):
        slope(["max", ["ref", "z", "i", "j"], ["num", 0.0]], "z", ("i", "j"))


def test_signs_and_indices():
    assert times(["neg", ["sym", "a"]], ["neg", ["sym", "b"]]) == ["*", ["sym", "a"], ["sym", "b"]]
    assert replaced(["ref", "i", "i", "k"], "i", 2) == ["ref", "i", 2, "k"]
