"""Formulas read from LaTeX and printed: what is printed reads back, and nothing is lost on the way."""

import re
from xml.etree import ElementTree

import pytest

from clearprop.errors import SpecError
from clearprop.maths.equations import EQUATIONS
from clearprop.show.formula import (
    Fraction,
    Name,
    Number,
    Script,
    Tagged,
    latex,
    math,
    mathml,
    read,
    row,
    text,
)  # fmt: skip

FORMULAS = sorted({form.latex for row in EQUATIONS for form in row.forms()})
MORE = [
    r"{z'}^{(1)}_{1,2} = 0.5 \cdot (-2) + 1 - 3.5 \times 10^{-5} \approx -0.25",
    r"\begin{bmatrix} 1 & -2 \\ \cdots & \frac{8}{9} \end{bmatrix}",
    r"J'_{\text{total}} = -\ln 2 - \delta x",
    r"\{a\} \in [0, 1]",
    r"\operatorname{leaky\_relu}'(z)",
]
ATOM = re.compile(r"\\(?:frac|sqrt|begin|end|left|right|quad)|\{(?:cases|bmatrix)\}|[{}^_&\s]|\\\\")


@pytest.mark.parametrize("formula", [*FORMULAS, *MORE])
def test_printed_latex_reads_back_to_the_same_tree(formula):
    assert read(latex(read(formula))) == read(formula)


@pytest.mark.parametrize("formula", [*FORMULAS, *MORE])
def test_mathml_is_well_formed_and_holds_every_letter_and_digit(formula):
    root = ElementTree.fromstring(mathml(read(formula)))
    shown = "".join(root.itertext())
    for word in re.findall(r"\d+(?:\.\d+)?|(?<![\\A-Za-z])[A-Za-z](?![A-Za-z])", ATOM.sub(" ", formula)):
        if rf"\mathbf{{{word}}}" not in formula:
            assert word in shown, word
    arity = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "munderover": 3}
    for element in root.iter():
        assert len(element) == arity.get(element.tag, len(element)), element.tag


@pytest.mark.parametrize("formula", [*FORMULAS, *MORE])
def test_text_is_one_line_without_latex(formula):
    assert not re.search(r"[\\{}]", text(read(formula)).replace("{", "").replace("}", ""))
    assert "\n" not in text(read(formula))


def test_what_is_beside_above_and_below():
    assert read(r"\frac{a}{2}") == Fraction(Name("a"), Number("2"))
    assert read("x_i^2") == Script(Name("x"), Name("i"), Number("2"))
    assert read("{x}") == Name("x")
    assert mathml(read(r"\frac{\partial J}{\partial b_{j}}")) == (
        "<mfrac><mrow><mi>∂</mi><mi>J</mi></mrow><mrow><mi>∂</mi><msub><mi>b</mi><mi>j</mi></msub></mrow></mfrac>"
    )


def test_plain_text_reads_as_it_is_said():
    said = {
        r"z^{(l)}_{i,j} = \sum_{k=1}^{n^{(l-1)}} a^{(l-1)}_{i,k} W^{(l)}_{k,j} + b^{(l)}_{j}":
            "z(l)[i,j] = sum(k=1..n(l−1)) a(l−1)[i,k] W(l)[k,j] + b(l)[j]",
        r"\frac{\partial J}{\partial W^{(2)}_{1,2}}": "∂J/∂W(2)[1,2]",
        r"(p_{i})^{\top} \cdot \mathbf{1}_{m}": "(p[i])^T ⋅ 1[m]",
        r"\frac{a + 1}{\sqrt{v} + \epsilon}": "(a + 1)/(sqrt(v) + ϵ)",
    }  # fmt: skip
    assert {formula: text(read(formula)) for formula in said} == said


def test_tags_name_the_cell_they_stand_for():
    tree = row(Name("x"), Tagged(read("a^{(0)}_{1,2}"), ("a[0]", 0, 1)))
    assert '<msubsup data-of="a[0]/0,1">' in mathml(tree)
    assert latex(tree) == "x a^{(0)}_{1,2}"


def test_names_are_escaped():
    found = math(read(r"\text{a<b & c}"), label='"<')
    assert "<mtext>a&lt;b&amp;c</mtext>" in found
    assert 'aria-label="&quot;&lt;"' in found


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        (r"\integral x", r"is not read before `\\integralx`"),
        ("(a + b", "needs `\\)`"),
        ("a^2^3", "has a second script"),
        ("_i", "is not read"),
        (r"\begin{array} x \end{array}", "unknown table"),
        (r"\frac{1}", "is not read"),
        ("a & b", "is not read"),
    ],
)
def test_other_latex_is_refused_with_its_place(formula, why):
    with pytest.raises(SpecError, match=why):
        read(formula)
