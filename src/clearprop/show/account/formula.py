r"""Formulas as small trees of what stands on paper: read from LaTeX, written as LaTeX.

A formula is a list, so that JSON takes it::

    ["row", a, b, ...]                        side by side
    ["id", "z"]   ["num", "-0.5"]   ["op", "+"]   ["fn", "exp"]   ["text", "otherwise"]
    ["sub", a, below]   ["sup", a, above]   ["subsup", a, below, above]
    ["frac", a, b]   ["sqrt", a]   ["paren", a]   ["bars", a]   ["sum", below, above]
    ["matrix", [[a, b], [c, d]]]   ["cases", [[value, condition], ...]]

Greek letters keep their LaTeX name, ``\alpha``; so do signs that no keyboard has, ``\cdot``.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

Formula = list[Any]
TOKEN = re.compile(r"\\[A-Za-z]+|\\\\|\\_|\\\||\d+(?:\.\d+)?|[A-Za-z]'?|[{}()^_=+\-/,'&<>|]|\s+|.")
GREEK = ("alpha", "beta", "delta", "epsilon", "kappa", "lambda", "mu", "sigma", "pi", "Omega", "partial")
SIGNS = ("cdot", "odot", "leftarrow", "ge", "le", "geq", "leq", "approx", "ldots", "quad", "ne", "times", "top")
FUNCTIONS = ("exp", "ln", "max", "min", "tanh", "cos", "sin", "log", "sinh", "cosh", "arctan")


class Unreadable(ValueError):
    """LaTeX that formulas do not use."""


def read(latex: str) -> Formula:
    r"""The formula of a piece of LaTeX, of the kind that rows of `equations` use.

    Examples
    --------
    >>> read(r"z^{(1)}_{i,j} + 1")
    ['row', ['subsup', ['id', 'z'], ['row', ['id', 'i'], ['op', ','], ['id', 'j']], ['paren', ['num', '1']]], \
['op', '+'], ['num', '1']]
    """
    return _copy(_read(latex))


@cache
def _read(latex: str) -> Formula:
    reader = _Reader([t for t in TOKEN.findall(latex) if not t.isspace()])
    found = reader.row()
    if reader.peek():
        reader.fail()
    return found


def _copy(formula: Any) -> Any:
    return [_copy(part) for part in formula] if isinstance(formula, list) else formula


class _Reader:
    """One pass over the tokens."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at = tokens, 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1] if self.at <= len(self.tokens) else ""

    def fail(self) -> Any:
        msg = f"No formula goes on with {' '.join(self.tokens[self.at :][:6])!r}."
        raise Unreadable(msg)

    def take(self, token: str) -> None:
        if self.next() != token:
            self.at -= 1
            self.fail()

    def row(self, *ends: str) -> Formula:
        """Atoms up to one of the tokens that end them, which is not taken."""
        parts = []
        while self.peek() and self.peek() not in (*ends, "}", ")", "&", r"\\", r"\end", r"\right"):
            if self.peek() == "|" and "|" in ends:
                break
            parts.append(self.scripted())
        return parts[0] if len(parts) == 1 else ["row", *parts]

    def scripted(self) -> Formula:
        base, below, above = self.atom(), None, None
        while self.peek() in ("^", "_"):
            sign, script = self.next(), self.argument()
            if sign == "^":
                above = script
            else:
                below = script
        if base == ["op", r"\sum"]:
            return ["sum", below or ["row"], above or ["row"]]
        if below is not None and above is not None:
            return ["subsup", base, below, above]
        return ["sub", base, below] if below is not None else ["sup", base, above] if above is not None else base

    def argument(self) -> Formula:
        if self.peek() != "{":
            return self.atom()
        self.take("{")
        found = self.row()
        self.take("}")
        return found

    def atom(self) -> Formula:
        token = self.next()
        if token == "{":
            found = self.row()
            self.take("}")
            return found
        if token == "(" or token == r"\left":
            return self.bracket(token)
        if token == "|":
            found = ["bars", self.row("|")]
            self.take("|")
            return found
        if re.fullmatch(r"\d+(?:\.\d+)?", token):
            return ["num", token]
        if re.fullmatch(r"[A-Za-z]'?", token):
            return ["id", token]
        if token and token in "=+-,<>/":
            return ["op", token]
        return self.command(token)

    def bracket(self, token: str) -> Formula:
        bars = token == r"\left" and self.peek() == "|"
        if token == r"\left":
            self.next()
        found = self.row("|") if bars else self.row()
        if token == r"\left":
            self.take(r"\right")
        self.take("|" if bars else ")")
        return ["bars" if bars else "paren", found]

    def command(self, token: str) -> Formula:
        name = token[1:]
        if name in GREEK or name == "ell":
            return ["id", token + ("'" if self.prime() else "")]
        if name in SIGNS or token == r"\sum":
            return ["op", token]
        if name in FUNCTIONS:
            return ["fn", name]
        if name == "frac":
            return ["frac", self.argument(), self.argument()]
        if name == "sqrt":
            return ["sqrt", self.argument()]
        if name in ("operatorname", "text"):
            return self.named("fn" if name == "operatorname" else "text")
        if name == "mathbf":
            return ["id", rf"\mathbf{{{self.argument()[1]}}}"]
        if name == "begin":
            return self.environment()
        self.at -= 1
        return self.fail()

    def named(self, kind: str) -> Formula:
        self.take("{")
        found = ""
        while self.peek() not in ("}", ""):
            found += self.next().replace(r"\_", "_")
        self.take("}")
        return [kind, found + ("'" if kind == "fn" and self.prime() else "")]

    def prime(self) -> bool:
        found = self.peek() == "'"
        self.at += found
        return found

    def environment(self) -> Formula:
        kind = self.argument()
        name = "".join(part[1] for part in kind[1:]) if kind[0] == "row" else kind[1]
        rows: list[list[Formula]] = [[]]
        while self.peek() != r"\end":
            rows[-1].append(self.row())
            if self.peek() == "&":
                self.next()
            elif self.peek() == r"\\":
                self.next()
                rows.append([])
        self.take(r"\end")
        self.argument()
        return ["cases" if name == "cases" else "matrix", rows]


