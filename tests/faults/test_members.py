"""Processes of torchrun and of MPI: the steps of one process; one that is killed is replaced, to the same bits."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from shutil import which

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from commands import BEGUN, finish, wait_for
from workers import descendants

from clearprop.train.files import read_model
from oracles.bits import bits_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
CLOSE = 1e-12  # sums in another order over some ninety steps; Adam enlarges that, to 1e-10 after five hundred
FEW, MANY = "2", "12"  # epochs

SCRIPT = """
import os, sys, warnings
import numpy as np
import clearprop as cp
warnings.simplefilter("ignore")
rng = np.random.default_rng(0)
X = rng.normal(size=(3001, 6))
y = np.where(X[:, 0] * X[:, 1] > 0, "a", "b")
model = cp.TabularClassifier("fast", max_iter=int(sys.argv[3]), batch_size=64, dtype="float64", random_state=0)
how = {} if sys.argv[1] == "alone" else {"workers": sys.argv[1]}
if sys.argv[4:]:
    how |= {"checkpoint": sys.argv[4], "checkpoint_every": 0.2, "resume": True}
model.fit(X, y, **how)
if int(os.environ.get("RANK", os.environ.get("OMPI_COMM_WORLD_RANK", 0))) == 0:
    cp.save(model, sys.argv[2])
"""
WITH_TORCHRUN = (
    "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "--max-restarts", "5",
)  # fmt: skip


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed: pip install clearprop[ray]")


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """The script, and the weights that one process comes to."""
    path = tmp_path_factory.mktemp("script") / "train.py"
    path.write_text(SCRIPT)
    subprocess.run([sys.executable, path, "alone", path.with_name("alone"), FEW], check=True)
    return path, read_model(path.with_name("alone")).params.flat


@pytest.mark.usefixtures("torch")
def test_torchrun_takes_the_steps_of_one_process(script, tally, tmp_path):
    path, wanted = script
    subprocess.run([sys.executable, *WITH_TORCHRUN, path, "torchrun", tmp_path / "m", FEW], check=True)
    np.testing.assert_allclose(read_model(tmp_path / "m").params.flat, wanted, rtol=CLOSE, atol=CLOSE)
    tally("torchrun, two processes against one")


@pytest.mark.usefixtures("torch")
def test_a_killed_worker_of_torchrun_is_replaced(script, tally, tmp_path):
    path, _ = script
    subprocess.run([sys.executable, *WITH_TORCHRUN, path, "torchrun", tmp_path / "n", MANY], check=True)
    command = [sys.executable, *WITH_TORCHRUN, path, "torchrun", tmp_path / "m", MANY, tmp_path / "c"]
    process = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True)
    BEGUN.append(process)
    wait_for(tmp_path / "c", process)
    os.kill(max(pid for pid, line in descendants(process.pid).items() if "train.py" in line), signal.SIGKILL)
    code, said = finish(process)
    assert code == 0, said
    tally(
        "a process of torchrun is killed, and replaced",
        lost=bits_in(tmp_path / "m") != bits_in(tmp_path / "n"),
    )


def test_mpi_takes_the_steps_of_one_process(script, tally, tmp_path):
    if which("mpirun") is None:
        pytest.skip("There is no mpirun; Debian has it in the package openmpi-bin.")
    pytest.importorskip("mpi4py", reason="mpi4py is not installed: pip install mpi4py")
    path, wanted = script
    how = ("mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "2", sys.executable, "-m", "mpi4py")
    subprocess.run([*how, path, "mpi", tmp_path / "m", FEW], check=True)
    np.testing.assert_allclose(read_model(tmp_path / "m").params.flat, wanted, rtol=CLOSE, atol=CLOSE)
    tally("mpirun, two processes against one")
