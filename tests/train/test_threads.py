"""The threads of BLAS: limited inside, given back after, also where runs overlap."""

from threading import Event, Thread

import pytest

from clearprop.network import Network
from clearprop.train import threads
from clearprop.train.threads import available, blas_threads, flops, threads_for


def now():
    return {library.num_threads for library in threads._controller().select(user_api="blas").lib_controllers}


@pytest.fixture(autouse=True)
def two_before():
    """Whatever the machine has, the tests begin with two threads."""
    with blas_threads(2):
        yield
        assert now() == {2}


def test_limited_inside_and_restored():
    with blas_threads(1):
        assert now() == {1}
    assert now() == {2}


def test_restored_after_an_error():
    with pytest.raises(RuntimeError), blas_threads(1):
        raise RuntimeError
    assert now() == {2}


def test_nested():
    with blas_threads(1):
        with blas_threads(3):
            assert now() == {3}
        assert now() == {1}


def test_overlapping_runs_in_two_threads_restore_what_the_first_found():
    """A enters, B enters, A leaves, B leaves: saved and restored one by one, B would leave 1 thread behind."""
    entered, left = Event(), Event()

    def first():
        with blas_threads(1):
            entered.set()
            left.wait(10)

    thread = Thread(target=first)
    thread.start()
    entered.wait(10)
    assert now() == {1}  # the limit holds from any thread
    with blas_threads(1):
        left.set()
        thread.join()
        assert now() == {1}
    assert now() == {2}


def test_a_second_thread_is_taken_where_it_helps():
    small, wide = Network((64, 100, 10)), Network((1024, 1024, 1024, 10))
    assert threads_for(small, 32, None) == 1
    assert threads_for(wide, 256, None) == available()
    assert threads_for(small, 32, 3) == 3


def test_flops_of_a_step():
    """Three products a layer, but for the gradient by X: 2 m (n0 n1 + n1 n2) * 3 - 2 m n0 n1."""
    assert flops(Network((3, 4, 2)), 5) == 2 * 5 * (3 * (12 + 8) - 12)
