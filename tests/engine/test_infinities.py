"""Every activation at plus and minus infinity and at NaN: the engine gives what the page gives."""

import ctypes

import numpy as np
import pytest

from clearprop.engine.passes import backward_pass, forward_pass
from clearprop.maths.derivation import ACTIVATIONS

LANES = 40  # more than a vector, and not whole ones


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_and_its_slope_where_z_is_not_finite(name, dtype):
    g, g_back = ACTIVATIONS[name]
    largest = np.finfo(dtype).max
    z = np.resize(np.array([np.inf, -np.inf, np.nan, largest, 1.0], dtype), LANES)
    pointer, count = ctypes.c_void_p, ctypes.c_ssize_t
    with np.errstate(all="ignore"):
        want = g(z)
        want_back = g_back(np.ones_like(z), z, want)

    shifted, b, a = z.copy(), np.zeros_like(z), np.zeros_like(z)
    forward = ctypes.CFUNCTYPE(None, pointer, pointer, pointer, count, count, pointer)
    forward(forward_pass(name, z.dtype.name).address)(
        shifted.ctypes.data, b.ctypes.data, a.ctypes.data, 1, LANES, 0
    )
    np.testing.assert_allclose(a, want, rtol=4 * np.finfo(dtype).eps)

    delta = np.ones_like(z)
    backward = ctypes.CFUNCTYPE(None, pointer, pointer, pointer, count)
    backward(backward_pass(name, 0, z.dtype.name).address)(
        delta.ctypes.data, z.ctypes.data, want.ctypes.data, LANES
    )
    np.testing.assert_allclose(delta, want_back, rtol=16 * np.finfo(dtype).eps)


@pytest.mark.parametrize("name", ["silu", "mish"])
def test_what_grows_without_end_is_infinite_at_infinity(name):
    with np.errstate(all="ignore"):
        assert ACTIVATIONS[name][0](np.float64(np.inf)) == np.inf
