"""The text of an expression: read by a grammar of our own, printed as plain text and as LaTeX.

::

    sum      = product (("+" | "-") product)*
    product  = signed (("*" | "/") signed)*
    signed   = ("-" | "+") signed | power
    power    = atom ("**" signed)?
    atom     = number | "pi" | variable | function "(" sum ("," sum)* ")" | "(" sum ")"

The first argument of ``where`` is a comparison, sum ("<" | "<=" | ">" | ">=") sum. Nothing is ever run as
Python: a text becomes a tree of known operations, or a `SpecError`.
"""

import math
import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple, NoReturn

from clearprop.errors import SpecError
from clearprop.maths.expression_tree import COMPARISONS, PRODUCTS, SUMS, Tree, constant, number, variable

FUNCTIONS = {  # how many arguments each takes
    "abs": 1, "cos": 1, "cosh": 1, "erf": 1, "exp": 1, "expm1": 1, "log": 1, "log1p": 1, "logcosh": 1,
    "logistic": 1, "max": 2, "min": 2, "relu": 1, "sigmoid": 1, "sign": 1, "sin": 1, "sinh": 1, "softplus": 1,
    "sqrt": 1, "tanh": 1, "where": 3,
}  # fmt: skip
SAME = {"sigmoid": "logistic"}
LONGEST, DEEPEST, MOST_OPERATIONS, LARGEST_EXPONENT = 400, 25, 80, 64

_TOKEN = re.compile(
    r"(?P<space>[ \t]+)|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)|(?P<sign>\*\*|<=|>=|[-+*/(),<>])"
)


class Token(NamedTuple):
    """A piece of a text, and where it begins, counted from 1."""

    kind: str
    text: str
    at: int


def read_expression(text: str, variables: Sequence[str]) -> Tree:
    """The tree of a text in some variables.

    Raises
    ------
    SpecError
        If the text is no expression, naming the token and its position; or if it is longer than 400
        characters, deeper than 25 levels, of more than 80 operations, or has an exponent above 64.

    Examples
    --------
    >>> plain(read_expression("x * tanh( softplus(x) )", "x"))
    'x*tanh(softplus(x))'
    """
    if len(text) > LONGEST:
        msg = f"An expression must have {LONGEST} characters or fewer; {shown(text)} has {len(text):,}."
        raise SpecError(msg)
    tree = _Reader(text, variables).read()
    if tree.size > 2 * MOST_OPERATIONS + 1:
        msg = f"An expression must have {MOST_OPERATIONS} operations or fewer; {shown(text)} has more."
        raise SpecError(msg)
    return tree


def shown(text: str, at: int = 1) -> str:
    """A text in backquotes, what is around `at` of a long one; letters of other alphabets by their codes."""
    start, end = max(at - 40, 0), at + 40
    part = ascii(text[start:end])[1:-1]
    return f"`{'...' * (start > 0)}{part}{'...' * (end < len(text))}`"


class _Reader:
    """A recursive descent over the tokens of one text."""

    def __init__(self, text: str, variables: Sequence[str]) -> None:
        self.text, self.variables, self.at, self.depth = text, variables, 0, 0
        self.tokens = self._tokens(text)

    def read(self) -> Tree:
        tree = self._sum()
        if self._next.kind != "end":
            self._fail("an operator such as `*` must come before it")
        return tree

    def _tokens(self, text: str) -> list[Token]:
        tokens, at = [], 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if not found:
                self._fail("no expression holds this character", Token("sign", text[at], at + 1))
            if found.lastgroup != "space":
                tokens.append(Token(str(found.lastgroup), found[0], at + 1))
            at = found.end()
        return [*tokens, Token("end", "", len(text) + 1)]

    @property
    def _next(self) -> Token:
        return self.tokens[self.at]

    def _take(self, *signs: str) -> str:
        """The next token's text if it is one of these, else nothing."""
        token = self._next
        if token.kind == "sign" and token.text in signs:
            self.at += 1
            return token.text
        return ""

    def _need(self, sign: str) -> None:
        if not self._take(sign):
            self._fail(f"`{sign}` must stand here")

    def _sum(self) -> Tree:
        tree = self._product()
        while sign := self._take(*SUMS):
            tree = Tree(sign, (tree, self._product()))
        return tree

    def _product(self) -> Tree:
        tree = self._signed()
        while sign := self._take(*PRODUCTS):
            tree = Tree(sign, (tree, self._signed()))
        return tree

    def _signed(self) -> Tree:
        self.depth += 1
        if self.depth > DEEPEST:
            self._fail(f"an expression must be {DEEPEST} levels deep or fewer")
        sign = self._take("-", "+")
        tree = self._signed() if sign else self._power()
        self.depth -= 1
        return Tree("neg", (tree,)) if sign == "-" else tree

    def _power(self) -> Tree:
        base = self._atom()
        if not self._take("**"):
            return base
        token, exponent = self._next, self._signed()
        value = constant(exponent)
        if value is not None and not abs(value) <= LARGEST_EXPONENT:
            self._fail(f"an exponent must be from -{LARGEST_EXPONENT} to {LARGEST_EXPONENT}", token)
        return Tree("**", (base, exponent))

    def _atom(self) -> Tree:
        token = self._next
        if token.kind == "number":
            self.at += 1
            if not math.isfinite(float(token.text)):
                self._fail("the number is too large", token)
            return number(float(token.text))
        if token.kind == "name":
            self.at += 1
            return self._named(token)
        if self._take("("):
            tree = self._sum()
            self._need(")")
            return tree
        return self._fail("a number, a variable, a function or `(` must stand here")

    def _named(self, token: Token) -> Tree:
        if token.text in self.variables:
            return variable(token.text)
        if token.text == "pi":
            return Tree("pi")
        if token.text not in FUNCTIONS:
            known = " and ".join(f"`{name}`" for name in self.variables)
            functions = ", ".join(name for name in FUNCTIONS if name not in SAME)
            near = get_close_matches(token.text, FUNCTIONS, 1)
            hint = f"; `{near[0]}` may be meant" if near else ""
            self._fail(f"the names known are {known}, pi, and the functions {functions}{hint}", token)
        self._need("(")
        args = [self._comparison() if token.text == "where" else self._sum()]
        for _ in range(FUNCTIONS[token.text] - 1):
            self._need(",")
            args.append(self._sum())
        self._need(")")
        return Tree(SAME.get(token.text, token.text), tuple(args))

    def _comparison(self) -> Tree:
        left = self._sum()
        sign = self._take(*COMPARISONS)
        if not sign:
            self._fail("`where` takes a comparison first, as in `where(x > 0, x, 0)`")
        return Tree(sign, (left, self._sum()))

    def _fail(self, why: str, token: Token | None = None) -> NoReturn:
        token = token or self._next
        what = shown(token.text) if token.text else "its end"
        if token.text == "^":
            why = "a power is written `**`"
        msg = f"The expression {shown(self.text, token.at)} cannot be read at character {token.at}, {what}: {why}."
        raise SpecError(msg)


