"""No statement may end a run: what our own code trips over is unread, and the rest is still checked."""

import pytest

from clearprop import check_document
from clearprop.check.document.judging import compare
from clearprop.check.document.judging.judge import Judge
from clearprop.check.document.numbers import extents
from clearprop.check.document.read.limits import SLIPS

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
