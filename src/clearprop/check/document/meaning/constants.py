"""Free constants of a text: a momentum mu, a temperature T, gamma of a leaky relu. A true line holds for any."""

import re

from clearprop.check.document.meaning.notation import PARAMETERS, Notation, Role, is_letter
from clearprop.check.document.meaning.roles import named_lines, nodes, pairs
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import Add, Derivative, Mul, Node, Num, Sym, bases, symbols

CUSTOM = {"mu", "gamma", "beta", "rho", "tau", "kappa", "nu"}
WORD = (
    r"(?:constants?|coefficients?|temperatures?|hyper-?parameters?|momentum(?: term| parameter)?|decay rates?|slopes?|"
    r"factors?|margins?|常数|常量|系数|超参数|温度|斜率|因子|衰减率)"
)
BEFORE = re.compile(rf"{WORD}\s*(?:为|是|取|of|is|be|,|，|by)?\s*$", re.IGNORECASE)
AFTER = re.compile(
    rf"^\s*(?:,|，|is|are|be|为|是|表示)?\s*(?:(?:a|an|the|some|any|fixed|small|positive|called|一个|给定的?)\s*)*{WORD}",
    re.IGNORECASE,
)
RANGE = re.compile(
    r"^(?:0|1)?\s*(?:<|\\le|\\leq)?\s*(\\[A-Za-z]+|[A-Za-z])\s*(?:<|>|\\le|\\leq|\\ge|\\geq|\\in)\s*[\[(]?[01]"
)
OPEN_VALUE = re.compile(r"^\\?([A-Za-z]+)\s*(?:$|\\in\b|>|<)")
LEAK = 0.01  # of the leaky relu that the networks have
VALUE = re.compile(r"^\\?([A-Za-z]+)\s*=\s*(\d*\.\d+)$")
LEAKY = re.compile(r"leak|rectif|relu|线性整流|修正线性", re.IGNORECASE)
SLOPE = re.compile(r"(?:slope|leak\w*|斜率|泄[露漏]\S{0,2})\s*(?:为|是|取|of|is)?\s*$", re.IGNORECASE)
LETTER = re.compile(r"^\\?[A-Za-z]+(?:_\{?\d\}?)?(?:\s*,\s*\\?[A-Za-z]+(?:_\{?\d\}?)?)*$")


def find_constants(document: Document, notation: Notation) -> None:
    """Give the role of a constant to letters that the text calls one, or bounds by 0 or 1, or that are by custom."""
    found = [one for node in nodes(document) for one in symbols(node)]
    indexed = {one.name for one in found if not all(isinstance(item.node, Num) for item in one.sub)}
    equal = [(left.name, right) for left, right, _ in pairs(document) if isinstance(left, Sym)]
    set_equal = {name for name, right in equal if any(symbols(right))}
    arguments = {letter for letters, _ in notation.bodies.values() for letter in letters}
    said, slopes = _said(document), _slopes(document)
    notation.values.update(slopes)
    for name in sorted({one.name for one in found} - indexed):
        kind = notation.roles[name].kind if name in notation.roles else ""
        free = not kind or (kind == "target" and name in said) or (kind == "rate" and name in slopes)
        if not free or name in notation.sizes or name in notation.functions or name in set_equal:
            continue
        if name in notation.layer_letters | notation.sample_letters | arguments:
            continue
        if name in said or name in slopes or name in CUSTOM:
            notation.roles[name] = Role("constant")


def find_rate(document: Document, notation: Notation) -> None:
    """The one letter before what is taken off a parameter, W <- W - gamma dJ/dW, is the rate, whatever letter it is."""
    lone = _only_in_steps(document, notation)
    for _, left, right in named_lines(document):
        if notation.kind(left.name) not in PARAMETERS or not isinstance(right, Add) or right.left != left:
            continue
        letters = {s.name for s in bases(right.right) if is_letter(s)}
        kinds = {name: notation.kind(name) for name in letters}
        constants = [n for n, kind in kinds.items() if kind == "constant" or n in lone]
        if "rate" not in kinds.values() and len(constants) == 1 and (right.sign < 0 or constants[0] in lone):
            notation.roles[constants[0]] = Role("rate")


