"""Exact numbers: fractions, logarithms, powers of e, and cells that keep their names.

A number is a sum of terms, each a fraction times powers of atoms. An atom is ``e``, the logarithm of a prime, a
function of another number, or a cell such as p[1,1] whose own value is too long to be carried along.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from clearprop.maths.trees import Tree, compared

LARGEST = 10**9  # a fraction in a logarithm is written as one as long as it is no larger
PRIMES = 1000  # primes that are looked for in a fraction


@dataclass(frozen=True)
class Atom:
    """What is not taken apart: its tree, as a text that JSON reads, and its value."""

    text: str
    value: float

    @property
    def tree(self) -> Tree:
        return json.loads(self.text)


def atom(tree: Tree, value: float) -> "Exact":
    """A number that is one atom."""
    return Exact({((Atom(json.dumps(tree), value), Fraction(1)),): Fraction(1)})


E = Atom('["e"]', math.e)
Monomial = tuple[tuple[Atom, Fraction], ...]


class Exact:
    """A sum of terms, immutable.

    Examples
    --------
    >>> (exact("1/3") + exact("1/6")).tree()
    ['num', '1/2']
    >>> exp(ln(exact("8/9"))).tree()
    ['num', '8/9']
    """

    __slots__ = ("terms", "value")

    def __init__(self, terms: Mapping[Monomial, Fraction]) -> None:
        self.terms = {m: c for m, c in terms.items() if c}
        self.value = float(
            sum(float(c) * math.prod(a.value ** float(p) for a, p in m) for m, c in self.terms.items())
        )

    @property
    def rational(self) -> Fraction | None:
        """The fraction that it is, or None."""
        if not self.terms:
            return Fraction(0)
        return self.terms.get(()) if len(self.terms) == 1 else None

    def __add__(self, other: Any) -> "Exact":
        other = exact(other)
        terms = dict(self.terms)
        for m, c in other.terms.items():
            terms[m] = terms.get(m, Fraction(0)) + c
        return Exact(terms)

    __radd__ = __add__

    def __neg__(self) -> "Exact":
        return Exact({m: -c for m, c in self.terms.items()})

    def __sub__(self, other: Any) -> "Exact":
        return self + -exact(other)

    def __rsub__(self, other: Any) -> "Exact":
        return exact(other) - self

    def __mul__(self, other: Any) -> "Exact":
        terms: dict[Monomial, Fraction] = {}
        for m, c in self.terms.items():
            for n, d in exact(other).terms.items():
                product = _merged(m, n)
                terms[product] = terms.get(product, Fraction(0)) + c * d
        return Exact(terms)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> "Exact":
        other = exact(other)
        if not other.terms:
            msg = "A number is divided by 0."
            raise ZeroDivisionError(msg)
        if len(other.terms) == 1:
            ((m, c),) = other.terms.items()
            return self * Exact({tuple((a, -p) for a, p in m): 1 / c})
        ratio = _ratio(self, other)
        return (
            ratio if ratio is not None else atom(["/", self.tree(), other.tree()], self.value / other.value)
        )

    def __rtruediv__(self, other: Any) -> "Exact":
        return exact(other) / self

    def __pow__(self, power: Any) -> "Exact":
        n = exact(power).rational
        if n is None or n.denominator != 1 or not 0 <= n <= 9:
            return atom(["pow", self.tree(), exact(power).tree()], self.value ** exact(power).value)
        return math.prod([self] * int(n), start=exact(1))

    def __abs__(self) -> "Exact":
        return -self if self.value < 0 else self

    def __lt__(self, other: Any) -> bool:
        return self.value < exact(other).value

    def __le__(self, other: Any) -> bool:
        return self.value <= exact(other).value

    def __gt__(self, other: Any) -> bool:
        return self.value > exact(other).value

    def __eq__(self, other: object) -> bool:
        return self.terms == exact(other).terms

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))

    def tree(self) -> Tree:
        """As it is written: terms by size of their factors, a sum of logarithms as one."""
        logs = _one_logarithm(self.terms)
        if logs is not None:
            return logs
        terms = sorted(self.terms.items(), key=lambda item: (len(item[0]), str(item[0])))
        first = next((n for n, (_, c) in enumerate(terms) if c > 0), 0)  # no sign in front, where that can be
        trees = [_term(m, c) for m, c in (terms[first], *terms[:first], *terms[first + 1 :])] if terms else []
        return ["+", *trees] if len(trees) > 1 else trees[0] if trees else ["num", "0"]


def exact(value: Any) -> Exact:
    """A number made exact: a float is the decimal number that it is printed as, or a multiple of ln 2."""
    if isinstance(value, Exact):
        return value
    if isinstance(value, float):
        return _of_float(value)
    return Exact({(): Fraction(value)})


def _of_float(value: float) -> Exact:
    if value and len(repr(abs(float(value))).replace(".", "").strip("0")) > 14:
        share = Fraction(value / math.log(2)).limit_denominator(64)
        if abs(float(share) * math.log(2) - value) <= 2 * math.ulp(value):
            return share * ln(exact(2))
    return Exact({(): Fraction(repr(float(value)))})


def exp(x: Exact) -> Exact:
    """e to the x: whole multiples of logarithms become powers of what they are of."""
    result, rest = exact(1), Exact({})
    for m, c in x.terms.items():
        if len(m) == 1 and m[0][1] == 1 and m[0][0].tree[0] == "ln" and c.denominator == 1:
            result = result * _unlogged(m[0][0], int(c))
        elif not m:
            result = result * Exact({((E, c),): Fraction(1)})
        else:
            rest = rest + Exact({m: c})
    return result * atom(["exp", rest.tree()], math.exp(rest.value)) if rest.terms else result


def _unlogged(a: Atom, power: int) -> Exact:
    """A power of what the logarithm is of: of a fraction, or of a number that is not taken apart."""
    inside = a.tree[1]
    if inside[0] == "num":
        return exact(Fraction(inside[1]) ** power)
    return Exact({((Atom(json.dumps(inside), math.exp(a.value)), Fraction(power)),): Fraction(1)})


def ln(x: Exact) -> Exact:
    """The natural logarithm: of fractions by their primes."""
    if len(x.terms) == 1:
        ((m, c),) = x.terms.items()
        if c > 0 and all(a == E for a, _ in m):
            return _ln_of_fraction(c) + sum((Exact({(): p}) for _, p in m), Exact({}))
    return atom(["ln", x.tree()], math.log(x.value))


def _ln_of_fraction(c: Fraction) -> Exact:
    total = Exact({})
    for n, sign in ((c.numerator, 1), (c.denominator, -1)):
        for p, count in _primes(n).items():
            total = total + sign * count * atom(["ln", ["num", str(p)]], math.log(p))
    return total


def _primes(n: int) -> dict[int, int]:
    found: dict[int, int] = {}
    p = 2
    while p < PRIMES and n > 1:
        while n % p == 0:
            found[p], n = found.get(p, 0) + 1, n // p
        p += 1
    return found | ({n: 1} if n > 1 else {})


def called(name: str, x: Exact) -> Exact:
    """Another function of a number."""
    if name == "sqrt" and (root := _root(x.rational)) is not None:
        return Exact({(): root})
    if name in ("tanh", "erf") and not x.terms:
        return x
    return atom(["call", name, x.tree()], getattr(math, name)(x.value))


def _root(x: Fraction | None) -> Fraction | None:
    if x is None or x < 0:
        return None
    root = Fraction(math.isqrt(x.numerator), math.isqrt(x.denominator))
    return root if root * root == x else None


FUNCTIONS: dict[str, Any] = {
    "exp": exp, "ln": ln, "abs": abs, "num": exact, "is": lambda a, b: exact(int(a == b)),
    "max": lambda a, b: a if a >= b else b, "min": lambda a, b: a if a <= b else b,
    **{name: (lambda x, name=name: called(name, x)) for name in ("tanh", "erf", "sqrt", "cos")},
    "where": lambda sign, a, b, x, y: x() if compared(sign, a, b) else y(),
}  # fmt: skip


# ---- As it is written --------------------------------------------------------------------------------------
def _term(m: Monomial, c: Fraction) -> Tree:
    above = [_power(a, p) for a, p in m if p > 0 or a == E]
    below = [_power(a, -p) for a, p in m if p < 0 and a != E]
    sign, c = c < 0, abs(c)
    factors = ([["num", str(c)]] if c != 1 or not above else []) + above
    tree = factors[0] if len(factors) == 1 else ["*", *factors]
    if below:
        tree = ["/", tree, below[0] if len(below) == 1 else ["*", *below]]
    if not sign:
        return tree
    return ["num", f"-{tree[1]}"] if tree[0] == "num" else ["neg", tree]


def _power(a: Atom, p: Fraction) -> Tree:
    if a == E:
        return ["exp", ["num", str(p)]]
    return a.tree if p == 1 else ["pow", a.tree, ["num", str(p)]]


def _one_logarithm(terms: Mapping[Monomial, Fraction]) -> Tree | None:
    """Two logarithms or more, as one of a fraction."""
    primes = {}
    for m, c in terms.items():
        if len(m) != 1 or m[0][1] != 1 or m[0][0].tree[0] != "ln" or m[0][0].tree[1][0] != "num":
            return None
        primes[Fraction(m[0][0].tree[1][1])] = c
    if len(primes) < 2:
        return None
    shared = math.lcm(*(c.denominator for c in primes.values()))
    inside = math.prod(p ** int(c * shared) for p, c in primes.items())
    if max(inside.numerator, inside.denominator) > LARGEST:
        return None
    sign, inside = (True, 1 / inside) if inside < 1 else (False, inside)
    tree: Tree = ["ln", ["num", str(inside)]]
    tree = tree if shared == 1 else ["*", ["num", str(Fraction(1, shared))], tree]
    return ["neg", tree] if sign else tree


def _merged(m: Monomial, n: Monomial) -> Monomial:
    powers = dict(m)
    for a, p in n:
        powers[a] = powers.get(a, Fraction(0)) + p
    return tuple(sorted(((a, p) for a, p in powers.items() if p), key=lambda item: item[0].text))


def _ratio(x: Exact, y: Exact) -> Exact | None:
    """x / y where it is a fraction."""
    if set(x.terms) != set(y.terms) or not x.terms:
        return None
    ratios = {x.terms[m] / y.terms[m] for m in x.terms}
    return Exact({(): ratios.pop()}) if len(ratios) == 1 else None


def from_object(value: Any) -> Exact:
    """A parameter as it is given: a float, a fraction, or a number of SymPy."""
    if isinstance(value, Exact | float | int | Fraction):
        return exact(value)
    if hasattr(value, "is_Rational"):
        return _of_sympy(value)
    return exact(float(value))


def _of_sympy(x: Any) -> Exact:
    if x.is_Rational:
        return exact(Fraction(int(x.p), int(x.q)))
    if x.is_Add:
        return sum((_of_sympy(part) for part in x.args), Exact({}))
    if x.is_Mul:
        return math.prod((_of_sympy(part) for part in x.args), start=exact(1))
    functions: dict[str, Callable[[Exact], Exact]] = {"log": ln, "exp": exp}
    name = type(x).__name__
    return functions[name](_of_sympy(x.args[0])) if name in functions else exact(float(x))
