"""What a notebook shows: small, without scripts, and good where styles are dropped."""

import re

import numpy as np
import pytest

from clearprop.show.formula import html, read
from clearprop.show.page import fragment
from html_reader import Page


def test_it_holds_every_part_and_no_script(traces):
    text = fragment(traces.testnet())
    page = Page(text)
    assert [a for tag, a in page.tags if tag in ("script", "link", "img")] == []
    assert len(page.all("details")) == 6
    assert len(text) < 60_000
    styles = re.search("<style>(.*?)</style>", text)[1]
    assert all(rule.lstrip().startswith(".clearprop") for rule in re.split("[},]", styles) if "{" in rule)


def test_numbers_parse_back(traces):
    trace = traces.testnet()
    said = [a["title"] for a in Page(fragment(trace)).all("td") if "title" in a]
    want = [np.ravel(q["values"]) for q in trace["quantities"].values()]
    assert list(map(float, said)) == np.concatenate(want).tolist()


def test_long_axes_are_cut(traces):
    text = fragment(traces.large())
    assert "…" in text
    assert "784 × 256" in text
    assert len(text) < 200_000


def test_names_are_escaped(traces):
    assert Page(fragment(traces.named())).all("script") == []


def test_exact_numbers(traces):
    assert re.search(r'title="[-\d.e]+">-?−?\d+/\d+</td>|<i>e</i>', fragment(traces.testnet(numbers="exact")))


@pytest.mark.parametrize(
    ("latex", "want"),
    [
        (r"z^{(1)}_{i,j}", "<i>z</i><sup>(1)</sup><sub><i>i</i>,<i>j</i></sub>"),
        (r"x_{2}^{3}", "<i>x</i><sub>2</sub><sup>3</sup>"),
        (r"a = -\frac{1}{m} \sum_{i} \ln p", "<i>a</i> = −1/<i>m</i> ∑<sub><i>i</i></sub> ln <i>p</i>"),
        (r"\frac{\partial J}{\partial b}", "<i>∂</i><i>J</i>/<i>∂</i><i>b</i>"),
        (r"\max(0, z) < 1", "max(0,<i>z</i>) &lt; 1"),
    ],
)  # fmt: skip
def test_formulas_as_plain_html(latex, want):
    assert html(read(latex)) == want