def find_step_decay(document: Document, notation: Notation) -> None:
    """The one letter that shrinks a weight in its own step, the mu of W <- W - eta (dW + mu W) or of (1 - eta mu) W, or
    that adds it to its own gradient, is a decay, whatever letter it is.
    """
    taken = notation.sizes.keys() | notation.layer_letters | notation.sample_letters
    for left, right, _ in (*pairs(document), *((a, b, "") for _, a, b in named_lines(document))):
        of = _weight_of(left, notation)
        if of is None:
            continue
        of_it, others = _factors_of(of, right)
        free = {n for n in of_it - others - taken if notation.kind(n) in ("", "constant")}
        moved = any(notation.kind(name) in ("rate", "constant") for name in others)
        if len(free) == 1 and (moved if of == left else isinstance(right, Add)):
            notation.roles[free.pop()] = Role("decay")


def _weight_of(left: Node, notation: Notation) -> Sym | None:
    """The weight that a line moves, or takes the gradient by."""
    role = notation.roles.get(left.name) if isinstance(left, Sym) else None
    if isinstance(left, Sym) and role is not None and role.kind == "gradient":
        left = Sym(role.of, left.sup, left.sub)
    if isinstance(left, Derivative):
        left = left.by
    return left if isinstance(left, Sym) and notation.kind(left.name) == "weight" else None


def _factors_of(of: Sym, node: Node) -> tuple[set[str], set[str]]:
    """The letters that multiply a name in a sum, and those that stand elsewhere in it."""
    if isinstance(node, Mul) and of in (node.left, node.right):
        return _letters(node) - {of.name}, set()
    if isinstance(node, Sym):
        return set(), {node.name} if is_letter(node) else set()
    inner = [_factors_of(of, one) for one in node.children]
    return set().union(*(a for a, _ in inner)), set().union(*(b for _, b in inner))


def _letters(node: Node) -> set[str]:
    return {one.name for one in bases(node) if is_letter(one)}


def _only_in_steps(document: Document, notation: Notation) -> set[str]:
    """Bare letters of layers, as the h of W <- W - h g, that stand where parameters are moved and nowhere else."""
    elsewhere, moved = set(), set()
    for statement in (s for s in document.statements if s.equal):  # h > 0 says nothing of it
        first = statement.parts[0].node
        step = (
            isinstance(first, Sym) and notation.kind(first.name) in PARAMETERS and len(statement.parts) == 2
        )
        for part in statement.parts:
            for one in bases(part.node) if part.node is not None else ():
                (moved if step and is_letter(one) else elsewhere).add(one.name)
    return {name for name in moved - elsewhere if notation.kind(name) in ("pre", "act")}


def find_anew(document: Document, notation: Notation) -> None:
    """Quantities of the network that are given a second time, now with a constant, p = softmax(z / T): from there on
    the text is about another network.
    """
    given: set[str] = set()
    for statement, left, right in named_lines(document):
        if notation.kind(left.name) not in ("pre", "act", "prediction"):
            continue
        held = [s.name for s in symbols(right) if notation.kind(s.name) == "constant"]
        if held and left.name in given:
            notation.anew.setdefault(left.name, (statement.at, held[0]))
        given.add(left.name)


def find_overwritten(document: Document, notation: Notation) -> None:
    """Names that an algorithm gives new values, g <- ..., g <- ...: a line does not tell which one it means."""
    values: dict[str, set[Node]] = {}
    for statement, left, right in named_lines(document):
        if (
            is_letter(left)
            and statement.parts[1].sign == r"\leftarrow"
            and notation.kind(left.name) not in PARAMETERS
        ):
            values.setdefault(left.name, set()).add(right)
    notation.overwritten = {name for name, found in values.items() if len(found) > 1}


def _said(document: Document) -> set[str]:
    """Letters that stand beside a word for a constant, or in a range from 0 or to 1."""
    found = set()
    for formula in document.formulas:
        text = formula.text.strip()
        if formula.display:
            continue
        named = LETTER.match(text) and (
            BEFORE.search(formula.before[-40:]) or AFTER.match(formula.after[:60])
        )
        if named or RANGE.match(text):
            found |= set(re.findall(r"\\?([A-Za-z]+)", re.sub(r"_\{?\d\}?", "", text)))
    return found


def _slopes(document: Document) -> dict[str, float]:
    """A negative slope of alpha = 0.01: what a leaky relu has, whatever alpha is by custom."""
    found = {}
    for formula in document.formulas:
        text, said = formula.text.strip(), SLOPE.search(formula.before[-40:])
        match, unset = VALUE.match(text), OPEN_VALUE.match(text)
        if match and said:
            found[match[1]] = float(match[2])
        elif unset and said and LEAKY.search(formula.before[-80:]):
            found[unset[1]] = LEAK
    return found


__all__ = ["find_anew", "find_constants", "find_overwritten", "find_rate", "find_step_decay"]
