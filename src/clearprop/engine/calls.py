"""What Numba lacks: a call of a C function by address, and how threads in kernels wait for each other."""

import ctypes
import os
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from clearprop.engine.store import kernel

_YIELD = "clearprop_yield"
_SPINS = 4000  # looks before the core is offered to others
_library = ctypes.windll.kernel32.SwitchToThread if os.name == "nt" else ctypes.CDLL(None).sched_yield
llvm.add_symbol(
    _YIELD, ctypes.cast(_library, ctypes.c_void_p).value
)  # unlike a ctypes object it can be cached


@intrinsic
def _call(typingctx: Any, address: Any, args: Any) -> Any:
    """Call the void C function at `address` with a tuple of addresses, counts and float64 numbers."""
    signature = types.void(address, args)

    def codegen(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        values = cgutils.unpack_tuple(builder, given[1])
        kind = ir.FunctionType(ir.VoidType(), [value.type for value in values])
        builder.call(builder.inttoptr(given[0], kind.as_pointer()), values)
        return context.get_dummy_value()

    return signature, codegen


@intrinsic
def _arrive(typingctx: Any, address: Any) -> Any:
    """Add 1 to the number at `address`, undivided."""
    signature = types.void(address)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = builder.inttoptr(args[0], ir.IntType(64).as_pointer())
        builder.atomic_rmw("add", place, ir.Constant(ir.IntType(64), 1), "seq_cst")
        return context.get_dummy_value()

    return signature, codegen


@intrinsic
def _seen(typingctx: Any, address: Any) -> Any:
    """The number at `address` as it is now."""
    signature = types.intp(address)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load_atomic(builder.inttoptr(args[0], ir.IntType(64).as_pointer()), "seq_cst", 8)

    return signature, codegen


@intrinsic
def _give_way(typingctx: Any) -> Any:
    """Offer the core to whoever waits for one."""
    signature = types.void()

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(ir.IntType(32), []), _YIELD)
        builder.call(function, [])
        return context.get_dummy_value()

    return signature, codegen


@intrinsic
def _lent(typingctx: Any, array: Any) -> Any:
    """The same array, without a share in its memory: a kernel that passes it on counts no references.

    Counting is atomic, and costs as much as a layer of a small network. The caller keeps the array alive.
    """
    signature = array(array)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        same = context.make_array(signature.return_type)(context, builder, value=args[0])
        same.meminfo = cgutils.get_null_value(same.meminfo.type)
        same.parent = cgutils.get_null_value(same.parent.type)
        return same._getvalue()

    return signature, codegen


@intrinsic
def _fetch(typingctx: Any, address: Any) -> Any:
    """Send for the cache line at `address`, which will soon be read."""
    signature = types.void(address)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer, number, number, number])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        to_read, to_level_2, data = (ir.Constant(number, value) for value in (0, 2, 1))
        builder.call(function, [builder.inttoptr(args[0], pointer), to_read, to_level_2, data])
        return context.get_dummy_value()

    return signature, codegen


call: Any = _call  # called without the typing context, which Numba supplies
arrive: Any = _arrive
fetch: Any = _fetch
seen: Any = _seen
give_way: Any = _give_way
lent: Any = _lent


@kernel
def meet(team: Any, ranks: Any, meetings: Any) -> Any:
    """Wait until all `ranks` threads are at their meeting number `meetings` (1, 2, ...); False if one gave up.

    team: two numbers, zero at the start: how often anyone arrived, and whether one gave up.
    """
    if ranks == 1:
        return True
    address, spins = team.ctypes.data, 0
    arrive(address)
    while seen(address) < ranks * meetings:
        if seen(address + 8) != 0:
            return False
        spins += 1
        if spins > _SPINS:
            give_way()
    return True
