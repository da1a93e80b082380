"""`check_gradients(f, grad, x)`: right gradients pass, and each planted mistake is found and named."""

import json
import math
import re
import sys
from importlib.util import find_spec

import jax.numpy as jnp
import numpy as np
import pytest

from clearprop import check_gradients
from clearprop.check.gradients import differences
from clearprop.errors import ShapeError, SpecError

RNG = np.random.default_rng(5)
A, B = RNG.normal(size=(6, 3)), RNG.normal(size=6)
x = RNG.normal(size=3)
S = RNG.normal(size=(3, 3))
EPS = float(np.finfo(float).eps)


def mean_of_logs(x):
    return np.log(1 + np.exp(A @ x)).mean()


def its_gradient(x):
    return A.T @ (1 / (1 + np.exp(-A @ x))) / 6


def of_matrix(M):
    return np.tanh(M * S).sum() + (M @ M).sum()


def its_matrix_gradient(M):
    one = np.ones((3, 3))
    return S / np.cosh(M * S) ** 2 + one @ M.T + M.T @ one


M = RNG.normal(size=(3, 3))
WIDE = RNG.normal(size=(2, 3))


def finding(verdict):
    assert not verdict.ok
    [found] = [f for f in verdict.findings if f.code not in ("oracle", "kink")]
    return found


# ---- Right ones -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("oracle", ["complex", "differences", "sympy"])
def test_right_gradients_pass_by_each_oracle(oracle):
    verdict = check_gradients(mean_of_logs, its_gradient, x, oracles=oracle)
    assert verdict.ok
    assert verdict.oracles == (oracle,)
    assert [e.status for e in verdict.entries] == ["right"] * 3
    # complex, sympy: rounding of six terms; differences: their own estimate of 1e-11 or less
    assert verdict.worst < {"complex": 1e-14, "sympy": 1e-14, "differences": 1e-10}[oracle]


def test_right_gradients_pass_by_all_oracles_at_once():
    oracles = {
        "complex": None,
        "differences": None,
        "jax": lambda x: jnp.log(1 + jnp.exp(A @ x)).mean(),
        "sympy": None,
    }
    if find_spec("torch"):
        import torch

        oracles["torch"] = lambda x: torch.log(1 + torch.exp(torch.as_tensor(A) @ x)).mean()
    verdict = check_gradients(mean_of_logs, its_gradient, x, oracles=oracles)
    assert verdict.ok
    assert verdict.oracles == tuple(oracles)
    wrong = check_gradients(mean_of_logs, its_gradient(x) + 1e-4 * np.eye(3)[1], x, oracles=oracles)
    assert [e.status for e in wrong.entries] == ["right", "wrong", "right"]


def test_an_array_a_function_and_a_scalar_are_gradients():
    assert check_gradients(mean_of_logs, its_gradient(x), x).ok
    assert check_gradients(of_matrix, its_matrix_gradient, M).ok
    assert check_gradients(np.sin, np.cos, 0.3).ok
    assert check_gradients(
        lambda x: np.sin(x).sum(), np.cos(np.float32([1, 2])), [1.0, 2.0], tolerance=1e-6
    ).ok


def test_what_is_checked_is_left_as_it_was():
    def rude(x):
        x *= 0
        return x.sum()

    before = x.copy()
    check_gradients(rude, np.zeros(3), x, oracles="differences")
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize(
    ("f", "grad"),
    [
        (lambda x: sum(map(math.exp, x)), np.exp),  # no complex numbers at all
        (lambda x: np.abs(x).sum(), np.sign),  # a modulus
        (lambda x: float((x**2).sum()), lambda x: 2 * x),  # a ComplexWarning
        (lambda x: np.real(x**2).sum(), lambda x: 2 * x),  # a real number
    ],
)
def test_a_function_that_is_not_analytic_is_checked_by_differences(f, grad):
    verdict = check_gradients(f, grad, x)
    assert verdict.ok
    assert verdict.oracles == ("differences",)
    [note] = verdict.findings
    assert note.code == "oracle"
    assert note.text.startswith("Checked by differences: ")
    with pytest.raises(
        SpecError, match=r"The oracle 'complex' cannot be used: .*Use oracles=\('differences',\)"
    ):
        check_gradients(f, grad, x, oracles="complex")
    assert not check_gradients(f, lambda x: grad(x) * 1.001, x).ok


