"""The passes of `lanes`: arrays are lines, one for each unit, and a line holds a number of each row of the batch.

Templates, filled in as those of `passes`. Every loop along a line runs over whole vectors; rows that the batch does
not have are its first row again, with weight 0.
"""

from functools import cache
from typing import Any

from numba import carray  # pyright: ignore[reportPrivateImportUsage]

from clearprop.engine.dots import LINES, dots
from clearprop.engine.passes import N_HYPER, WITH_CONSTANTS, compiled, head_words
from clearprop.engine.products import product_function
from clearprop.engine.vectors import BYTES, TALL, tile
from clearprop.maths import expressions, languages

g: Any = None
score: Any = None
term: Any = None
back: Any = None
page: Any = None
number: Any = None


def forward_lines(z_, b_, a_, n):  # G2 (the bias) and G3
    b = carray(b_, n)
    wide = LINES * (BYTES // b.itemsize)
    z, a = carray(z_, (n, wide)), carray(a_, (n, wide))
    for j in range(n):
        bias = b[j]
        for i in range(wide):
            z[j, i] += bias
            a[j, i] = g(z[j, i])


def head_lines(z_, b_, y_, n_y, w_, delta_, n, hyper_, losses_, scratch_):  # G2 (the bias), G4, G5, G6
    b = carray(b_, n)
    wide = LINES * (BYTES // b.itemsize)
    z, y, delta = carray(z_, (n, wide)), carray(y_, (n, wide)), carray(delta_, (n, wide))
    w, losses = carray(w_, wide), carray(losses_, wide)
    losses[:] = 0.0
    for j in range(n):
        bias = b[j]
        for i in range(wide):
            z[j, i] += bias
            losses[i] += w[i] * term(z[j, i], y[j, i])
            delta[j, i] = back(score(z[j, i]), y[j, i], w[i])


def head_lines_with_constants(
    z_, b_, y_, n_y, w_, delta_, n, hyper_, losses_, scratch_
):  # `head_lines`, with c for each output
    b = carray(b_, n)
    wide = LINES * (BYTES // b.itemsize)
    z, y, delta = carray(z_, (n, wide)), carray(y_, (n, wide)), carray(delta_, (n, wide))
    w, losses, hyper = carray(w_, wide), carray(losses_, wide), carray(hyper_, N_HYPER + n)
    losses[:] = 0.0
    for j in range(n):
        bias, c = b[j], number(hyper[N_HYPER + j])
        for i in range(wide):
            z[j, i] += bias
            losses[i] += w[i] * term(z[j, i], y[j, i], c)
            delta[j, i] = back(score(z[j, i]), y[j, i], w[i], c)


def softmax_lines(z_, b_, y_, n_y, w_, delta_, n, hyper_, losses_, scratch_):  # G2 (the bias), G4, G5, G6
    b = carray(b_, n)
    wide = LINES * (BYTES // b.itemsize)
    z, y, delta = carray(z_, (n, wide)), carray(y_, (n_y, wide)), carray(delta_, (n, wide))
    w, losses, work = carray(w_, wide), carray(losses_, wide), carray(scratch_, (3, wide))
    top, others, rest = work[0], work[1], work[2]
    for j in range(n):
        bias = b[j]
        for i in range(wide):
            z[j, i] += bias
            top[i] = z[j, i] if j == 0 else page.maximum(top[i], z[j, i])
    others[:], rest[:] = number(0), number(-1)
    for j in range(n):
        for i in range(wide):
            below, e = page.less(z[j, i], top[i]), page.exp(z[j, i] - top[i])
            others[i] += page.where(below, e, number(0))
            rest[i] += page.where(below, number(0), e)  # the top's own exp(0) is not rounded into the sum
            delta[j, i] = e
    for i in range(wide):
        others[i] += rest[i]
        rest[i], others[i] = page.log1p(others[i]), number(1) / (number(1) + others[i])
    losses[:] = 0.0
    for j in range(n):
        label = number(j)
        for i in range(wide):
            share = page.where(y[0, i] == label, number(1), number(0)) if n_y == 1 else y[j, i]
            lost = page.where(share == number(0), number(0), share * (rest[i] - (z[j, i] - top[i])))
            losses[i] += w[i] * lost
            delta[j, i] = page.residual(delta[j, i] * others[i], share, w[i])


def products(units, k, A, row, step, B, C_):
    """C = A B, lines of C from k lines of B: C[i] is the sum of A[i, p] B[p]."""
    like = carray(C_, 1)
    line, C = LINES * BYTES, like.ctypes.data
    wide = line // like.itemsize
    i = 0
    while units - i >= TALL:
        tile(like, TALL, wide, k, 1.0, A + i * row, row, step, B, line, 0.0, C + i * line, line)
        i += TALL
    while units - i >= 2:
        tile(like, 2, wide, k, 1.0, A + i * row, row, step, B, line, 0.0, C + i * line, line)
        i += 2
    if units > i:
        tile(like, 1, wide, k, 1.0, A + i * row, row, step, B, line, 0.0, C + i * line, line)


def sums(n_rows, n_columns, panels, A, a_panel, B, b_panel, alpha, beta, C_):
    """C = alpha A B^T + beta C, over all rows. The first number of `dots` must be a constant to the compiler."""
    like = carray(C_, 1)
    line, size, C = LINES * BYTES, like.itemsize, like.ctypes.data
    lanes, stride = BYTES // size, n_columns * size
    if n_rows == 1:
        for j in range(0, n_columns, lanes):
            right, left_over = B + j * line, n_columns - j
            dots(like, 1, 1, left_over, panels, A, a_panel, right, b_panel, alpha, beta, C + j * size, 0)
        return
    tall = max(lanes // 4, 1)
    for i in range(0, n_rows, tall):
        for j in range(0, n_columns, lanes // tall):
            rows, columns, left, right = n_rows - i, n_columns - j, A + i * line, B + j * line
            to = C + i * stride + j * size
            if lanes == 16:
                dots(like, 4, rows, columns, panels, left, a_panel, right, b_panel, alpha, beta, to, stride)
            elif lanes == 8:
                dots(like, 2, rows, columns, panels, left, a_panel, right, b_panel, alpha, beta, to, stride)
            else:
                dots(like, 1, rows, columns, panels, left, a_panel, right, b_panel, alpha, beta, to, stride)


@cache
def forward_pass(name: str, dtype: str) -> Any:
    """z += b, a = g(z): (z, b, a, n)."""
    g = expressions.pair(name, 0, languages.in_numba(dtype))[0]
    return compiled(forward_lines, expressions.file_name(name), dtype, "pppi", g=g)


@cache
def head_pass(name: str, dtype: str) -> Any:
    """z += b, delta = w (p - y), and w J_i of each row: (z, b, y, n_y, w, delta, n, hyper, losses, scratch)."""
    kinds = "pppippihhp"
    if name == "softmax":
        return compiled(softmax_lines, name, dtype, kinds)
    template = head_lines_with_constants if name in WITH_CONSTANTS else head_lines
    return compiled(template, expressions.file_name(name), dtype, kinds, **head_words(name, dtype))


@cache
def product_functions(dtype: str) -> tuple[Any, Any, Any]:
    """Lines of a product: (units, k, A, row, step, B, C); and sums over all rows: see `sums`."""
    made = compiled(products, "lines", dtype, "iiiiiip"), compiled(sums, "lines", dtype, "iiiiiiiddp")
    return (*made, product_function(dtype))
