r"""A reader for the LaTeX of `equations.py`: it evaluates what is printed, so that a wrong formula fails.

It knows just the LaTeX that the rows use and refuses anything else. Products of matrices must be written
with \cdot, entrywise products with \odot; two matrices side by side are refused. One number is a float, a
row (1, n), a matrix (m, n). Indices count from 1.
"""

import re
from copy import copy
from dataclasses import dataclass, field

import numpy as np
from scipy.special import erf

TOKEN = re.compile(r"\\[A-Za-z]+|\\\\|\\_|\d+(?:\.\d+)?|[A-Za-z]|[{}()^_=+\-/,'&<>|]|\s+|.")
FUNCTIONS = {
    r"\exp": np.exp,
    r"\ln": np.log,
    r"\tanh": np.tanh,
    r"\cos": np.cos,
    r"\sqrt": np.sqrt,
    "erf": erf,
    "diag": lambda x: np.diag(np.ravel(x)),
}


class Unreadable(ValueError):
    """LaTeX that the rows must not use."""


@dataclass
class Place:
    """Where a formula is evaluated: the quantities by name, the value of each index, the functions by name."""

    values: dict
    indices: dict = field(default_factory=dict)
    functions: dict = field(default_factory=dict)

    def at(self, **indices):
        return Place(self.values, self.indices | indices, self.functions)


def statements(latex):
    r"""The statements of a form (apart by \quad), each as the list of its sides."""
    return [sides(statement) for statement in latex.split(r", \quad")]


def sides(statement):
    r"""What stands between the signs = and \leftarrow that are in no brackets."""
    found, depth = [""], 0
    for token in TOKEN.findall(statement):
        depth += (token in "{(") - (token in "})")
        if depth == 0 and token in ("=", r"\leftarrow"):
            found.append("")
        else:
            found[-1] += token
    return [side.strip() for side in found]


def evaluate(latex, place):
    """The value of one side of an equation."""
    reader = Reader(latex, place)
    value = reader.sum()
    reader.end()
    return value


