"""Whether a text stacks matrices to vectors: what its circled times and its vec are."""

import re

from clearprop.check.document.meaning.notation import Notation
from clearprop.check.document.meaning.roles import nodes
from clearprop.check.document.read.statements import Document, Statement
from clearprop.check.document.read.tree import Call, Derivative, Div, Mul, Node, Sym, Transpose, bases, walk

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
    notation.anything = _anything(document)


def _is_sign(node: Node) -> bool:
    if isinstance(node, Call):
        return node.name == "vec"
    factors = (node.left, node.right) if isinstance(node, Mul) and node.kind == "outer" else ()
    return any(isinstance(one, Sym) and one.name in ("I", "mathbb I") for one in factors)


SPECIAL = re.compile(r"symmetric|diagonal|orthogonal|invertible|commut|对称|对角|正交|可交换", re.IGNORECASE)
NEAR = 80  # characters around a formula


def _anything(document: Document) -> set[str]:
    """The letters that stand only in lines about any matrices, and on all sides of at least one of them."""
    general = [s for s in document.statements if _is_general(s, document)]
    said = {name for s in general if _is_balanced(s) for name in _letters(s)}
    general = [s for s in general if _letters(s) <= said]
    known = set(map(id, general))
    others = [s for s in document.statements if id(s) not in known and s.equal and not _is_rule(s)]
    taken = {name for s in others if not _is_chosen(s) for name in _letters(s, bare=True)}
    while any(_letters(s) & taken for s in general):
        taken |= {name for s in general if _letters(s) & taken for name in _letters(s)}
        general = [s for s in general if not _letters(s) & taken]
    return {name for s in general for name in _letters(s)}


def _is_general(statement: Statement, document: Document) -> bool:
    found = [part.node for part in statement.parts if part.node is not None]
    if len(found) < 2 or len(found) < len(statement.parts) or any(p.sign != "=" for p in statement.parts[1:]):
        return False
    formula = document.formulas[statement.formula]
    end = formula.start + len(formula.text)
    around = document.source.text[max(0, formula.start - NEAR) : end + NEAR]
    return (
        all(isinstance(s, Sym) and _is_bare(s) for node in found for s in bases(node))
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
    return len({frozenset(s.name for s in bases(p.node)) for p in statement.parts if p.node is not None}) == 1


def _is_bare(sym: Sym) -> bool:
    return len(sym.name) == 1 and not sym.sub and not sym.sup


def _is_of_matrices(node: Node) -> bool:
    """Whether this means nothing for numbers: vec, the trace, a circled times, a transposed product."""
    if isinstance(node, Transpose):
        return isinstance(node.of, Mul)
    if isinstance(node, Mul):
        return node.kind == "outer"
    return isinstance(node, Call) and node.name in ("vec", "trace")


def _is_chosen(statement: Statement) -> bool:
    """With P = I, Q = W: what a letter of such a line is then taken to be."""
    nodes = [part.node for part in statement.parts]
    return len(nodes) == 2 and all(isinstance(one, Sym) for one in nodes)


def _letters(statement: Statement, *, bare: bool = False) -> set[str]:
    """The letters on the line; with `bare` only those without scripts: A beside A_1 is another thing."""
    found = (s for part in statement.parts if part.node is not None for s in bases(part.node))
    return {s.name for s in found if not bare or _is_bare(s)}
