r"""Adjoints, \bar{W} for dL/dW: where the text says so, or uses bars over many of its quantities."""

from collections.abc import Iterable, Iterator

from clearprop.check.document.meaning.notation import Notation, Role
from clearprop.check.document.read.lone import letters
from clearprop.check.document.read.statements import Document, same_sentence
from clearprop.check.document.read.tree import Derivative, Node, Sym

MARK = "bar "
FEWEST = 3  # quantities with a bar, a weight or a bias among them, where nothing says what the bar is
STEPS = ("weight", "bias", "pre", "act", "prediction")


def find_adjoints(
    document: Document,
    pairs: Iterable[tuple[Node, Node, str]],
    used: set[str],
    prior: dict[str, str],
    notation: Notation,
) -> None:
    """Make every name with a bar the gradient of the loss by what has the bar."""
    pairs = list(pairs)
    barred = {name for name in used if name.startswith(MARK)}
    if _is_said(document, pairs) or _is_usual({a.name for a, _, _ in pairs if isinstance(a, Sym)}, prior):
        for name in barred:
            notation.roles[name] = Role("gradient", of=name.removeprefix(MARK))


def _is_usual(given: set[str], prior: dict[str, str]) -> bool:
    """Whether so many quantities are given with a bar, parameters among them, that no mean is meant."""
    kinds = [prior.get(name.removeprefix(MARK)) for name in given if name.startswith(MARK)]
    return sum(kind in STEPS for kind in kinds) >= FEWEST and bool({"weight", "bias"} & set(kinds))


def _is_said(document: Document, pairs: list[tuple[Node, Node, str]]) -> bool:
    r"""\bar{v} = dL/dv, or "we write \bar{v} for dL/dv"."""
    told = [(left, right) for left, right, _ in pairs] + list(_neighbours(document))
    return any(_is_adjoint(one, other) or _is_adjoint(other, one) for one, other in told)


def _neighbours(document: Document) -> Iterator[tuple[Node, Node]]:
    """A letter and a formula of one side that follow each other in a sentence, in either order."""
    alone: dict[int, Node] = {
        s.formula: s.parts[0].node
        for s in document.statements
        if len(s.parts) == 1 and s.parts[0].node is not None
    }
    alone |= {number: Sym(name) for number, name in letters(document).items()}
    for number, node in alone.items():
        after = alone.get(number + 1)
        if after is not None and same_sentence(document.formulas[number].after, after_display=False):
            yield node, after


def _is_adjoint(one: Node, other: Node) -> bool:
    return (
        isinstance(one, Sym)
        and one.name.startswith(MARK)
        and isinstance(other, Derivative)
        and isinstance(other.by, Sym)
        and other.by == Sym(one.name.removeprefix(MARK), one.sup, one.sub)
    )