def row(*parts: Formula) -> Formula:
    """Parts side by side; rows among them are laid out flat.

    Examples
    --------
    >>> row(["id", "a"], ["row", ["op", "+"], ["id", "b"]])
    ['row', ['id', 'a'], ['op', '+'], ['id', 'b']]
    """
    flat = [p for part in parts for p in (part[1:] if part[0] == "row" else [part])]
    return flat[0] if len(flat) == 1 else ["row", *flat]


def split(formula: Formula) -> list[tuple[str, Formula]]:
    """The sides of an equation, each with the sign before it; that of the first is empty.

    Examples
    --------
    >>> split(read("a = b"))
    [('', ['id', 'a']), ('=', ['id', 'b'])]
    """
    sides: list[tuple[str, list[Formula]]] = [("", [])]
    for part in formula[1:] if formula[0] == "row" else [formula]:
        if part in (["op", "="], ["op", r"\leftarrow"], ["op", r"\approx"]):
            sides.append((part[1], []))
        else:
            sides[-1][1].append(part)
    return [(sign, row(*parts) if parts else ["row"]) for sign, parts in sides]


def walk(formula: Any) -> Iterator[Formula]:
    """Every node of a formula."""
    if isinstance(formula, list):
        if formula and isinstance(formula[0], str):
            yield formula
        for part in formula:
            yield from walk(part)


# ---- As LaTeX ---------------------------------------------------------------------------------------------
def to_latex(formula: Formula) -> str:
    r"""A formula as LaTeX that TeX, KaTeX, MathJax and GitHub take.

    Examples
    --------
    >>> to_latex(read(r"\frac{1}{m} \sum_{i=1}^{m} \delta^{(1)}_{i,j}"))
    '\\frac{1}{m} \\sum_{i=1}^{m} \\delta^{(1)}_{i,j}'
    """
    kind, *parts = formula
    return _LATEX[kind](*parts)


def number_latex(text: str) -> str:
    r"""A number: ``1.2e-7`` as ``1.2 \times 10^{-7}``.

    Examples
    --------
    >>> number_latex("-1.2e-07")
    '-1.2 \\times 10^{-7}'
    """
    mantissa, e, exponent = text.partition("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}" if e else mantissa


def _script(formula: Formula) -> str:
    return re.sub(r" ?([,=+\-]) ?", r"\1", to_latex(formula))


def _base(formula: Formula) -> str:
    text = to_latex(formula)
    return f"{{{text}}}" if "'" in text and formula[0] == "id" else text


def _row_latex(*parts: Formula) -> str:
    """Parts with spaces between; none before a comma, after a sign, between a function and its bracket."""
    text = ""
    for n, part in enumerate(parts):
        before = parts[n - 1] if n else None
        signed = before in (["op", "-"], ["op", "+"]) and (n == 1 or parts[n - 2][0] == "op")
        called = part[0] == "paren" and before is not None and before[0] in ("fn", "id", "sub", "subsup")
        tight = n == 0 or part == ["op", ","] or signed or (called and _called(before))
        text += ("" if tight else " ") + to_latex(part)
    return text


def _called(before: Formula | None) -> bool:
    return before is not None and (before[0] == "fn" or r"\mathbf" in str(before) or before[1][0] == "fn")


def _rows_latex(name: str, rows: list[list[Formula]]) -> str:
    body = r" \\ ".join(" & ".join(to_latex(cell) for cell in cells) for cells in rows)
    return rf"\begin{{{name}}} {body} \end{{{name}}}"


def _fn_latex(name: str) -> str:
    if name in FUNCTIONS:
        return f"\\{name}"
    bare = name.rstrip("'").replace("_", r"\_")
    return rf"\operatorname{{{bare}}}" + "'" * name.count("'")


_LATEX: dict[str, Any] = {
    "row": _row_latex,
    "id": str,
    "num": number_latex,
    "op": str,
    "fn": _fn_latex,
    "text": lambda text: rf"\text{{{text}}}",
    "sub": lambda a, below: rf"{_base(a)}_{{{_script(below)}}}",
    "sup": lambda a, above: rf"{_base(a)}^{{{_script(above)}}}",
    "subsup": lambda a, below, above: rf"{_base(a)}^{{{_script(above)}}}_{{{_script(below)}}}",
    "frac": lambda a, b: rf"\frac{{{to_latex(a)}}}{{{to_latex(b)}}}",
    "sqrt": lambda a: rf"\sqrt{{{to_latex(a)}}}",
    "paren": lambda a: rf"\left({to_latex(a)}\right)" if _tall(a) else f"({to_latex(a)})",
    "bars": lambda a: f"|{to_latex(a)}|",
    "sum": lambda below, above: rf"\sum_{{{_script(below)}}}" + (f"^{{{_script(above)}}}" if above != ["row"] else ""),
    "matrix": lambda rows: _rows_latex("bmatrix", rows),
    "cases": lambda rows: _rows_latex("cases", rows),
}  # fmt: skip


def _tall(formula: Formula) -> bool:
    """Whether brackets around it must be larger than usual."""
    return any(node[0] in ("frac", "matrix", "cases", "sum") for node in walk(formula))
