"""The golden numbers: computed exactly, printed to 30 digits, kept in `tests/maths/golden_testnet.json`.

`faults` says which quantities of `batch.step` and `batch.descend` differ from them.
"""

import json
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from clearprop import batch
from clearprop.network import Network, Parameters

FILE = Path(__file__).parents[1] / "maths" / "golden_testnet.json"
SETS = {"A": "A_testnet_integers", "B": "B_testnet_fractions", "C": "C_three_layers"}
FLOAT64, FLOAT32 = 1e-14, 1e-6  # what rounding leaves of these small sums, as the file itself says


@cache
def sets() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))["sets"]


def golden_set(name: str) -> dict[str, Any]:
    return sets()[SETS[name]]


def numbers(entry: Any) -> np.ndarray:
    """The decimals of an entry, rounded once, to float64."""
    return np.asarray(entry["dec"] if isinstance(entry, dict) else entry, float)


def network_of(name: str, relu0: int) -> Network:
    return Network(tuple(golden_set(name)["inputs"]["layers"]), relu_grad_at_zero=relu0)


def inputs_of(name: str, relu0: int, dtype: Any) -> tuple[Network, Parameters, np.ndarray, list[int]]:
    """Network, parameters, X and labels of a set."""
    net, given = network_of(name, relu0), golden_set(name)["inputs"]
    W = [None, *(numbers(given[f"W{l}"]) for l in range(1, net.L + 1))]
    b = [None, *(numbers(given[f"b{l}"])[0] for l in range(1, net.L + 1))]
    params = Parameters.from_layers(net, W, b).astype(dtype)
    return net, params, numbers(given["a0"]), given["y_zero_based"]


def faults(name: str, relu0: int = 1, dtype: Any = np.float64) -> list[str]:
    """The quantities of a set that clearprop gets wrong, each with its error; empty if all are right."""
    tolerance = FLOAT64 if dtype == np.float64 else FLOAT32
    wrong = []
    for what, got, want in _pairs(name, relu0, dtype):
        got = np.asarray(got)
        if got.shape != want.shape:
            wrong.append(f"{what}: {got.shape} for {want.shape}")
        elif not (np.abs(got - want) <= tolerance * np.maximum(1, np.abs(want))).all():
            wrong.append(f"{what}: {np.abs(got - want).max():.1e}")
    return wrong


def _pairs(name: str, relu0: int, dtype: Any) -> Iterator[tuple[str, Any, np.ndarray]]:
    golden = golden_set(name)
    net, params, X, labels = inputs_of(name, relu0, dtype)
    working = batch.step(net, params, X, labels)
    yield from _forward_pairs(net, params, working, golden)
    yield from _backward_pairs(net, working, golden[f"backward_relu0_{relu0}"])
    yield f"dJmean_dz{net.L}", working.delta[net.L] / working.m, numbers(golden[f"dJmean_dz{net.L}"])
    yield from _update_pairs(net, params, working, (X, labels), golden, f"backward_relu0_{relu0}")


def _forward_pairs(net: Network, params: Parameters, working: Any, golden: Any) -> Iterator[Any]:
    forward, l2 = golden["forward"], float(Fraction(golden["inputs"]["lambda"]))
    for l in range(1, net.L + 1):
        yield f"z{l}", working.z[l], numbers(forward[f"z{l}"])
        if l < net.L:
            yield f"a{l}", working.a[l], numbers(forward[f"a{l}"])
    yield "p", working.p, numbers(forward["p"])
    yield "loss_per_sample", working.losses, numbers(forward["loss_per_sample"])
    yield "J_sum", working.J * working.m, numbers(forward["J_sum"])
    yield "J_mean", working.J, numbers(forward["J_mean"])
    penalties = sum(batch.derivation.penalty(W, l2) for W in params.W[1:])
    yield "L2_penalty", penalties, numbers(forward["L2_penalty"])
    yield "J_total", working.J + penalties, numbers(forward["J_total"])


def _backward_pairs(net: Network, working: Any, golden: Any) -> Iterator[Any]:
    pairs = batch.activation_pairs(net)
    for l in range(net.L, 0, -1):
        yield f"dz{l}", working.delta[l], numbers(golden[f"dz{l}"])
        yield f"dW{l}", working.dW[l], numbers(golden[f"dW{l}"])
        yield f"db{l}", working.db[l], numbers(golden[f"db{l}"])[0]
        for i, outer in enumerate(golden[f"dW{l}_per_sample"]):
            yield f"dW{l}_{i + 1}", np.outer(working.a[l - 1][i], working.delta[l][i]), numbers(outer)
        if l < net.L:
            ones = np.ones_like(working.z[l])
            yield f"da{l}", working.da[l], numbers(golden[f"da{l}"])
            yield f"mask{l}", pairs[l][1](ones, working.z[l], working.a[l]), numbers(golden[f"mask{l}"])


def _update_pairs(
    net: Network, params: Parameters, working: Any, data: Any, golden: Any, block: str
) -> Iterator[Any]:
    lr, l2 = (float(Fraction(golden["inputs"][name])) for name in ("alpha", "lambda"))
    new = batch.descend(params, working, lr, l2)
    for l in range(1, net.L + 1):
        yield f"W{l}_new", new.W[l], numbers(golden[block][f"W{l}_new"])
        yield f"b{l}_new", new.b[l], numbers(golden[block][f"b{l}_new"])[0]
    after, after_golden = batch.step(net, new, *data), golden[block]["after_one_step"]
    yield "J_sum after one step", after.J * after.m, numbers(after_golden["J_sum"])
    yield "J_mean after one step", after.J, numbers(after_golden["J_mean"])


def extreme_faults() -> list[str]:
    """As `faults`, for the softmax head on logits so large that the formulas as printed overflow."""
    wrong = []
    for case in sets()["D_extreme_logits"]["cases"]:
        z, y = np.array([case["z"]], float), np.eye(2)[[case["y"] - 1]]
        page = batch.derivation
        p = page.softmax(z)
        got = {"p": p[0], "loss": page.cross_entropy(z, y)[0], "delta": page.residual(p, y, 1.0)[0]}
        for what, value in got.items():
            want = np.asarray(case[what], float)
            if not (np.abs(value - want) <= FLOAT64 * np.maximum(1, np.abs(want))).all():
                wrong.append(f"{what} at z = {case['z']}: {value} for {want}")
    return wrong
