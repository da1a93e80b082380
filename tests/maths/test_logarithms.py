"""log1p, in arithmetic alone: within 2 units in the last place, over the whole range."""

import numpy as np
import pytest

from clearprop.maths import languages


def everywhere(dtype: str) -> np.ndarray:
    """Numbers of every size above -1, and those where 1 + x changes its exponent."""
    rng, largest = np.random.default_rng(0), {"float32": 38, "float64": 300}[dtype]
    sizes = 10.0 ** rng.uniform(-largest, largest, 30_000)
    x = np.concatenate(
        [rng.uniform(-1, 1, 30_000), sizes, -1 / (1 + sizes), np.exp(-np.abs(rng.normal(0, 9, 30_000)))]
    )
    x = np.concatenate([x, np.sqrt(2.0 ** np.arange(-20, 100)) - 1, [0.0]]).astype(dtype)
    return x[x > -1]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_log1p_is_within_2_units_in_the_last_place(dtype):
    x, log1p = everywhere(dtype), languages.in_numba(dtype).log1p
    exact = np.log1p(x.astype(np.longdouble))  # 64 bits of mantissa where the platform has them
    found = np.array([log1p(number) for number in x], np.longdouble)
    unit = np.spacing(np.abs(exact.astype(dtype)))
    assert np.max(np.abs(found - exact) / unit) <= 2


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_log1p_at_the_ends(dtype):
    log1p, number = languages.in_numba(dtype).log1p, np.dtype(dtype).type
    given = [
        np.nan,
        np.inf,
        -1.0,
        -1.5,
        -np.inf,
        0.0,
        np.finfo(dtype).max,
        np.finfo(dtype).smallest_subnormal,
    ]
    found = [log1p(number(x)) for x in given]
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(found, np.log1p(np.array(given, dtype)), rtol=3 * np.finfo(dtype).eps)
