"""Whether a text stacks matrices to vectors: what its circled times and its vec are; which letters are any matrices."""

import re

from clearprop.check.document.meaning.differentials import MARK
from clearprop.check.document.meaning.notation import Notation
from clearprop.check.document.meaning.roles import nodes
from clearprop.check.document.read.moved import DIFFERENTIAL
from clearprop.check.document.read.statements import Document, Statement
from clearprop.check.document.read.tree import (
    Call,
    Derivative,
    Div,
    Mul,
    Neg,
    Node,
    Num,
    Sym,
    Transpose,
    bases,
    walk,
)

PRODUCT = re.compile(r"kronecker(?:'s)?[ -]+product|克罗内克积|克氏积|直积", re.IGNORECASE)
BY_ROWS = re.compile(
    r"row[- ]major|row[- ]?wise vec|vectori[sz]\w*[^.;]{0,30} (?:row[- ]?wise|by rows?|row by row)|"
    r"stack(?:s|ed|ing)? (?:up )?(?:the |its |their |all )?rows|按行(?:拉直|展开|堆叠|向量化)|行优先",
    re.IGNORECASE,
)


def find_vectors(document: Document, notation: Notation, prose: str) -> None:
    """Beside a vec or an identity, or where the prose says so, a circled times of vectors is Kronecker's, too."""
    every = [one for node in nodes(document) for one in walk(node)]
    notation.kronecker = any(map(_is_sign, every)) or PRODUCT.search(prose) is not None
    notation.vec_by_rows = BY_ROWS.search(prose) is not None
    notation.anything, notation.beside = _anything(document)


def _is_sign(node: Node) -> bool:
    if isinstance(node, Call):
        return node.name == "vec"
    factors = (node.left, node.right) if isinstance(node, Mul) and node.kind == "outer" else ()
    return any(isinstance(one, Sym) and one.name in ("I", "mathbb I") for one in factors)


INVERSE = Neg(Num(1.0))  # above a letter
SPECIAL = re.compile(r"symmetric|diagonal|orthogonal|invertible|commut|对称|对角|正交|可交换", re.IGNORECASE)
NEAR = 80  # characters around a formula


def _anything(document: Document) -> tuple[set[str], set[str]]:
    """The letters of lines about any matrices that stand in no other line; and those that do: there they are others."""
    general = [s for s in document.statements if _is_general(s, document)]
    said = {name for s in general if _is_balanced(s) for name in _letters(s)}
    general = [s for s in general if _letters(s) <= said]
    known = set(map(id, general))
    others = [s for s in document.statements if id(s) not in known and s.equal and not _is_rule(s)]
    taken = {name for s in others if not _is_chosen(s) for name in _letters(s, bare=True)}
    every = {name for s in general for name in _letters(s)}
    return every - taken, every & taken


def of_any(statement: Statement, document: Document) -> set[str]:
    """The letters of a line that may be about any matrices, whatever its letters are in other lines; none of others."""
    general = _is_general(statement, document) and _is_balanced(statement)
    return _letters(statement) if general else set()


def _is_general(statement: Statement, document: Document) -> bool:
    found = [part.node for part in statement.parts if part.node is not None]
    if len(found) < 2 or len(found) < len(statement.parts) or any(p.sign != "=" for p in statement.parts[1:]):
        return False
    formula = document.formulas[statement.formula]
    end = formula.start + len(formula.text)
    around = document.source.text[max(0, formula.start - NEAR) : end + NEAR]
    return (
        all(any_letter(s) for node in found for s in bases(node))
        and any(_is_of_matrices(one) for node in found for one in walk(node))
        and not any(isinstance(one, (Derivative, Div)) for node in found for one in walk(node))
        and SPECIAL.search(around) is None
    )


def _is_rule(statement: Statement) -> bool:
    """d(AB) = dA B + A dB: a rule for differentials, of no quantity of the text's own."""
    first = statement.parts[0].node
    return isinstance(first, Mul) and first.left == Sym("d")


def _is_balanced(statement: Statement) -> bool:
    """Whether the same letters stand on all sides."""
    return len({frozenset(map(_name, bases(p.node))) for p in statement.parts if p.node is not None}) == 1


def _name(sym: Sym) -> str:
    """The letter, of dA that of A."""
    return sym.name.removeprefix(MARK)


def any_letter(sym: Sym) -> str:
    """The letter of A, dA or A^{-1}; "" for what has any other script, or a longer name."""
    bare = not sym.sub and [item.node for item in sym.sup] in ([], [INVERSE])
    return _name(sym) if bare and len(_name(sym)) == 1 else ""


def _is_of_matrices(node: Node) -> bool:
    """Whether it speaks of matrices: vec, the trace, a circled times, a transposed product; or of how they move."""
    if isinstance(node, Transpose):
        return isinstance(node.of, Mul)
    if isinstance(node, Mul):
        return node.kind == "outer"
    if isinstance(node, Sym):
        return node.name.startswith(MARK)
    return isinstance(node, Call) and node.name in ("vec", "trace", DIFFERENTIAL)


def _is_chosen(statement: Statement) -> bool:
    """With P = I, Q = W: what a letter of such a line is then taken to be."""
    nodes = [part.node for part in statement.parts]
    return len(nodes) == 2 and all(isinstance(one, Sym) for one in nodes)


def _letters(statement: Statement, *, bare: bool = False) -> set[str]:
    """The letters on the line; with `bare` only those without scripts: A beside A_1 is another thing."""
    found = (s for part in statement.parts if part.node is not None for s in bases(part.node))
    return {_name(s) for s in found if not bare or any_letter(s)}
