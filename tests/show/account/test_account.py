"""`explain` and its `Account`: options, selections, languages, cuts, training, files, and what it refuses."""

import json
import shutil
import subprocess
from fractions import Fraction

import numpy as np
import pytest
import sympy

from clearprop import Network, Parameters, batch, check_document, explain, oracle
from clearprop.errors import DivergedError, ShapeError, SpecError
from clearprop.maths.equations import EQUATIONS
from clearprop.show.account import explain as explain_module
from clearprop.show.account.account import Account
from clearprop.show.account.naming import Names
from clearprop.show.account.outline import outline
from clearprop.show.account.words import LANGUAGES
from clearprop.show.formula import latex, read, text
from oracles import golden

NET = Network((2, 3, 2))
PARAMS = NET.initialize(seed=0)
X, Y = np.array([[1.0, 2.0], [-1.0, 0.5]]), [0, 1]


def of_testnet(**options):
    net, params, rows, labels = golden.inputs_of("A", 1, float)
    return explain(net, params, rows, labels, lr=0.1, l2=0.01, **options)


def blocks(account, kind):
    return [rest for this, *rest in outline(account.trace) if this == kind]


# ---- The trace
def test_a_trace_goes_through_json_to_the_bit():
    account = of_testnet(steps=3)
    again = Account.from_json(account.to_json())
    assert again.trace == account.trace
    assert again.to_text() == account.to_text()
    for key, q in account.trace["quantities"].items():
        assert np.array_equal(account[key], np.array(json.loads(json.dumps(q["values"]))))


def test_a_foreign_trace_is_refused():
    with pytest.raises(SpecError, match="schema"):
        Account.from_json('{"schema": "other/1"}')


def test_an_unknown_quantity_is_named():
    with pytest.raises(KeyError, match="no quantity 'dW'"):
        of_testnet()["dW"]


def test_every_ref_of_a_line_is_a_cell_that_is_held():
    found = of_testnet().trace["quantities"]

    def refs(tree):
        if isinstance(tree, list):
            if tree[:1] == ["ref"]:
                yield tree
            for part in tree:
                yield from refs(part)

    for q in found.values():
        for line in q["lines"]:
            for _, key, *indices in refs(line["tree"]):
                assert len(indices) == len(found[key]["shape"])


def test_every_piece_of_latex_is_read_and_printed_alike():
    for q in of_testnet().trace["quantities"].values():
        for line in q["lines"]:
            for form in filter(None, line["latex"].values()):
                assert read(latex(read(form))) == read(form)


# ---- Conventions and options
def test_conventions_are_printed_on_every_account():
    text = of_testnet().to_text()
    for said in ("J is the mean", "1/m stands", "relu at 0", "lambda = 0.01", "4 significant digits"):
        assert said in " ".join(text.split())


@pytest.mark.parametrize("at_zero", [0, 1])
def test_the_slope_of_relu_at_zero_is_said(at_zero):
    account = explain(Network((2, 3, 2), relu_grad_at_zero=at_zero), PARAMS, X * 0, Y)
    text = next(c["text"] for c in account.trace["conventions"] if c["id"] == "relu_grad_at_zero")
    assert f"to be {at_zero}" in text
    assert account.trace["verified"]["ok"]


def test_the_sum_in_place_of_the_mean():
    mean, total = of_testnet(), of_testnet(loss="sum")
    np.testing.assert_allclose(total["dW[1]"], 3 * mean["dW[1]"], rtol=1e-14)
    np.testing.assert_allclose(
        total["W'[1]"], total["W[1]"] - 0.1 * (total["dW[1]"] + 0.01 * total["W[1]"]), rtol=1e-14
    )
    assert total.trace["verified"]["ok"]
    assert r"\frac{1}{m}" not in total.trace["quantities"]["dW[1]"]["lines"][-1]["latex"]["batch"]


def test_row_weights():
    account = explain(NET, PARAMS, X, Y, sample_weight=[1.0, 3.0])
    assert account.trace["scalars"]["m"]["value"] == 4.0
    assert account.trace["verified"]["ok"]
    assert any(c["id"] == "weights" for c in account.trace["conventions"])


