"""W[1] shared among threads by columns, where it is larger than the batch: the bits are those of one thread."""

import numpy as np
import pytest

from clearprop.engine.engine import Engine
from clearprop.engine.plan import ONE_PRODUCT, PASSES, Memory, Plan, columns_of
from clearprop.engine.solver import Solver
from clearprop.network import Network
from oracles.engines import assert_near, batch_for

ROWS, BATCH = 53, 16  # the last batch is short


def fitted(net, threads, dtype, solver=None, dropout=()):
    solver = solver or Solver("sgd", l2=1e-2)
    engine = Engine(net.initialize(seed=1), solver, BATCH, dtype, dropout, seed=3, threads=threads)
    engine.epoch(batch_for(net, ROWS), np.arange(ROWS)[::-1], np.full(-(-ROWS // BATCH), 0.05))
    return engine


def columns(n_out, rank, ranks, how=ONE_PRODUCT, dtype="float32"):
    layers = np.zeros((2, 8), np.int64)
    layers[:, 0] = 5, n_out
    plan = Plan(layers, np.array([BATCH, 0, 0, how]), None, None)
    return getattr(columns_of, "py_func", columns_of)(
        plan, Memory(None, np.zeros(1, dtype), None, None, None), rank, ranks
    )


@pytest.mark.parametrize("dropout", [(), (0.3,)], ids=["whole", "dropout"])
@pytest.mark.parametrize("sizes", [(20, 100, 5), (33, 70), (9, 200, 17, 3)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_bits_by_columns_are_those_of_one_thread(dtype, sizes, dropout):
    net = Network(sizes)
    assert columns(sizes[1], 0, 2, dtype=dtype)[1] > 0
    alone = fitted(net, 1, dtype, dropout=dropout)
    for threads in (2, 3):
        shared = fitted(net, threads, dtype, dropout=dropout)
        np.testing.assert_array_equal(alone.flat, shared.flat)
        for name, arrays in alone.arrays(ROWS % BATCH, 1).items():
            for one, other in zip(arrays, shared.arrays(ROWS % BATCH, 1)[name], strict=True):
                if one is not None and name not in ("dW",):  # dW is not formed
                    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "solver", [Solver("adam"), Solver("sgd", clip_norm=0.5), Solver("sgd", momentum=0.9)]
)
def test_other_solvers_share_rows(solver):
    net = Network((20, 100, 5))
    np.testing.assert_array_equal(
        fitted(net, 1, "float64", solver).flat, fitted(net, 2, "float64", solver).flat
    )


def test_steps_by_columns_are_near_those_in_double():
    net = Network((20, 100, 5), "tanh")
    assert_near(fitted(net, 2, "float32").flat, fitted(net, 1, "float64").flat, "float32", times=10)


@pytest.mark.parametrize("n_out", [80, 100, 257])
@pytest.mark.parametrize("ranks", [2, 3, 5])
def test_each_column_is_one_threads(ranks, n_out):
    shares = [columns(n_out, rank, ranks) for rank in range(ranks)]
    assert [first for first, _ in shares[1:]] == [last for _, last in shares[:-1]]
    assert all(first < last for first, last in shares)
    assert shares[0][0] == 0
    assert shares[-1][1] == n_out


def test_rows_are_shared_where_columns_do_not_help():
    assert columns(200, 0, 1) == (0, 0)
    assert columns(BATCH, 0, 2) == (0, 0)
    assert columns(200, 0, 101) == (0, 0)
    assert columns(200, 0, 2, how=PASSES) == (0, 0)
