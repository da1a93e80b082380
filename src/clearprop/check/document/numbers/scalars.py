"""Walk-throughs with a name for each number (net_{h1} = w_1 i_1 + w_2 i_2 + b_1): computed from the text's
own definitions.
"""

import contextlib
from dataclasses import replace
from itertools import product

import numpy as np

from clearprop.check.document.meaning.notation import Notation
from clearprop.check.document.numbers import rounding, updates
from clearprop.check.document.numbers.functions import ENTRYWISE, STEP
from clearprop.check.document.numbers.written_out import written_out
from clearprop.check.document.read.limits import Undefined, Unread
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import (
    Add,
    Big,
    Call,
    Derivative,
    Div,
    Mul,
    Neg,
    Node,
    Num,
    Pow,
    Script,
    Sym,
    Text,
    is_numeric,
    walk,
)

DRAWS = 3
MOST_DEPTH = 60
FEWEST = 3  # definitions that name units by number, before a text is taken as such a walk-through
GIVEN = ("weight", "bias", "input", "target")
KINDS = (Num, Sym, Neg, Add, Mul, Div, Pow, Call, Derivative)


class Scalars:
    """The numbers that a text defines one from the other; those that it does not define are drawn at random."""

    def __init__(self, document: Document, notation: Notation) -> None:
        self.definitions: dict[Sym, Node] = {}
        for statement in document.statements:
            if len(statement.parts) < 2:
                continue
            left, right = statement.parts[0].node, statement.parts[1].node if statement.parts[1:] else None
            if isinstance(left, Sym) and right is not None and statement.parts[1].sign in ("=", ":="):
                self._define(left, written_out(right))
        self.known = set(self.definitions) | {s for d in self.definitions.values() for s in whole_symbols(d)}
        self.numbers = _numbers(document)
        self.moved_at = _first_step(document, notation)
        self.flat = notation.style is None and _is_flat(self.definitions, notation)
        numbered = [s for s in self.definitions if any(isinstance(i.node, Num) for i in s.sub)]
        self.apply = notation.style is None and len(numbered) >= FEWEST
        self.pure = len(numbered) >= FEWEST and _is_pure(document, notation)
        self.functions = {name: name for name in ENTRYWISE} | notation.functions
        if self.apply:
            self._ground(notation)

    def _ground(self, notation: Notation) -> None:
        """Let delta_{h1} be the slope of the loss by net_{h1}, where most lines that set it equal to something say so:
        a slip in one of them shows there, not in the lines that use it.
        """
        for delta in [name for name, role in notation.roles.items() if role.kind == "delta"]:
            own = {one: right for one, right in self.definitions.items() if one.name == delta and one.sub}
            given = {name for one in own for name in self._beside(one)}
            loss = self._whole(notation.main_loss or "", Num(0.0))
            for name, sign in product(sorted(given), (1.0, -1.0)):
                slopes = {
                    one: Mul("near", Num(sign), Derivative(loss, replace(one, name=name)))
                    for one in own
                    if name in self._beside(one)
                }
                grounded = {**self.definitions, **slopes}
                draw = _Draw(grounded, self.functions, 0)
                if 2 * sum(draw.agree(one, own[one]) for one in slopes) > max(len(own), FEWEST):
                    self.definitions = grounded
                    return

    def _beside(self, sym: Sym) -> set[str]:
        """The other names that the text defines for the same unit."""
        return {
            one.name
            for one in self.definitions
            if (one.sub, one.sup) == (sym.sub, sym.sup) and one.name != sym.name
        }

    @property
    def is_example(self) -> bool:
        """Whether the text gives numbers to quantities: x_1 = 0.05, w_1 = 0.15, w_2 = 0.2."""
        return len(self.numbers) >= FEWEST

    def _define(self, left: Sym, right: Node) -> None:
        names = whole_symbols(right)
        plain = all(isinstance(n, KINDS) and not isinstance(n, Derivative) for n in parts(right))
        if (
            (plain or isinstance(right, Derivative))
            and names
            and left not in names
            and all(map(_is_numbered, left.sup))
        ):
            self.definitions.setdefault(left, right)

    def given(self, left: Node, right: Node) -> bool:
        """Whether this is the definition of a numbered unit: by itself it holds, so networks must tell, where their
        weights are numbered as the text's are.
        """
        return (
            not self.flat
            and isinstance(left, Sym)
            and bool(left.sub)
            and all(map(_is_numbered, left.sub))
            and self.definitions.get(left) == right
        )

    def is_after(self, at: int) -> bool:
        """Whether a place is behind the text's first step: its numbers may be those that the step made."""
        return self.moved_at is not None and at > self.moved_at

    def sides(self, left: Node, right: Node, *, after: bool) -> list[tuple[float, float]]:
        """Both sides for several draws; Unread if the text does not define all that they name. Where a side is a
        number, both with the numbers that the text gives, unless they stand `after` a step.
        """
        left, right = written_out(left), written_out(right)
        names = [whole_symbols(left), whole_symbols(right)]
        if not all(names):
            return [self.in_numbers(left, right, after=after)]
        for one in names[0] | names[1]:
            if one not in self.known:
                msg = f"the text does not say what {one.name} is"
                raise Undefined(msg, one.name)
        draws = [_Draw(self.definitions, self.functions, seed) for seed in range(DRAWS)]
        found = [(float(np.real(d.value(left))), float(np.real(d.value(right)))) for d in draws]
        self._spare_parts(left, right, found)
        return found

    def _spare_parts(self, left: Node, right: Node, values: list[tuple[float, float]]) -> None:
        """Call no slope wrong of a quantity of which a part is only a number: E = E_1 + E_2 with E_2 = 0.07."""
        slopes = [one.of for node in (left, right) for one in walk(node) if isinstance(one, Derivative)]
        parts = [
            part for of in slopes if isinstance(of, Sym) for part in self._reached(of) if part.name == of.name
        ]
        apart = not all(np.isclose(a, b, 1e-9, 0.0) for a, b in values)
        if apart and any(part not in self.definitions for part in parts):
            msg = "the text gives but the number of a part of it"
            raise Unread(msg)

    def _reached(self, sym: Sym) -> set[Sym]:
        """All that a quantity is made of, by way of the text's definitions."""
        found, waiting = set(), [sym]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += whole_symbols(self.definitions[one]) if one in self.definitions else ()
        return found

    def in_numbers(self, left: Node, right: Node, *, after: bool) -> tuple[float, float]:
        """Both sides in the text's own numbers, the same number where they differ by what it rounds; Unread if it gives
        none, or if they differ `after` a step.
        """
        left, right = written_out(left), written_out(right)
        draw = _Draw(self.definitions, self.functions, 0)
        draw.drawn = dict(self.numbers)
        for one in whole_symbols(left) | whole_symbols(right):
            if not self._reaches_numbers(one):
                msg = "a number of the text's own example"
                raise Unread(msg)
        a, b = (float(np.real(draw.value(side))) for side in (left, right))
        if rounding.near(left, right, np.asarray(a), np.asarray(b)):
            return a, a
        if after and (whole_symbols(left) or whole_symbols(right)):
            msg = "a number after a step"
            raise Unread(msg)
        self._spare_parts(left, right, [(a, b)])
        return a, b

    def _reaches_numbers(self, sym: Sym, depth: int = 0) -> bool:
        """Whether a quantity is given by a number, or defined by such, in the end."""
        if sym in self.numbers or depth > MOST_DEPTH:
            return sym in self.numbers
        names = whole_symbols(self.definitions[sym]) if sym in self.definitions else set()
        return bool(names) and all(self._reaches_numbers(one, depth + 1) for one in names)

    def _whole(self, name: str, right: Node) -> Sym:
        """The loss that a step goes down: E, or the E_total of a text that has no other whole."""
        if Sym(name) in self.definitions:
            return Sym(name)
        slopes = (one.of for one in walk(right) if isinstance(one, Derivative))
        named = (*slopes, *(one for one in self.definitions if one.name == name))
        told = (of for of in named if isinstance(of, Sym) and any(isinstance(i.node, Text) for i in of.sub))
        return next(told, Sym(name))

    def stepped(self, left: Sym, right: Node, loss: str, rate: str) -> list[tuple[float, float]]:
        """What a number becomes against the slope of the loss, and what the text makes of it."""
        found = []
        for seed in range(DRAWS):
            draw = _Draw(self.definitions, self.functions, seed)
            slope = draw.value(Derivative(self._whole(loss, right), left))
            expected = draw.value(left) - draw.value(Sym(rate)) * slope
            found.append((float(np.real(expected)), float(np.real(draw.value(right)))))
        return found