def test_two_languages_have_the_same_words():
    en, zh = (vars(LANGUAGES[lang]) for lang in ("en", "zh"))
    for table in ("PARTS", "QUANTITIES", "RULES", "CONVENTIONS", "ENCODINGS", "TEXTS"):
        assert en[table].keys() == zh[table].keys()
    used = {line["id"] for q in of_testnet().trace["quantities"].values() for line in q["lines"]}
    assert used <= zh["LINES"].keys()
    assert zh["LINES"].keys() <= {row.id for row in EQUATIONS} | {"G7.slope", "G8.summand"}


def test_chinese():
    text = of_testnet(lang="zh", form="batch").to_text()
    assert "前向传播" in text
    assert "Forward" not in text


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"form": "rows"}, "`form` must be one of"),
        ({"numbers": "hex"}, "`numbers` must be one of"),
        ({"lang": "fr"}, "`lang` must be one of en, zh"),
        ({"digits": 1}, "`digits` must be a whole number from 2 to 12"),
        ({"steps": 0}, "`steps` must be"),
        ({"lr": -1.0}, "`lr` must be a finite number"),
        ({"lr": "a"}, "`lr` must be a finite number, not negative; got 'a'"),
        ({"l2": None}, "`l2` must be a finite number"),
        ({"quantities": "dV"}, "`quantities` names 'dV'"),
        ({"samples": 2}, "`samples` asks for sample 3, counted from 1; the batch has 2."),
        (
            {"units": 3},
            "`units` asks for unit 4, counted from 1; the largest layer of this 2-3-2 network has 3.",
        ),
        (
            {"layers": 9},
            "`layers` must be from 0, the input, to 2, the last layer of this 2-3-2 network; got 9.",
        ),
        ({"units": 1.5}, "whole numbers"),
    ],
)
def test_what_is_refused(wrong, message):
    with pytest.raises(SpecError, match=message):
        explain(NET, PARAMS, X, Y, **wrong)


def test_numbers_that_are_not_finite_are_refused():
    with pytest.raises(SpecError, match=r"`X` must hold finite numbers; got inf at \[0, 0\]"):
        explain(NET, PARAMS, X * np.inf, Y)
    with pytest.raises(DivergedError, match=r"z\[1\] is not finite"):
        explain(NET, Parameters(NET, np.full(NET.n_parameters, 1e300)), X * 1e300, Y)
    with pytest.raises(DivergedError, match="not finite"):
        explain(
            Network((2, 2), head="exp"),
            Parameters(Network((2, 2)), np.full(6, 30.0)),
            X,
            [[1.0, 1.0]] * 2,
            lr=1e300,
        )


def test_names_must_be_as_many():
    with pytest.raises(ShapeError, match=r"names.inputs"):
        explain(NET, PARAMS, X, Y, names=Names(inputs=["a"]))


# ---- Verified
@pytest.mark.parametrize(("activation", "head"), [
    ("leaky_relu", "softmax"), ("selu", "identity"), ("where(x > 0, x, -0.2*abs(x))", "softmax"), ("elu", "absolute"),
    ("relu", "quantile"), ("abs(x)", "logistic"),
])  # fmt: skip
def test_kinks_are_taken_as_the_network_takes_them(activation, head):
    """All z are 0, and where the head has a kink p = y."""
    net = Network((2, 3, 2), activation, head)
    params = net.initialize(seed=0)
    params.b[1][:] = 0.0
    y = {"softmax": [0, 1], "logistic": np.eye(2)}.get(head, np.tile(params.b[2], (2, 1)))
    assert explain(net, params, X * 0, y).trace["verified"]["ok"]


