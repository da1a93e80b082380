"""The numbers of worksheets: nice, exact where they say so, and those of a step."""

from fractions import Fraction

import numpy as np
import pytest

from clearprop import exercise
from clearprop.batch import descend, step
from clearprop.errors import SpecError
from clearprop.network import Network, Parameters
from clearprop.show.exercise.nice import SPREAD, nice_numbers
from clearprop.show.exercise.plan import operands

SHEETS = {
    "plain": {}, "exact": {"numbers": "exact"}, "deep": {"sizes": (2, 3, 3, 2), "rows": 4, "numbers": "exact"},
    "wide": {"sizes": (4, 8, 8, 3), "rows": 5}, "one hidden unit": {"sizes": (1, 1, 2), "rows": 2},
    "logistic": {"sizes": (3, 4, 1), "head": "logistic", "rows": 4, "numbers": "exact"},
    "regression": {"sizes": (2, 3, 2), "head": "identity", "numbers": "exact"}, "one row": {"rows": 1},
    "tanh": {"activation": "tanh", "l2": 0.0}, "sigmoid": {"sizes": (2, 3, 2), "activation": "logistic"},
    "linear": {"sizes": (2, 2, 2), "activation": "identity"}, "no hidden layer": {"sizes": (3, 2)},
}  # fmt: skip
each = pytest.mark.parametrize("name", SHEETS)


def sheet(name, **more):
    return exercise(**(SHEETS[name] | {"seed": 4} | more))


def array(problem, key, value):
    rows, columns = problem.shape(key)
    return np.array([[float(value(key, i, j)) for j in range(columns)] for i in range(rows)])


@each
def test_every_number_is_that_of_a_step(name):
    problem = sheet(name).problem
    net, chain = problem.net, problem.chain()
    given = {key: array(problem, key, problem.given_value) for key in problem.given}
    layers = range(1, net.L + 1)
    W, b = ([None, *(given[f"{letter}[{l}]"] for l in layers)] for letter in "Wb")
    params = Parameters.from_layers(net, W, [None, *(row[0] for row in b[1:])])
    working = step(net, params, given["a[0]"], given["Y"])
    new = descend(params, working, float(problem.lr), float(problem.l2))
    for key in problem.plan.lines:
        quantity, _, l = key.rstrip("]").partition("[")
        held = {"W'": new.W, "b'": new.b}.get(quantity) or getattr(working, quantity)
        want = np.atleast_2d(held[int(l)] if l else held)
        np.testing.assert_allclose(
            array(problem, key, chain.value), want, rtol=1e-13, atol=1e-14
        )  # sums in another order


@each
def test_fractions_are_the_numbers(name):
    problem = sheet(name).problem
    chain = problem.chain()
    for key in problem.plan.lines:
        for cell in problem.cells(key):
            found = problem.fraction(cell)
            if problem.exact and key != "J" and "'" not in key:
                assert isinstance(found, Fraction)
            if found is not None:
                assert float(found) * problem.unit(key) == pytest.approx(
                    chain.value(*cell), rel=1e-13, abs=1e-15
                )


@pytest.mark.parametrize("sizes", [(3, 4, 2), (2, 3, 3, 2), (5, 8, 3)])
@pytest.mark.parametrize("seed", range(6))
def test_nice_numbers(sizes, seed):
    net = Network(sizes)
    found = nice_numbers(net, 4, np.random.default_rng(seed))
    params = Parameters.from_layers(
        net,
        [None, *(found[f"W[{l}]"] for l in range(1, net.L + 1))],
        [None, *(found[f"b[{l}]"][0] for l in range(1, net.L + 1))],
    )
    working = step(net, params, found["a[0]"], found["Y"])
    for l in range(1, net.L):
        assert (working.z[l] != 0).all()
        assert (working.z[l] > 0).any(axis=0).all()
        assert (working.z[l] < 0).any(axis=0).all()
        assert np.abs(working.z[l]).max() <= 9
    assert np.ptp(working.z[-1], axis=1).max() <= SPREAD
    assert working.p.min() > 0.005
    assert all(array.dtype.kind == "i" for array in found.values())


def test_the_same_seed_gives_the_same_sheet():
    assert exercise(seed=5) == exercise(seed=5)
    assert exercise(seed=5).to_markdown() != exercise(seed=6).to_markdown()
    assert exercise(seed=5, lang="zh").problem == exercise(seed=5).problem


def test_golden_set_B_is_such_a_sheet():
    """p in ninths, fifths and thirds: with ln 2 before the last layer every delta is a plain fraction."""
    problem = exercise(seed=1, numbers="exact").problem
    chain = problem.chain()
    texts = [problem.text(cell, chain) for key in ("p", "delta[2]", "dW[2]") for cell in problem.cells(key)]
    assert all("." not in text for text in texts)
    assert any("/" in text for text in texts)


# ---- Blanks -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("share", [0.05, 0.5, 1.0])
def test_blanks_are_a_share_of_each_quantity(share):
    found = exercise(seed=2, blanks=share)
    for key in found.problem.plan.lines:
        count = sum(cell[0] == key for cell in found.blanks.values())
        assert count == max(1, round(share * len(found.problem.cells(key))))


@each
def test_every_blank_can_be_worked_out_from_what_stands_before_it(name):
    """With all cells blank: what is given suffices, in the order of the numbers."""
    found = sheet(name, blanks=1.0)
    known = {(key, i, j) for key in found.problem.given for key, i, j in found.problem.cells(key)}
    done = set(found.problem.given)
    for key, line in found.problem.plan.lines.items():
        assert operands(line.tree) <= done, f"{key} needs what comes after it"
        done.add(key)
    assert not known & set(found.blanks.values())
    order = list(found.problem.plan.lines)
    positions = [order.index(cell[0]) for cell in found.blanks.values()]
    assert positions == sorted(positions)


def test_blanks_in_some_quantities_only():
    assert {cell[0] for cell in exercise(quantities=["dW", "z[1]"]).blanks.values()} == {
        "dW[1]",
        "dW[2]",
        "z[1]",
    }


# ---- Refusals -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"blanks": 0.0}, "`blanks` must be a share above 0, at most 1; got 0.0."),
        ({"blanks": 0.5, "mistakes": 1}, "A sheet has `blanks` to fill in, or `mistakes` to find. Choose one."),
        ({"mistakes": 15}, "mistakes that show can be planted in this sheet; `mistakes` is 15. Ask for fewer."),
        ({"rows": 0}, "`rows` must be a whole number from 1 to 100; got 0."),
        ({"head": "exp"}, "`head` must be one of softmax, logistic, identity; got 'exp'."),
        ({"numbers": "exact", "activation": "tanh"}, "needs relu or identity; tanh gives no fractions."),
        ({"sizes": (100, 100, 10)}, "3,000 are the most. Use a smaller network, or fewer rows."),
        ({"quantities": ["dV"]}, "got dV."), ({"lang": "de"}, "`lang` must be one of en, zh; got 'de'."),
        ({"lr": -1.0}, "`lr` must be a number from 0 to a million; got -1.0."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(settings, text):
    with pytest.raises(SpecError) as error:
        exercise(**settings)
    assert text in str(error.value)


def test_numbers_that_cannot_be_had_are_told(monkeypatch):
    monkeypatch.setattr("clearprop.show.exercise.nice.TRIES", 0)
    with pytest.raises(SpecError, match="No nice numbers were found for a 3-4-2 network and 3 rows"):
        exercise()
