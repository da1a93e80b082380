"""The summation convention: an index that a term has twice is summed, where a text says so.

The letters of the first side stay free, as in D_{jj} = a_j b_j, and so does what a term has once. A sum is put around
the innermost term that has its index twice: f(w_{ij} x_j) v_i sums over j inside f.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from clearprop.check.document.read.tree import (
    Add,
    Big,
    Call,
    Derivative,
    Mul,
    Neg,
    Node,
    Num,
    Pow,
    Script,
    Sym,
    symbols,
)

SAYS = re.compile(
    r"einstein|summation convention|(?:repeated|twice|doubl\w+|dummy) (?:indices|index|subscripts?)[^.;]{0,60}\bsum|"
    r"sum\w*[^.;]{0,30} (?:over|of) (?:all )?(?:repeated|doubl\w+|dummy) (?:indices|index|subscripts?)|"
    r"爱因斯坦|求和约定|重复(?:的)?(?:下标|指标)[^。；]{0,12}求和",
    re.IGNORECASE,
)
NO_SUM = re.compile(r"\bno sum(?:mation)?\b(?! over)|不求和", re.IGNORECASE)
NEAR = 30  # characters behind a formula


def says(prose: str) -> bool:
    """Whether a text sums over repeated indices without a sign."""
    return SAYS.search(prose) is not None


def excepts(after: str) -> bool:
    """Whether the words behind a formula say that it has no sum."""
    return NO_SUM.search(after[:NEAR]) is not None


def counted_letters(nodes: Iterable[Node]) -> set[str]:
    """Letters that stand in sums of indices or above symbols, as layers do: they are not summed."""
    found: set[str] = set()
    for sym in (sym for node in nodes for sym in symbols(node)):
        scripts = [s.node for s in sym.sub if not isinstance(s.node, Sym)] + [s.node for s in sym.sup]
        found |= {one.name for node in scripts if node is not None for one in symbols(node)}
    return found


def free(sides: list[Node]) -> frozenset[str]:
    """The letters for each of whose values a line is said."""
    found = {
        letter for side in sides for term in _terms(side) for letter, n in _count(term).items() if n == 1
    }
    if sides and isinstance(sides[0], (Sym, Derivative)):
        found |= _count(sides[0]).keys()
    return frozenset(found)


def summed(node: Node, kept: frozenset[str]) -> Node:
    """A side with its sums written out; letters in `kept` are not summed."""
    if isinstance(node, Add):
        return replace(node, left=summed(node.left, kept), right=summed(node.right, kept))
    if isinstance(node, Neg):
        return replace(node, of=summed(node.of, kept))
    if isinstance(node, Big):
        inner = kept | {node.index} if node.index else kept
        return replace(node, body=summed(node.body, inner))
    term = _inside(node, kept)
    for letter in sorted(name for name, n in _count(term).items() if n > 1 and name not in kept):
        term = Big("sum", letter, None, None, term, span=node.span)
    return term


def _terms(node: Node) -> Iterator[Node]:
    if isinstance(node, Add):
        yield from _terms(node.left)
        yield from _terms(node.right)
    elif isinstance(node, Neg):
        yield from _terms(node.of)
    else:
        yield node


def _inside(node: Node, kept: frozenset[str]) -> Node:
    """A term with the sums inside its brackets and functions written out."""
    if isinstance(node, Mul):
        left, right = frozenset(_count(node.left)), frozenset(_count(node.right))
        return replace(node, left=_factor(node.left, kept | right), right=_factor(node.right, kept | left))
    return _factor(node, kept)


def _factor(node: Node, kept: frozenset[str]) -> Node:
    if isinstance(node, Mul):
        return _inside(node, kept)
    if isinstance(node, (Add, Big)):
        return summed(node, kept)
    if isinstance(node, Pow):
        return replace(node, base=_factor(node.base, kept))
    if isinstance(node, Call):
        return replace(node, args=tuple(summed(arg, kept) for arg in node.args))
    return node


def _count(node: Node) -> Counter[str]:
    """How often each letter stands below symbols in a term; of a bracket, as often as in one of its terms."""
    if isinstance(node, Sym):
        own = Counter(letter for s in node.sub if (letter := _index(s)))
        return _times(own, node.sup[0].node if len(node.sup) == 1 else None)
    if isinstance(node, Pow):
        return _times(_count(node.base), node.power)
    if isinstance(node, Add):
        return _count(node.left) | _count(node.right)
    found: Counter[str] = Counter()
    for child in node.children:
        found += _count(child)
    if isinstance(node, Big):
        del found[str(node.index)]
    return found


def _index(script: Script) -> str | None:
    node = script.node
    single = isinstance(node, Sym) and not node.sub and not node.sup and len(node.name) == 1
    return node.name if isinstance(node, Sym) and single else None


def _times(count: Counter[str], power: Node | None) -> Counter[str]:
    """A square has each letter twice."""
    return count + count if isinstance(power, Num) and power.value == 2 else count


__all__ = ["counted_letters", "excepts", "free", "says", "summed"]
