"""Threads, forks and memory."""

import multiprocessing
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import numpy as np
import pytest
from numba.core.runtime import rtsys

from clearprop.engine.solver import Solver
from clearprop.network import Network
from oracles.engines import batch_for, engine_for

NETS = [Network((30, 40, 20, 3), "silu"), Network((25, 64, 2), "tanh", "identity")]


def trained(net, epochs=30):
    batch = batch_for(net, 200, seed=net.sizes[0])
    engine = engine_for(net, Solver("adamw"), size=32)
    for _ in range(epochs):
        engine.epoch(batch, np.arange(200), np.full(7, 0.01))
    return engine.params.flat.tobytes()


def test_two_threads_give_the_bits_that_each_gives_alone():
    alone = [trained(net) for net in NETS]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(trained, NETS * 4))
    assert together == alone * 4


def test_kernels_leave_the_interpreters_lock():
    """A Python thread counts on while one call of the kernel runs, at a fifth of its usual rate at least."""
    net, ticks, done = NETS[0], [0], Event()
    engine, batch = engine_for(net, size=32), batch_for(net, 200)
    order = np.tile(np.arange(200), 2000)
    engine.prepare(batch)

    def tick():
        while not done.is_set():
            ticks[0] += 1

    def rate(call):
        began, before = time.perf_counter(), ticks[0]
        call()
        return (ticks[0] - before) / (time.perf_counter() - began)

    thread = Thread(target=tick)
    thread.start()
    try:
        usual = rate(lambda: time.sleep(0.1))
        beside = rate(lambda: engine.epoch(batch, order, np.full(12_500, 1e-4)))  # some tenths of a second
    finally:
        done.set()
        thread.join()
    assert beside > 0.2 * usual  # with the lock held it would count for two switches of 5 ms


def child(connection):
    connection.send([trained(net) for net in NETS])


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs fork")
def test_training_works_after_a_fork_and_gives_the_same_bits():
    want = [trained(net) for net in NETS]
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=child, args=(theirs,))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python warns of forks beside threads
        process.start()
    assert ours.poll(60), "the child hangs"
    assert ours.recv() == want
    process.join()
    assert process.exitcode == 0


@pytest.mark.parametrize("solver", [Solver("sgd"), Solver("adamw")])
def test_no_allocation_a_step(solver, either_kernel):
    """Numba's own allocations are those of the call, whatever the number of steps."""
    from numba.core.runtime import _nrt_python

    net = NETS[0]
    engine, batch = engine_for(net, solver, size=4), batch_for(net, 200)

    def allocations(steps):
        order, rates = np.arange(4 * steps), np.full(steps, 1e-3)
        before = rtsys.get_allocation_stats()
        engine.epoch(batch, order, rates)
        after = rtsys.get_allocation_stats()
        return after.alloc - before.alloc, after.mi_alloc - before.mi_alloc

    _nrt_python.memsys_enable_stats()
    try:
        allocations(1)
        assert allocations(50) == allocations(1)
    finally:
        _nrt_python.memsys_disable_stats()


def test_memory_of_a_batch_is_made_once():
    net = NETS[0]
    engine, batch = engine_for(net, size=4), batch_for(net, 200)
    engine.epoch(batch, np.arange(8), np.full(2, 1e-3))
    held = engine.arrays(4, 3)["z"][1].ctypes.data
    engine.epoch(batch, np.arange(200), np.full(50, 1e-3))
    assert engine.arrays(4, 3)["z"][1].ctypes.data == held
    assert len(engine._rooms) == 1
