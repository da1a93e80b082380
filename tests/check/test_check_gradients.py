"""`check_gradients` passes right gradients and finds each planted mistake."""

import re

import numpy as np
import pytest

from clearprop import batch
from clearprop.check.gradients import TOLERANCE, check_gradients, complex_step
from clearprop.errors import ShapeError
from clearprop.network import Network, Parameters
from oracles import by_hand, cases

NET = Network((3, 4, 4, 2), "tanh")
PARAMS, X, Y, WEIGHTS = cases.random_batch(NET, 6, seed=8, weighted=True)
WORKING = batch.step(NET, PARAMS, X, Y, WEIGHTS)


def verdict_on(l=2, name="dW", wrong=None, **settings):
    """The verdict when one gradient is replaced by `wrong` of it."""
    gradients = list(getattr(WORKING, name))
    if wrong is not None:
        gradients[l] = wrong(gradients[l].copy())
    return check_gradients(
        NET, PARAMS, X, Y, WEIGHTS, working=WORKING._replace(**{name: gradients}), **settings
    )


def put(value):
    def change(gradient):
        gradient.flat[1] = value
        return gradient

    return change


def test_right_gradients_pass():
    verdict = check_gradients(NET, PARAMS, X, Y, WEIGHTS)
    assert verdict.ok
    assert verdict.worst <= TOLERANCE
    assert [row["name"] for row in verdict.rows] == ["dW[1]", "db[1]", "dW[2]", "db[2]", "dW[3]", "db[3]"]
    assert [row["checked"] for row in verdict.rows] == [12, 4, 16, 4, 8, 2]
    assert verdict_on().ok


