"""What a formula of numbers comes to: matrices are arrays, in fractions where nothing but + - * / is asked for.

A dot between matrices is their product; a number beside a matrix multiplies it.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction as Rational
from typing import Any

import numpy as np

from clearprop.show.account.numerals import fraction
from clearprop.show.account.parts import COMMA, DOT, MINUS, ONE, PLUS, SIGMA, TOP, bare, parts_of, walk
from clearprop.show.formula import (
    Formula,
    Fraction,
    Group,
    Matrix,
    Name,
    Number,
    Root,
    Row,
    Script,
    Sign,
    Word,
)

Functions = Mapping[str, Callable[[Any], Any]]
COMPARE: dict[str, Any] = {
    "≥": np.greater_equal, ">": np.greater, "<": np.less, "≤": np.less_equal, "=": np.equal,
}  # fmt: skip
RATIONAL = ("max", "min", "relu", "identity", "diag", ONE.text, TOP.text)
PLAIN: dict[str, Any] = {"exp": np.exp, "ln": np.log, "tanh": np.tanh, "diag": lambda x: np.diag(np.ravel(x))}


def evaluate(formula: Formula, functions: Functions) -> np.ndarray:
    """The value of a formula of numbers, (1, 1) for one number; of type object where it is in fractions.

    Raises ValueError for what is no formula of numbers.
    """
    rounded = any(
        isinstance(node, Root) or (isinstance(node, Word | Name) and node.text not in RATIONAL)
        for node in walk(formula)
    )
    with np.errstate(all="ignore"):
        return _Evaluator(functions, float if rounded else fraction).value(formula)


class _Evaluator:
    def __init__(self, functions: Functions, number: Callable[[str], Any]) -> None:
        self.functions = {**PLAIN, **functions}
        self.number = number

    def value(self, formula: Formula) -> Any:
        match bare(formula):
            case Row(parts):
                return self.sum(parts)
            case Number(text):
                return np.array([[self.number(text)]], float if self.number is float else object)
            case Group("|", inside, _):
                return np.abs(self.value(inside))
            case Group(_, inside, _):
                return self.value(inside)
            case Fraction(above, below):
                return self.value(above) / self.value(below)
            case Root(inside):
                return np.sqrt(self.value(inside))
            case Script(base, None, above) if above is not None:
                return self.power(base, above)
            case Matrix(rows):
                return np.block([[self.value(cell) for cell in cells] for cells in rows])
            case other:
                msg = f"{other} is no number."
                raise ValueError(msg)

    def power(self, base: Formula, to: Formula) -> Any:
        value = self.value(base)
        if to == TOP:
            return value.T
        return value ** int(to.text) if isinstance(to, Number) else value ** self.value(to).astype(float)

    def sum(self, parts: Sequence[Formula]) -> Any:
        terms: list[tuple[int, list[Formula]]] = [(1, [])]
        for n, part in enumerate(parts):
            if part in (PLUS, MINUS) and (n == 0 or not isinstance(parts[n - 1], Sign)):
                terms.append((-1 if part == MINUS else 1, []))
            else:
                terms[-1][1].append(part)
        values = [sign * self.product(term) for sign, term in terms if term]
        total = values[0]
        for value in values[1:]:
            total = total + value
        return total

    def product(self, parts: list[Formula]) -> Any:
        result, dot, at = None, False, 0
        while at < len(parts):
            if isinstance(parts[at], Sign):
                dot, at = parts[at] == DOT, at + 1
                continue
            value, at = self.factor(parts, at)
            result = (
                value
                if result is None
                else result @ value
                if dot and _matrices(result, value)
                else result * value
            )
            dot = False
        if result is None:
            msg = "A product without factors is no number."
            raise ValueError(msg)
        return result

    def factor(self, parts: list[Formula], at: int) -> tuple[Any, int]:
        """A factor and where the next one starts; a function takes what follows it."""
        part = bare(parts[at])
        if part == ONE:
            return self.holds(_inside(parts[at + 1])), at + 2
        name = _function(part)
        if name is None:
            return self.value(part), at + 1
        if name in ("max", "min"):
            inside = _inside(parts[at + 1])
            comma = inside.index(COMMA)
            a, b = self.sum(inside[:comma]), self.sum(inside[comma + 1 :])
            return (np.maximum if name == "max" else np.minimum)(a, b), at + 2
        if name not in self.functions:
            msg = f"{name} is no function that is known."
            raise ValueError(msg)
        value, end = self.factor(parts, at + 1)
        return self.functions[name](value), end

    def holds(self, inside: tuple[Formula, ...]) -> Any:
        at, sign = next(
            (n, p.text) for n, p in enumerate(inside) if isinstance(p, Sign) and p.text in COMPARE
        )
        found = COMPARE[sign](self.sum(inside[:at]), self.sum(inside[at + 1 :]))
        return (
            found.astype(float)
            if self.number is float
            else np.vectorize(Rational, [object])(found.astype(int))
        )


def _matrices(a: Any, b: Any) -> bool:
    return (a.size > 1 and b.size > 1) or (a.shape[1] == b.shape[0] and a.size + b.size > 2)


def _inside(group: Formula) -> tuple[Formula, ...]:
    if not isinstance(group, Group):
        msg = f"{group} is not in brackets."
        raise ValueError(msg)
    return parts_of(group.inside)


def _function(part: Formula) -> str | None:
    """The name of a function: relu, relu', g(1)."""
    match part:
        case Word(text) if part != TOP:
            return text
        case Name(text) if part == SIGMA:
            return text
        case Script(Word(text), None, Sign("′")):
            return text + "'"
        case Script(Name("g"), None, Group(_, Number(layer), _)):
            return f"g({layer})"
        case Script(Script(Name("g"), None, Sign("′")), None, Group(_, Number(layer), _)):
            return f"g({layer})'"
    return None
