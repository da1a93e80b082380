"""Softmax and its head, some rows at a time side by side: rows are short, and vectors are not.

Rows are transposed into a panel, a line for each class, so that every loop runs over as many rows of the batch as a
panel is wide. Lines hold what was there before where the batch has no row; nobody reads it. The templates are
filled in as those of `passes`.
"""

from functools import cache
from typing import Any

from numba import carray  # pyright: ignore[reportPrivateImportUsage]

from clearprop.engine.passes import compiled
from clearprop.engine.products import columns_of_transposed, rows_of_transposed
from clearprop.engine.store import kernel
from clearprop.engine.vectors import BROAD, BYTES

page: Any = None
number: Any = None

FURTHER_LINES = 4  # of the panel, behind one for each class


@kernel
def _logits(z: Any, b: Any, first: Any, rows: Any, panel: Any) -> None:
    """z + b of some rows, in z and in the panel (G2, the bias)."""
    n = b.size
    at = z.ctypes.data + first * n * z.itemsize
    columns_of_transposed(z, at, n, rows, panel.ctypes.data)
    for j in range(n):
        for i in range(panel.shape[1]):
            panel[j, i] += b[j]
    rows_of_transposed(z, panel.ctypes.data, n, rows, at)


def softmax(z_, b_, p_, m, n, scratch_):  # G2 (the bias) and G4
    z, b, p = carray(z_, (m, n)), carray(b_, n), carray(p_, (m, n))
    wide = BROAD * (BYTES // z.itemsize)
    work = carray(scratch_, (n + FURTHER_LINES, wide))
    panel, top, total = work[:n], work[n], work[n + 1]
    for first in range(0, m, wide):
        rows = min(wide, m - first)
        _logits(z, b, first, rows, panel)
        for i in range(wide):  # not by slices: Numba compiles a message for arrays that do not fit
            top[i], total[i] = panel[0, i], number(0)
        for j in range(n):
            for i in range(wide):
                top[i] = page.maximum(top[i], panel[j, i])
        for j in range(n):
            for i in range(wide):
                panel[j, i] = page.exp(panel[j, i] - top[i])
                total[i] += panel[j, i]
        for j in range(n):
            for i in range(wide):
                panel[j, i] /= total[i]
        rows_of_transposed(p, panel.ctypes.data, n, rows, p.ctypes.data + first * n * p.itemsize)


def softmax_head(z_, b_, y_, n_y, w_, delta_, m, n, hyper_, losses_, scratch_):  # G2 (the bias), G4, G5, G6
    z, b, y, w = carray(z_, (m, n)), carray(b_, n), carray(y_, (m, n_y)), carray(w_, m)
    delta, losses = carray(delta_, (m, n)), carray(losses_, m)
    wide = BROAD * (BYTES // z.itemsize)
    work = carray(scratch_, (n + FURTHER_LINES, wide))
    panel, top, others, rest, weight = work[:n], work[n], work[n + 1], work[n + 2], work[n + 3]
    for first in range(0, m, wide):
        rows = min(wide, m - first)
        _logits(z, b, first, rows, panel)
        for i in range(wide):  # not by slices: Numba compiles a message for arrays that do not fit
            top[i], others[i], rest[i] = panel[0, i], number(0), number(-1)
        for i in range(rows):
            weight[i] = w[first + i]
        for j in range(n):
            for i in range(wide):
                top[i] = page.maximum(top[i], panel[j, i])
        for j in range(n):
            for i in range(wide):
                below, e = page.less(panel[j, i], top[i]), page.exp(panel[j, i] - top[i])
                others[i] += page.where(below, e, number(0))
                rest[i] += page.where(below, number(0), e)  # the top's own exp(0) is not rounded into the sum
                panel[j, i] = e
        for i in range(wide):
            others[i] += rest[i]
            rest[i], others[i] = page.log1p(others[i]), number(1) / (number(1) + others[i])
        for j in range(n):
            for i in range(wide):
                panel[j, i] *= others[i]
        for i in range(rows):
            row = first + i
            if n_y == 1:
                t = int(y[row, 0])
                losses[row] = weight[i] * (rest[i] - (z[row, t] - top[i]))
                panel[t, i] -= number(1)
            else:
                losses[row] = 0.0
                for j in range(n):
                    losses[row] += weight[i] * y[row, j] * (rest[i] - (z[row, j] - top[i]))
                    panel[j, i] -= y[row, j]
        for j in range(n):
            for i in range(wide):
                panel[j, i] = page.residual(panel[j, i], number(0), weight[i])
        rows_of_transposed(delta, panel.ctypes.data, n, rows, delta.ctypes.data + first * n * delta.itemsize)


@cache
def softmax_pass(dtype: str) -> Any:
    """z += b, p: (z, b, p, m, n, scratch)."""
    return compiled(softmax, "softmax", dtype, "pppiip")


@cache
def softmax_head_pass(dtype: str) -> Any:
    """As `passes.head_pass`."""
    return compiled(softmax_head, "softmax", dtype, "pppippiihhp")
