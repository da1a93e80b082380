"""The page in Numba, one number at a time, against the page in NumPy."""

import numpy as np
import pytest

from clearprop.maths import derivation, languages
from clearprop.maths.derivation import ACTIVATIONS

ULPS = 4  # each line has a few operations, and the two languages round exp and erf differently by one ulp
SATURATED = 40  # beyond this |z| every slope is 0 or 1 to the last digit of float64


def inputs(dtype):
    """Zeros, subnormal, small, everyday and huge numbers of both signs."""
    info = np.finfo(dtype)
    sizes = [
        0.0,
        info.smallest_subnormal,
        info.tiny,
        *np.geomspace(1e-30, 1e30, 61),
        *np.linspace(0.01, 45, 300),
    ]
    sizes = np.array([*sizes, info.max / 8], dtype)
    return np.concatenate([sizes, -sizes])


def pairs_of(page, name):
    return page.ACTIVATIONS[name] if name != "relu, relu'(0) = 1" else page.activation_pair("relu", 1)


def one_by_one(f, dtype, *columns):
    """f of each row of numbers; checks that f keeps the dtype."""
    results = [f(*row) for row in zip(*columns, strict=True)]
    assert all(dtype(x) == x or x != x for x in results)
    return np.array(results, dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", [*ACTIVATIONS, "relu, relu'(0) = 1"])
def test_each_activation_and_its_back_line(name, dtype):
    z, da = inputs(dtype), dtype(1.7)
    g, g_back = pairs_of(derivation, name)
    page = languages.in_numba(np.dtype(dtype).name)
    numba_g, numba_back = pairs_of(page, name)
    with np.errstate(over="ignore", under="ignore"):
        a = g(z)
        want = g_back(da, z, a) * np.ones_like(z)
    assert a.dtype == want.dtype == dtype
    assert np.isfinite(a).all()
    assert np.isfinite(want).all()
    eps = np.finfo(dtype).eps
    tiny = np.finfo(dtype).tiny  # the subnormal numbers have fewer digits
    near_one = np.minimum(np.abs(z), SATURATED) * (name == "gelu")  # gelu rounds 1 + erf to an ulp of 1
    got = one_by_one(numba_g, dtype, z)
    assert (np.abs(got - a) <= ULPS * eps * np.maximum(np.abs(a), near_one) + tiny).all()
    # Slopes such as t + z (1 - t t) ... round 1 - t t to an ulp of 1 and multiply it by z.
    rounding = ULPS * eps * da * (1 + np.minimum(np.abs(z), SATURATED))
    got = one_by_one(numba_back, dtype, np.full_like(z, da), z, a)
    assert (np.abs(got - want) <= np.maximum(rounding, ULPS * eps * np.abs(want))).all()


@pytest.mark.parametrize("name", [*ACTIVATIONS, "relu, relu'(0) = 1"])
@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_both_zeros_are_one_point(name, zero):
    g, g_back = pairs_of(derivation, name)
    numba_g, numba_back = pairs_of(languages.in_numba("float64"), name)
    z = np.float64(zero)
    assert numba_g(z) == g(z) == g(np.float64(0.0))
    assert numba_back(1.5, zero, float(g(z))) == g_back(1.5, z, g(z)) == g_back(1.5, np.float64(0.0), g(z))


@pytest.mark.parametrize("name", [*ACTIVATIONS, "relu, relu'(0) = 1"])
def test_nan_goes_through(name):
    nan = float("nan")
    for page in (derivation, languages.in_numba("float64"), languages.in_numba("float32")):
        g, g_back = pairs_of(page, name)
        number = np.float32 if page.__name__.endswith("32") else np.float64
        assert np.isnan(g(number(nan)))
        assert np.isnan(g_back(number(nan), number(nan), number(nan)))
        assert g_back(number(1.7), number(nan), number(nan)) != 0  # no mask hides it


TERMS = ("poisson_term", "binary_term", "squared_term", "absolute_term", "huber_term", "quantile_term")


@pytest.mark.parametrize("name", TERMS)
def test_nan_goes_through_the_terms_of_the_losses(name):
    for page in (derivation, languages.in_numba("float64")):
        assert np.isnan(getattr(page, name)(np.float64("nan"), np.float64(1)))


@pytest.mark.parametrize("y", [0.0, 1.0, 3.0])
@pytest.mark.parametrize("name", TERMS)
def test_the_terms_of_the_losses(name, y):
    z = np.linspace(-20, 20, 101)
    want = getattr(derivation, name)(z, np.full_like(z, y))
    f = getattr(languages.in_numba("float64"), name)
    # the terms of a sum may cancel: four roundings of the largest of them
    atol = ULPS * np.finfo(float).eps * (np.exp(np.maximum(z, 0)) + 3 * np.abs(z) + 3)
    assert (np.abs(np.array([f(x, y) for x in z]) - want) <= atol).all()


UPDATES = {
    "velocity": (0.3, -0.7, 0.1, 0.9),
    "first_moment": (0.3, -0.7, 0.9),
    "second_moment": (0.3, -0.7, 0.999),
    "adam_rate": (0.01, 7.0, 0.9, 0.999),
    "adam": (0.5, 0.2, 0.04, 0.01, 1e-8),
    "adamw_eps": (1e-8, 7.0, 0.999),
    "decoupled": (0.5, 0.1, 0.02),
    "tangent_rate": (0.1, 16.0),
    "scaled_rows": (0.5, 1.5),
    "scaled_rows_back": (0.5, 1.5),
    "scale_term": (0.5, -0.7),
    "blended": (0.5, -0.7, 1.3),
    "blended_back": (0.5, -0.7, 1.3),
    "share_term": (0.5, -0.7, 0.2),
    "phase": (0.5, -0.7, 0.2),
    "phase_back": (0.5, -0.7),
    "frequency_term": (0.5, -0.7),
    "wave": (4.0,),
    "wave_back": (0.5, 4.0, -0.65),
    "cosine": (0.3,),
    "coslog4": (0.3,),
    "one_cycle": (0.2,),
    "warm": (0.2, 0.3),
    "lowered": (0.1,),
    "bounded": (0.5, 2.0, 0.7),
    "shrunk": (-0.5, 0.1, 2.0),
    "far_rate": (0.1, 0.9),
    "own_rate": (0.01, 7.0, 0.04, 1e-8, 0.999),
    "drop_mask": (0.7, 0.3),
    "huber_term": (0.3, 2.0, 0.5),
    "quantile_term": (0.3, 2.0, 0.9),
    "absolute_residual": (0.3, 2.0, 1.5),
    "huber_residual": (0.3, 2.0, 1.5, 0.5),
    "quantile_residual": (0.3, 2.0, 1.5, 0.9),
    "descend": (0.5, -0.2, 0.1, 0.01),
    "descend_bias": (0.5, -0.2, 0.1),
    "robust_scale": (4.0, 3.0, 0.2),
    "smooth_clip": (5.0,),
    "between": (4.0, 3.0, 6.0, -1.0, 2.0),
    "standardise": (4.0, 3.0, 0.2),
    "unstandardise": (4.0, 3.0, 0.2),
    "log_scale": (4.0, 3.0),
    "unlog": (1.2, 3.0),
    "within": (4.0, 1.0, 3.0),
    "cyclic": (4.0, 7.0, 0.25),
    "tempered": (4.0, 1.5),
    "sharpness_term": (0.3, 1.0, -2.0),
}


@pytest.mark.parametrize("name", UPDATES)
def test_updates_and_columns(name):
    want = getattr(derivation, name)(*UPDATES[name])
    assert getattr(languages.in_numba("float64"), name)(*UPDATES[name]) == pytest.approx(want, rel=1e-15)