@pytest.mark.parametrize(("activation", "at"), [
    ("min(max(x, 0), 6)", 6.0), ("min(max(x, 0), 6)", 0.0), ("abs(x - 1)", 1.0), ("max(x, 2)", 2.0),
    ("relu(x - 1)", 1.0), ("where(x > 1, x, 1)", 1.0), ("x + abs(abs(x) - 2)", -2.0), ("max(x, 0)", 0.0),
])  # fmt: skip
def test_kinks_of_an_expression_wherever_they_are(activation, at):
    """Every z is `at`, where two slopes meet; the step takes the convention's, and the account says so."""
    net = Network((2, 3, 2), activation)
    params = net.initialize(seed=0)
    params.b[1][:] = at
    account = explain(net, params, np.zeros((2, 2)), [0, 1])
    assert account.trace["verified"]["ok"]
    assert len(account.trace["quantities"]["z[1]"]["kinks"]) == 6
    assert ("z = 0." if at == 0 else "z stands on a kink of the activation") in account.to_text(200)
    params.b[1][:] = at + 0.01
    beside = explain(net, params, np.zeros((2, 2)), [0, 1]).trace
    assert beside["verified"]["ok"]
    assert beside["quantities"]["z[1]"]["kinks"] == []


@pytest.mark.parametrize("gap", [5.0, 20.0, 40.0])
def test_a_network_that_is_sure_of_itself_is_verified(gap):
    """1 - p is then nothing but rounding."""
    net = Network((2, 2))
    params = net.initialize(seed=0)
    params.b[1][:] = [gap, 0.0]
    assert explain(net, params, np.zeros((2, 2)), [0, 0]).trace["verified"]["ok"]


def test_a_slope_at_a_kink_that_is_none_of_its_two_sides_is_not_verified(monkeypatch):
    net = Network((2, 3, 2), "abs(x - 1)")
    params = net.initialize(seed=0)
    params.b[1][:] = 1.0
    right = oracle.activation_pairs

    def wrong(*arguments, **shares):
        pairs = list(right(*arguments, **shares))
        return [
            pair and (pair[0], lambda da, z, a, back=pair[1]: back(da, z, a) + 1.5 * da) for pair in pairs
        ]

    monkeypatch.setattr(batch, "activation_pairs", wrong)
    monkeypatch.setattr(oracle, "activation_pairs", wrong)
    assert not explain(net, params, np.zeros((2, 2)), [0, 1]).trace["verified"]["ok"]


@pytest.mark.parametrize(
    "head", ["abs(p - y)", "max(abs(p - y) - 1, 0)", "min(abs(p - y), 1)", "relu(p - y)"]
)
@pytest.mark.parametrize("gap", [0.0, 1.0, -1.0])
def test_kinks_of_a_loss_that_is_an_expression(head, gap):
    net = Network((2, 2), head=head)
    params = net.initialize(seed=0)
    y = np.tile(np.array([1.0, 2.0]), (3, 1))
    params.b[1][:] = y[0] + gap
    assert explain(net, params, np.zeros((3, 2)), y).trace["verified"]["ok"]


@pytest.mark.parametrize("key", ["dW[1]", "db[2]", "delta[1]", "da[1]", "delta[2]"])
def test_a_wrong_gradient_is_not_verified(key, monkeypatch):
    """Each planted in the step: by its own line and by the complex step."""
    right, name, l = batch.step, key[:-3], int(key[-2])

    def wrong(*arguments, **shares):
        done = right(*arguments)
        getattr(done, name)[l] = getattr(done, name)[l] * 1.001
        return done

    monkeypatch.setattr(explain_module, "step", wrong)
    found = of_testnet().trace
    assert not found["verified"]["ok"]
    assert found["quantities"][key]["verified"]["complex_step"]["worst"] > 1e-4
    assert "NOT VERIFIED" in repr(Account(found))


# ---- Selections and cuts
def test_selections():
    account = of_testnet(quantities=["z", "dW[2]"], layers=[1, 2], units=[0], samples=1)
    shown = {key: q["shown"] for key, q in account.trace["quantities"].items() if q["shown"]}
    assert shown == {"z[1]": [[1], [0]], "z[2]": [[1], [0]], "dW[2]": [[0], [0]]}
    assert len(blocks(account, "quantity")) == 3


@pytest.mark.parametrize(("form", "lines"), [("scalar", 12), ("sample", 3), ("batch", 1), ("all", 16)])
def test_forms(form, lines):
    assert len(blocks(of_testnet(quantities="z[1]", form=form), "equation")) == lines


