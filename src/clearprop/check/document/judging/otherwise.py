"""Other meanings of a line: of one example, where a text of many says so; of all, where it sums them; of any matrices;
of units one layer further on.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from clearprop.check.document.judging import local_functions, of_hidden
from clearprop.check.document.judging.cases import clause
from clearprop.check.document.judging.compare import Comparison
from clearprop.check.document.meaning import hints, vectors
from clearprop.check.document.meaning.notation import ROWLIKE, Notation, Reading
from clearprop.check.document.numbers.losses import labelled
from clearprop.check.document.read.formulas import prose
from clearprop.check.document.read.statements import Document, Statement
from clearprop.check.document.read.tree import Big, Call, Derivative, Div, Node, Sym, symbols, walk

SIDES = {
    1: re.compile(r"\bpositive|\bactive\b|正(?:数|值|的|半轴|区间|输入)|大于|激活时", re.IGNORECASE),
    -1: re.compile(r"\bnegative|\binactive\b|负(?:数|值|的|半轴|区间|输入)|小于|未激活", re.IGNORECASE),
}  # of 0 that a line about any number is said of
OF_ONE = ("sample", "sample", "sample")  # a loss's value, its gradients by z and a, by W and b


def ways(
    statement: Statement, document: Document, notation: Notation, reading: Reading
) -> Iterator[Comparison]:
    """The statement in each other meaning that the text leaves it, not yet compared."""
    lent = local_functions.substituted(statement, document, notation)
    if lent is not None:
        yield Comparison(lent, document, notation, reading)
    below = of_hidden.spoken_of(statement, document, notation)
    if below:
        hidden = Comparison(statement, document, notation, reading)
        hidden.conditions += below
        yield hidden
    if _is_of_one(statement, document):
        yield Comparison(statement, document, notation, _narrowed(reading))
    before = clause(statement, document)
    for side in (side for side, said in SIDES.items() if said.search(before)):
        one_side = Comparison(statement, document, notation, reading)
        one_side.places.side = side
        yield one_side
    if _is_of_one_as_well(statement, document, notation):
        yield Comparison(statement, document, _singled(notation), _narrowed(reading))
    name = _total(statement, notation, reading)
    for way in ("mean", "sum") if name else ():
        yield Comparison(statement, document, notation, _of_all(reading, str(name), way))
    name = _slope_of_all(statement, notation, reading)
    way = (_way_said(name, document, notation) or hints.way_said(prose(document.source))) if name else None
    if way is not None:
        yield Comparison(statement, document, notation, _of_all(reading, str(name), way))
    if letters := vectors.of_any(statement, document):
        yield Comparison(statement, document, replace(notation, anything=letters), reading)
    if notation.shifted_letters:
        below = {a: notation.shifted_letters.get(a, 1) - 1 for a in notation.unit_layers}
        for letters in (notation.shifted_letters, below):  # k behind a unit, or another input of it
            further = replace(notation, unit_layers=letters)
            yield Comparison(statement, document, further, reading)


def _total(statement: Statement, notation: Notation, reading: Reading) -> str | None:
    """The loss E of E = sum_k E_k, and of E = -1/N tr(Y^T log P): there it is of all samples, though other lines call
    that of one E, too.
    """
    first = statement.parts[0].node
    whole = isinstance(first, (Sym, Call)) and (not first.sub or labelled(first, notation) == "total")
    loss = first.name if whole and isinstance(first, (Sym, Call)) and not first.sup else ""
    of_one = notation.kind(loss) == "loss" and reading.losses.get(loss, ("",))[0] == "sample"
    return loss if of_one and _counts_samples(statement, notation) else None


def _slope_of_all(statement: Statement, notation: Notation, reading: Reading) -> str | None:
    """The loss J of dJ/dW = 1/m sum_i ..., and of dJ/dZ of all samples, though other lines call that of one sample J,
    too.
    """
    first = statement.parts[0].node
    of = first.of if isinstance(first, Derivative) else None
    name = of.name if isinstance(of, (Sym, Call)) and notation.kind(of.name) == "loss" else ""
    every = [one for part in statement.parts[1:] if part.node is not None for one in walk(part.node)]
    of_all = _is_by_all(first, notation) or any(_is_of_all(one, notation) for one in every)
    of_all = of_all or _counts_samples(statement, notation)
    return name if of_all and reading.losses.get(name, ("",))[0] == "sample" else None


def _counts_samples(statement: Statement, notation: Notation) -> bool:
    """Whether the sides behind the first sum over samples, or have their number."""
    every = [one for part in statement.parts[1:] if part.node is not None for one in walk(part.node)]
    sums = any(isinstance(one, Big) and one.index in notation.sample_letters for one in every)
    return sums or any(isinstance(one, Sym) and notation.sizes.get(one.name) == ("m",) for one in every)


def _is_of_all(node: Node, notation: Notation) -> bool:
    """Whether it is a quantity of all samples at once, with nothing beside it: H^T Delta."""
    role = notation.roles.get(node.name) if isinstance(node, Sym) and not node.sub and not node.sup else None
    return role is not None and role.batch and role.kind in (*ROWLIKE, "augmented")


def _is_by_all(slope: Node | None, notation: Notation) -> bool:
    """Whether a slope is by a quantity of all samples at once."""
    by = slope.by if isinstance(slope, Derivative) else None
    role = notation.roles.get(by.name) if isinstance(by, Sym) else None
    return role is not None and role.batch and role.kind in ROWLIKE


def _is_of_one_as_well(statement: Statement, document: Document, notation: Notation) -> bool:
    """Whether a line has small letters only, in a text that gives one letter for the loss of all samples and of one."""
    nodes = [part.node for part in statement.parts if part.node is not None]
    names = {one.name for node in nodes for one in symbols(node) if notation.kind(one.name) in ROWLIKE}
    if not names or any(name.split()[-1].isupper() for name in names):
        return False
    losses = [name for name, role in notation.roles.items() if role.kind == "loss"]
    return any({True, False} <= _sums_of(name, document, notation) for name in losses)


def _sums_of(name: str, document: Document, notation: Notation) -> set[bool]:
    """Whether the lines that give a loss sum over samples."""
    found = set()
    for statement in document.statements:
        left, right = (*(part.node for part in statement.parts), None)[:2]
        if isinstance(left, (Sym, Call)) and left.name == name and not left.sub and right is not None:
            every = list(walk(right))
            if any(isinstance(one, Sym) and notation.kind(one.name) == "target" for one in every):
                found.add(any(isinstance(one, Big) and one.index in notation.sample_letters for one in every))
    return found


def _singled(notation: Notation) -> Notation:
    """The notation with every small letter of one sample."""
    roles = {
        name: replace(role, batch=role.batch and not name.split()[-1].islower())
        for name, role in notation.roles.items()
    }
    return replace(notation, roles=roles, one_sample=True)


def _way_said(name: str | None, document: Document, notation: Notation) -> str | None:
    """Whether the text gives a loss as the mean or as the sum over its samples; None if it does not."""
    for statement in document.statements:
        left, right = (*(part.node for part in statement.parts), None)[:2]
        if not isinstance(left, (Sym, Call)) or left.name != name or right is None:
            continue
        if _counts_samples(statement, notation):
            below = [s for one in walk(right) if isinstance(one, Div) for s in one.below.symbols]
            return "mean" if any(notation.sizes.get(one.name) == ("m",) for one in below) else "sum"
    return None


def _of_all(reading: Reading, name: str, way: str) -> Reading:
    return replace(reading, losses={**reading.losses, name: (way, way, way)})


def _is_of_one(statement: Statement, document: Document) -> bool:
    """Whether the sentence before the line speaks of one example."""
    return hints.ONE_SAMPLE.search(clause(statement, document)) is not None


SENTENCE = re.compile(r"(?<=[.!?;])\s|[。！？；]|\n#|\$\$|\\\]|\\end\{")
NEAR = 300  # characters before a formula


def other_activation(statement: Statement, document: Document, usual: tuple[str, ...]) -> str | None:
    """The function of the hidden layers that a line's sentence names in place of the text's own: with tanh units,"""
    formula = document.formulas[statement.formula]
    text = document.source.text
    before = SENTENCE.split(text[max(0, formula.start - NEAR) : formula.start].rstrip().removesuffix("$$"))
    named = hints.activations(before[-1]) - set(usual)
    return named.pop() if len(named) == 1 else None


def _narrowed(reading: Reading) -> Reading:
    """The same reading with every loss, and every gradient, that of a single sample."""
    return replace(
        reading,
        losses=dict.fromkeys(reading.losses, OF_ONE),
        gradients={name: way.replace("mean", "sum") for name, way in reading.gradients.items()},
    )


__all__ = ["other_activation", "ways"]
