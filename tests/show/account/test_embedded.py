"""The account of a network whose inputs are embedded: from the raw inputs to the update, every number recomputed."""

import json

import numpy as np
import pytest

from clearprop import Network, TabularRegressor, descend, explain
from clearprop.batch import embedded, step
from clearprop.errors import SpecError

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(3, 3)), [0, 1, 1]
OF_1 = ["f", "s", "V", "r", "t", "h", "e", "de", "dh", "dt", "df", "ds", "dV", "dr"]
OF_1 += ["f'", "s'", "V'", "r'", "t'", "h'", "e'"]
OWN = {"x", "a'[0]", *(f"{name}[1]" for name in OF_1)}


def account(embedded=(1, 2), **options):
    net = Network((3, 4, 2), "tanh", embedded=embedded)
    return explain(net, net.initialize(seed=0), X, Y, lr=0.1, l2=0.01, **options)


@pytest.mark.parametrize("loss", ["mean", "sum"])
@pytest.mark.parametrize("weights", [None, [1.0, 2.0, 0.5]])
def test_every_line_is_right(loss, weights):
    made = account(loss=loss, sample_weight=weights)
    assert made.trace["verified"]["ok"]
    found = made.trace["quantities"]
    assert set(found) >= OWN
    for key, q in found.items():
        if q["part"] != "given":
            assert q["verified"]["recomputed"]["worst"] < 1e-12, key
    for name in ("de", "dh", "dt", "df", "ds", "dV", "dr"):
        assert found[f"{name}[2]"]["verified"]["complex_step"]["checked"] == np.size(made[f"{name}[2]"])


def test_it_goes_from_the_inputs_through_the_embedding():
    net, made = Network((3, 4, 2), "tanh", embedded=(1, 2)), account()
    params = net.initialize(seed=0)
    np.testing.assert_array_equal(made["x"], X)
    phases = 2 * np.pi * np.asarray(made["f[2]"]) * X[:, 2:] + np.asarray(made["s[2]"])
    np.testing.assert_allclose(made["t[2]"], phases, rtol=1e-14)
    np.testing.assert_allclose(made["h[2]"], np.cos(phases), rtol=1e-14)
    e = np.asarray(made["h[2]"]) @ np.asarray(made["V[2]"]) + np.asarray(made["r[2]"])
    np.testing.assert_allclose(made["e[2]"], e, rtol=1e-12)
    np.testing.assert_array_equal(made["a[0]"], np.hstack([X, made["e[1]"], made["e[2]"]]))
    np.testing.assert_array_equal(made["a[0]"], embedded(net, params.embedding, X))
    np.testing.assert_array_equal(made["dW[1]"], step(net, params, X, Y).dW[1])
    for letter in "fsVr":
        moved = np.asarray(made[f"{letter}[1]"]) - 0.1 * np.asarray(made[f"d{letter}[1]"])
        np.testing.assert_allclose(made[f"{letter}'[1]"], moved, rtol=1e-14)


def test_how_it_is_written():
    made = account()
    lines = [line for q in made.trace["quantities"].values() for line in q["lines"]]
    text = " ".join(latex for line in lines for latex in line["latex"].values() if latex)
    for line in (
        r"t^{[2]}_{i,j} = 2 \pi f^{[2]}_{j} X_{i,2} + s^{[2]}_{j}",
        r"h^{[2]} = \cos(t^{[2]})",
        r"e^{[2]} = h^{[2]} \cdot V^{[2]} + r^{[2]}",
        r"a^{(0)} = (X, e^{[2]}, e^{[3]})",
        r"\frac{\partial J}{\partial f^{[2]}_{j}} = \frac{1}{m} \sum_{i=1}^{m} 2 \pi X_{i,2}",
        r"{h'}^{[2]} = \cos({t'}^{[2]})",
        r"{a'}^{(0)} = (X, {e'}^{[2]}, {e'}^{[3]})",
        r"{z'}^{(1)} = {a'}^{(0)} \cdot {W'}^{(1)} + {b'}^{(1)}",
    ):
        assert line in text, line
    assert r"a^{(0)}_{1,4} = e^{[2]}_{1,1}" in made.to_latex()  # a cell says where it is from


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_way_to_write_it(lang):
    made = account(lang=lang, steps=2)
    assert all(write() for write in (made.to_text, made.to_markdown, made.to_latex, made.to_html))
    json.loads(made.to_json())
    assert len(made.trace["training"]["weights"]["V[1]"]) == 3
    assert made.trace["training"]["J"][1] == pytest.approx(float(np.squeeze(made["J'"])), rel=1e-13)


def test_steps_that_follow_move_the_embeddings_too():
    net = Network((3, 4, 2), "tanh", embedded=(1, 2))
    J = account(steps=3).trace["training"]["J"]
    params = net.initialize(seed=0)
    for n in range(3):
        working = step(net, params, X, Y)
        assert J[n] == pytest.approx(float(working.J), rel=1e-12)
        params = descend(params, working, 0.1, 0.01)


def test_of_a_long_a0_what_is_kept_belongs_together():
    net = Network((30, 4, 2), "tanh", embedded=tuple(range(2, 30)))
    made = explain(net, net.initialize(seed=0), RNG.normal(size=(3, 30)), Y)
    found = made.trace["quantities"]
    assert found["a[0]"]["held"][1] == [0, 1, 2, 3, 29, 30, 31, 32, 33, 34, 35, 111, 112, 113]
    assert found["x"]["held"][1] == [0, 1, 2, 3, 29]
    assert sorted(key for key in found if key.startswith("f[")) == ["f[29]", "f[2]", "f[3]"]
    assert made.trace["verified"]["ok"]
    assert made.to_html()
    assert made.to_text()


def test_exact_numbers_are_refused():
    with pytest.raises(SpecError, match="Exact numbers are for networks without embedded inputs"):
        account(numbers="exact")


def test_some_quantities_alone():
    made = account(quantities=["e", "a[0]"])
    shown = [key for key, q in made.trace["quantities"].items() if q["shown"]]
    assert shown == ["e[1]", "e[2]", "a[0]"]


def test_an_account_of_a_table_goes_from_its_columns_through_the_embedding():
    table = {"size": RNG.normal(size=60), "town": RNG.choice(["Lima", "Oslo"], 60)}
    y = np.sin(table["size"])
    model = TabularRegressor("fast", embedded=True, hidden_layer_sizes=(5,), max_iter=3).fit(table, y)
    made = model.explain({name: column[:4] for name, column in table.items()}, y[:4])
    assert made.trace["verified"]["ok"]
    inputs = made.trace["batch"]["inputs"]
    assert inputs[-1] == "size, further number 3"
    encoded = {e["input"]: e["text"] for e in made.trace["batch"]["encoding"]}
    assert list(encoded) == [*inputs, "y"]
    assert encoded[inputs[-1]] == "one of three affine steps of 16 waves cos(2π f x + s) of the input size"
    assert made.trace["network"]["embedded"] == [0]
    assert any("square brackets" in c["text"] for c in made.trace["conventions"])
    X0 = model.model_.encoding.encode(model._table({name: column[:4] for name, column in table.items()}))
    np.testing.assert_allclose(made["x"], X0, rtol=1e-6)
