"""The parts below the kernels: products on addresses, and where everything lies."""

import numpy as np
import pytest
from numba import njit

from clearprop.engine.blas import gemm
from clearprop.engine.layout import AT_A, AT_B, AT_DELTA, AT_W, AT_Z, LINE, SIZE, aligned, lay_out
from clearprop.network import Network, Parameters
from oracles.engines import assert_near


@njit
def product(ta, tb, m, n, k, alpha, A, B, beta, C):
    gemm(C, ta, tb, m, n, k, alpha, A.ctypes.data, B.ctypes.data, beta, C.ctypes.data)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_products_of_either_side_transposed(dtype):
    rng = np.random.default_rng(0)
    m, n, k = 3, 4, 5
    for ta in (0, 1):
        for tb in (0, 1):
            A, B, C = (rng.standard_normal(s).astype(dtype) for s in ((m, k), (k, n), (m, n)))
            want = 2.0 * A.astype(float) @ B + 0.5 * C
            stored = (np.ascontiguousarray(A.T) if ta else A), (np.ascontiguousarray(B.T) if tb else B)
            product(ta, tb, m, n, k, 2.0, *stored, 0.5, C)
            assert_near(C, want, dtype)


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