# ---- Printing ------------------------------------------------------------------------------------------
# How tightly each operation binds; an argument that binds less tightly goes into parentheses.
_TIGHT = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3, "**": 4}
_ATOM = 5


def plain(tree: Tree) -> str:
    """The text of a tree, which `read_expression` reads as the same tree."""
    if tree.op == "number":
        return repr(tree.value).removesuffix(".0")
    if tree.op in ("variable", "pi"):
        return tree.name or "pi"
    args = [plain(a) for a in tree.args]
    if tree.op in COMPARISONS:
        return f"{args[0]} {tree.op} {args[1]}"
    if tree.op not in _TIGHT:
        return f"{tree.op}({', '.join(args)})"
    args = [f"({text})" if _needs_parentheses(tree, i) else text for i, text in enumerate(args)]
    if tree.op == "neg":
        return f"-{args[0]}"
    return f" {tree.op} ".join(args) if tree.op in SUMS else tree.op.join(args)


def _needs_parentheses(tree: Tree, i: int) -> bool:
    inner, outer = _TIGHT.get(tree.args[i].op, _ATOM), _TIGHT[tree.op]
    if tree.op == "**":
        return inner < _ATOM if i == 0 else inner < 3 or tree.args[i].op == "neg"
    if tree.op == "neg":
        return inner < 3
    return inner < outer if i == 0 else inner <= outer or tree.args[i].op == "neg"


_LATEX = {
    "abs": r"\left|{}\right|", "sqrt": r"\sqrt{{{}}}", "exp": "e^{{{}}}", "logcosh": r"\ln\cosh\left({}\right)",
    "logistic": r"\sigma\left({}\right)", "log": r"\ln\left({}\right)",
}  # fmt: skip
_OWN = ("cos", "cosh", "max", "min", "sin", "sinh", "tanh")  # LaTeX has a command for them
_SIGNS = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"}


def latex(tree: Tree) -> str:
    """The LaTeX of a tree."""
    if tree.op == "number":
        return _latex_number(tree.value)
    if tree.op in ("variable", "pi"):
        return tree.name or r"\pi"
    args = [latex(a) for a in tree.args]
    if tree.op in COMPARISONS:
        return f"{args[0]} {_SIGNS[tree.op]} {args[1]}"
    if tree.op == "/":
        return rf"\frac{{{args[0]}}}{{{args[1]}}}"
    if tree.op == "where":
        return rf"\begin{{cases}} {args[1]} & {args[0]} \\ {args[2]} & \text{{otherwise}} \end{{cases}}"
    if tree.op in _LATEX:
        return _LATEX[tree.op].format(args[0])
    if tree.op not in _TIGHT:
        name = f"\\{tree.op}" if tree.op in _OWN else rf"\operatorname{{{tree.op}}}"
        return rf"{name}\left({', '.join(args)}\right)"
    return _latex_operation(tree, args)


def _latex_operation(tree: Tree, args: list[str]) -> str:
    if tree.op == "**":
        tall = tree.args[0].op in ("exp", "/", "**", "where")
        base = rf"\left({args[0]}\right)" if tall or _needs_parentheses(tree, 0) else args[0]
        return f"{base}^{{{args[1]}}}"
    cases = {i for i, a in enumerate(tree.args) if a.op == "where"}
    args = [
        rf"\left({text}\right)" if i in cases or _needs_parentheses(tree, i) else text
        for i, text in enumerate(args)
    ]
    if tree.op == "neg":
        return f"-{args[0]}"
    if tree.op in SUMS:
        return f"{args[0]} {tree.op} {args[1]}"
    return rf"{args[0]} \cdot {args[1]}" if args[1][0].isdigit() else f"{args[0]} {args[1]}"


def _latex_number(value: float) -> str:
    digits, _, exponent = repr(value).removesuffix(".0").partition("e")
    if not exponent:
        return digits
    ten = f"10^{{{int(exponent)}}}"
    return ten if digits == "1" else rf"{digits} \cdot {ten}"
