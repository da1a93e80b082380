"""Vector instructions for Numba: a register tile of a matrix product, a block transposed, a row copied.

Numbers are reached by address. The last vector of a row may hold fewer numbers than a register does; a mask keeps
the others out, so that nothing beyond an array is read or written.
"""

import platform
from collections.abc import Iterator
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import RequireLiteralValue
from numba.extending import intrinsic

I1, I32, I64 = ir.IntType(1), ir.IntType(32), ir.IntType(64)


def _registers() -> tuple[int, int, int]:
    """Bytes in one of this machine's vector registers, and rows and vectors in a row of a tile.

    TALL x BROAD sums, BROAD vectors of B, one of A and a mask fit the registers: there are 32, or 16; the masks of
    AVX-512 have registers of their own.
    """
    features = llvm.get_host_cpu_features()
    if features.get("avx512f"):
        return 64, 8, 3
    if features.get("avx2") and features.get("fma"):
        return 32, 6, 2
    return (16, 8, 3) if platform.machine() in ("aarch64", "arm64") else (16, 6, 2)


BYTES, TALL, BROAD = _registers()
MASKS_ARE_FREE = BYTES == 64  # with AVX2 a mask takes a register, and storing by it is slow


Column = tuple[Any, Any]  # how many bytes further in a row a vector lies, and its mask or None


class Vectors:
    """A vector type of the machine for one dtype, and what is done with it in one function."""

    def __init__(self, builder: Any, like: Any, lanes: int | None = None) -> None:
        self.builder, single = builder, like.dtype == types.float32
        self.size = 4 if single else 8
        self.lanes = lanes or BYTES // self.size
        self.real = ir.FloatType() if single else ir.DoubleType()
        self.kind = ir.VectorType(self.real, self.lanes)
        self.mask_kind = ir.VectorType(I1, self.lanes)
        self.name = f"v{self.lanes}f{8 * self.size}"
        self.zero = ir.Constant(self.kind, [0.0] * self.lanes)

    def at(self, address: Any, bytes_further: int = 0) -> Any:
        """The pointer to a vector."""
        if bytes_further:
            address = self.builder.add(address, ir.Constant(I64, bytes_further))
        return self.builder.inttoptr(address, self.kind.as_pointer())

    def splat(self, value: Any, kind: Any = None) -> Any:
        """A vector of one number."""
        kind = kind or self.kind
        one = self.builder.insert_element(ir.Constant(kind, ir.Undefined), value, ir.Constant(I32, 0))
        return self.shuffle(one, one, [0] * self.lanes)

    def number(self, address: Any) -> Any:
        """A vector of the number at an address."""
        return self.splat(self.builder.load(self.builder.inttoptr(address, self.real.as_pointer())))

    def shuffle(self, a: Any, b: Any, places: list[int]) -> Any:
        """The numbers at `places` of a and b side by side."""
        return self.builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(I32, self.lanes), places))

    def first(self, count: Any) -> Any:
        """The mask of the first `count` lanes."""
        index = ir.Constant(ir.VectorType(I64, self.lanes), list(range(self.lanes)))
        return self.builder.icmp_signed("<", index, self.splat(count, ir.VectorType(I64, self.lanes)))

    def load(self, place: Any, mask: Any = None) -> Any:
        """A vector, zero where the mask is not set."""
        if mask is None:
            return self.builder.load(place, align=self.size)
        kind = ir.FunctionType(self.kind, [place.type, I32, self.mask_kind, self.kind])
        return self._call("masked.load", kind, [place, ir.Constant(I32, self.size), mask, self.zero], ".p0")

    def store(self, value: Any, place: Any, mask: Any = None) -> None:
        """A vector, where the mask is set."""
        if mask is None:
            self.builder.store(value, place, align=self.size)
            return
        kind = ir.FunctionType(ir.VoidType(), [self.kind, place.type, I32, self.mask_kind])
        self._call("masked.store", kind, [value, place, ir.Constant(I32, self.size), mask], ".p0")

    def fma(self, a: Any, b: Any, c: Any) -> Any:
        """a b + c, rounded once."""
        return self._call("fma", ir.FunctionType(self.kind, [self.kind] * 3), [a, b, c])

    def _call(self, name: str, kind: Any, arguments: list[Any], suffix: str = "") -> Any:
        full = f"llvm.{name}.{self.name}{suffix}"
        return self.builder.call(cgutils.get_or_insert_function(self.builder.module, kind, full), arguments)


