"""The parts below the kernels: products on addresses, and where everything lies."""

import numpy as np
import pytest
from numba import njit

from clearprop.engine.layout import AT_A, AT_B, AT_DELTA, AT_W, AT_Z, LINE, SIZE, aligned, lay_out
from clearprop.engine.products import multiply, multiply_rows, product_function, scratch_size, sum_rows
from clearprop.engine.vectors import BROAD, BYTES, TALL
from clearprop.network import Network, Parameters
from oracles.engines import assert_near

GUARD = 7.0  # stands behind what may be written


@njit
def call_multiply(function, ta, tb, m, n, k, alpha, A, B, beta, C, scratch):
    at = A.ctypes.data, B.ctypes.data, C.ctypes.data, scratch.ctypes.data
    multiply(function, C.itemsize, ta, tb, m, n, k, alpha, at[0], at[1], beta, at[2], at[3])


@njit
def call_multiply_rows(function, first, last, m, n, k, A, B, C, scratch):
    at = A.ctypes.data, B.ctypes.data, C.ctypes.data, scratch.ctypes.data
    multiply_rows(function, C.itemsize, first, last, m, n, k, 2.0, at[0], at[1], 0.5, at[2], at[3])


@njit
def call_sum_rows(function, n, k, B, C, scratch):
    one = np.ones(1, C.dtype)
    at = one.ctypes.data, B.ctypes.data, C.ctypes.data, scratch.ctypes.data
    sum_rows(function, n, k, 0.5, at[0], at[1], at[2], at[3])


def called(kernel, *arguments):
    """A kernel on arrays, the last but one of which is written."""
    kernel(product_function(arguments[-1].dtype.name).address, *arguments)


def random(shape, dtype, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def guarded(matrix):
    """A copy with a line behind it, as one vector."""
    return np.append(matrix.ravel(), np.full(64, GUARD, matrix.dtype))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("turned", [(0, 0), (0, 1), (1, 0), (1, 1)])
@pytest.mark.parametrize(
    "shape",
    [
        (1, 1, 1),
        (3, 4, 5),
        (7, 2, 3),
        (8, 16, 32),
        (9, 47, 17),
        (32, 100, 64),
        (33, 49, 1),
        (17, 16, 9),
        (39, 10, 20),
        (65, 97, 50),
        (70, 1030, 20),
    ],
)
def test_products_of_either_side_transposed(shape, turned, dtype):
    m, n, k = shape
    A, B, C = random((m, k), dtype), random((k, n), dtype, 1), random((m, n), dtype, 2)
    stored = [
        np.ascontiguousarray(side.T if flag else side) for flag, side in zip(turned, (A, B), strict=True)
    ]
    scratch = guarded(np.zeros(scratch_size(k, C.itemsize), dtype))
    for beta in (0.0, 0.5):
        got = guarded(C)
        called(call_multiply, *turned, m, n, k, 2.0, *stored, beta, got, scratch)
        assert_near(got[: m * n].reshape(m, n), 2.0 * A.astype(float) @ B + beta * C, dtype)
        assert (got[m * n :] == GUARD).all()
    assert (scratch[-64:] == GUARD).all()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_column_has_the_same_bits_whatever_the_width_of_its_tile(dtype):
    m, k, most = 2 * TALL + 3, 11, BROAD * BYTES // np.dtype(dtype).itemsize + 2
    A, B, C = random((m, k), dtype), random((k, most), dtype, 1), random((m, most), dtype, 2)
    scratch, whole = np.empty(scratch_size(k, C.itemsize), dtype), C.copy()
    called(call_multiply, 0, 0, m, most, k, 2.0, A, B, 0.5, whole, scratch)
    assert_near(whole, 2 * A @ B + C / 2, dtype)
    for n in range(1, most):
        got, columns = guarded(C[:, :n]), np.ascontiguousarray(B[:, :n])
        called(call_multiply, 0, 0, m, n, k, 2.0, A, columns, 0.5, got, scratch)
        np.testing.assert_array_equal(got[: m * n].reshape(m, n), whole[:, :n])
        assert (got[m * n :] == GUARD).all()


def test_a_product_that_is_written_anew_does_not_read_what_was_there():
    C = np.full(6, np.nan)
    called(
        call_multiply,
        0,
        0,
        2,
        3,
        4,
        1.0,
        np.ones((2, 4)),
        np.ones((4, 3)),
        0.0,
        C,
        np.zeros(scratch_size(4, 8)),
    )
    assert (C == 4).all()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_bits_of_a_product_do_not_depend_on_how_it_is_divided(dtype):
    m, n, k = 67, 53, 29
    A, B = random((k, m), dtype), random((k, n), dtype, 1)
    scratch = np.zeros(scratch_size(k, A.itemsize), dtype)
    whole, parts = random((m, n), dtype, 2), random((m, n), dtype, 2)
    called(call_multiply_rows, 0, m, m, n, k, A, B, whole, scratch)
    for first, last in ((0, 8), (8, 9), (9, 40), (40, 67)):
        called(call_multiply_rows, first, last, m, n, k, A, B, parts, scratch)
    np.testing.assert_array_equal(whole, parts)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_sums_of_rows(dtype):
    B, C = random((37, 50), dtype), np.zeros(50, dtype)
    called(call_sum_rows, 50, 37, B, C, np.zeros(scratch_size(37, B.itemsize), dtype))
    assert_near(C, 0.5 * B.astype(float).sum(axis=0), dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_parameters_lie_where_the_layout_says(dtype):
    net = Network((3, 5, 4, 2))
    layers = lay_out(net, 7, 2, np.dtype(dtype)).layers
    params = Parameters(net, np.arange(net.n_parameters, dtype=dtype))
    for l in range(1, net.L + 1):
        assert layers[l, SIZE] == net.sizes[l]
        assert params.W[l].ravel()[0] == layers[l, AT_W]
        assert params.b[l][0] == layers[l, AT_B]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("rows", [1, 7])
def test_arrays_of_a_batch_start_on_lines_and_do_not_overlap(rows, dtype):
    net = Network((3, 5, 4, 2))
    layout = lay_out(net, rows, 2, np.dtype(dtype))
    spans = [(layout.layers[0, AT_A], rows * 3), (layout.at_y, rows * 2), (layout.at_w, rows)]
    for l in range(1, net.L + 1):
        spans += [(layout.layers[l, column], rows * net.sizes[l]) for column in (AT_Z, AT_A, AT_DELTA)]
    spans.sort()
    ends = [start + size for start, size in spans]
    assert all(end <= start for end, (start, _) in zip(ends, spans[1:], strict=False))
    assert ends[-1] <= layout.size
    assert all(start * np.dtype(dtype).itemsize % LINE == 0 for start, _ in spans)
    assert aligned(layout.size, np.dtype(dtype)).ctypes.data % LINE == 0
