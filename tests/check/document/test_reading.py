"""From files to statements: where formulas are found, how they are cut, what cannot be read."""

import json

import pytest

from clearprop import check_document
from clearprop.check.document.read import sources
from clearprop.check.document.read.formulas import formulas
from clearprop.check.document.read.statements import read_document
from clearprop.check.document.read.tokens import written
from clearprop.errors import SpecError


def texts(text, form="md"):
    return [f.text.strip() for f in formulas(sources.plain("x", form, text))]


def chains(text, form="md"):
    found = read_document(sources.plain("x", form, text)).statements
    return [[written(p.tokens) for p in s.parts] for s in found]


@pytest.mark.parametrize(
    "text",
    ["a $x=1$ b", r"a \(x=1\) b", "$$x=1$$", "$$\nx=1\n$$", r"\[x=1\]", "```math\nx=1\n```", "a $`x=1`$ b",
     "\\begin{equation}x=1\\end{equation}", "---\ntitle: $y=2$\n---\n$x=1$", "<!-- $y=2$ --> $x=1$", "`$y=2$` $x=1$",
     "```python\n$y=2$\n```\n$x=1$", "costs \\$3, $x=1$"],
)  # fmt: skip
def test_a_formula_is_found_where_markdown_has_it(text):
    assert texts(text) == ["x=1"]


def test_latex_comments_and_listings_hold_no_formulas():
    assert texts("% $y=2$\n\\begin{verbatim}$y=2$\\end{verbatim} $x=1$ 5\\% $z=3$", "tex") == ["x=1", "z=3"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$$a = b = c$$", [["a", "b", "c"]]),
        (r"$$a = b \Rightarrow c = d$$", [["a", "b"], ["c", "d"]]),
        (r"$$a = b \\ c = d$$", [["a", "b"], ["c", "d"]]),
        (r"$$a = b \\ = c$$", [["a", "b", "c"]]),
        (r"$$a = b \\ + c$$", [["a", "b+c"]]),
        (r"$$a = b, \quad c = d$$", [["a", "b"], ["c", "d"]]),
        ("$$a = b$$\n\n$$= c$$", [["a", "b", "c"]]),
        (
            r"\begin{align} a &= b, & c &= d \label{x} \\ e &= f \tag{1} \end{align}",
            [["a", "b"], ["c", "d"], ["e", "f"]],
        ),
        (r"$$\begin{cases} a = b \\ c = d \end{cases}$$", [["a", "b"], ["c", "d"]]),
        (r"$$\boxed{a = b}$$", [["a", "b"]]),
    ],
)
def test_formulas_are_cut_into_chains(text, expected):
    assert chains(text) == expected


def test_macros_of_the_text_are_put_in():
    text = r"\newcommand{\W}[1]{W^{(#1)}} \def\Loss{\mathcal{L}} "
    text += r"\newcommand{\pd}[2][L]{\frac{\partial #1}{\partial #2}} $\Loss = \W{2} \pd{x}$"
    assert chains(text, "tex") == [[r"\mathcal{L}", r"W^{(2)}\frac{\partial L}{\partial x}"]]


def test_lines_of_a_notebook_are_those_of_its_file(tmp_path):
    cells = [{"cell_type": "markdown", "source": ["# A\n", "\n", r"$\sigma'(z) = \sigma(z) (1 + \sigma(z))$"]},
             {"cell_type": "code", "source": ["$1 = 2$"]},
             {"cell_type": "markdown", "source": "one\n$\\sigma'(z) = 2 \\sigma(z)$"}]  # fmt: skip
    path = tmp_path / "notes.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}, indent=1))
    lines = path.read_text().split("\n")
    check = check_document(path)
    assert [r"\\sigma'(z)" in lines[f.line - 1] for f in check.findings] == [True, True]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("no.md", None, "no.md cannot be read: No such file or directory"),
        ("x.md", b"\xff\xfe$x$", "must be UTF-8"),
        ("x.ipynb", b"{}", "must be a Jupyter notebook"),
    ],
)
def test_documents_that_cannot_be_read(name, data, message, tmp_path):
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(SpecError, match=message):
        check_document(path)


def test_what_cannot_be_read_is_listed_with_its_token():
    check = check_document("Some\n$$z = \\frac{1}{\\Join} + 1$$\nmore $E = m c^2 \\hbar$")
    assert next((u.line, u.token) for u in check.unread) == (2, r"\Join")
    assert check.verified == 0
    assert len(check.unread) == 2


