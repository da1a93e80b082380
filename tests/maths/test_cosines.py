"""The cosine in arithmetic alone, against NumPy's in more digits."""

import numpy as np
import pytest

from clearprop.maths import languages


def cosines(x):
    f = languages.in_numba(x.dtype.name).wave
    return np.array([f(one) for one in x], x.dtype)


@pytest.mark.parametrize(("dtype", "most"), [("float32", 1e4), ("float64", 1e8)])
def test_accurate_to_a_unit_in_the_last_place_of_1(dtype, most):
    rng = np.random.default_rng(0)
    sizes = np.geomspace(0.01, most, 4000)
    zeros = (rng.integers(0, int(most / np.pi), 2000) + 0.5) * np.pi  # where the cosine is 0
    x = np.concatenate([sizes, -sizes, zeros, -zeros, [0.0, np.pi, 2 * np.pi]]).astype(dtype)
    error = np.abs(cosines(x) - np.cos(x.astype(np.longdouble)))
    assert error.max() < np.finfo(dtype).eps


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_beyond_it_stays_between_its_bounds(dtype):
    x = np.geomspace(1e8, 1e38, 300).astype(dtype)
    assert (np.abs(cosines(np.concatenate([x, -x]))) <= 1).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nan_and_infinity_are_nan(dtype):
    assert np.isnan(cosines(np.array([np.nan, np.inf, -np.inf], dtype))).all()
