"""Lines that are said of a case that no network drawn at random is in: with lambda = 0, for N = 1, at the minimum."""

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterator
from operator import attrgetter

from clearprop.check.document.judging.conditions import as_condition, own, sentence
from clearprop.check.document.meaning.notation import Notation, is_letter
from clearprop.check.document.read.statements import Document, Statement
from clearprop.check.document.read.tree import Node, Num, Relation, Sym

ENDED = re.compile(r"[.;!?](?:\s|$)|[。；！？]|\n#")
SAID = re.compile(
    r"\b(?:at|near|in) (?:the|a|an) (?:\w+ ){0,2}(?:optimum|minimum|maximum|stationary point|critical point|limit)\b|"
    r"\bat (?:convergence|initiali[sz]ation|optimality|an optimum|a minimum)\b|"
    r"\bif (?:the|all) (?:\w+ ){0,2}(?:predictions?|outputs?|fit|scores?|logits?|weights?|inputs?) (?:is|are|were) "
    r"(?:\w+ ){0,2}(?:perfect|correct|exact|equal|identical|the same|zero|large|small)\b|"
    r"\bperfect(?:ly)? (?:fit|prediction|classifi)|"
    r"(?:最优|极小|极大|极值)(?:值|点|解)?(?:处|时)|驻点|收敛时|完全(?:正确|拟合)|预测(?:完全)?正确时|初始化时|极限(?:情况|情形)?下",
    re.IGNORECASE,
)
NEAR = 200  # characters of prose
CLOSE = 2  # formulas
SMALL = ((("m",), 1.0), (("n", -1), 2.0), (("n", -1), 1.0))  # one sample, two classes, one output


def clause(statement: Statement, document: Document) -> str:
    """The prose of the sentence before a line."""
    formulas = document.formulas
    before = [k for k in sentence(statement.formula, document) if k < statement.formula]
    text = " ".join(formulas[k].before for k in (*reversed(before), statement.formula))
    return ENDED.split(text)[-1]


def special(statement: Statement, document: Document, notation: Notation) -> str:
    """Why a line that fails is not called wrong: the case that its sentence assumes; "" if it assumes none."""
    if any(
        _is_case(node, notation) for node in (*own(statement, document), *_just_before(statement, document))
    ):
        return "its sentence assumes a case that the networks are not in"
    return "its sentence speaks of a case" if SAID.search(clause(statement, document)[-NEAR:]) else ""


def _just_before(statement: Statement, document: Document) -> Iterator[Node]:
    """The assumptions of the last formulas before a line, in its sentence."""
    before = {k for k in sentence(statement.formula, document) if 0 < statement.formula - k <= CLOSE}
    first = bisect_left(document.statements, statement.formula - CLOSE, key=attrgetter("formula"))
    for other in itertools.takewhile(
        lambda one: one.formula < statement.formula, document.statements[first:]
    ):
        node = as_condition(other, document) if other.formula in before else None
        if node is not None:
            yield node


def _is_case(node: Node, notation: Notation) -> bool:
    """lambda = 0, N = 1, K = 2, hat y = y."""
    if not isinstance(node, Relation) or node.sign != "=" or not isinstance(node.left, Sym):
        return False
    letter, kind = is_letter(node.left), notation.kind(node.left.name)
    if isinstance(node.right, Num):
        size = notation.sizes.get(letter or "")
        small = notation.graph is not None and (size, node.right.value) in SMALL  # else networks are as small
        without = (kind, node.right.value) in (("decay", 0.0), ("constant", 0.0), ("constant", 1.0))
        return letter is not None and (without or small)
    other = notation.kind(node.right.name) if isinstance(node.right, Sym) else ""
    return {kind, other} == {"prediction", "target"}


__all__ = ["clause", "special"]
