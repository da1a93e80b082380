"""The examples on the pages run, and every formula becomes MathML."""

import doctest
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from clearprop.maths.equations import EQUATIONS

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(path for path in DOCS.glob("*.md") if ">>> " in path.read_text(encoding="utf-8"))
EXAMPLES = sorted(DOCS.glob("examples/plot_*.py"))


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_the_blocks_of_a_page(page):
    text = page.read_text(encoding="utf-8").replace("```", "")
    test = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    said = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)
    assert not said, "".join(said)


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.stem for example in EXAMPLES])
def test_an_example_reaches_its_figures(example, capsys):
    """Up to its first figure, which comes after the assertions."""
    numbers, _, figures = example.read_text(encoding="utf-8").partition("import matplotlib")
    assert "\nassert " in numbers
    assert "\nassert " not in figures
    with threadpool_limits(1):  # small matrices: more threads only wait for each other
        exec(compile(numbers, str(example), "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out


def test_every_formula_becomes_mathml():
    convert = pytest.importorskip("latex2mathml.converter").convert
    for row in EQUATIONS:
        for form in row.forms():
            shown = convert(form.latex)
            assert "\\" not in shown, (row.id, form.name)
            assert shown.count("<mrow>") == shown.count("</mrow>")
