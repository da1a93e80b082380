"""A tree as a function in the words of a page, so that NumPy, JAX, SymPy and Numba all compute the same.

Each distinct part of a tree becomes one line, in the words of the page and its lines `logistic`, `softplus` and
`relu`; numbers become those of the page's dtype. What is compiled is written here, from a tree: nothing of what
the user typed reaches Python.
"""

import math
from typing import Any

import numpy as np

from clearprop.maths import derivation, words
from clearprop.maths.expression_slope import steady
from clearprop.maths.expression_text import read_expression
from clearprop.maths.expression_tree import Tree, call, constant, number, replaced, variable

SAID = ("cos", "erf", "exp", "expm1", "log", "log1p", "logistic", "relu", "sin", "softplus", "sqrt", "tanh")
OF_THE_PAGE = dict(zip(SAID, SAID, strict=True)) | {"abs": "absolute", "max": "maximum", "min": "minimum"}
OTHERS = {  # functions that no page says, in those that it does
    "sinh": "(expm1(u) - expm1(-u))/2",
    "cosh": "(exp(u) + exp(-u))/2",
    "sign": "where(u > 0, 1, where(u < 0, -1, 0))",
    "logcosh": "abs(u) + log1p(expm1(-2*abs(u))/2)",
}
SINES: dict[Any, Any] = {np.cos: np.sin, math.cos: math.sin}  # elsewhere sin(u) = cos(u - pi/2)
MOST_PRODUCTS = 128  # an exponent above it is no chain of products


def function(name: str, tree: Tree, arguments: tuple[str, ...], page: Any = derivation) -> Any:
    """The function of a tree in the words of a page; `arguments` name its variables, in order.

    Examples
    --------
    >>> double = function("double", read_expression("2*x", "x"), ("x",))
    >>> double(1.5)
    3.0
    """
    writer = _Writer(page)
    result = writer.put(steady(tree))
    lines = [f"def {name}({', '.join(arguments)}):", *writer.lines, f"    return {result}"]
    exec(compile("\n".join(lines), f"<{name}>", "exec"), writer.names)
    made = writer.names[name]
    if getattr(page, "_each", None):
        return page._each(made)
    if page.exp is np.exp:  # NumPy computes both branches of a `where`, and warns of the one not taken
        return np.errstate(all="ignore")(made)
    return made


class _Writer:
    """The lines of one function, and the names they use."""

    def __init__(self, page: Any) -> None:
        self.number = page._number if getattr(page, "_number", None) else float
        self.exact = not isinstance(page.PI, float | np.floating)  # symbols: no number is rounded
        self.lines: list[str] = []
        self.known: dict[Tree, str] = {}
        used = {*words.__all__, *OF_THE_PAGE.values()} - {"sin"}
        self.names: dict[str, Any] = {word: getattr(page, word) for word in used}
        cos = getattr(page, "_cos", page.cos)  # a page's own may be of waves, whose numbers are not large
        self.sin = cos in SINES
        if self.sin:
            self.names.update(cos=cos, sin=SINES[cos])

    def put(self, tree: Tree) -> str:
        """The name under which a tree's value is found, its lines written before."""
        if tree not in self.known:
            self.known[tree] = self._put(tree)
        return self.known[tree]

    def _put(self, tree: Tree) -> str:
        if tree.op == "variable":
            return tree.name
        value = constant(tree)
        if value is not None and (tree.op == "number" or not self.exact):
            name = f"c{len(self.known)}"
            self.names[name] = self.number(value)
            return name
        return self._line(self._said(tree))

    def _line(self, text: str) -> str:
        name = f"t{len(self.lines)}"
        self.lines.append(f"    {name} = {text}")
        return name

    def _said(self, tree: Tree) -> str:
        if tree.op == "pi":
            return "PI"
        if tree.op == "**":
            return self.put(self._power(*tree.args))
        if tree.op == "where":
            return self._where(*tree.args)
        if tree.op in OTHERS:
            return self.put(replaced(read_expression(OTHERS[tree.op], "u"), {variable("u"): tree.args[0]}))
        if tree.op == "sin" and not self.sin:
            return self.put(call("cos", call("-", tree.args[0], call("/", Tree("pi"), number(2.0)))))
        if tree.op in ("max", "min"):  # a NaN goes through the first argument, which is what moves
            args = [self.put(a) for a in sorted(tree.args, key=lambda a: not a.variables & {"x", "z", "p"})]
        else:
            args = [self.put(a) for a in tree.args]
        if tree.op == "neg":
            return f"-{args[0]}"
        return (
            f" {tree.op} ".join(args) if tree.op in "+-*/" else f"{OF_THE_PAGE[tree.op]}({', '.join(args)})"
        )

    def _power(self, u: Tree, v: Tree) -> Tree:
        """u ** v as products, a root, or exp(v log(u))."""
        n = constant(v)
        if n is not None and n % 1.0 == 0.0 and abs(n) <= MOST_PRODUCTS:
            return self._products(u, int(n))
        if n is not None and abs(n) == 0.5:
            return call("sqrt", u) if n > 0 else call("/", number(1.0), call("sqrt", u))
        return call("exp", call("*", v, call("log", u)))

    def _products(self, u: Tree, n: int) -> Tree:
        """u ** n by squaring."""
        if n < 0:
            return call("/", number(1.0), call("**", u, number(-n)))
        if n < 2:
            return u if n else number(1.0)
        half = call("**", u, number(n // 2))
        return call("*", half, half) if n % 2 == 0 else call("*", u, call("**", u, number(n - 1)))

    def _where(self, condition: Tree, a: Tree, b: Tree) -> str:
        """A choice; where the numbers compared are NaN so is the result, so that divergence is seen."""
        u, v = (self.put(side) for side in condition.args)
        yes, no = self.put(a), self.put(b)
        if condition.op == ">=":  # the page has no word for it: less, and the branches changed over
            condition, yes, no = call("<", *condition.args), no, yes
        if not self.exact:
            both = self._line(f"{u} + {v}")
            self.names["most"] = self.number(np.inf)
            no = self._line(f"where(less_equal({both}, most), {no}, {both})")
        word = {">": "greater", "<": "less", "<=": "less_equal"}[condition.op]
        return f"where({word}({u}, {v}), {yes}, {no})"
