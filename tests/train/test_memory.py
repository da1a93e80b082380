"""What is free, read from files like the system's, and the figures of the refusal."""

import numpy as np
import pytest

from clearprop import TabularRegressor
from clearprop.engine import address_space
from clearprop.engine.layout import lay_out
from clearprop.errors import SpecError
from clearprop.network import Network
from clearprop.train import memory

GB = 10**9
STATUS = "VmPeak: 9 kB\nVmSize:\t 2000000 kB\n"


@pytest.fixture
def system(monkeypatch, tmp_path):
    """A machine with 8 GB free, and this process in the group /jobs/one of each version."""
    proc, groups = tmp_path / "proc", tmp_path / "cgroup"
    for file, text in {
        "meminfo": "MemTotal: 9 kB\nMemAvailable: 7812500 kB\n",
        "self/status": STATUS,
    }.items():
        (proc / file).parent.mkdir(parents=True, exist_ok=True)
        (proc / file).write_text(text)
    monkeypatch.setattr(memory, "PROC", proc)
    monkeypatch.setattr(address_space, "STATUS", proc / "self" / "status")
    monkeypatch.setattr(memory, "GROUPS", groups)

    def group(line, folder, **files):
        (proc / "self" / "cgroup").write_text(line)
        (groups / folder).mkdir(parents=True)
        for name, text in files.items():
            (groups / folder / name.replace("__", ".")).write_text(text)

    return group


def test_of_the_machine(system):
    assert memory.available_memory() == 8 * GB


@pytest.mark.parametrize("folder", ["jobs/one", "jobs", "."])
def test_of_a_control_group_or_one_above_it(system, folder):
    """Used without the files that were read: 3 GB of 5."""
    stat = f"anon 1\ninactive_file {GB}\n"
    system(
        "0::/jobs/one\n", folder, memory__max=f"{5 * GB}\n", memory__current=f"{4 * GB}\n", memory__stat=stat
    )
    assert memory.available_memory() == 2 * GB


def test_of_a_group_of_the_first_version(system):
    files = {
        "memory__limit_in_bytes": f"{6 * GB}", "memory__usage_in_bytes": f"{GB}",
        "memory__stat": f"inactive_file 5\ntotal_inactive_file {GB // 2}\n",
    }  # fmt: skip
    system("7:cpu:/jobs\n4:memory:/jobs/one\n0::/\n", "memory/jobs/one", **files)
    assert memory.available_memory() == 11 * GB // 2


def test_of_a_group_without_a_limit(system):
    system("0::/jobs\n", "jobs", memory__max="max\n", memory__current="5\n", memory__stat="")
    assert memory.available_memory() == 8 * GB


def test_a_group_that_is_full_leaves_nothing(system):
    system("0::/\n", ".", memory__max=f"{GB}", memory__current=f"{2 * GB}", memory__stat="")
    assert memory.available_memory() == 0


def test_of_the_process(system, monkeypatch):
    """ulimit -v: 3 GB, of which 2.048 GB are taken."""
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(resource, "getrlimit", lambda which: (3 * GB, 3 * GB))
    assert memory.available_memory() == 3 * GB - 2_000_000 * 1024


def test_a_system_that_does_not_tell_refuses_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "PROC", tmp_path / "none")
    monkeypatch.setattr(memory, "GROUPS", tmp_path / "none")
    assert memory.available_memory() is None
    memory.check_memory((10**6, 10**6), 10**6, "float64")


def test_for_a_small_network_nobody_is_asked(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: pytest.fail("asked"))
    memory.check_memory((10, 100, 1), 200, "float32")


def test_the_message_has_its_figures(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 5 * 10**6)
    message = (
        r"^Training needs about 44\.4 MB of memory: the layers 1000-1000-10 have 1,011,010 parameters, and a batch "
        r"1,000 rows; 5\.0 MB are free\. Use smaller `hidden_layer_sizes`, a smaller `batch_size`, or float32\.$"
    )
    with pytest.raises(SpecError, match=message):  # 7 vectors, and 1000 rows of 4030 numbers
        memory.check_memory((1000, 1000, 10), 1000, "float32")
    with pytest.raises(SpecError, match="another `solver`"):
        memory.check_memory((1000, 1000, 10), 1000, "float32", lbfgs=True)


@pytest.mark.parametrize("sizes", [(30, 64, 48, 2), (5, 3)])
def test_of_a_blended_network_shares_and_g_of_z_are_counted(sizes):
    """By as much as the engine's own vectors and block grow."""
    plain, blended = Network(sizes), Network(sizes, blended=True)
    own, more = (lay_out(net, 100, 2, np.dtype("float32")).size for net in (plain, blended))
    vectors = memory.STEPS * (blended.n_parameters - plain.n_parameters)
    grown = memory.needed(sizes, 100, "float32", blended=True) - memory.needed(sizes, 100, "float32")
    assert grown == 4 * (vectors + more - own)
    assert memory.parameters(sizes, blended=True) == blended.n_parameters


def test_an_estimator_counts_its_shares(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 10**6)
    table, y = {"x": np.linspace(0, 1, 40)}, np.linspace(0, 1, 40)
    model = TabularRegressor("plain", hidden_layer_sizes=(500, 400), blended=True)
    net = Network((1, 500, 400, 1), head="identity", blended=True)
    with pytest.raises(SpecError, match=f"the layers 1-500-400-1 have {net.n_parameters:,} parameters"):
        model.fit(table, y)


@pytest.mark.parametrize("sizes", [(7, 3), (7, 30, 5, 2)])
def test_of_embedded_inputs_their_waves_are_counted(sizes):
    """But for what fills up lines of the cache."""
    plain, embedded = Network(sizes), Network(sizes, embedded=(0, 2, 3))
    assert memory.parameters(sizes, embedded=3) == embedded.n_parameters
    own, more = (lay_out(net, 100, 2, np.dtype("float32")).size for net in (plain, embedded))
    vectors = memory.STEPS * (embedded.n_parameters - plain.n_parameters)
    grown = memory.needed(sizes, 100, "float32", embedded=3) - memory.needed(sizes, 100, "float32")
    assert abs(grown - 4 * (vectors + more - own)) <= 4 * 64  # blocks of numbers start on a line of the cache


def test_an_estimator_counts_its_embeddings(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 10**6)
    table, y = {"x": np.linspace(0, 1, 40)}, np.linspace(0, 1, 40)
    model = TabularRegressor("plain", hidden_layer_sizes=(500, 400), embedded=True)
    net = Network((1, 500, 400, 1), head="identity", embedded=(0,))
    with pytest.raises(SpecError, match=f"the layers 1-500-400-1 have {net.n_parameters:,} parameters"):
        model.fit(table, y)