class Reader:
    def __init__(self, latex, place):
        self.tokens = [t for t in TOKEN.findall(latex) if not t.isspace()]
        self.latex, self.place, self.pos = latex, place, 0

    # ---- tokens
    def peek(self, ahead=0):
        return self.tokens[self.pos + ahead] if self.pos + ahead < len(self.tokens) else ""

    def next(self):
        self.pos += 1
        return self.peek(-1)

    def take(self, *wanted):
        for token in wanted:
            if self.next() != token:
                self.fail(f"needs {token}")

    def have(self, token):
        self.pos += (found := self.peek() == token)
        return found

    def end(self):
        if self.peek():
            self.fail("ends early")

    def fail(self, why):
        msg = f"{why} before {' '.join(self.tokens[self.pos :][:8])!r} in {self.latex!r}"
        raise Unreadable(msg)

    def braced(self):
        self.take("{")
        start = self.pos
        depth = 1
        while depth:
            token = self.next() or self.fail("open brace")
            depth += (token == "{") - (token == "}")
        return " ".join(self.tokens[start : self.pos - 1])

    def word(self):
        return self.braced().replace(" ", "").replace(r"\_", "_")

    # ---- sums and products
    def sum(self):
        value = -self.product() if self.have("-") else self.product()
        while self.peek() in ("+", "-"):
            value = value + self.product() if self.next() == "+" else value - self.product()
        return value

    def product(self):
        value = self.factor()
        while self.peek() and self.peek() not in (
            "+",
            "-",
            ")",
            "}",
            "=",
            ",",
            "&",
            "<",
            ">",
            r"\ge",
            r"\\",
            r"\end",
            "|",
        ):
            sign = self.next() if self.peek() in (r"\cdot", r"\odot") else ""
            other = self.factor()
            if sign == r"\cdot":
                value = value @ other
            elif sign == r"\odot":
                value = same_shape(value, other) * other
            elif np.ndim(value) and np.ndim(other):
                self.fail("two matrices side by side")
            else:
                value = value * other
        return value

    def factor(self):
        if self.peek() == r"\sum":
            return self.total()
        value = self.atom()
        if self.have("^"):
            if self.peek() == "{" and self.peek(1) == r"\top":
                self.take("{", r"\top", "}")
                value = value.T
            else:
                value = value ** evaluate(self.braced(), self.place)
        if self.peek() in ("^", "_"):
            self.fail("a second script")
        return value

    def total(self):
        self.take(r"\sum", "_")
        bound = self.braced().replace(" ", "")
        index, _, first = bound.partition("=")
        if self.have("^"):
            last = evaluate(self.braced(), self.place)
        else:
            last = {"i": self.place.values["rows"], "c": self.place.values["C"]}[index]
        start, terms = self.pos, []
        for n in range(int(first or 1), int(last) + 1):
            inner = self.inside(start, **{index: n})
            terms.append(inner.product())
        self.pos = inner.pos
        return sum(terms[1:], terms[0])

    def inside(self, start, **indices):
        """A reader of the same tokens from `start`, with other indices."""
        inner = copy(self)
        inner.pos, inner.place = start, self.place.at(**indices)
        return inner

    # ---- atoms
    def atom(self):
        token = self.peek()
        if re.fullmatch(r"\d+(\.\d+)?", token):
            return float(self.next())
        if token == "(":
            return self.between("(", ")")
        if token == "|":
            return abs(self.between("|", "|"))
        if token == r"\frac":
            return self.fraction()
        if token == r"\begin":
            return self.cases()
        if token == r"\mathbf":
            return self.indicator()
        if token == r"\max" and self.peek(1) == "_":
            self.take(r"\max", "_", "{", "c", "}")
            start, found = self.pos, []
            for c in range(1, self.place.values["C"] + 1):
                inner = self.inside(start, c=c)
                found.append(inner.factor())
            self.pos = inner.pos
            return max(found)
        if token in (r"\max", r"\min"):
            self.next()
            self.take("(")
            x = self.sum()
            self.take(",")
            y = self.sum()
            self.take(")")
            return max(x, y) if token == r"\max" else min(x, y)
        if token in FUNCTIONS or token == r"\operatorname" or (token == r"\sigma" and self.peek(1) == "("):
            return self.function()
        return self.symbol()

    def between(self, left, right):
        self.take(left)
        value = self.sum()
        self.take(right)
        return value

    def function(self):
        token = self.next()
        name = self.word() if token == r"\operatorname" else token
        if self.have("'"):
            name += "'"
        f = self.place.functions.get(name) or FUNCTIONS.get(name) or self.fail(f"no function {name}")
        if token == r"\sqrt":
            return f(evaluate(self.braced(), self.place))
        return f(self.between("(", ")") if self.peek() == "(" else self.symbol())

    def condition(self):
        if self.have(r"\text"):
            return self.word() == "otherwise" or self.fail("otherwise")
        x, sign, y = self.sum(), self.next(), self.sum()
        return {"<": np.less, ">": np.greater, r"\ge": np.greater_equal, "=": np.equal}[sign](x, y)

    def cases(self):
        self.take(r"\begin", "{", *"cases", "}")
        chosen = None
        while chosen is None or self.peek() != r"\end":
            with np.errstate(all="ignore"):  # a case that does not hold may not exist
                value = self.sum()
            self.take("&")
            if self.condition() and chosen is None:
                chosen = value
            if self.peek() == r"\end" and chosen is None:
                self.fail("no case holds")
            self.have(r"\\")
        self.take(r"\end", "{", *"cases", "}")
        return chosen

    def indicator(self):
        self.take(r"\mathbf", "{", "1", "}")
        if self.have("_"):
            rows = self.braced()
            known = {"m": self.place.values["rows"], "C": self.place.values["C"]}
            return np.ones((known[rows] if rows in known else int(rows), 1))
        self.take("(")
        value = np.asarray(self.condition(), float)
        self.take(")")
        return value if value.ndim else float(value)

    def fraction(self):
        self.take(r"\frac")
        above, below = self.braced(), self.braced()
        if not above.startswith(r"\partial"):
            return evaluate(above, self.place) / evaluate(below, self.place)
        of, by = (Reader(s, self.place).partial() for s in (above, below))
        key = (
            f"d{of[0]}{'' if of[2] else '_' + (of[3] or 'mean')}/d{by[0]}"
            if of[0] == "J"
            else f"d{of[0]}/d{by[0]}"
        )
        whole = by[0] in ("W", "b")  # has no sample
        indices = by[2] if of[0] == "J" else of[2] + by[2][0 if whole else 1 :]
        if of[0] == "J" and of[2] and of[2] != by[2][:1]:
            self.fail("the loss of one sample by another")
        onward = of[0] + by[0] == "za"  # a layer's input by the output of the layer before
        if of[1] is not None and of[1] != by[1] + onward:
            self.fail("a layer by another")
        return self.pick(self.place.values[key], by[1], indices)

    def partial(self):
        self.take(r"\partial")
        found = self.name()
        self.end()
        return found

    # ---- names
    def name(self):
        """A quantity: its name, its layer, its indices, its label."""
        name, layer, indices, label = self.next(), None, [], None
        if not re.fullmatch(r"[A-Za-z]|\\(alpha|beta|delta|epsilon|kappa|lambda|mu|sigma|pi)", name):
            self.fail(f"no quantity {name}")
        if self.peek() == "^" and self.peek(2) == "(":
            self.take("^")
            layer = int(evaluate(self.braced()[1:-1], self.place))
        if self.have("_"):
            script = self.braced()
            if script.startswith(r"\text"):
                label = script.replace(" ", "")[6:-1]
            else:
                indices = script.replace(" ", "").split(",")
        return name, layer, indices, label

    def symbol(self):
        name, layer, indices, label = self.name()
        if name == "J" and indices:
            name = "losses"
        if layer is None and not indices and label is None and name in self.place.indices:
            return self.place.indices[name]
        plain = f"{name}_{label or ''.join(indices)}"
        if plain in self.place.values and layer is None:
            return self.place.values[plain]
        if name not in self.place.values:
            self.fail(f"unknown {name}")
        return self.pick(self.place.values[name], layer, indices)

    def pick(self, value, layer, indices):
        if isinstance(value, list) != (layer is not None):
            self.fail("a layer too few or too many")
        value = value if layer is None else value[layer]
        at = [self.place.indices[x] - 1 for x in indices]
        if min(at, default=0) < 0:
            self.fail("index 0")
        if len(at) == np.ndim(value) or not at:
            value = value[tuple(at)] if at else value
        elif 1 in value.shape and len(at) == 1:
            value = value.ravel()[at[0]]
        elif len(at) == 1:
            value = value[at[0]][None] if value.ndim == 2 else value[at[0]]
        else:
            self.fail("indices")
        return value


def same_shape(x, y):
    if np.shape(x) != np.shape(y):
        msg = f"entrywise: {np.shape(x)} and {np.shape(y)}"
        raise Unreadable(msg)
    return x
