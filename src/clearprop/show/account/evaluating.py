r"""What a formula of numbers comes to: matrices are arrays, in fractions where nothing but + - * / is asked for.

Products of matrices are written with \\cdot, entrywise ones with \\odot; a number beside a matrix multiplies it.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from clearprop.show.account.formula import Formula, walk
from clearprop.show.account.numerals import fraction

Functions = Mapping[str, Callable[[Any], Any]]
COMPARE: dict[str, Any] = {
    r"\ge": np.greater_equal, ">": np.greater, "<": np.less, r"\le": np.less_equal, "=": np.equal,
}  # fmt: skip
RATIONAL = ("max", "min", "relu", "relu'", "identity", "identity'", "diag")
PLAIN: dict[str, Any] = {"exp": np.exp, "ln": np.log, "tanh": np.tanh, "diag": lambda x: np.diag(np.ravel(x))}


def evaluate(formula: Formula, functions: Functions) -> np.ndarray:
    """The value of a formula of numbers, (1, 1) for one number; of type object where it is in fractions.

    Raises ValueError for what is no formula of numbers.
    """
    rounded = any(node[0] == "sqrt" or (node[0] == "fn" and node[1] not in RATIONAL) for node in walk(formula))
    number = float if rounded else fraction
    with np.errstate(all="ignore"):
        return _Evaluator(functions, number).value(formula)


class _Evaluator:
    def __init__(self, functions: Functions, number: Callable[[str], Any]) -> None:
        self.functions = {**PLAIN, **functions}
        self.number = number

    def value(self, formula: Formula) -> Any:
        kind, *parts = formula
        if kind == "row":
            return self.sum(parts)
        if kind == "num":
            return self.array([[self.number(parts[0])]])
        if kind == "paren":
            return self.value(parts[0])
        if kind == "bars":
            return np.abs(self.value(parts[0]))
        if kind == "frac":
            return self.value(parts[0]) / self.value(parts[1])
        if kind == "sqrt":
            return np.sqrt(self.value(parts[0]))
        if kind == "sup":
            return self.power(*parts)
        if kind == "matrix":
            return np.block([[self.value(cell) for cell in cells] for cells in parts[0]])
        msg = f"{kind} is no number."
        raise ValueError(msg)

    def array(self, values: Any) -> np.ndarray:
        return np.array(values, float if self.number is float else object)

    def power(self, base: Formula, to: Formula) -> Any:
        value = self.value(base)
        return value.T if to == ["op", r"\top"] else value ** (int(to[1]) if to[0] == "num" else self.value(to))

    def sum(self, parts: list[Formula]) -> Any:
        terms: list[tuple[int, list[Formula]]] = [(1, [])]
        for n, part in enumerate(parts):
            sign = part in (["op", "+"], ["op", "-"])
            if sign and (n == 0 or parts[n - 1][0] != "op"):
                terms.append((-1 if part[1] == "-" else 1, []))
            else:
                terms[-1][1].append(part)
        values = [sign * self.product(term) for sign, term in terms if term]
        total = values[0]
        for value in values[1:]:
            total = total + value
        return total

    def product(self, parts: list[Formula]) -> Any:
        result, sign, at = None, r"\odot", 0
        while at < len(parts):
            if parts[at][0] == "op":
                sign, at = parts[at][1], at + 1
                continue
            value, at = self.factor(parts, at)
            result = value if result is None else self.times(result, value, sign)
            sign = r"\odot"
        if result is None:
            msg = "A product without factors is no number."
            raise ValueError(msg)
        return result

    def factor(self, parts: list[Formula], at: int) -> tuple[Any, int]:
        """A factor and where the next one starts; a function takes what follows it."""
        part = parts[at]
        if part[0] == "fn":
            return self.called(part[1], parts, at)
        if part == ["id", r"\mathbf{1}"]:
            return self.holds(parts[at + 1][1]), at + 2
        return self.value(part), at + 1

    def called(self, name: str, parts: list[Formula], at: int) -> tuple[Any, int]:
        if name in ("max", "min"):
            a, b = self.listed(parts[at + 1][1])
            return (np.maximum if name == "max" else np.minimum)(a, b), at + 2
        if name not in self.functions:
            msg = f"{name} is no function that is known."
            raise ValueError(msg)
        value, end = self.factor(parts, at + 1)
        return self.functions[name](value), end

    def listed(self, inside: Formula) -> list[Any]:
        at = inside.index(["op", ","])
        return [self.sum(inside[1:at]), self.sum(inside[at + 1 :])]

    def holds(self, inside: Formula) -> Any:
        at, sign = next((n, p[1]) for n, p in enumerate(inside) if n and p[0] == "op" and p[1] in COMPARE)
        found = COMPARE[sign](self.sum(inside[1:at]), self.sum(inside[at + 1 :]))
        return found.astype(float) if self.number is float else np.vectorize(Fraction, [object])(found.astype(int))

    def times(self, a: Any, b: Any, sign: str) -> Any:
        if sign == r"\cdot" and a.size > 1 and b.size > 1 or (sign == r"\cdot" and a.shape[1] == b.shape[0] and a.size + b.size > 2):
            return a @ b
        return a * b
