"""The page as trees: each tree comes to the number that the page computes."""

import json
import math
from fractions import Fraction

import numpy as np
import pytest

from clearprop.batch import step
from clearprop.maths import derivation, expressions, trees
from clearprop.network import Network

PAGE = trees.page()
SHAPE = (3, 4)
RANDOM = np.random.default_rng(0)
NET = Network((3, 4, 2))
X, Y = RANDOM.normal(size=(5, 3)), np.array([0, 1, 1, 0, 1])
PARAMS = NET.initialize(seed=1)
WORKING = step(NET, PARAMS, X, Y)


def held():
    """Every matrix of a step by its name, two axes each."""
    found = {"y": np.eye(2)[Y], "p": WORKING.p, "losses": WORKING.losses[:, None]}
    for l in range(3):
        for name, arrays in (("W", PARAMS.W), ("b", PARAMS.b), *zip(WORKING._fields, WORKING, strict=True)):
            if isinstance(arrays, list) and arrays[l] is not None:
                found[f"{name}[{l}]"] = np.atleast_2d(arrays[l])
    return found


HELD = held()
SCALARS = {"m": 5, "lr": 0.1, "l2": 0.01}


def grid(key):
    return trees.given(key, HELD[key].shape)


def computed(made, rows="i", columns="j"):
    """All cells of a grid, by their trees, which went through JSON."""
    tree = json.loads(json.dumps(made.cell(rows, columns)))
    look = lambda key, i, j: float(HELD[key][i, j])  # noqa: E731
    n_rows, n_columns = made.shape
    return np.array(
        [
            [trees.value(tree, look, {rows: i, columns: j}, SCALARS) for j in range(n_columns)]
            for i in range(n_rows)
        ]
    )


def close(got, want):
    np.testing.assert_allclose(got, np.atleast_2d(want), rtol=1e-13, atol=1e-15)  # sums in another order


@pytest.mark.parametrize("l", [1, 2])
def test_G2_affine(l):
    close(computed(PAGE.affine(grid(f"a[{l - 1}]"), grid(f"W[{l}]"), grid(f"b[{l}]"))), WORKING.z[l])


@pytest.mark.parametrize("name", derivation.ACTIVATIONS)
def test_G3_activations_and_their_backs(name):
    g, g_back = derivation.ACTIVATIONS[name]
    z = RANDOM.normal(size=SHAPE)
    HELD.update({"z": z, "a": g(z), "da": RANDOM.normal(size=SHAPE)})
    lines = PAGE.ACTIVATIONS[name]
    close(computed(lines[0](grid("z"))), HELD["a"])
    close(computed(lines[1](grid("da"), grid("z"), grid("a"))), g_back(HELD["da"], z, HELD["a"]))


def test_G4_G5_softmax_and_its_loss_as_on_paper():
    p, losses = (trees.PLAIN["softmax"][0](grid("z[2]")), trees.PLAIN["softmax"][1](grid("p"), grid("y")))
    close(computed(p), WORKING.p)
    close(computed(losses), WORKING.losses[:, None])
    close(computed(PAGE.mean(grid("losses"), 1.0, trees.named("m"))), WORKING.J)


def test_logistic_and_its_loss_as_on_paper():
    z = RANDOM.normal(size=SHAPE)
    HELD.update({"z": z, "q": derivation.logistic(z), "t": RANDOM.integers(0, 2, SHAPE).astype(float)})
    p, losses = trees.PLAIN["logistic"]
    close(computed(p(grid("z"))), HELD["q"])
    close(computed(losses(grid("q"), grid("t"))), derivation.binary_cross_entropy(z, HELD["t"])[:, None])


