"""The benchmark's arithmetic, and one short run of it; no time is asserted."""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from arithmetic import fastest, gflops, percent_of_peak, ratio
from measure import Agreement
from nets import NETS, Net, data, in_order, shuffled
from remote import Remote, WorkerError, environment, short

from clearprop.network import Network
from clearprop.train import threads

SCRIPT = Path(__file__).parents[2] / "bench" / "speed.py"


def run(*arguments):
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, timeout=250
    )


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """One run, and its JSON file."""
    file = tmp_path_factory.mktemp("bench") / "speed.json"
    peers = "clearprop,scikit-learn"
    done = run("--quick", "--nets", "T", "--peers", peers, "--rounds", "2", "--json", str(file))
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(file.read_text())


def test_table(quick):
    printed, _ = quick
    for word in ("T: 3-4-2, relu, sgd, batch 32", "clearprop", "scikit-learn", "% of peak", "Load:"):
        assert word in printed


def test_json_of_the_run(quick):
    _, parts = quick
    assert set(parts) == {"machine", "options", "agreement", "skipped", "nets"}
    assert {"cpu", "cores", "python", "libraries", "date", "load", "load_after"} <= set(parts["machine"])
    assert {"clearprop", "numpy", "scikit-learn"} <= set(parts["machine"]["libraries"])
    assert parts["skipped"] == {}


def test_json_of_a_net(quick):
    net = quick[1]["nets"]["T"]
    assert net["sizes"] == [3, 4, 2]
    assert net["not_available"] == {}
    ours, theirs = net["results"]
    assert (ours["peer"], ours["ratio"], theirs["peer"]) == ("clearprop", 1.0, "scikit-learn")
    for result in net["results"]:
        assert all(len(times) == 2 and min(times) > 0 for times in result["rounds_us"].values())
        assert result["steps_per_second"] == pytest.approx(1e6 / result["us_per_step"])
        assert result["gflops"] == pytest.approx(net["flops_per_step"] / result["us_per_step"] / 1e3)
        assert result["percent_of_peak"] > 0


@pytest.mark.parametrize("wrong", [("--nets", "T,Z"), ("--peers", "nobody"), ("--rounds", "0")])
def test_options_that_cannot_be(wrong):
    done = run(*wrong)
    assert done.returncode == 2
    assert wrong[1].split(",")[-1] in done.stderr


@pytest.mark.parametrize(("name", "flops"), [("T", 3072), ("D", 1_011_200), ("W", 2 * 256 * 5_273_600)])
def test_flops_by_hand(name, flops):
    # T: forward 12 + 8, delta 8, gradient 12 + 8 products a row: 48; two operations each, 32 rows.
    assert NETS[name].flops == flops


@pytest.mark.parametrize("net", NETS.values(), ids=list(NETS))
def test_flops_are_those_of_each_product(net):
    forward = sum(a * b for a, b in zip(net.sizes, net.sizes[1:], strict=False))
    delta = sum(a * b for a, b in zip(net.sizes[1:], net.sizes[2:], strict=False))
    assert net.flops == 2 * net.batch * (forward + delta + forward)
    assert net.flops == threads.flops(Network(net.sizes, net.activation, net.head), net.batch)


@pytest.mark.parametrize("net", NETS.values(), ids=list(NETS))
def test_batches_are_whole(net):
    order = shuffled(net, np.random.default_rng(0))
    assert len(order) == net.steps * net.batch
    assert set(np.bincount(order)) == {len(order) // net.rows}


def test_rows_in_order_begin_again():
    np.testing.assert_array_equal(in_order(Net("", (2, 2), 2, 4), 1, 3), [2, 3, 0, 1])


def test_data_have_every_class_and_type():
    X, y = data(NETS["D"])
    assert X.dtype == np.float32
    assert set(y[:320]) == set(range(10))
    assert data(NETS["F"])[1].shape == (10_000, 4)


def test_ratio_is_of_rounds():
    # A slow second round, for both: the quotients are 2, 2, 3; of the medians it would be 30 / 10.
    assert ratio([20.0, 200.0, 30.0], [10.0, 100.0, 10.0]) == 2.0


def test_ratio_wants_the_same_rounds():
    with pytest.raises(ValueError, match="shorter"):
        ratio([1.0, 2.0], [1.0])


def test_fastest_goes_by_the_median():
    assert fastest({1: [5.0, 5.0, 5.0], 2: [1.0, 6.0, 7.0]}) == 1


def test_rates():
    assert gflops(2_000_000, 100.0) == 20.0
    assert percent_of_peak(2_000_000, [100.0, 200.0, 400.0], [100.0, 100.0, 10.0]) == 20.0


def test_agreement():
    assert Agreement("T", "sgd", {"a": 1.0, "b": 1.00009}).holds
    assert not Agreement("T", "sgd", {"a": 1.0, "b": 1.00011}).holds
    assert Agreement("R", "adam", {"a": 1.0, "b": 1.00011}).holds
    assert not Agreement("T", "sgd", {"a": 1.0, "b": math.nan}).holds
    assert Agreement("T", "sgd", {"a": 1.0}).spread == 0.0


def test_worker_reports_and_stays_alive():
    with Remote(1) as worker:
        with pytest.raises(WorkerError, match="KeyError: 'nobody'"):
            worker.ask("load", peer="nobody")
        first = worker.ask("loss", peer="clearprop", net="T", step=3, solver="sgd")
        assert first == worker.ask("loss", peer="clearprop", net="T", step=3, solver="sgd")


def test_worker_that_died():
    with Remote(1) as worker:
        worker.process.kill()
        with pytest.raises(WorkerError, match="the process ended with -9: it said nothing"):
            worker.ask("round")


def test_threads_of_a_worker():
    one, two = environment(1), environment(2)
    assert (one["OPENBLAS_NUM_THREADS"], two["OMP_NUM_THREADS"]) == ("1", "2")
    assert "multi_thread_eigen=false" in one["XLA_FLAGS"]


def test_long_messages_are_cut():
    assert short("\n  first line \nsecond") == "first line"
    assert len(short("x" * 500)) == 200
