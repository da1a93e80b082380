"""How many threads share a step."""

import os
import subprocess
import sys

import pytest

from clearprop.engine.team import available
from clearprop.network import Network
from clearprop.train.threads import flops, threads_for


@pytest.mark.parametrize(
    ("said", "least"), [("1", True), ("1,2", True), ("0", False), ("many", False), ("", False)]
)
def test_the_environment_may_say_fewer(monkeypatch, said, least):
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert (available() == 1) is (least or len(os.sched_getaffinity(0)) == 1)


def test_a_process_bound_to_one_core_takes_one_thread():
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))});"
    code += "from clearprop.engine.team import available; print(available())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "1\n"


def test_a_second_thread_is_taken_where_it_helps():
    small, wide = Network((64, 100, 10)), Network((1024, 1024, 1024, 10))
    assert threads_for(small, 32, None) == 1
    assert threads_for(wide, 256, None) == available()
    assert threads_for(small, 32, 3) == 3


def test_flops_of_a_step():
    """Three products a layer, but for the gradient by X: 2 m (n0 n1 + n1 n2) * 3 - 2 m n0 n1."""
    assert flops(Network((3, 4, 2)), 5) == 2 * 5 * (3 * (12 + 8) - 12)