@pytest.mark.parametrize("head", ["identity", "exp", "absolute", "huber", "quantile"])
def test_other_heads(head):
    z, y = RANDOM.normal(size=SHAPE), RANDOM.uniform(0.1, 2, SHAPE)
    h, losses, back = derivation.HEADS[head]
    HELD.update({"z": z, "t": y, "q": h(z)})
    lines = PAGE.HEADS[head]
    close(computed(lines[0](grid("z"))), h(z))
    close(computed(lines[1](grid("z"), grid("t"))), losses(z, y)[:, None])
    close(computed(lines[2](grid("q"), grid("t"), 1.0)), back(h(z), y, 1.0))


def test_G6_G7_residuals():
    close(computed(PAGE.residual(grid("p"), grid("y"), 1.0)), WORKING.delta[2])
    close(computed(PAGE.pull_back(grid("delta[2]"), grid("W[2]")), "i", "k"), WORKING.da[1])
    close(computed(PAGE.relu_back_one(grid("da[1]"), grid("z[1]"), None)), WORKING.delta[1])


@pytest.mark.parametrize("l", [1, 2])
def test_G8_to_G11_gradients_and_updates(l):
    m, lr, l2 = map(trees.named, SCALARS)
    close(computed(PAGE.weight_grad(grid(f"a[{l - 1}]"), grid(f"delta[{l}]"), m), "k"), WORKING.dW[l])
    close(computed(PAGE.bias_grad(grid(f"delta[{l}]"), m)), WORKING.db[l])
    W, b = PARAMS.W[l], PARAMS.b[l]
    close(
        computed(PAGE.descend(grid(f"W[{l}]"), grid(f"dW[{l}]"), lr, l2), "k"),
        W - 0.1 * (WORKING.dW[l] + 0.01 * W),
    )
    close(computed(PAGE.descend_bias(grid(f"b[{l}]"), grid(f"db[{l}]"), lr)), b - 0.1 * WORKING.db[l])


def test_one_cell_reads_as_on_paper():
    cell = PAGE.affine(trees.given("a", (2, 3)), trees.given("W", (3, 4)), trees.given("b", (1, 4))).cell(
        "i", "j"
    )
    assert cell == [
        "+", ["sum", "k", 0, 3, ["*", ["ref", "a", "i", "k"], ["ref", "W", "k", "j"]]], ["ref", "b", 0, "j"],
    ]  # fmt: skip


def test_exact_numbers_stay_exact():
    tree = PAGE.weight_grad(trees.given("a", (3, 1)), trees.given("d", (3, 1)), trees.named("m")).cell(0, 0)
    a = {"a": [1, 2, 3], "d": [Fraction(1, 3), Fraction(1, 7), Fraction(-2, 5)]}
    exact = trees.value(tree, lambda key, i, j: a[key][i], {}, {"m": 3}, {**trees.NUMBERS, "num": Fraction})
    assert exact == (Fraction(1, 3) + Fraction(2, 7) - Fraction(6, 5)) / 3


def test_the_slope_of_an_absolute_value_has_no_infinity():
    """JSON holds none; its three cases remain."""
    lines = expressions.pair("abs(x)", 0, PAGE)
    z = np.array([[-2.0, 0.0, 3.0, 0.5]])
    HELD.update({"z": z, "a": abs(z), "da": np.ones((1, 4))})
    made = lines[1](grid("da"), grid("z"), grid("a"))
    assert "inf" not in json.dumps(made.cell("i", "j")).lower()
    close(computed(made), [[-1, 0, 1, 1]])


def test_the_largest_of_a_row_has_no_tree():
    with pytest.raises(NotImplementedError, match="no tree"):
        PAGE.softmax(trees.given("z", SHAPE))


def test_a_mistake_in_a_line_shows():
    """1/m lost: the tree's number is m times the page's."""
    lost = PAGE.matmul(grid("a[1]").T, grid("delta[2]"))
    assert not np.allclose(computed(lost, "k"), WORKING.dW[2])
    assert math.isclose(computed(lost, "k")[0, 0], 5 * WORKING.dW[2][0, 0], rel_tol=1e-13)