@intrinsic(prefer_literal=True)
def _tile(
    typingctx: Any, like: Any, tall: Any, width: Any, k: Any, alpha: Any, A: Any, row: Any, step: Any, B: Any,
    stride: Any, beta: Any, C: Any, c_stride: Any,
) -> Any:  # fmt: skip
    """C <- alpha A B + beta C for `tall` rows (a literal number) and `width` columns of C.

    The columns fill up to `BROAD` vectors, fewer where the tile has more than `TALL` rows: `TALL` x `BROAD` sums fit.
    A[i, p] is at A + i row + p step, B[p, :] at B + p stride, C[i, :] at C + i c_stride, all in bytes. The sum over
    p = 0..k-1 (k >= 1) is taken in this order, whatever the tile: bits do not depend on how C is divided.
    """
    if not isinstance(tall, types.IntegerLiteral):
        msg = "the rows of a tile are a literal number"
        raise RequireLiteralValue(msg)
    n_rows, number, real = tall.literal_value, (types.intp,), (types.float64,)
    signature = types.void(like, tall, *number * 2, *real, *number * 5, *real, *number * 2)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _, _, width, k, alpha, A, row, step, B, stride, beta, C, c_stride = args
        vectors = Vectors(builder, signature.args[0])
        scale, keep = (builder.fptrunc(x, vectors.real) if vectors.size == 4 else x for x in (alpha, beta))
        fresh = builder.fcmp_ordered("==", beta, ir.Constant(ir.DoubleType(), 0.0))
        broad = max(min(BROAD, BROAD * TALL // n_rows), 1)
        for kind, columns in _bodies(vectors, signature.args[0], width, broad):
            factor, kept = kind.splat(scale), kind.splat(keep)
            sums = _sums(kind, (n_rows, columns), k, (A, row, step), (B, stride))
            with builder.if_else(fresh) as (write, add):
                with write:
                    _write(kind, sums, columns, factor, None, (C, c_stride))
                with add:
                    _write(kind, sums, columns, factor, kept, (C, c_stride))
        return context.get_dummy_value()

    return signature, codegen


def _bodies(vectors: Vectors, like: Any, width: Any, broad: int) -> Iterator[tuple[Vectors, list[Column]]]:
    """The vectors of a row, for each body to be built, within the test that `width` numbers ask for it.

    Where masks are not free, the last vector ends where the row does: what it shares with the one before is computed
    twice, and alike. Short rows are made of half vectors; a mask is left to what is shorter still.
    """
    builder, lanes, half = vectors.builder, vectors.lanes, vectors.lanes // 2
    for n in range(broad, 0, -1):
        least = (n - 1) * lanes + 1 if MASKS_ARE_FREE or n > 1 else lanes
        with builder.if_then(_lies(builder, width, least, n * lanes)):
            yield vectors, [*_whole(vectors, n - 1), _last(vectors, width, n)]
    if MASKS_ARE_FREE:
        return
    few, shared = Vectors(builder, like, half), broad > 1
    with builder.if_then(_lies(builder, width, half, half)):
        yield few, _whole(few, 1)
    if shared:
        with builder.if_then(_lies(builder, width, half + 1, lanes - 1)):
            yield few, [*_whole(few, 1), _last(few, width, 2)]
    is_short = _lies(builder, width, 1, half - 1 if shared else lanes - 1)
    with builder.if_then(builder.and_(is_short, builder.icmp_signed("!=", width, ir.Constant(I64, half)))):
        yield vectors, [(ir.Constant(I64, 0), vectors.first(width))]


def _lies(builder: Any, number: Any, least: int, most: int) -> Any:
    """Whether a number lies between two, both among them."""
    return builder.and_(
        builder.icmp_signed(">=", number, ir.Constant(I64, least)),
        builder.icmp_signed("<=", number, ir.Constant(I64, most)),
    )


def _whole(vectors: Vectors, n: int) -> list[Column]:
    return [(ir.Constant(I64, v * vectors.lanes * vectors.size), None) for v in range(n)]


def _last(vectors: Vectors, width: Any, n: int) -> Column:
    """The last of `n` vectors of a row of `width` numbers."""
    builder, before = vectors.builder, ir.Constant(I64, (n - 1) * vectors.lanes)
    size = ir.Constant(I64, vectors.size)
    if MASKS_ARE_FREE:
        return builder.mul(before, size), vectors.first(builder.sub(width, before))
    return builder.mul(builder.sub(width, ir.Constant(I64, vectors.lanes)), size), None


def _sums(vectors: Vectors, shape: tuple[int, list[Column]], k: Any, a: Any, b: Any) -> list[list[Any]]:
    """The loop over p: a vector of sums for each place of the tile."""
    builder, (n_rows, columns) = vectors.builder, shape
    A, row, step = a
    B, stride = b
    entry = builder.block
    rows = [A]
    for _ in range(1, n_rows):
        rows.append(builder.add(rows[-1], row))
    loop, done = builder.append_basic_block("sum"), builder.append_basic_block("summed")
    builder.branch(loop)
    builder.position_at_end(loop)
    count, along, line = builder.phi(I64), builder.phi(I64), builder.phi(I64)
    sums = [[builder.phi(vectors.kind) for _ in columns] for _ in range(n_rows)]
    b_row = [vectors.load(vectors.at(builder.add(line, further)), mask) for further, mask in columns]
    more = []
    for i in range(n_rows):
        one = vectors.number(builder.add(rows[i], along))
        more.append([vectors.fma(one, b_row[v], sums[i][v]) for v in range(len(columns))])
    following = builder.add(count, ir.Constant(I64, 1))
    for phi, start, then in (
        (count, ir.Constant(I64, 0), following), (along, ir.Constant(I64, 0), builder.add(along, step)),
        (line, B, builder.add(line, stride)),
        *((sums[i][v], vectors.zero, more[i][v]) for i in range(n_rows) for v in range(len(columns))),
    ):  # fmt: skip
        phi.add_incoming(start, entry)
        phi.add_incoming(then, loop)
    builder.cbranch(builder.icmp_signed("<", following, k), loop, done)
    builder.position_at_end(done)
    return more


def _write(vectors: Vectors, sums: Any, columns: list[Column], scale: Any, keep: Any, c: Any) -> None:
    """The tile of C: scale times the sums, and `keep` times what is there unless that is None.

    Where a row is one vector, all is read before anything is written: a short row lies within the vector of the row
    before it, and would wait for that to be written.
    """
    builder, (place, c_stride) = vectors.builder, c
    values: list[Any] = []
    for line in sums:
        for one, (further, mask) in zip(line, columns, strict=True):
            at = vectors.at(builder.add(place, further))
            if keep is None:
                value = builder.fmul(scale, one)
            else:
                value = vectors.fma(scale, one, builder.fmul(keep, vectors.load(at, mask)))
            values.append((value, at, mask))
        place = builder.add(place, c_stride)
        if len(columns) > 1 or line is sums[-1]:
            for found in values:
                vectors.store(*found)
            values = []


@intrinsic
def _transpose(
    typingctx: Any,
    like: Any,
    source: Any,
    stride: Any,
    n_rows: Any,
    n_columns: Any,
    target: Any,
    t_stride: Any,
) -> Any:
    """A square block transposed: `n_rows` rows of `n_columns` numbers, as many as a vector holds or fewer."""
    signature = types.void(like, *(types.intp,) * 6)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _, source, stride, n_rows, n_columns, target, t_stride = args
        vectors = Vectors(builder, signature.args[0])
        lanes = ir.Constant(I64, vectors.lanes)
        is_whole = builder.and_(
            builder.icmp_signed(">=", n_rows, lanes), builder.icmp_signed(">=", n_columns, lanes)
        )
        with builder.if_else(is_whole) as (whole, part):
            with whole:
                _turn(vectors, (source, stride, None), (target, t_stride, None))
            with part:
                _turn(vectors, (source, stride, (n_rows, n_columns)), (target, t_stride, (n_columns, n_rows)))
        return context.get_dummy_value()

    return signature, codegen


def _turn(vectors: Vectors, source: Any, target: Any) -> None:
    """The block at one place to another; with sizes, only the numbers within them are touched."""
    (place, stride, held), (t_place, t_stride, wanted) = source, target
    lines = []
    for at, mask in _lines(vectors, place, stride, held):
        lines.append(vectors.load(at, mask))
    turned = _turned(vectors, lines)
    for line, (at, mask) in zip(turned, _lines(vectors, t_place, t_stride, wanted), strict=True):
        vectors.store(line, at, mask)


def _lines(vectors: Vectors, place: Any, stride: Any, sizes: Any) -> Any:
    """The pointer to each row of a block, and the mask of what is there; None where all is."""
    builder = vectors.builder
    mask, none = sizes and vectors.first(sizes[1]), ir.Constant(vectors.mask_kind, [0] * vectors.lanes)
    for i in range(vectors.lanes):
        there = sizes and builder.icmp_signed("<", ir.Constant(I64, i), sizes[0])
        yield vectors.at(place), there and builder.select(there, mask, none)
        place = builder.add(place, stride)


def _turned(vectors: Vectors, lines: list[Any]) -> list[Any]:
    """Rows to columns: halves of pairs of rows change places, then quarters, and so on."""
    lanes, half = vectors.lanes, vectors.lanes // 2
    while half:
        for i in (i for i in range(lanes) if not i & half):
            a, b = lines[i], lines[i + half]
            lines[i] = vectors.shuffle(a, b, [c if not c & half else lanes + c - half for c in range(lanes)])
            lines[i + half] = vectors.shuffle(
                a, b, [c + half if not c & half else lanes + c for c in range(lanes)]
            )
        half //= 2
    return lines


@intrinsic
def _copy(typingctx: Any, like: Any, source: Any, target: Any, count: Any) -> Any:
    """`count` numbers (1 or more) from one address to another: whole vectors, and a last one that may hold fewer."""
    signature = types.void(like, *(types.intp,) * 3)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _, source, target, count = args
        vectors = Vectors(builder, signature.args[0])
        lanes, step = ir.Constant(I64, vectors.lanes), ir.Constant(I64, BYTES)
        entry, loop, rest = (
            builder.block,
            builder.append_basic_block("copy"),
            builder.append_basic_block("rest"),
        )
        more = builder.icmp_signed(">", count, lanes)
        builder.cbranch(more, loop, rest)
        builder.position_at_end(loop)
        places = [builder.phi(I64) for _ in range(3)]
        vectors.store(vectors.load(vectors.at(places[0])), vectors.at(places[1]))
        then = [builder.add(places[0], step), builder.add(places[1], step), builder.sub(places[2], lanes)]
        builder.cbranch(builder.icmp_signed(">", then[2], lanes), loop, rest)
        for phi, start, value in zip(places, (source, target, count), then, strict=True):
            phi.add_incoming(start, entry)
            phi.add_incoming(value, loop)
        builder.position_at_end(rest)
        last = [builder.phi(I64) for _ in range(3)]
        for phi, start, value in zip(last, (source, target, count), then, strict=True):
            phi.add_incoming(start, entry)
            phi.add_incoming(value, loop)
        is_whole = builder.icmp_signed(">=", last[2], lanes)
        with builder.if_else(is_whole) as (whole, part):
            with whole:
                vectors.store(vectors.load(vectors.at(last[0])), vectors.at(last[1]))
            with part:
                mask = vectors.first(last[2])
                vectors.store(vectors.load(vectors.at(last[0]), mask), vectors.at(last[1]), mask)
        return context.get_dummy_value()

    return signature, codegen


tile: Any = _tile  # called without the typing context, which Numba supplies
transpose: Any = _transpose
copy: Any = _copy
