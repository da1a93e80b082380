"""exp, expm1 and tanh in arithmetic alone, against long doubles."""

import numpy as np
import pytest

from clearprop.maths.scalars import words_of

ULPS = 2
DTYPES = (np.float32, np.float64)
NAMES = ("exp", "expm1", "tanh")


def inputs(dtype):
    """Zero, subnormal to largest, and densely where the functions vary."""
    info = np.finfo(dtype)
    powers = np.exp2(np.arange(np.log2(info.smallest_subnormal), np.log2(info.max), 0.25))
    dense = np.linspace(0, 120 if dtype == np.float32 else 800, 20_000)
    near = np.random.default_rng(0).uniform(0, 1, 5_000)
    sizes = np.concatenate([[0.0, float(info.max)], powers, dense, near]).astype(dtype)
    return np.concatenate([sizes, -sizes])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_within_2_units_in_the_last_place(name, dtype):
    x = inputs(dtype)
    f = words_of(np.dtype(dtype).name)[name]
    got = np.array([f(v) for v in x], dtype)
    with np.errstate(over="ignore", under="ignore"):
        exact = getattr(np, name)(x.astype(np.longdouble))
        want = exact.astype(dtype)
    infinite = np.isinf(want)
    np.testing.assert_array_equal(got[infinite], want[infinite])
    unit = np.spacing(np.abs(want[~infinite])).astype(np.longdouble)
    assert (np.abs(got[~infinite].astype(np.longdouble) - exact[~infinite]) <= ULPS * unit).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_at_the_ends(dtype):
    words = words_of(np.dtype(dtype).name)
    inf, nan = dtype(np.inf), dtype(np.nan)
    assert (words["exp"](inf), words["exp"](-inf), words["exp"](dtype(0))) == (inf, 0, 1)
    assert (words["expm1"](inf), words["expm1"](-inf), words["expm1"](dtype(0))) == (inf, -1, 0)
    assert (words["tanh"](inf), words["tanh"](-inf), words["tanh"](dtype(0))) == (1, -1, 0)
    assert all(np.isnan(words[name](nan)) for name in NAMES)


@pytest.mark.parametrize("dtype", DTYPES)
def test_tanh_is_odd_and_at_most_1(dtype):
    x = inputs(dtype)
    tanh = words_of(np.dtype(dtype).name)["tanh"]
    got = np.array([tanh(v) for v in x], dtype)
    np.testing.assert_array_equal(got[: len(x) // 2], -got[len(x) // 2 :])
    assert (np.abs(got) <= 1).all()
