"""Two things that Numba lacks: a matrix product on addresses, and a call of a C function by address."""

from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import get_cython_function_address, intrinsic

# A registered symbol, unlike a ctypes object, leaves the kernels cacheable.
for _name in ("sgemm", "dgemm"):
    llvm.add_symbol(f"clearprop_{_name}", get_cython_function_address("scipy.linalg.cython_blas", _name))


@intrinsic
def _gemm(
    typingctx: Any,
    like: Any,
    ta: Any,
    tb: Any,
    m: Any,
    n: Any,
    k: Any,
    alpha: Any,
    A: Any,
    B: Any,
    beta: Any,
    C: Any,
) -> Any:
    """C <- alpha op(A) op(B) + beta C, on the addresses A, B, C of row-major matrices without gaps.

    op(A) is (m, k) and op(B) is (k, n); `ta`, `tb` say which is stored transposed; `like` is an array that
    gives the dtype. BLAS counts by columns, so it is asked for C^T = op(B)^T op(A)^T.
    """
    signature = types.void(like, ta, tb, m, n, k, alpha, A, B, beta, C)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        single = signature.args[0].dtype == types.float32
        real, i32, byte = (ir.FloatType() if single else ir.DoubleType()), ir.IntType(32), ir.IntType(8)
        place = byte.as_pointer()
        _, ta, tb, m, n, k, alpha, A, B, beta, C = args

        def held(value: Any, kind: Any) -> Any:
            slot = cgutils.alloca_once(builder, kind)
            builder.store(value, slot)
            return builder.bitcast(slot, place)

        def number(value: Any, given: Any) -> Any:
            return held(context.cast(builder, value, given, types.float32 if single else types.float64), real)

        def size(value: Any) -> Any:
            return held(builder.trunc(value, i32), i32)

        def letter(flag: Any) -> Any:
            yes = builder.icmp_signed("!=", flag, ir.Constant(flag.type, 0))
            return held(builder.select(yes, ir.Constant(byte, ord("T")), ir.Constant(byte, ord("N"))), byte)

        lda = builder.select(builder.icmp_signed("!=", ta, ir.Constant(ta.type, 0)), m, k)
        ldb = builder.select(builder.icmp_signed("!=", tb, ir.Constant(tb.type, 0)), k, n)
        a, b, c = (builder.inttoptr(x, place) for x in (A, B, C))
        kind = ir.FunctionType(ir.VoidType(), [place] * 13)
        name = "clearprop_sgemm" if single else "clearprop_dgemm"
        function = cgutils.get_or_insert_function(builder.module, kind, name)
        scale, keep = number(alpha, signature.args[6]), number(beta, signature.args[9])
        counts = size(n), size(m), size(k)
        builder.call(
            function, [letter(tb), letter(ta), *counts, scale, b, size(ldb), a, size(lda), keep, c, size(n)]
        )
        return context.get_dummy_value()

    return signature, codegen


@intrinsic
def _call(typingctx: Any, address: Any, args: Any) -> Any:
    """Call the void C function at `address` with a tuple of addresses and counts."""
    signature = types.void(address, args)

    def codegen(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        word = context.get_value_type(types.intp)
        values = cgutils.unpack_tuple(builder, given[1])
        kind = ir.FunctionType(ir.VoidType(), [word] * len(values))
        builder.call(builder.inttoptr(given[0], kind.as_pointer()), values)
        return context.get_dummy_value()

    return signature, codegen


gemm: Any = _gemm  # called without the typing context, which Numba supplies
call: Any = _call
