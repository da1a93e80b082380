"""What the kernels are told: where everything lies, how the parameters move, and what part of it is a thread's."""

from typing import Any, NamedTuple

from clearprop.engine.calls import lent
from clearprop.engine.layout import SIZE
from clearprop.engine.store import kernel
from clearprop.engine.vectors import BYTES

GRADIENT_ONLY, ONE_PRODUCT, PASSES = range(3)  # how the parameters move
THETA, GRAD, FIRST, SECOND = range(4)  # the rows of `state`
# Further rows where inputs have scales: V, in the place of W[1]; in the first n[0] places the scales, their moments.
DIRECTION, SCALE, SCALE_FIRST, SCALE_SECOND = range(4, 8)


class Plan(NamedTuple):
    """What does not change during an epoch.

    layers: see `Layout`. places: the batch size, where y and w start in the block, and how the parameters move.
    passes: addresses of forward[l], backward[l] for l = 1..L-1 in rows 0 and 1, of the head and of the update in
    [0, 0] and [1, 0]; of `dropout`: drop[l] for l = 0..L-1 in row 2, drop_back[l] for l = 1..L-1 in row 3 (0:
    none), of settle and clip in [3, 0] and [4, 0]; of `scaling` in [5, 0]. product: the address of `product_function`.
    waves: see `Layout`.
    """

    layers: Any
    places: Any
    passes: Any
    product: Any
    waves: Any = None


class Memory(NamedTuple):
    """The arrays of one thread: `hyper` and `scratch` are its own, the others are everybody's.

    scratch: a 1, and a line further what `products` and `softmax` need; losses: w J_i of each row of the batch.
    """

    state: Any
    block: Any
    losses: Any
    hyper: Any
    scratch: Any


@kernel
def lent_plan(plan: Any) -> Any:
    return Plan(lent(plan.layers), lent(plan.places), lent(plan.passes), plan.product, lent(plan.waves))


@kernel
def lent_memory(memory: Any) -> Any:
    return Memory(
        lent(memory.state), lent(memory.block), lent(memory.losses), lent(memory.hyper), lent(memory.scratch)
    )


@kernel
def lent_epochs(data: Any, orders: Any, rates: Any, out: Any, plan: Any, memory: Any) -> Any:
    """All that `epochs` works on."""
    data = (lent(data[0]), lent(data[1]), lent(data[2]))
    return data, lent(orders), lent(rates), lent(out), lent_plan(plan), lent_memory(memory)


@kernel
def share_of(n: Any, unit: Any, rank: Any, ranks: Any) -> Any:
    """The first of n rows or columns that is a thread's, and the one after its last: whole units, shared evenly."""
    if ranks == 1:
        return 0, n
    tiles = -(-n // unit)
    return min(tiles * rank // ranks * unit, n), min(tiles * (rank + 1) // ranks * unit, n)


@kernel
def columns_of(plan: Any, memory: Any, rank: Any, ranks: Any) -> Any:
    """The first column of W[1] that is a thread's, and the one after its last; (0, 0) where rows are shared.

    What one core writes and another reads is slow to come. By rows, each thread reads in a step what the others moved
    in W[1]; by columns, the rows of the batch that they gathered. So W[1] is shared by columns where it is the larger
    of the two, and moves in the product; an update of columns would be many short ones.
    """
    n, lanes = plan.layers[1, SIZE], BYTES // memory.block.itemsize
    if ranks == 1 or plan.places[3] != ONE_PRODUCT or n <= plan.places[0] or n < ranks * lanes:
        return 0, 0
    return share_of(n, lanes, rank, ranks)


@kernel
def at_layer(column: Any, l: Any, row: Any, plan: Any, memory: Any) -> Any:
    """The address of a row of one of layer l's arrays in the block."""
    layers, block = plan.layers, memory.block
    return block.ctypes.data + block.itemsize * (layers[l, column] + row * layers[l, SIZE])


@kernel
def at_state(row: Any, column: Any, l: Any, plan: Any, memory: Any) -> Any:
    """The address of W[l] or b[l], or of what a row of the state holds for it."""
    state = memory.state
    return state.ctypes.data + state.itemsize * (row * state.shape[1] + plan.layers[l, column])