def test_a_large_network_is_cut_and_says_so():
    rng = np.random.default_rng(0)
    net = Network((200, 60, 40, 12))
    account = explain(
        net, net.initialize(seed=0), rng.normal(size=(90, 200)), rng.integers(0, 12, 90), l2=1e-3
    )
    assert account.trace["verified"]["ok"]
    assert len(account.to_json()) < 1_000_000  # the page holds it, and must stay below 2 MB
    said = " ".join(account.trace["left_out"])
    assert "5 of 200" in said
    assert "5 of 90" in said
    batch = [
        text(sides[-1].formula)
        for (sides,) in blocks(account, "equation")
        if text(sides[0].formula) == "z(1)"
    ]
    assert batch[0].count("…") == 11  # a row and a column of a 5 x 5 corner
    rest = account.trace["quantities"]["rest z[1] G2"]
    assert rest["terms"] == 195
    z = account.trace["quantities"]["z[1]"]
    assert z["held"] == [[0, 1, 2, 3, 89], [0, 1, 2, 3, 59]]
    assert max(map(len, z["map"]["values"])) <= 48
    assert "…" in account.to_text()


def test_asked_for_samples_and_units_of_a_large_network_are_kept():
    rng = np.random.default_rng(0)
    net = Network((30, 20, 3))
    account = explain(
        net,
        net.initialize(seed=0),
        rng.normal(size=(40, 30)),
        rng.integers(0, 3, 40),
        samples=[17],
        units=[11],
    )
    assert account.trace["quantities"]["z[1]"]["shown"] == [[17], [11]]


def test_statements_that_number_units_are_those_of_testnet_alone():
    ids = explain(Network((2, 3, 2)), PARAMS, X, Y).trace["quantities"]["z[1]"]["ids"]
    assert ids == {"scalar": ["G2"], "sample": ["F5", "G2"], "batch": ["F6", "N4", "S1", "G2"]}


# ---- Several steps
def test_training_keeps_J_and_the_weights():
    net, params, rows, labels = golden.inputs_of("A", 1, float)
    training = explain(net, params, rows, labels, lr=0.1, l2=0.01, steps=5).trace["training"]
    once = explain(net, params, rows, labels, lr=0.1, l2=0.01)
    assert len(training["J"]) == len(training["weights"]["W[1]"]) == 6
    assert training["J"][:2] == [once["J"].item(), once["J'"].item()]
    assert training["weights"]["W[2]"][1] == once["W'[2]"].tolist()


def test_the_weights_of_many_steps_are_left_out():
    net = Network((20, 60, 3))
    rng = np.random.default_rng(0)
    account = explain(net, net.initialize(seed=0), rng.normal(size=(5, 20)), rng.integers(0, 3, 5), steps=50)
    assert account.trace["training"]["weights"] is None
    assert any("left out" in said for said in account.trace["left_out"])


# ---- Exact numbers
def test_parameters_of_fractions_and_of_sympy():
    ln2 = sympy.log(2)
    net = Network((1, 2))
    flat = np.array([ln2, -ln2 / 2, sympy.Rational(1, 3), Fraction(1, 3)], object)
    found = explain(net, Parameters(net, flat), [[2.0]], [0], numbers="exact").trace["quantities"]
    assert found["W[1]"]["exact"] == [
        [["ln", ["num", "2"]], ["neg", ["*", ["num", "1/2"], ["ln", ["num", "2"]]]]]
    ]
    assert found["p"]["exact"] == [[["num", "8/9"], ["num", "1/9"]]]


def test_a_large_network_is_not_written_exactly():
    net = Network((30, 20, 3))
    with pytest.raises(SpecError, match="small networks"):
        explain(net, net.initialize(seed=0), np.eye(30)[:3], [0, 1, 2], numbers="exact")


# ---- Printers
def test_text_is_no_wider_than_asked():
    for width in (80, 120):
        assert max(map(len, of_testnet(form="scalar").to_text(width).splitlines())) <= width