def _numbers(document: Document) -> dict[Sym, float]:
    """The numbers that a text gives to single quantities: x_1 = 0.05."""
    found = {}
    for statement in document.statements:
        nodes = [part.node for part in statement.parts]
        if len(nodes) != 2 or not isinstance(nodes[0], Sym) or nodes[1] is None or whole_symbols(nodes[1]):
            continue
        with contextlib.suppress(Unread, ArithmeticError):
            found.setdefault(nodes[0], float(np.real(_Draw({}, {}, 0).value(nodes[1]))))
    return found


def _first_step(document: Document, notation: Notation) -> int | None:
    """Where the first step stands: one with numbers, or behind numbers; a rule before them moves none of these."""
    with_numbers = [s for s in document.statements if any(is_numeric(part.node) for part in s.parts)]
    given = [s.at for s in with_numbers if _kind(s.parts[0].node, notation) in GIVEN]
    steps = [s for s in document.statements if updates.is_update(s, notation.roles)]
    moved = [s.at for s in steps if s in with_numbers or s.at > min(given, default=s.at)]
    return min(moved, default=None)


def _kind(node: Node | None, notation: Notation) -> str:
    return notation.kind(node.name) if isinstance(node, Sym) else ""


def _is_flat(definitions: dict[Sym, Node], notation: Notation) -> bool:
    """Whether weights of all layers are numbered on, w_1 to w_6, so that no number tells an entry of a matrix."""
    seen: dict[str, list[frozenset]] = {}
    for right in definitions.values():
        numbers: dict[str, set] = {}
        for one in whole_symbols(right):
            if notation.kind(one.name) == "weight" and len(one.sub) == 1 and _is_numbered(one.sub[0]):
                numbers.setdefault(one.name, set()).add(one.sub[0].node.value)  # type: ignore[union-attr]
        for name, found in numbers.items():
            seen.setdefault(name, []).append(frozenset(found))
    return any(
        len(sets) > 1
        and max(max(one) for one in sets) < 20
        and len(frozenset.union(*sets)) == sum(map(len, sets))
        and min(min(one) for one in sets) < 10
        for sets in (list(dict.fromkeys(found)) for found in seen.values())
    )