def test_an_unknown_symbol_is_no_false_alarm():
    check = check_document(
        r"With $a = \tanh(z)$ and $z = W x + b$ we get $q_{rst} = \Xi(u, v) + w_{n-3}$ and $2 R = \Omega$."
    )
    assert not check.findings
    assert check.unread


@pytest.mark.parametrize(
    "formula",
    [r"\sigma'(t) = \sigma(t) (1 - \sigma(t))", r"\tanh'(u) = 1 - \tanh^2(u)", r"\frac{d}{dx} \ln x = \frac{1}{x}",
     r"\frac{d}{dz} \frac{1}{1+e^{-z}} = \frac{e^{-z}}{(1+e^{-z})^2}"],
)  # fmt: skip
def test_identities_hold(formula):
    check = check_document(formula)
    assert (check.verified, check.findings, check.unread) == (1, (), ())


LABELS = r"""A batch of $m$ samples. $$Z = XW^{(1)}+b^{(1)}$$ $$P=\mathrm{softmax}(Z)$$
$$J_i = -\sum_{j=1}^{C} y_{i,j}\ln p_{i,j}$$ $$J=\frac1m\sum_{i=1}^m J_i$$
$$J_{SUM} = m J$$
$$J_{TOTAL} = J + \frac{\lambda}{2} \sum_{k}\sum_{j} (W^{(1)}_{k,j})^{2}$$
$$\frac{\partial J_{TOTAL}}{\partial W^{(1)}} = \frac{\partial J}{\partial W^{(1)}} + \lambda W^{(1)}$$
"""


@pytest.mark.parametrize("form", [r"\text{%s}", r"\mathrm{%s}", "%s"])
def test_losses_that_say_what_they_are(form):
    text = LABELS.replace("SUM", form % "sum").replace("TOTAL", form % "total")
    check = check_document(text, sizes=(3, 2))
    assert check.verified == check.statements == 7, str(check)
    wrong = (
        text.replace("= m J", "= J")
        .replace("+ \\frac{\\l", "- \\frac{\\l")
        .replace("+ \\lambda W", "- \\lambda W")
    )
    assert [f.what for f in check_document(wrong, sizes=(3, 2)).findings] == ["factor", "sign", "sign"]


SCALARS = r"""
The network has sigmoid activations and two outputs.
$$net_{h1} = w_1 i_1 + w_2 i_2 + b_1, \quad out_{h1} = \frac{1}{1 + e^{-net_{h1}}}$$
$$net_{o1} = w_5 out_{h1} + b_2, \quad out_{o1} = \frac{1}{1 + e^{-net_{o1}}}$$
$$net_{o2} = w_7 out_{h1} + b_2, \quad out_{o2} = \frac{1}{1 + e^{-net_{o2}}}$$
$$E_{total} = \sum \frac{1}{2}(target - output)^{2}$$
$$E_{o1} = \frac{1}{2}(target_{o1} - out_{o1})^{2}, \quad E_{o2} = \frac{1}{2}(target_{o2} - out_{o2})^{2}$$
$$E_{total} = E_{o1} + E_{o2}$$
$$\frac{\partial out_{o1}}{\partial net_{o1}} = out_{o1}(1 - out_{o1})$$
$$\frac{\partial E_{total}}{\partial w_{5}} = -(target_{o1} - out_{o1}) * out_{o1}(1 - out_{o1}) * out_{h1}$$
$$\frac{\partial E_{total}}{\partial w_{1}} = \frac{\partial E_{total}}{\partial out_{h1}}
* \frac{\partial out_{h1}}{\partial net_{h1}} * i_1$$
$$\frac{\partial E_{total}}{\partial w_{6}} = 3 * out_{h1}$$
"""


def test_a_text_with_a_name_for_each_weight_is_held_against_its_own_definitions():
    check = check_document(SCALARS)
    assert not check.findings, str(check)
    assert check.verified == 12
    assert len(check.unread) == 2  # the sum without an index, and w_6, which nothing defines


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("= -(target_{o1}", "= (target_{o1}", "sign"),
        ("= out_{o1}(1 - out_{o1})", "= out_{o1}(1 + out_{o1})", "value"),
        ("* i_1$$", "* i_2$$", "value"),
    ],
)
def test_a_slip_in_a_text_with_a_name_for_each_weight_is_found(old, new, what):
    assert SCALARS.count(old) == 1
    assert [f.what for f in check_document(SCALARS.replace(old, new)).findings] == [what]


def test_definitions_that_name_each_other_end_in_a_message():
    check = check_document(r"$u = v + 1$ and $v = u - 1$, with $\frac{\partial L}{\partial u} = v$")
    assert not check.findings
    assert check.unread
