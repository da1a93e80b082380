"""Workers of Ray killed, stopped, starved: the same bits, or an error; nothing is left behind."""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from commands import begin, finish, make_tables, wait_for
from workers import descendants, left_behind, places, ray_workers, wait_until_ended

from clearprop.train.files import read_model
from oracles.bits import bits_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
MODE = "fast, in memory"
SHORT = """
from clearprop.train.workers.wanted import Workers
init = Workers.__init__
Workers.__init__ = lambda self, count, address=None: init(self, count, address, RESTARTS, 15.0)
"""


@pytest.fixture(scope="module", autouse=True)
def ray():
    return pytest.importorskip("ray", reason="Ray is not installed: pip install clearprop[ray]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("workers")
    make_tables(path)
    return path


def start(folder, tmp_path, *more, name="m", restarts=10, workers=2):
    how = ("--epochs", 12, "--workers", workers, "--checkpoint", tmp_path / "c", "--checkpoint-every", "0.2")
    patch = SHORT.replace("RESTARTS", str(restarts))
    return begin(MODE, folder, tmp_path / name, *how, *more, patch=patch, fresh=True)


@pytest.fixture(scope="module")
def never(folder, tmp_path_factory):
    """The model of two workers that nothing stopped."""
    path = tmp_path_factory.mktemp("never")
    before = places()
    code, said = finish(start(folder, path))
    assert code == 0, said
    assert left_behind(before) == []
    assert not (path / "c" / "ray").exists()
    return bits_in(path / "m")


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_a_lost_worker_is_replaced(folder, never, tally, number, sent, tmp_path):
    before, process = places(), start(folder, tmp_path)
    wait_for(tmp_path / "c", process)
    found = ray_workers(process.pid)
    os.kill(found[number], sent)
    code, said = finish(process)
    assert code == 0, said
    assert "Going on in epoch" in said
    tally(f"a worker of Ray gets {sent.name}, and is replaced", lost=bits_in(tmp_path / "m") != never)
    assert left_behind(before) == []


def test_more_kills_than_allowed_keep_the_checkpoint(folder, never, tally, tmp_path):
    before, process = places(), start(folder, tmp_path, restarts=0)
    wait_for(tmp_path / "c", process)
    os.kill(ray_workers(process.pid)[0], signal.SIGKILL)
    code, said = finish(process)
    assert code == 2, said
    assert "The workers were lost, and 0 restarts did not help" in said
    assert f"{tmp_path / 'c'} holds a checkpoint to resume from." in said
    assert "Traceback" not in said
    assert left_behind(before) == []
    code, said = finish(start(folder, tmp_path, "--resume"))
    assert code == 0, said
    assert "Going on in epoch" in said
    tally("more workers of Ray killed than allowed, then --resume", lost=bits_in(tmp_path / "m") != never)


def test_sigterm_saves_and_one_process_goes_on(folder, never, tally, tmp_path):
    before, process = places(), start(folder, tmp_path)
    wait_for(tmp_path / "c", process)
    process.terminate()
    code, said = finish(process)
    assert code == 143, said
    assert "holds a checkpoint to resume from." in said
    assert left_behind(before) == []
    how = ("--epochs", 12, "--checkpoint", tmp_path / "c", "--resume")
    code, said = finish(begin(MODE, folder, tmp_path / "alone", *how))
    assert code == 0, said
    assert "Going on in epoch" in said
    code, said = finish(start(folder, tmp_path, "--resume"))
    assert code == 0, said
    ours = read_model(tmp_path / "alone").params.flat
    tally("SIGTERM with workers of Ray, then --resume by one process", lost=not np.isfinite(ours).all())


def test_ctrl_c_keeps_the_weights(folder, tally, tmp_path):
    before, process = places(), start(folder, tmp_path)
    wait_for(tmp_path / "c", process)
    process.send_signal(signal.SIGINT)
    code, said = finish(process)
    assert code == 130, said
    assert "Training was interrupted" in said
    tally("Ctrl-C with workers of Ray", lost=not (tmp_path / "m").exists())
    assert left_behind(before) == []


def test_the_killed_starter_takes_its_workers_with_it(folder, never, tally, tmp_path):
    process = start(folder, tmp_path)
    wait_for(tmp_path / "c", process)
    below, trains = descendants(process.pid), set(ray_workers(process.pid))
    process.kill()
    finish(process)
    wait_until_ended({pid: line for pid, line in below.items() if pid in trains})
    code, said = finish(start(folder, tmp_path, "--resume"))
    assert code == 0, said
    tally("kill -9 of what started the workers, then --resume", lost=bits_in(tmp_path / "m") != never)
    wait_until_ended(below)  # Ray's own agents look for its head for a minute
    assert not [name for name in os.listdir("/tmp") if name.startswith(f"clearprop-ray-{process.pid}-")]


def test_workers_that_cannot_be_had_are_refused(folder, tally, tmp_path):
    began = time.monotonic()
    code, said = finish(start(folder, tmp_path, workers=500))
    assert code == 2
    assert "500 workers need as many CPUs" in said
    assert time.monotonic() - began < 120
    code, said = finish(start(folder, tmp_path, "--ray-address", "127.0.0.1:1"))
    assert code == 2, said
    assert "Ray cannot be reached or started at 127.0.0.1:1" in said
    assert "Traceback" not in said
    tally("more workers than CPUs; no cluster at the address")


def test_starved_workers_are_refused(ray, folder, tally, tmp_path):
    """A cluster whose CPUs others hold."""
    from clearprop.errors import WorkersError
    from clearprop.train.workers.ray_cluster import cluster
    from clearprop.train.workers.wanted import Workers

    with cluster(Workers(1)) as connected:
        group = connected.util.placement_group([{"CPU": 1}] * int(connected.cluster_resources()["CPU"]))
        connected.get(group.ready(), timeout=60)
        time.sleep(2)  # until the cluster knows
        with pytest.raises(WorkersError, match="only 0 are free"), cluster(Workers(1)):
            pass
    tally("a cluster without free CPUs")