MISTAKES = {
    "scaled by m": ("dW", lambda g: 6 * g),
    "scaled a little": ("dW", lambda g: g * (1 + 1e-10)),
    "transposed": ("dW", lambda g: g.T),
    "sign": ("dW", lambda g: -g),
    "one wrong entry": ("dW", lambda g: put(g.flat[1] + 1e-9)(g)),
    "rows shuffled": ("dW", lambda g: g[::-1]),
    "zeros": ("dW", lambda g: 0 * g),
    "bias scaled": ("db", lambda g: g * 2),
    "bias for another unit": ("db", lambda g: np.roll(g, 1)),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_planted_mistakes_are_found_where_they_are(mistake):
    name, wrong = MISTAKES[mistake]
    verdict = verdict_on(2, name, wrong)
    assert not verdict.ok
    assert [row["name"] for row in verdict.rows if row["error"] > verdict.tolerance] == [f"{name}[2]"]


def test_a_gradient_of_another_shape_is_said():
    with pytest.raises(ShapeError) as error:
        verdict_on(1, "dW", lambda g: g[:2])
    assert str(error.value) == "`dW[1]` must be (3, 4), as `W[1]` is; got (2, 4)."


def test_the_place_of_a_wrong_entry_is_said():
    verdict = verdict_on(2, "dW", put(1e3))
    [row] = [row for row in verdict.rows if row["error"] > verdict.tolerance]
    assert row["at"] == (0, 1)
    assert "(0, 1)" in str(verdict)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_gradient_that_is_no_number_is_found(value):
    verdict = verdict_on(3, "db", put(value))
    assert not verdict.ok
    assert not np.isfinite(verdict.worst)
    assert verdict.rows[-1]["at"] == (1,)


def test_the_verdict_reads_as_a_table():
    lines = str(verdict_on()).splitlines()
    assert lines[0].split() == ["gradient", "shape", "checked", "worst", "error", "at"]
    assert lines[1].split()[:5] == ["dW[1]", "3", "x", "4", "12"]
    assert [line[22:32].strip() for line in lines[:7]] == ["checked", "12", "4", "16", "4", "8", "2"]
    assert lines[-1].startswith("All gradients hold: worst relative error ")
    assert lines[-1].endswith(", tolerance 1e-12.")


def test_a_wrong_gradient_is_said():
    lines = str(verdict_on(2, "dW", lambda g: 6 * g)).splitlines()
    assert re.fullmatch(
        r"A gradient is wrong: worst relative error \d\.\de\+00, tolerance 1e-12\.", lines[-1]
    )


def test_tolerance_is_the_callers():
    assert verdict_on(2, "dW", lambda g: g * (1 + 1e-5), tolerance=1e-4).ok
    assert not verdict_on(2, "dW", lambda g: g * (1 + 1e-5), tolerance=1e-6).ok


def test_most_takes_a_sample_that_a_seed_repeats():
    verdicts = [verdict_on(most=5, seed=seed) for seed in (0, 0, 1)]
    assert [row["checked"] for row in verdicts[0].rows] == [5, 4, 5, 4, 5, 2]
    assert verdicts[0] == verdicts[1]
    entry = WORKING.dW[2].size
    found = [not verdict_on(2, "dW", put(1e3), most=5, seed=seed).ok for seed in range(12)]
    assert 0 < sum(found) < 12, f"one entry in {entry} is not in every sample of 5, nor in none"


@pytest.mark.parametrize(
    ("activation", "kinks"), [("relu", 3), ("leaky_relu", 3), ("selu", 3), ("elu", 0), ("tanh", 0)]
)
def test_kinks_are_counted_and_said(activation, kinks):
    net = Network((2, 3, 2), activation)
    params = net.initialize(seed=0)
    params.b[1][...] = 0
    verdict = check_gradients(net, params, [[0.0, 0.0], [1.0, 2.0]], [0, 1])
    assert verdict.kinks == kinks
    said = f"{kinks} z stand on a kink: there the gradient is a convention, not a limit."
    assert str(verdict).endswith(said) == bool(kinks)


def at_the_minimum():
    """A linear network at its least-squares solution: every gradient is zero but for rounding."""
    net, y = Network((3, 2), head="identity"), np.random.default_rng(1).standard_normal((6, 2))
    solution, *_ = np.linalg.lstsq(np.column_stack([X, np.ones(6)]), y)
    return net, Parameters.from_layers(net, [None, solution[:3]], [None, solution[3]]), y


def test_right_gradients_pass_at_a_minimum_where_only_rounding_is_left():
    net, params, y = at_the_minimum()
    working = batch.step(net, params, X, y)
    assert 0 < np.abs(working.dW[1]).max() < 1e-15
    assert check_gradients(net, params, X, y).ok


def test_wrong_gradients_are_found_at_a_minimum():
    net, params, y = at_the_minimum()
    working = batch.step(net, params, X, y)
    shifted = working._replace(dW=[None, working.dW[1] + 1e-11])
    assert not check_gradients(net, params, X, y, working=shifted).ok


@pytest.mark.parametrize(
    ("relu0", "said"), [(1, "= 1, as the derivation writes it"), (0, "= 0, as in scikit-learn")]
)
def test_either_slope_at_a_kink_is_a_convention_and_is_named(relu0, said):
    net = Network((2, 3, 2), relu_grad_at_zero=relu0)
    params = net.initialize(seed=0)
    params.b[1][...] = 0
    verdict = check_gradients(net, params, [[0.0, 0.0], [1.0, 2.0]], [0, 1])
    assert verdict.ok
    assert verdict.kinks == 3
    assert [(e.name, e.index) for e in verdict.entries if e.status == "kink"] == [
        ("db[1]", (j,)) for j in range(3)
    ]
    [finding] = verdict.findings
    assert (finding.code, finding.names) == ("kink", ("db[1]",))
    assert f"relu'(0) {said}" in finding.text


def test_a_slope_that_no_convention_gives_is_wrong_at_a_kink_too():
    net = Network((2, 3, 2))
    params = net.initialize(seed=0)
    params.b[1][...] = 0
    X, y = [[0.0, 0.0], [1.0, 2.0]], [0, 1]
    working = batch.step(net, params, X, y)
    wrong = working._replace(db=[None, 2 * working.db[1] + 0.1, working.db[2]])
    verdict = check_gradients(net, params, X, y, working=wrong)
    assert not verdict.ok
    assert {e.status for e in verdict.entries if e.name == "db[1]"} == {"wrong"}


def test_float32_gradients_are_judged_in_float64():
    working = batch.step(NET, PARAMS.astype(np.float32), X, Y, WEIGHTS)
    exact = PARAMS.astype(np.float32)
    assert not check_gradients(NET, exact, X, Y, WEIGHTS, working=working).ok
    # 1e-5: float32 keeps 1.2e-7, and three layers of sums lose one digit and a half
    assert check_gradients(NET, exact, X, Y, WEIGHTS, working=working, tolerance=1e-5).ok


@pytest.mark.parametrize(
    ("name", "l", "index"), [("W", 1, (2, 3)), ("W", 2, (0, 1)), ("b", 1, (2,)), ("b", 2, (1,))]
)
def test_complex_step_is_the_derivative_by_hand(name, l, index):
    case = cases.relu_case()
    oracle = complex_step(case.net, case.params, name, l, index, (case.X, case.Y, np.ones(case.m)))
    want = by_hand.mean_loss_derivative(case, name, l, index)
    assert oracle == pytest.approx(want, rel=1e-13, abs=1e-15)  # sums over six rows


def test_the_inputs_are_checked_as_in_step():
    with pytest.raises(ValueError, match="Layer 1 takes 3 inputs"):
        check_gradients(NET, PARAMS, X[:, :2], Y)


def test_parameters_are_left_as_they_were():
    before = PARAMS.flat.copy()
    check_gradients(NET, PARAMS, X, Y, WEIGHTS)
    np.testing.assert_array_equal(PARAMS.flat, before)