def _is_pure(document: Document, notation: Notation) -> bool:
    """Whether the text goes number by number: no sum over an index, and each weight named by its numbers."""
    nodes = [p.node for s in document.statements for p in s.parts if p.node is not None]
    weights = [
        one
        for node in nodes
        for one in walk(node)
        if isinstance(one, Sym) and notation.kind(one.name) == "weight"
    ]
    every = (one for node in nodes for one in walk(written_out(node)))
    summed = any(isinstance(one, Big) and one.index for one in every)
    return (
        bool(weights)
        and not summed
        and all(one.sub and all(map(_is_numbered, (*one.sub, *_layers(one)))) for one in weights)
    )


def _layers(sym: Sym) -> list[Script]:
    """What stands above a weight, other than the sign of a new one: w_4^{+}."""
    return [script for script in sym.sup if not isinstance(script.node, Text)]


def _is_numbered(script: Script) -> bool:
    return isinstance(script.node, Num)


def at(node: Node, letter: str, value: float, known: dict[str, str]) -> float | None:
    """A formula of one letter at one number; None if it names anything else. `known`: the text's functions."""
    if whole_symbols(node) - {Sym(letter), Sym("e")}:
        return None
    draw = _Draw({}, known, 0)
    draw.drawn = {Sym(letter): value, Sym("e"): np.e}
    try:
        return float(np.real(draw.value(node)))
    except (Unread, ArithmeticError, ValueError):
        return None