@pytest.mark.parametrize("fences", ["dollar", "github"])
def test_markdown_fences_are_closed(fences):
    text = of_testnet(form="batch").to_markdown(fences)
    if fences == "github":
        assert text.count("```math") == text.count("```") / 2 > 20
    else:
        assert text.count("$$") % 2 == 0
    with pytest.raises(SpecError, match="fences"):
        of_testnet().to_markdown("tilde")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex here")
@pytest.mark.parametrize("numbers", ["decimal", "exact"])
def test_latex_compiles_and_fits_its_page(numbers, tmp_path):
    (tmp_path / "a.tex").write_text(of_testnet(numbers=numbers, steps=2).to_latex(), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=200, check=False)
    log = done.stdout.decode("latin-1")
    assert done.returncode == 0, log[-2000:]
    assert "Overfull \\hbox" not in log


def test_notebooks_get_html_latex_and_markdown():
    account = of_testnet(form="batch")
    assert "<script" not in account._repr_html_()
    assert account._repr_latex_().startswith("$$\\begin{aligned}")
    assert account._repr_markdown_() == account.to_markdown()
    assert repr(account) == "Account(3-4-2 network, 3 samples, J = 0.4963, verified)"
    assert account.to_html().lower().startswith("<!doctype html>")


# ---- A round trip


def written(path):
    """The lines of TestNet's account as a document."""
    texts = [
        text
        for q in of_testnet().trace["quantities"].values()
        if q["part"] not in ("given", "next")
        for line in q["lines"]
        for text in filter(None, line["latex"].values())
    ]
    path.write_text("\n".join(f"$$\n{text}\n$$\n" for text in texts), encoding="utf-8")
    return len(texts)


def test_what_is_printed_passes_the_check_of_written_derivations(tmp_path):
    lines = written(tmp_path / "a.md")
    found = check_document(tmp_path / "a.md", sizes=(3, 4, 2))
    assert found.verified == found.statements >= lines
    assert not found.findings
    assert not found.unread


@pytest.mark.parametrize("head", ["logistic", "identity"])
def test_what_is_printed_of_other_heads_passes_the_check(head, tmp_path):
    net = Network((3, 4, 2), head=head)
    y = np.random.default_rng(1).integers(0, 2, (5, 2)).astype(float)
    account = explain(net, net.initialize(0), np.random.default_rng(0).normal(size=(5, 3)), y)
    texts = [
        text
        for q in account.trace["quantities"].values()
        for line in q["lines"]
        if q["part"] in ("forward", "loss")
        for text in filter(None, line["latex"].values())
    ]
    path = tmp_path / "a.md"
    path.write_text("\n".join(f"$$\n{text}\n$$\n" for text in texts), encoding="utf-8")
    found = check_document(path, sizes=(3, 4, 2))
    assert found.statements > 5
    assert not found.findings, str(found)


@pytest.mark.parametrize("head", ["logistic", "identity", "exp", "absolute", "huber", "quantile"])
def test_J_of_another_head_is_no_cross_entropy_of_softmax(head):
    net = Network((2, 2, 1), head=head)
    account = explain(net, net.initialize(0), np.eye(2), np.array([[0.0], [1.0]]))
    lines = account.trace["quantities"]["J"]["lines"]
    assert [text for line in lines for text in line["latex"].values() if text] == [
        r"J = \frac{1}{m} \sum_{i=1}^{m} J_{i}"
    ]
    residuals = account.trace["quantities"]["delta[2]"]["lines"]
    assert not any("w_{i}" in text for line in residuals for text in line["latex"].values() if text)
    said = "κ" in str(account)
    assert said == (head in ("huber", "quantile"))


def test_planted_slips_in_what_is_printed_are_found(tmp_path):
    written(tmp_path / "a.md")
    text = (tmp_path / "a.md").read_text(encoding="utf-8")
    for right, wrong in (
        (r"\delta^{(2)} = p - Y", r"\delta^{(2)} = Y - p"),
        (r"(W^{(2)})^{\top}", "W^{(2)}"),
    ):
        assert right in text
        (tmp_path / "b.md").write_text(text.replace(right, wrong), encoding="utf-8")
        found = check_document(tmp_path / "b.md", sizes=(3, 4, 2))
        assert found.findings or found.unread
