"""No statement may end a run: what our own code trips over is unread, and the rest is still checked."""

import pytest

from clearprop import check_document
from clearprop.check.document.judging import compare
from clearprop.check.document.judging.judge import Judge
from clearprop.check.document.numbers import extents
from clearprop.check.document.read.limits import SLIPS
from clearprop.errors import ClearpropError

TEXT = r"""A layer: $z = W x + b$ with $a = \tanh(z)$. Then $\frac{d}{dt}\tanh(t) = 1 - \tanh^2(t)$
and $\sigma'(t) = \sigma(t)(1 - \sigma(t))$."""


def _raising(error):
    def handled(*args, **kwargs):
        raise error

    return handled


@pytest.mark.parametrize("error", [kind("planted") for kind in SLIPS], ids=lambda e: type(e).__name__)
def test_a_statement_that_cannot_be_handled_is_unread(monkeypatch, error):
    whole = check_document(TEXT)
    look, turns = Judge.look, []

    def failing(self, statement):
        turns.append(statement)
        if len(turns) == 1:
            look(self, statement)
            raise error
        return look(self, statement)

    monkeypatch.setattr(Judge, "look", failing)
    check = check_document(TEXT)
    assert check.statements == whole.statements
    assert "cannot be judged" in check.unread[0].why
    assert check.verified >= whole.verified - 1


def test_an_index_that_cannot_be_told_leaves_its_line_unread(monkeypatch):
    monkeypatch.setattr(extents, "letters_in", _raising(IndexError("planted")))
    check = check_document(TEXT)
    assert check.statements == len(check.unread) > 0
    assert not check.findings


def test_a_side_that_cannot_be_computed_leaves_its_line_unread(monkeypatch):
    monkeypatch.setattr(compare, "evaluate", _raising(ZeroDivisionError("planted")))
    check = check_document(TEXT)
    assert {u.why for u in check.unread} == {"its value cannot be computed"}


@pytest.mark.parametrize("opens", ["$$", r"\[", r"\begin{equation}"])
def test_a_formula_that_nothing_ends_is_told(opens):
    text = f"Here $z = x W + b$.\n\nThen {opens}\n a = x + x\n\nand nothing more.\n"
    check = check_document(text)
    assert [(one.line, one.token) for one in check.unread] == [(3, opens)], str(check)
    assert "nothing ends" in check.unread[0].why


def test_formulas_that_end_are_not_taken_for_open_ones():
    text = (
        "Write `$$` around it. $$z = x W$$ costs \\$\\$ and $a = x$.\n\n```\n$$ in code\n```\n\n$$a = z$$\n"
    )
    assert not any("nothing ends" in one.why for one in check_document(text).unread)


@pytest.mark.parametrize(
    ("start", "kind"), [(b"PK\x03\x04", "Word"), (b"%PDF-1.7", "PDF"), (b"\x89PNG", "picture")]
)
def test_files_that_are_no_text_are_named(start, kind, tmp_path):
    path = tmp_path / "notes.md"
    path.write_bytes(start + b" ... z = x W")
    with pytest.raises(ClearpropError, match=kind):
        check_document(path)


@pytest.mark.parametrize("meaning", [{"q": "target"}, ["target"], 3])
def test_meanings_that_are_no_words_are_refused(meaning):
    with pytest.raises(ClearpropError, match="must be one of input"):
        check_document("$z = x W$", symbols={"a": meaning})


def test_the_layout_that_the_caller_says_is_kept():
    text = "$X \\in R^{m \\times d}$, $Z = X W + b$, $A = \\tanh(Z)$, $J = \\frac{1}{2m} \\|A - Y\\|_F^2$."
    assert "a sample in each row" in str(check_document(text, layout="row"))
    assert "a sample in each column" in str(check_document(text, layout="column"))