def parts(node: Node) -> list[Node]:
    """The nodes of a formula, symbols taken whole."""
    scripts = {id(n) for s in walk(node) if isinstance(s, Sym) for i in (*s.sub, *s.sup) for n in walk(i)}
    return [n for n in walk(node) if id(n) not in scripts]


def whole_symbols(node: Node) -> set[Sym]:
    return {n for n in parts(node) if isinstance(n, Sym)}


class _Draw:
    """One choice of the numbers that nothing defines."""

    def __init__(self, definitions: dict[Sym, Node], functions: dict[str, str], seed: int) -> None:
        self.definitions, self.functions = definitions, functions
        self.rng = np.random.default_rng(seed)
        self.drawn: dict[Sym, float] = {}

    def value(self, node: Node, given: dict | None = None, depth: int = 0) -> complex:
        if depth > MOST_DEPTH:
            msg = "definitions that call each other without end"
            raise Unread(msg)
        again = {} if given is None else given

        def of(one: Node) -> complex:
            return self.value(one, again, depth + 1)

        if isinstance(node, Sym):
            return self._symbol(node, again, depth)
        if isinstance(node, Num):
            return node.value
        if isinstance(node, Neg):
            return -of(node.of)
        if isinstance(node, Add):
            return of(node.left) + node.sign * of(node.right)
        if isinstance(node, Mul):
            return of(node.left) * of(node.right)
        if isinstance(node, Div):
            return of(node.above) / of(node.below)
        if isinstance(node, Pow):
            return of(node.base) ** of(node.power)
        name = self.functions.get(node.name, node.name) if isinstance(node, Call) else ""
        if isinstance(node, Call) and len(node.args) == 1 and not node.primes and name in ENTRYWISE:
            return complex(ENTRYWISE[name](of(node.args[0])))
        if isinstance(node, Derivative) and not again:
            return self._slope(node, depth + 1)
        msg = "it is no formula of single numbers"
        raise Unread(msg)

    def agree(self, one: Node, other: Node) -> bool:
        """Whether two formulas have values, and the same."""
        try:
            return bool(np.isclose(self.value(one), self.value(other), 1e-9, 0.0))
        except (Unread, ArithmeticError):
            return False

    def _symbol(self, sym: Sym, given: dict, depth: int) -> complex:
        if sym not in given:
            if sym not in self.definitions:
                return self.drawn.setdefault(sym, self.rng.uniform(0.3, 0.9))
            if not given:
                return self.value(self.definitions[sym], given, depth + 1)
            given[sym] = self.value(self.definitions[sym], given, depth + 1)
        return given[sym]

    def _slope(self, node: Derivative, depth: int) -> complex:
        """A slope by the complex step; a slope of 0 means that the text leaves out what lies between."""
        if not isinstance(node.of, Sym) or not isinstance(node.by, Sym):
            msg = "a derivative of something that is no number of the text"
            raise Unread(msg)
        start = self.value(node.by, None, depth)
        slope = np.imag(self.value(node.of, {node.by: start + 1j * STEP}, depth)) / STEP
        if slope == 0:
            msg = f"the text does not define how {node.of.name} depends on {node.by.name}"
            raise Unread(msg)
        return slope