# ---- Planted mistakes ---------------------------------------------------------------------------------------
PLANTED = {
    "six times": (lambda g: 6 * g, "1/m lost", "is 6 times the right one everywhere: 1/m lost (m = 6)."),
    "a sixth": (lambda g: g / 6, "1/m twice", "divided by m once too often (m = 6)"),
    "minus six times": (lambda g: -6 * g, "1/m lost", "1/m lost and the sign is wrong (m = 6)"),
    "minus": (lambda g: -g, "sign", "has the wrong sign everywhere"),
    "twice": (lambda g: 2 * g, "scale", "is 2 times the right one everywhere."),
    "zero": (lambda g: 0 * g, "scale", "is zero everywhere"),
    "reversed": (lambda g: g[::-1], "permuted", "right numbers in another order"),
    "one entry": (lambda g: g + 1e-3 * np.eye(3)[2], "some entries", "wrong in 1 of 3 entries"),
    "noise": (lambda g: g * [1.1, 0.7, 1.3] + 0.2, "unknown", "wrong in every entry"),
    "nan": (lambda g: g * [1, np.nan, 1], "no number", "1 entries that are no finite number"),
    "a penalty": (lambda g: g + 0.1 * x, "penalty", "off by 0.1 times `x`: a penalty with lambda = 0.1 too many"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", PLANTED)
def test_planted_mistakes_are_named(mistake):
    wrong, code, text = PLANTED[mistake]
    found = finding(check_gradients(mean_of_logs, lambda x: wrong(its_gradient(x)), x, rows=6))
    assert found.code == code
    assert text in found.text
    assert found.text.startswith("`gradient` ")


def test_a_lost_mean_is_suspected_when_the_rows_are_not_told():
    found = finding(check_gradients(mean_of_logs, lambda x: 6 * its_gradient(x), x))
    assert found.text.endswith("is 6 times the right one everywhere. If there are 6 rows, 1/m is lost.")
    assert found.factor == pytest.approx(6, rel=1e-12)


MATRIX = {
    "transposed": (lambda g: g.T, "transposed", "`gradient` is transposed."),
    "rows swapped": (lambda g: g[[1, 0, 2]], "permuted", "has its rows in another order: 1, 0, 2."),
    "columns rolled": (lambda g: np.roll(g, 1, axis=1), "permuted", "has its columns in another order: 2, 0, 1."),
    "shuffled": (lambda g: g.ravel()[[8, 0, 7, 1, 6, 2, 5, 3, 4]].reshape(3, 3), "permuted", "in another order."),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MATRIX)
def test_planted_mistakes_in_the_order(mistake):
    wrong, code, text = MATRIX[mistake]
    found = finding(check_gradients(of_matrix, lambda M: wrong(its_matrix_gradient(M)), M))
    assert (found.code, text in found.text) == (code, True)


def test_a_transposed_gradient_of_another_shape():
    f, grad = lambda W: (W**3).sum(), lambda W: 3 * W**2
    assert finding(check_gradients(f, lambda W: grad(W).T, WIDE)).text == (
        "`gradient` is transposed: (3, 2) in place of (2, 3)."
    )
    found = finding(check_gradients(f, lambda W: 2 * grad(W).T, WIDE, rows=2))
    assert "Besides: `gradient` is 2 times the right one everywhere: 1/m lost (m = 2)." in found.text
    assert "Transposed back, it is still wrong." in finding(check_gradients(f, lambda W: W.T, WIDE)).text


@pytest.mark.parametrize("oracle", ["complex", "differences", "sympy"])
@pytest.mark.parametrize("k", range(3))
def test_each_oracle_finds_a_small_mistake_where_it_is(oracle, k):
    verdict = check_gradients(mean_of_logs, its_gradient(x) + 1e-4 * np.eye(3)[k], x, oracles=oracle)
    assert [e.index for e in verdict.entries if e.status == "wrong"] == [(k,)]
    assert f"gradient[{k}] is " in str(verdict)


# ---- Kinks --------------------------------------------------------------------------------------------------
def relus(x):
    return np.maximum(x, 0).sum()


def relus_by_hand(x):
    return sum(v if v > 0 else 0.0 for v in x)


@pytest.mark.parametrize("f", [relus, relus_by_hand])
@pytest.mark.parametrize("at_zero", [0.0, 0.5, 1.0])
def test_a_slope_between_those_of_a_kink_is_a_kink(f, at_zero):
    verdict = check_gradients(f, np.array([at_zero, 1, 0]), [0.0, 2.0, -1.0])
    assert verdict.ok
    assert [e.status for e in verdict.entries] == ["kink", "right", "right"]
    assert (verdict.entries[0].left, verdict.entries[0].right) == pytest.approx((0, 1), abs=1e-9)
    assert verdict.kinks == 1
    assert "0 on the left, 1 on the right" in str(verdict)
    assert str(verdict).endswith("1 entry stands on a kink: there the gradient is a convention, not a limit.")


@pytest.mark.parametrize("f", [relus, relus_by_hand])
@pytest.mark.parametrize("slope", [-0.01, 1.01, 2.0, np.nan])
def test_a_slope_outside_those_of_a_kink_is_wrong(f, slope):
    verdict = check_gradients(f, np.array([slope, 1, 0]), [0.0, 2.0, -1.0])
    assert [e.status for e in verdict.entries] == ["wrong", "right", "right"]
    assert not verdict.ok


@pytest.mark.parametrize("gap", [1e-3, 1e-6, 1e-9])
def test_a_kink_beside_x_is_not_at_x(gap):
    """The step straddles it at first; the smaller steps do not."""
    found = differences.slope(lambda x: relus_by_hand(x) + x[0] ** 2, np.array([gap]), (0,), EPS)
    assert found.left is None
    assert abs(found.value - 1 - 2 * gap) <= max(found.error, 1e-4)


@pytest.mark.parametrize("f", [np.abs, lambda x: np.maximum(x, 3 * x), lambda x: np.sqrt(x * x) + np.sin(x)])
def test_differences_see_both_sides_of_a_kink(f):
    found = differences.slope(lambda x: f(x[0]), np.zeros(1), (0,), EPS)
    steps = np.array([-1e-7, 1e-7])
    np.testing.assert_allclose([found.left, found.right], f(steps) / steps, rtol=1e-6, atol=1e-9)


# ---- The estimate of differences ----------------------------------------------------------------------------
SMOOTH = {
    "exp": (np.exp, np.exp), "sin": (np.sin, np.cos), "cube": (lambda x: x**3, lambda x: 3 * x**2),
    "tanh": (np.tanh, lambda x: 1 / np.cosh(x) ** 2), "line": (lambda x: 7 * x - 2, lambda x: 7.0),
    "runge": (lambda x: 1 / (1 + 25 * x * x), lambda x: -50 * x / (1 + 25 * x * x) ** 2),
    "fast": (lambda x: np.sin(40 * x), lambda x: 40 * np.cos(40 * x)),
    "large": (lambda x: 1e8 + x * x, lambda x: 2 * x),
    "power": (lambda x: abs(x) ** 2.5, lambda x: 2.5 * x * abs(x) ** 0.5),
}  # fmt: skip


@pytest.mark.parametrize("name", SMOOTH)
def test_the_estimate_covers_the_error_and_is_not_idle(name):
    f, slope = SMOOTH[name]
    for at in RNG.uniform(-3, 3, 25):
        found = differences.slope(lambda x: f(x[0]), np.array([at]), (0,), EPS)
        assert found.left is None
        assert abs(found.value - slope(at)) <= found.error + 1e-14 * abs(slope(at))
        # 1e-4 of the slope: rounding of a value of 1e8 leaves 1e-8 / h
        assert found.error <= 1e-4 * max(1.0, abs(slope(at)))


def test_a_noisy_function_cannot_be_judged_and_that_is_said():
    def noisy(x):
        return np.float64((x**2).sum().round(3))

    verdict = check_gradients(noisy, lambda x: 2 * x + 1e-4, x, oracles="differences")
    assert {e.status for e in verdict.entries} <= {"unsure", "wrong"}
    assert not verdict.ok
    single = check_gradients(
        lambda x: np.sin(x.astype(np.float32)).sum(), np.cos, x, oracles="differences", tolerance=1e-12
    )
    assert not single.ok
    assert {e.status for e in single.entries} == {"unsure"}
    assert "The oracle cannot tell: " in str(single)


def test_a_float32_function_passes_at_a_tolerance_of_its_own():
    f32 = lambda x: np.sin(x.astype(np.float32)).sum()  # noqa: E731
    assert check_gradients(f32, np.cos, x, oracles="differences", tolerance=1e-3).ok


def test_a_logarithm_near_its_edge():
    assert check_gradients(lambda x: np.log(x).sum(), lambda x: 1 / x, [1e-9, 1.0], oracles="differences").ok


def test_at_a_minimum_only_rounding_is_left():
    b = A @ x
    f, grad = lambda x: ((A @ x - b) ** 2).sum() + 5.0, lambda x: 2 * A.T @ (A @ x - b)
    assert check_gradients(f, grad, x).ok
    assert check_gradients(f, grad, x, oracles="differences").ok
    assert not check_gradients(f, lambda x: grad(x) + 1e-3, x).ok


# ---- Refusals -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((np.sin, np.cos, [1.0, 2.0]), SpecError, "give one real number; at `x` it gave float64 of shape (2,)."),
        ((lambda x: np.log(x - 1).sum(), np.cos, [1.0]), SpecError, "`f` must be finite at `x`; it is -inf."),
        ((relus, np.ones(4), [1.0, 2.0]), ShapeError, "as `x` is; got float64 of shape (4,)."),
        ((3, np.cos, [1.0]), SpecError, "takes (net, params, X, y), or (f, grad, x) with a function `f`; got a int."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(arguments, error, text):
    with np.errstate(divide="ignore"), pytest.raises(error) as raised:
        check_gradients(*arguments)
    assert text in str(raised.value)


@pytest.mark.parametrize(
    ("arguments", "settings", "text"),
    [
        ((relus,), {}, "missing a required argument: `grad`."),
        ((relus, np.ones(2), np.ones(2), 3), {}, "too many positional arguments."),
        (
            (relus, np.ones(2), np.ones(2)),
            {"tolerence": 1},
            "got an unexpected keyword argument `tolerence`.",
        ),
    ],
)
def test_wrong_arguments_are_told_by_the_name_that_was_called(arguments, settings, text):
    with pytest.raises(TypeError) as raised:
        check_gradients(*arguments, **settings)
    forms = "(f, grad, x) of a function, or (net, params, X, y) of a network"
    assert str(raised.value) == f"`check_gradients` takes {forms}; {text}"


def test_a_verdict_is_short_in_a_console_and_whole_in_a_notebook():
    verdict = check_gradients(mean_of_logs, its_gradient, x)
    assert re.fullmatch(
        r"GradientCheck\(3 entries by complex; All gradients hold: worst relative error \S+, tolerance 1e-10\)",
        repr(verdict),
    )
    assert verdict._repr_html_() == f"<pre>{verdict}</pre>"
    assert "A gradient is wrong" in repr(check_gradients(mean_of_logs, lambda x: 2 * its_gradient(x), x))


@pytest.mark.parametrize(
    ("oracles", "got"), [("autograd", "'autograd'"), ((), "none"), (("complex", "x"), "'complex', 'x'")]
)
def test_an_unknown_oracle_is_refused(oracles, got):
    with pytest.raises(SpecError) as raised:
        check_gradients(relus, np.ones(1), [1.0], oracles=oracles)
    assert (
        str(raised.value) == f"`oracles` must be some of complex, differences, jax, torch, sympy; got {got}."
    )


@pytest.mark.parametrize(("oracle", "package"), [("jax", "JAX"), ("torch", "Torch"), ("sympy", "SymPy")])
def test_a_library_that_is_absent_is_named(monkeypatch, oracle, package):
    monkeypatch.setitem(sys.modules, oracle, None)
    with pytest.raises(SpecError) as raised:
        check_gradients(lambda x: (x**2).sum(), lambda x: 2 * x, x, oracles=oracle)
    assert str(raised.value) == f"The oracle {oracle!r} needs {package}. Install it: pip install {oracle}."


@pytest.mark.parametrize(("oracle", "package"), [("jax", "JAX"), ("torch", "Torch")])
def test_a_function_that_a_library_cannot_follow(oracle, package):
    pytest.importorskip(oracle)
    with pytest.raises(SpecError) as raised:
        check_gradients(mean_of_logs, its_gradient, x, oracles=oracle)
    assert str(raised.value).startswith(f"{package} cannot follow `f` (")
    assert str(raised.value).endswith(f"Pass `f` as it writes it: oracles={{'{oracle}': f_in_{oracle}}}.")


# ---- For programs -------------------------------------------------------------------------------------------
def test_the_verdict_as_plain_types():
    told = check_gradients(mean_of_logs, lambda x: 6 * its_gradient(x), x, rows=6).to_dict()
    again = json.loads(json.dumps(told, allow_nan=False))
    assert again["ok"] is False
    assert again["findings"][0]["code"] == "1/m lost"
    assert [e["status"] for e in again["entries"]] == ["wrong"] * 3
    assert again["rows"][0]["wrong"] == 3
    nan = check_gradients(mean_of_logs, np.full(3, np.nan), x).to_dict()
    assert json.loads(json.dumps(nan, allow_nan=False))["worst"] is None


def test_large_gradients_are_sampled():
    big = RNG.normal(size=500)
    verdict = check_gradients(lambda x: (x**2).sum(), lambda x: 2 * x, big, most=20, seed=3)
    assert len(verdict.entries) == 20
    assert verdict == check_gradients(lambda x: (x**2).sum(), lambda x: 2 * x, big, most=20, seed=3)
