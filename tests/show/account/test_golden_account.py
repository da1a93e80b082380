"""The account of TestNet with golden set A: every statement of the document by its id, with the golden numbers."""

from fractions import Fraction

import numpy as np
import pytest

from clearprop import explain
from oracles import golden

FORMS = ("scalar", "sample", "batch")


def account(name, relu0=1, **options):
    net, params, X, labels = golden.inputs_of(name, relu0, float)
    l2, lr = (float(Fraction(golden.golden_set(name)["inputs"][key])) for key in ("lambda", "alpha"))
    return explain(net, params, X, labels, lr=lr, l2=l2, **options)


A = account("A")


def quantities(*ids):
    """The keys of the quantities that cover a statement, by form."""
    found = A.trace["quantities"].items()
    return {(key, form) for key, q in found for form in FORMS for id in ids if id in q["ids"].get(form, [])}


def ids(letter, last):
    return [f"{letter}{n}" for n in range(1, last + 1)]


@pytest.mark.parametrize("id", [*ids("F", 17), *ids("B", 35), *ids("S", 12), *ids("G", 11), *ids("N", 10)])
def test_every_statement_is_in_the_account(id):
    """F1-F17, B1-B35, S1-S12, G1-G11, N1-N10."""
    assert quantities(id)


THREE = {
    "z[1]": "F6",
    "a[1]": "F9",
    "z[2]": "F13",
    "p": "F16",
    "delta[2]": "B7",
    "da[1]": "B24",
    "delta[1]": "B31",
}


@pytest.mark.parametrize("key", [*THREE, "dW[1]", "dW[2]", "db[1]", "db[2]", "da[0]"])
def test_three_forms(key):
    """Scalar, per sample and batch; also of db and dJ/da(0), whose forms the document leaves out."""
    lines = A.trace["quantities"][key]["lines"]
    assert all(any(line["latex"][form] for line in lines) for form in FORMS)
    assert THREE.get(key, "G") in [*A.trace["quantities"][key]["ids"]["batch"], "G"]


PLACES = {
    "F1": ("z[1]", [[None, 0]]),
    "F4": ("z[1]", [[None, 3]]),
    "F11": ("z[2]", [[None, 1]]),
    "B3": ("jacobian", [[None, 1, 0]]),
    "B8": ("dW[2]", [[0, 0]]),
    "B15": ("dW[2]", [[3, 1]]),
    "B22": ("da[1]", [[None, 3]]),
    "B28": ("delta[1]", [[None, 3]]),
    "B33": ("dW[1]", [[0, 1]]),
}


@pytest.mark.parametrize("id", PLACES)
def test_a_numbered_statement_belongs_to_its_cells(id):
    key, cells = PLACES[id]
    assert A.trace["quantities"][key]["cells"][id] == cells


def golden_pairs(name, relu0):
    """Every golden matrix, with the quantity that must equal it."""
    made, found = account(name, relu0), golden.golden_set(name)
    back, L = found[f"backward_relu0_{relu0}"], made.trace["network"]["L"]
    yield from ((made[key], found["forward"][key]) for key in ("p", "J_sum", "J_total"))
    yield made["losses"], [[x] for x in found["forward"]["loss_per_sample"]["dec"]]
    yield made["J"], found["forward"]["J_mean"]
    yield made["penalty"], found["forward"]["L2_penalty"]
    yield made["J'"], back["after_one_step"]["J_mean"]
    yield made["J_sum'"], back["after_one_step"]["J_sum"]
    yield made[f"dz[{L}]"], found[f"dJmean_dz{L}"]
    for l in range(1, L + 1):
        yield made[f"z[{l}]"], found["forward"][f"z{l}"]
        yield from ((made[f"{key}[{l}]"], back[f"{key}{l}"]) for key in ("dW", "db"))
        yield made[f"delta[{l}]"], back[f"dz{l}"]
        yield from ((made[f"{key}'[{l}]"], back[f"{key}{l}_new"]) for key in ("W", "b"))
        yield from zip(made[f"outer[{l}]"], back[f"dW{l}_per_sample"], strict=True)
        if l < L:
            yield made[f"a[{l}]"], found["forward"][f"a{l}"]
            yield made[f"da[{l}]"], back[f"da{l}"]
            yield made[f"slope[{l}]"], back[f"mask{l}"]
    if "softmax_jacobian_col1" in found:
        for c in (0, 1):
            yield made["jacobian"][:, c, :1], found["softmax_jacobian_col1"][f"dp{c + 1}_dz1"]


@pytest.mark.parametrize("relu0", [1, 0])
@pytest.mark.parametrize("name", golden.SETS)
def test_golden_values(name, relu0):
    seen = 0
    for got, want in golden_pairs(name, relu0):
        want = np.asarray(golden.numbers(want), float)
        np.testing.assert_allclose(got, want.reshape(got.shape), rtol=golden.FLOAT64, atol=golden.FLOAT64)
        seen += 1
    assert seen > 25


@pytest.mark.parametrize("relu0", [1, 0])
@pytest.mark.parametrize("name", golden.SETS)
def test_everything_is_verified(name, relu0):
    """By the complex step also where z stands on a kink: on the side that the convention takes."""
    verified = account(name, relu0).trace["verified"]
    assert verified["ok"]
    assert max(verified["worst"].values()) < 5e-15  # a few roundings of sums of few terms
    assert min(verified["cells"].values()) > 100


EXACT = {
    "p": [["8/9", "1/9"], ["1/5", "4/5"], ["1/3", "2/3"]],
    "dW[2]": [["-13/27", "13/27"], ["-1/3", "1/3"], ["4/135", "-4/135"], ["-16/27", "16/27"]],
    "db[2]": [["-26/135", "26/135"]],
}


@pytest.mark.parametrize("key", EXACT)
def test_golden_set_B_in_fractions(key):
    exact = account("B", numbers="exact").trace["quantities"][key]["exact"]
    assert exact == [[["num", x] for x in row] for row in EXACT[key]]


def test_golden_set_B_in_logarithms():
    found = account("B", numbers="exact").trace["quantities"]
    assert found["losses"]["exact"] == [[["ln", ["num", x]]] for x in ("9/8", "5/4", "3")]
    assert found["J_sum"]["exact"] == [[["ln", ["num", "135/32"]]]]
    assert found["delta[1]"]["exact"][0][0] == ["*", ["num", "1/9"], ["ln", ["num", "2"]]]
