"""What an account prints is evaluated as it stands: the right side of each line must come to the quantity.

The account recomputes a line from its tree; its LaTeX is another text, so that these tests read the LaTeX.
"""

import numpy as np
import pytest

from clearprop import Network, explain, step
from clearprop.batch import as_batch
from clearprop.maths import derivation
from latex_reader import Place, evaluate, statements

SIZES, L2 = (3, 4, 2), 0.3
RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(4, 3))
WEIGHTS = {"unweighted": None, "weighted": [1.0, 2.0, 0.5, 3.0]}
LOSS = ("losses", "J_sum", "J", "penalty", "J_total", "delta[2]")
TARGETS = {
    "softmax": np.array([0, 1, 1, 0]),
    "logistic": np.array([[0.0, 1.0], [1.0, 1.0], [0.0, 0.0], [1.0, 0.0]]),
    "exp": np.array([[0.0, 1.0], [2.0, 3.0], [0.0, 0.0], [1.0, 4.0]]),
}
each = pytest.mark.parametrize("head", derivation.HEADS)
each_weight = pytest.mark.parametrize("weighted", WEIGHTS)


def targets(head):
    return TARGETS.get(head, np.array([[0.3, -1.0], [2.5, 0.1], [-3.0, 0.7], [1.2, 0.4]]))


def account_and_place(head, weighted, **options):
    """An account, and the quantities by the names that it prints, from `step`."""
    net, w = Network(SIZES, head=head), WEIGHTS[weighted]
    params, y = net.initialize(seed=1), targets(head)
    done = step(net, params, X, y, w)
    _, Y, rows = as_batch(net, X, y, w, float)
    constants = set(net.head_constants)
    values = {
        "rows": len(X), "m": done.m, "C": SIZES[-1], "n": list(SIZES), "Y": Y, "w": rows[:, None], "p": done.p,
        "losses": done.losses[:, None], "J": done.J, "W": params.W, "z": done.z, r"\lambda": L2,
        r"\kappa": constants.pop() if constants else None,
    }  # fmt: skip
    account = explain(net, params, X, y, sample_weight=w, l2=L2, **options)
    return account, Place(values, functions={r"\sigma": derivation.logistic})


def first_right_side(latex):
    return statements(latex)[0][1]


def false_lines(account, place, keys=LOSS):
    """The lines whose right sides do not come to their quantity, and how many were read."""
    wrong, seen = [], 0
    for key in keys:
        quantity = account.trace["quantities"][key]
        values = np.array(quantity["values"])
        for line in quantity["lines"]:
            for form, latex in line["latex"].items():
                if latex and r"\partial" not in first_right_side(latex):
                    seen += 1
                    wrong += [(key, form, latex)] * (not holds(latex, form, values, place))
    return wrong, seen


def holds(latex, form, values, place):
    right = first_right_side(latex)
    if "_{i" not in latex.partition("=")[0]:
        return close(evaluate(right, place), values)
    cells = range(values.shape[1]) if form == "scalar" else [slice(None)]
    return all(
        close(evaluate(right, place.at(**at(i, j))), values[i, j]) for i in range(len(values)) for j in cells
    )


def at(i, j):
    return {"i": i + 1} | ({} if isinstance(j, slice) else {"j": j + 1, "c": j + 1})


def close(found, wanted):
    """Float64 of a few terms: 1e-12 leaves room for sums in another order."""
    found, wanted = np.ravel(found), np.ravel(wanted)
    return found.shape == wanted.shape and np.allclose(found, wanted, rtol=1e-12, atol=1e-14)


@each
@each_weight
def test_every_printed_line_of_the_loss_holds(head, weighted):
    account, place = account_and_place(head, weighted)
    wrong, seen = false_lines(account, place)
    assert wrong == []
    assert seen >= 5


@pytest.mark.parametrize("head", ["softmax", "logistic"])
@each_weight
def test_the_printed_derivative_by_a_probability_holds(head, weighted):
    account, place = account_and_place(head, weighted)
    with np.errstate(divide="ignore", invalid="ignore"):
        assert false_lines(account, place, ("dp",)) == ([], 1)


@each
def test_a_false_line_of_J_is_found(head):
    """The cross-entropy of softmax, planted in the account of each head, holds for softmax alone."""
    account, place = account_and_place(head, "unweighted")
    planted = r"J = -\frac{1}{m} \sum_{i=1}^{m} \sum_{j=1}^{2} Y_{i,j} \ln p_{i,j}"
    account.trace["quantities"]["J"]["lines"][0]["latex"]["scalar"] = planted
    with np.errstate(invalid="ignore"):
        wrong, _ = false_lines(account, place)
    assert bool(wrong) == (head != "softmax")


@pytest.mark.parametrize("head", ["softmax", "logistic", "identity"])
def test_with_weights_what_has_a_row_a_sample_is_a_derivative_of_the_sum(head):
    account, _ = account_and_place(head, "weighted")
    quantities = account.trace["quantities"]
    for key in ("delta[2]", "da[1]", "delta[1]", "dp"):
        if key not in quantities:
            continue
        names = [quantities[key]["latex"], quantities[key]["other_latex"] or {}]
        names += [line["latex"] for line in quantities[key]["lines"]]
        assert not [
            t for forms in names for t in forms.values() if t and r"\partial J_{" in t and "sum" not in t
        ]
    unweighted, _ = account_and_place(head, "unweighted")
    assert unweighted.trace["quantities"]["da[1]"]["latex"]["scalar"].startswith(r"\frac{\partial J_{#1}}")


@each
@each_weight
def test_a_printed_line_says_one_thing(head, weighted):
    """The sides of a line are all held against its quantity, so that nothing else may stand beside it."""
    account, _ = account_and_place(head, weighted)
    for key in LOSS:
        for line in account.trace["quantities"][key]["lines"]:
            assert all(len(statements(latex)) == 1 for latex in line["latex"].values() if latex)
