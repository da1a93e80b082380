"""Sides that are numbers: of a text's own example, which no other network has, and rounded as its author rounds."""

from clearprop.check.document.judging.compare import Comparison, Pair
from clearprop.check.document.meaning.build import Setting
from clearprop.check.document.meaning.notation import Reading
from clearprop.check.document.numbers import rounding
from clearprop.check.document.numbers.scalars import Scalars
from clearprop.check.document.numbers.worlds import Worlds
from clearprop.check.document.read.limits import Unread
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.read.tree import is_numeric


def hold(
    statement: Statement,
    pairs: list[Pair],
    setting: Setting,
    reading: Reading,
    worlds: Worlds,
    scalars: Scalars,
) -> None:
    """Hold what is a number of the text's own example, as o = 0.7, against that example; what it does not settle is
    called neither wrong nor right.
    """
    failing = [k for k, pair in enumerate(pairs) if pair.failures and _is_one_number(pair, statement)]
    if not failing or not scalars.is_example:
        return
    settled = _by_example(statement, setting, reading, worlds)
    for k in failing:
        pair = pairs[k]
        if settled and (settled[k].holds or not scalars.is_after(statement.at)):
            pairs[k] = settled[k]
        else:
            pair.unread, pair.unread_side = Unread("a number of the text's own example"), pair.right


def _is_one_number(pair: Pair, statement: Statement) -> bool:
    """Whether one side is made of numbers only, and the other is not."""
    return sum(is_numeric(statement.parts[k].node) for k in (pair.left, pair.right)) == 1


def _by_example(statement: Statement, setting: Setting, reading: Reading, worlds: Worlds) -> list[Pair]:
    """What comes of a statement in the numbers of the example; nothing if the text does not give all of them."""
    if not worlds.example:
        return []
    pairs = Comparison(statement, setting.document, setting.notation, reading).run(worlds.example)
    spare_rounded(statement, pairs, always=True)
    return pairs


def spare_rounded(statement: Statement, pairs: list[Pair], *, always: bool) -> None:
    """Call nothing wrong that differs by what the text rounds: numbers among themselves, or `always`."""
    for pair in pairs:
        left, right = statement.parts[pair.left].node, statement.parts[pair.right].node
        if left is None or right is None or not (always or are_both(pair, statement)):
            continue
        if all(rounding.near(left, right, one.left.value, one.right.value) for one in pair.failures):
            pair.failures = []


def are_both(pair: Pair, statement: Statement) -> bool:
    """Whether both sides are made of numbers only, which no network has a say in."""
    return all(is_numeric(statement.parts[k].node) for k in (pair.left, pair.right))
