"""What a check gives: counts, findings, text, JSON, a page; and the options."""

import json
import re

import pytest

from clearprop import check_document
from clearprop.errors import SpecError

NOTES = r"""# Notes

A column $x \in \mathbb{R}^{3}$ goes through $z^{(1)} = W^{(1)} x + b^{(1)}$, $a^{(1)} = \tanh(z^{(1)})$ and
$\hat{y} = z^{(2)} = W^{(2)} a^{(1)} + b^{(1)}$. The loss is $E = \frac{1}{2} \| \hat{y} - y \|^2$.

$$
\frac{\partial E}{\partial W^{(2)}} = (y - \hat{y}) (a^{(1)})^T
$$

and $\Gamma = \Join 3$ <b>for & all</b>.
"""


@pytest.fixture(scope="module")
def check():
    return check_document(NOTES)


def test_findings_say_where_what_why_and_the_fix(check):
    layer, sign = check.findings
    assert (layer.line, layer.what, layer.kind, layer.fix) == (4, "layer", "layer", "b^{(1)} -> b^{(2)}")
    assert (sign.line, sign.what, sign.why) == (7, "sign", "the sides differ by their sign")
    assert sign.sides == (r"\frac{\partial E}{\partial W^{(2)}}", r"(y-\hat{y})(a^{(1)})^T")
    assert not check.ok
    assert (check.statements, check.verified) == (6, 3)


def test_the_text_is_one_that_people_read(check):
    text = str(check)
    assert "<text>:7: sign: the sides differ by their sign" in text
    assert "fix    b^{(1)} -> b^{(2)}" in text
    assert text.endswith("<text>: 3 of 6 statements hold, 2 findings, 1 not read")
    assert "\x1b" not in text


def test_a_check_is_short_in_a_console_and_whole_in_a_notebook(check):
    assert repr(check) == "DocumentCheck(<text>: 3 of 6 statements verified, 2 findings, 1 unread)"
    assert check._repr_html_().startswith("<pre>")
    assert "&lt;text&gt;:7: sign" in check._repr_html_()


def test_the_json_object(check):
    found = json.loads(check.to_json())
    assert {"statements", "verified", "findings", "unread"} <= found.keys()
    assert set(found["findings"][0]) == {
        "file",
        "line",
        "formula",
        "sides",
        "indices",
        "values",
        "what",
        "why",
        "fix",
    }
    assert set(found["unread"][0]) == {"file", "line", "formula", "token", "why"}


def test_the_page_holds_the_text_and_the_verdicts(check):
    page = check.to_html()
    for verdict in ("verified", "wrong", "unread", "open"):
        assert f'<span class="{verdict}" title' in page
    shown = re.sub(r"<[^>]+>", "", page.split("<main>")[1])
    for line in NOTES.splitlines():
        assert (
            line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;")
            in shown
        )
    assert "<b>for" not in page
    assert not re.search(r'(src|href)="(?!#)', page)
    assert "<script" not in page


def test_a_true_document_is_ok():
    assert check_document(r"$\sigma'(z) = \sigma(z) (1 - \sigma(z))$").ok
    nothing = check_document("No formulas here.\n")
    assert nothing.ok
    assert str(nothing).endswith("no equality statements found")


def test_symbols_are_taken_from_a_table(tmp_path):
    text = r"$$Q = X \Xi + \beta$$ $$\frac{\partial J}{\partial \Xi} = X^T (Q - Y)$$"
    text += r" $$J = \frac{1}{2} \sum_{i=1}^{m} \sum_{j=1}^{2} (Q_{ij} - Y_{ij})^2$$"
    table = tmp_path / "symbols.toml"
    table.write_text('"\\\\Xi" = "weight"\n"\\\\beta" = "bias"\nQ = "prediction"\n')
    check = check_document(text, symbols=table)
    assert (check.verified, check.unread, check.findings) == (3, (), ())
    assert check_document(text, symbols={r"\Xi": "weight", r"\beta": "bias", "Q": "prediction"}).ok


def test_sizes_and_activation_are_taken_from_the_caller():
    text = r"$a^{(1)} = g(z^{(1)})$, $z^{(1)} = W^{(1)} x + b^{(1)}$, "
    text += r"$z^{(1)}_1 = \sum_{k=1}^{5} W^{(1)}_{1k} x_k + b^{(1)}_1$, $a^{(1)} = \tanh(z^{(1)})$"
    assert check_document(text, sizes=(5, 2), activation="tanh").verified == 4
    assert [f.what for f in check_document(text, sizes=(4, 2)).findings] == ["sum range"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sizes": (3,)}, "`sizes` must be two or more numbers"),
        ({"activation": "sine"}, "`activation` must be one of"),
        ({"layout": "diagonal"}, "`layout` must be row or column"),
        ({"symbols": {"q": "weird"}}, "`q` is 'weird'"),
        ({"symbols": {"q q": "target"}}, "A symbol must be one letter"),
        ({"symbols": "nowhere.toml"}, "nowhere.toml cannot be read"),
    ],
)
def test_options_that_cannot_be(options, message):
    with pytest.raises(SpecError, match=message):
        check_document("$x = y$", **options)


def test_a_wrong_index_of_the_only_weight_is_found():
    """No place of the text then tells which index of W counts the inputs."""
    check = check_document(r"The hidden layer is $z_j = \sum_k w_{jl} x_k + b_j$ and $a_j = \sigma(z_j)$.")
    assert check.findings[0].what == "index"
    batch = r"$z_{ij} = \sum_{k} x_{ik} W_{jj} + b_j$, $a_{ij} = \tanh(z_{ij})$ with $x \in \mathbb{R}^{m \times 3}$."
    assert [f.fix for f in check_document(batch).findings] == ["W_{jj} -> W_{kj}"]


@pytest.mark.parametrize("text", [
    "$z = aW + b$", "The layer is $z = W a + b$.", "$y = Wx + b$", r"$y = \sigma(Wx + b)$",
    r"A layer: $z = aW+b$ and $\frac{\partial J}{\partial W} = a^T \frac{\partial J}{\partial z}$.",
])  # fmt: skip
def test_one_layer_alone_is_read(text):
    check = check_document(text)
    assert (check.findings, check.unread) == ((), ())
    assert check.verified == check.statements > 0


def test_a_slip_in_one_layer_alone_is_found():
    text = r"A layer: $z = aW+b$ and $\frac{\partial J}{\partial W} = \frac{\partial J}{\partial z} a^T$."
    assert check_document(text).findings


def test_the_mend_of_a_sign_shows_the_whole_term():
    text = r"""Rows $X \in \mathbb{R}^{m \times 3}$, $p = \mathrm{softmax}(X W + b)$,
    $J = -\frac{1}{m} \sum_{i=1}^m \sum_c y_{ic} \ln p_{ic}$.
    $$\frac{\partial J}{\partial b} = \frac{1}{m} \sum_{i=1}^m (y_i - p_i)$$"""
    [found] = check_document(text).findings
    assert (found.what, found.fix) == ("sign", r"\frac{1}{m} -> -\frac{1}{m}")
    assert text[found.at :].startswith(r"\frac{1}{m} \sum")  # on the right side
