"""Numbers behind a sign of approximation: the 0.3974 that a walk-through sets nearly equal to sigma(n).

They are held against the numbers that the text itself gives and against each other. Where it gives none, they say
nothing that could be checked.
"""

from dataclasses import replace

import numpy as np

from clearprop.check.document.judging.compare import Comparison, Failure, Outcome, Pair
from clearprop.check.document.judging.diagnose import written as number
from clearprop.check.document.judging.judge import Judge
from clearprop.check.document.numbers import rounding
from clearprop.check.document.numbers.values import Value
from clearprop.check.document.numbers.world import World
from clearprop.check.document.read.extent import extent
from clearprop.check.document.read.limits import Unread
from clearprop.check.document.read.splitting import NEARLY
from clearprop.check.document.read.statements import Part, Statement
from clearprop.check.document.read.tokens import written
from clearprop.check.document.read.tree import Node, is_numeric
from clearprop.check.document.verdict import Checked, DocumentCheck, Finding

WHY = "the number is not what comes of the text's own numbers, to the digits it is written with"


def weighed(check: DocumentCheck, judge: Judge) -> DocumentCheck:
    """The check with what the numbers behind approximation signs come to."""
    for statement in judge.setting.document.statements:
        seen = [pair for k in _numbers(statement) if (pair := _looked_at(statement, k, judge)) is not None]
        if seen:
            check = _with(check, statement, seen, judge)
    return check


def _numbers(statement: Statement) -> list[int]:
    """The sides that are nearly equal to the one before, where one of the two is made of numbers."""
    parts = statement.parts
    return [
        k
        for k in range(1, len(parts))
        if parts[k].sign in NEARLY and (is_numeric(parts[k - 1].node) or is_numeric(parts[k].node))
    ]


def _looked_at(statement: Statement, k: int, judge: Judge) -> Pair | None:
    """A side and the one before it in the text's own numbers; None where it does not give all of them."""
    left, right = statement.parts[k - 1].node, statement.parts[k].node
    if left is None or right is None:
        return None
    worlds = judge.worlds.own if judge.setting.numbers else judge.worlds.example
    pair = _on_network(statement, k, judge, worlds) if worlds else None
    pair = _by_number(statement, k, judge) if pair is None or pair.unread else pair
    if pair is None or pair.unread or not pair.choices:
        return None
    said = [_is_near(left, right, one) for one in pair.failures]
    if any(one is None for one in said):
        return None
    pair.failures = [one for one, near in zip(pair.failures, said, strict=True) if not near]
    named = not (is_numeric(left) and is_numeric(right))
    return None if pair.failures and named and judge.scalars.is_after(statement.at) else pair


def _is_near(left: Node, right: Node, one: Failure) -> bool | None:
    a, b = one.left.value, one.right.value
    return None if a is None or b is None else rounding.about(left, right, a, b)


def _on_network(statement: Statement, k: int, judge: Judge, worlds: list[World]) -> Pair:
    """On the network whose batch, weights and biases the text gives."""
    setting = judge.setting
    comparison = Comparison(statement, setting.document, setting.notation, judge.reading)
    comparison.pairs, comparison.update = [Pair(k - 1, k)], False
    return comparison.run(worlds)[0]


def _by_number(statement: Statement, k: int, judge: Judge) -> Pair | None:
    """By the numbers that the text gives to single quantities."""
    left, right = statement.parts[k - 1].node, statement.parts[k].node
    assert left is not None
    assert right is not None
    try:
        values = judge.scalars.in_numbers(left, right, after=judge.scalars.is_after(statement.at))
    except (Unread, ArithmeticError):
        return None
    a, b = (Outcome(np.asarray(one)) for one in values)
    return Pair(k - 1, k, choices=1, failures=[Failure(0, {"": 0}, a, b)])


def _with(check: DocumentCheck, statement: Statement, seen: list[Pair], judge: Judge) -> DocumentCheck:
    """The check with what came of these sides of one statement, which counts as one if it claims nothing else."""
    failing = [pair for pair in seen if pair.failures]
    found = tuple(_finding(statement, pair, judge) for pair in failing)
    findings = tuple(sorted((*check.findings, *found), key=lambda one: (one.line, one.at)))
    if not statement.equal:
        return replace(
            check,
            statements=check.statements + 1,
            verified=check.verified + (not failing),
            findings=findings,
            checked=(*check.checked, _checked(statement, failing, judge)),
        )
    checked = check.checked
    if failing:
        checked = tuple(_blamed(one, check.text, statement, failing) for one in checked)
    verified = sum(one.verdict == "verified" for one in checked)
    return replace(check, verified=verified, findings=findings, checked=checked)


def _finding(statement: Statement, pair: Pair, judge: Judge) -> Finding:
    source, one = judge.source, pair.failures[0]
    left, right = statement.parts[pair.left], statement.parts[pair.right]
    values = (number(one.left.value), number(one.right.value))
    sides = (written(left.tokens), written(right.tokens))
    formula = f"{sides[0]} {right.sign} {sides[1]}"
    fix = _rounded(right, one.left.value)
    return Finding(
        source.name, source.line(right.at), formula, sides, "", values, "value", WHY, fix, right.at
    )


def _rounded(part: Part, value: Value | None) -> str:
    """What a number should be, to the digits that it is written with; nothing for more than a number."""
    tokens = [token.raw for token in part.tokens if token.raw != "-"]
    if len(tokens) != 1 or part.tokens[-1].kind != "number" or value is None or np.ndim(value):
        return ""
    digits = len(tokens[0].partition(".")[2])
    return f"{written(part.tokens)} -> {float(np.real(value)):.{digits}f}"


def _checked(statement: Statement, failing: list[Pair], judge: Judge) -> Checked:
    """The marks of a statement that claims nothing but these numbers."""
    wrong = {pair.right for pair in failing}
    sides = tuple(
        (*extent(judge.source.text, part.tokens), "wrong" if k in wrong else "open" if wrong else "verified")
        for k, part in enumerate(statement.parts)
    )
    return Checked(judge.source.line(statement.at), "wrong" if wrong else "verified", sides)


def _blamed(one: Checked, text: str, statement: Statement, failing: list[Pair]) -> Checked:
    """The same, with these sides wrong, where it is that statement's."""
    starts = [extent(text, part.tokens)[0] for part in statement.parts]
    if not one.sides or one.sides[0][0] != starts[0]:
        return one
    wrong = {starts[pair.right] for pair in failing}
    rest = [(a, b, "open" if own == "verified" else own) for a, b, own in one.sides]
    return Checked(one.line, "wrong", tuple((a, b, "wrong" if a in wrong else own) for a, b, own in rest))
