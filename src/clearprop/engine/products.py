"""Matrix products on addresses, C <- alpha op(A) op(B) + beta C, by tiles that stay in registers.

BLAS is made for large matrices; a step of a network multiplies small ones, for which checks, packing and threads
of BLAS cost as much as the product. Here nothing is packed unless it must be, and the order of each sum is fixed:
the bits do not depend on the number of rows at a time, nor on threads.
"""

from functools import cache
from typing import Any

from numba import carray  # pyright: ignore[reportPrivateImportUsage]

from clearprop.engine.calls import call
from clearprop.engine.passes import compiled
from clearprop.engine.store import kernel
from clearprop.engine.vectors import BROAD, BYTES, TALL, copy, tile, transpose

FAR = 4096  # bytes: rows of B that far apart or more are put side by side first, else they evict each other
TALLER = 2 * TALL  # rows of a tile that is one vector broad
WORTH = 64  # rows of C from which this pays


def product(tb, m, n, k, apart, alpha, A, row, step, B, beta, C_, scratch):
    like = carray(C_, 1)
    _product(like, tb, m, n, k, apart, alpha, A, row, step, B, beta, like.ctypes.data, scratch)


@cache
def product_function(dtype: str) -> Any:
    """The C function that the kernels below call: C <- alpha A op(B) + beta C, where C has n columns.

    Its arguments: whether B is stored transposed; m, n, k; how many numbers the rows of C, and of B if it is not
    stored transposed, are apart; alpha; A, whose [i, p] is at A + i row + p step; B;
    beta; C; and where `scratch_size` numbers may be put. A, B, C are addresses, rows and steps are bytes.
    """
    return compiled(product, "tiles", dtype, "iiiiidiiiidpi")


@kernel
def multiply(
    function: Any, size: Any, ta: Any, tb: Any, m: Any, n: Any, k: Any, alpha: Any, A: Any, B: Any, beta: Any, C: Any,
    scratch: Any,
) -> None:  # fmt: skip
    """C <- alpha op(A) op(B) + beta C, on the addresses A, B, C of row-major matrices without gaps.

    op(A) is (m, k) and op(B) is (k, n), k >= 1; `ta`, `tb` say which is stored transposed. function: the address of
    `product_function`; size: bytes in a number.
    """
    row, step = (size, m * size) if ta else (k * size, size)
    call(function, (tb, m, n, k, n, alpha, A, row, step, B, beta, C, scratch))


@kernel
def multiply_rows(
    function: Any, size: Any, first: Any, last: Any, m: Any, n: Any, k: Any, alpha: Any, A: Any, B: Any, beta: Any,
    C: Any, scratch: Any,
) -> None:  # fmt: skip
    """Rows first..last-1 of `multiply`, where A is stored transposed, (k, m), and B is not."""
    rows, below = A + first * size, C + first * n * size
    call(function, (0, last - first, n, k, n, alpha, rows, size, m * size, B, beta, below, scratch))


@kernel
def multiply_columns(
    function: Any, size: Any, first: Any, last: Any, ta: Any, m: Any, n: Any, k: Any, alpha: Any, A: Any, B: Any,
    beta: Any, C: Any, scratch: Any,
) -> None:  # fmt: skip
    """Columns first..last-1 of `multiply`, where B is not stored transposed."""
    row, step = (size, m * size) if ta else (k * size, size)
    columns, to = B + first * size, C + first * size
    call(function, (0, m, last - first, k, n, alpha, A, row, step, columns, beta, to, scratch))


@kernel
def sum_rows(function: Any, n: Any, k: Any, alpha: Any, one: Any, B: Any, C: Any, scratch: Any) -> None:
    """C <- alpha times the sum of the rows of B, (k, n); `one` is the address of a 1."""
    call(function, (0, 1, n, k, n, alpha, one, 0, 0, B, 0.0, C, scratch))


@kernel
def _product(
    like: Any, tb: Any, m: Any, n: Any, k: Any, apart: Any, alpha: Any, A: Any, row: Any, step: Any, B: Any,
    beta: Any, C: Any, scratch: Any,
) -> None:  # fmt: skip
    """`product_function`; `like` is an array that gives the dtype."""
    size = like.itemsize
    wide = BROAD * (BYTES // size)
    pack = tb or (apart * size >= FAR and m >= WORTH)
    for j in range(0, n, wide):
        width = min(wide, n - j)
        panel, stride = B + j * size, apart * size
        if pack:
            if tb:
                columns_of_transposed(like, B + j * k * size, k, width, scratch)
            else:
                _columns(like, panel, stride, k, width, scratch)
            panel, stride = scratch, wide * size
        _panel(like, m, width, k, alpha, A, row, step, panel, stride, beta, C + j * size, apart * size)


@kernel
def _columns(like: Any, B: Any, stride: Any, k: Any, width: Any, target: Any) -> None:
    """`width` columns of B, (k, width), its rows side by side."""
    for p in range(k):
        copy(like, B + p * stride, target + p * BROAD * BYTES, width)


@kernel
def columns_of_transposed(like: Any, B: Any, k: Any, width: Any, target: Any) -> None:
    """The same of a B that is stored transposed, `width` rows of k numbers: (k, as many as a tile is broad)."""
    lanes, size = BYTES // like.itemsize, like.itemsize
    wide = BROAD * lanes
    for p in range(0, k, lanes):
        for v in range(0, width, lanes):
            transpose(
                like, B + (v * k + p) * size, k * size, width - v, min(lanes, k - p),
                target + (p * wide + v) * size, wide * size,
            )  # fmt: skip


@kernel
def rows_of_transposed(like: Any, panel: Any, k: Any, width: Any, target: Any) -> None:
    """What `columns_of_transposed` undoes: the panel's `width` columns become rows of k numbers."""
    lanes, size = BYTES // like.itemsize, like.itemsize
    wide = BROAD * lanes
    for p in range(0, k, lanes):
        for v in range(0, width, lanes):
            transpose(
                like, panel + (p * wide + v) * size, wide * size, k - p, min(lanes, width - v),
                target + (v * k + p) * size, k * size,
            )  # fmt: skip


@kernel
def _panel(
    like: Any, m: Any, width: Any, k: Any, alpha: Any, A: Any, row: Any, step: Any, B: Any, stride: Any, beta: Any,
    C: Any, c_stride: Any,
) -> None:  # fmt: skip
    """All rows of as many columns as a tile is broad, or fewer."""
    i = 0
    if width * like.itemsize <= BYTES:
        while m - i >= TALLER:
            tile(
                like,
                TALLER,
                width,
                k,
                alpha,
                A + i * row,
                row,
                step,
                B,
                stride,
                beta,
                C + i * c_stride,
                c_stride,
            )
            i += TALLER
    while m - i >= TALL:
        tile(like, TALL, width, k, alpha, A + i * row, row, step, B, stride, beta, C + i * c_stride, c_stride)
        i += TALL
    while m - i >= 2:
        tile(like, 2, width, k, alpha, A + i * row, row, step, B, stride, beta, C + i * c_stride, c_stride)
        i += 2
    if m > i:
        tile(like, 1, width, k, alpha, A + i * row, row, step, B, stride, beta, C + i * c_stride, c_stride)


def scratch_size(k: int, itemsize: int) -> int:
    """The numbers that `multiply` needs at `scratch`, for sums over up to `k`."""
    return k * BROAD * (BYTES // itemsize)
