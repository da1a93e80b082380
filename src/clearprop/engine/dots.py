"""Sums of products of lines, for networks that train side by side: a block of C = A B^T at a time, in registers."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.errors import RequireLiteralValue
from numba.extending import intrinsic

from clearprop.engine.vectors import BYTES, I32, I64, Vectors

LINES = 2  # vectors in a line of `lanes`


@intrinsic(prefer_literal=True)
def _dots(
    typingctx: Any, like: Any, tall: Any, n_rows: Any, n_columns: Any, panels: Any, A: Any, a_panel: Any, B: Any,
    b_panel: Any, alpha: Any, beta: Any, C: Any, c_stride: Any,
) -> Any:  # fmt: skip
    """C <- alpha A B^T + beta C for `tall` rows (a literal number) of C, or fewer: sums of products of lines.

    It has as many columns as fill a vector with the sums, or fewer.

    A line is `LINES` vectors long; A[i, panel, :] is at A + panel a_panel + i lines, B likewise, C[i, :] at C + i
    c_stride, in bytes. The sum runs over all panels (1 or more) lane by lane; then the lanes are added up.
    """
    if not isinstance(tall, types.IntegerLiteral):
        msg = "the rows of a block are a literal number"
        raise RequireLiteralValue(msg)
    number, real = (types.intp,), (types.float64,)
    signature = types.void(like, tall, *number * 7, *real * 2, *number * 2)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _, _, n_rows, n_columns, panels, A, a_panel, B, b_panel, alpha, beta, C, c_stride = args
        vectors = Vectors(builder, signature.args[0])
        tall = signature.args[1].literal_value
        broad = vectors.lanes // tall
        rows, columns = _clamped(builder, A, n_rows, tall), _clamped(builder, B, n_columns, broad)
        sums = _added_up(vectors, _sums_of_lines(vectors, panels, (rows, a_panel), (columns, b_panel)))
        scale, keep = (builder.fptrunc(x, vectors.real) if vectors.size == 4 else x for x in (alpha, beta))
        few = Vectors(builder, signature.args[0], broad)
        mask = few.first(n_columns)
        fresh = builder.fcmp_ordered("==", beta, ir.Constant(ir.DoubleType(), 0.0))
        scaled = builder.fmul(vectors.splat(scale), sums)
        for i in range(tall):
            with builder.if_then(builder.icmp_signed("<", ir.Constant(I64, i), n_rows)):
                place = few.at(builder.add(C, builder.mul(c_stride, ir.Constant(I64, i))))
                places = ir.Constant(ir.VectorType(I32, broad), [i * broad + j for j in range(broad)])
                line = builder.shuffle_vector(scaled, scaled, places)
                with builder.if_else(fresh) as (write, add):
                    with write:
                        few.store(line, place, mask)
                    with add:
                        few.store(few.fma(few.splat(keep), few.load(place, mask), line), place, mask)
        return context.get_dummy_value()

    return signature, codegen


def _clamped(builder: Any, base: Any, count: Any, most: int) -> list[Any]:
    """Where the first `most` lines lie; the last there is, in place of those that are not."""
    length = ir.Constant(I64, LINES * BYTES)
    places = [base]
    for i in range(1, most):
        further = builder.add(places[-1], length)
        there = builder.icmp_signed("<", ir.Constant(I64, i), count)
        places.append(builder.select(there, further, places[-1]))
    return places


def _sums_of_lines(vectors: Vectors, panels: Any, a: Any, b: Any) -> list[Any]:
    """A vector of sums for each pair of a line of `a` and one of `b`, over all panels."""
    builder, (rows, a_panel), (columns, b_panel) = vectors.builder, a, b
    entry, n = builder.block, len(rows) * len(columns)
    loop, done = builder.append_basic_block("panel"), builder.append_basic_block("panels")
    builder.branch(loop)
    builder.position_at_end(loop)
    count, a_at, b_at = builder.phi(I64), builder.phi(I64), builder.phi(I64)
    phis = [builder.phi(vectors.kind) for _ in range(n)]
    sums: list[Any] = list(phis)
    for v in range(LINES):
        left = [vectors.load(vectors.at(builder.add(row, a_at), v * BYTES)) for row in rows]
        right = [vectors.load(vectors.at(builder.add(column, b_at), v * BYTES)) for column in columns]
        pairs = [(x, y) for x in left for y in right]
        sums = [vectors.fma(x, y, s) for (x, y), s in zip(pairs, sums, strict=True)]
    following = builder.add(count, ir.Constant(I64, 1))
    zero = ir.Constant(I64, 0)
    for phi, start, then in (
        (count, zero, following), (a_at, zero, builder.add(a_at, a_panel)), (b_at, zero, builder.add(b_at, b_panel)),
        *((phi, vectors.zero, s) for phi, s in zip(phis, sums, strict=True)),
    ):  # fmt: skip
        phi.add_incoming(start, entry)
        phi.add_incoming(then, loop)
    builder.cbranch(builder.icmp_signed("<", following, panels), loop, done)
    builder.position_at_end(done)
    return sums


def _added_up(vectors: Vectors, sums: list[Any]) -> Any:
    """One vector: the lanes of the vector number t added up, in lane t."""
    lanes, half = vectors.lanes, vectors.lanes // 2
    while half:
        few = len(sums) // 2
        places = [c if not c & half else lanes + c - half for c in range(lanes)]
        others = [c + half if not c & half else lanes + c for c in range(lanes)]
        sums = [
            vectors.builder.fadd(vectors.shuffle(a, b, places), vectors.shuffle(a, b, others))
            for a, b in zip(sums[:few], sums[few:], strict=True)
        ]
        half //= 2
    return sums[0]


dots: Any = _dots  # called without the typing context, which Numba supplies
