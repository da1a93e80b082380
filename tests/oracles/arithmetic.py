"""Printed arithmetic, read again: `1 ⋅ (−1) + 2^2`, `1/3 [1, 2; 3, 4]^T ⋅ [5; 6]`, in a reader of its own.

It knows nothing of how lines are made: it takes the text, and NumPy's own functions.
"""

import re

import numpy as np
from scipy.special import erf

TOKEN = re.compile(
    r"\s*(?:(?P<matrix>\[[^\[\]]*\])|(?P<number>\d+(?:\.\d+)?(?:e-?\d+)?)|(?P<name>[A-Za-z_]+′?)|(?P<sign>.))",
    re.DOTALL,
)
SIGNS = {"−": "-", "⋅": "@", "⊙": "*", "×": "*", "^": "**", "≥": ">=", "≤": "<=", "=": "=="}
STARTS, ENDS = ("matrix", "number", "name", "("), ("matrix", "number", ")", "T")


class M:
    """A matrix or a number: @ is the product of matrices, and of numbers; * goes entry by entry."""

    def __init__(self, values):
        self.values = np.atleast_2d(np.asarray(values, float))

    def __matmul__(self, other):
        a, b = self.values, as_matrix(other).values
        return M(a * b if a.size == 1 or b.size == 1 else a @ b)

    def __getattr__(self, name):
        if name == "T":
            return M(self.values.T)
        raise AttributeError(name)


def as_matrix(x):
    return x if isinstance(x, M) else M(x)


def _method(operation):
    return lambda a, b: M(operation(a.values, as_matrix(b).values))


for _name, _operation in {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide, "pow": np.power,
}.items():  # fmt: skip
    setattr(M, f"__{_name}__", _method(_operation))
M.__neg__ = lambda a: M(-a.values)
for _name, _operation in {
    "ge": np.greater_equal,
    "gt": np.greater,
    "le": np.less_equal,
    "eq": np.equal,
}.items():
    setattr(M, f"__{_name}__", _method(_operation))


def each(f):
    return lambda x: M(f(as_matrix(x).values))


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


FUNCTIONS = {
    "exp": each(np.exp), "ln": each(np.log), "tanh": each(np.tanh), "erf": each(erf), "sqrt": each(np.sqrt),
    "cos": each(np.cos), "softmax": each(softmax), "relu": each(lambda z: z * (z > 0)), "one": each(lambda x: x),
    "max": lambda a, b: M(np.maximum(a.values, b.values)), "min": lambda a, b: M(np.minimum(a.values, b.values)),
    "diag": each(lambda x: np.diag(x.ravel())), "identity": each(lambda x: x),
    "relu_slope": each(lambda z: (z > 0).astype(float)),
    "leaky_relu": each(lambda z: np.where(z > 0, z, 0.01 * z)),
    "leaky_relu_slope": each(lambda z: np.where(z < 0, 0.01, 1.0)),
}  # fmt: skip


def value(text):
    """The value of a side, as an array; 2-D."""
    text = re.sub(r" × 10\^(?:\((−?\d+)\)|(\d+))", lambda p: "e" + (p[1] or p[2]).replace("−", "-"), text)
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    return as_matrix(eval(code(text), {"M": M, "abs": each(np.abs), **FUNCTIONS})).values  # our own lines


def code(text):
    """A side as Python."""
    text = re.sub(r"(?<![\d.])1\(", "one(", text)
    made, before = [], ""
    for found in TOKEN.finditer(text.strip()):
        kind, token = found.lastgroup, found.group(found.lastgroup)
        start = kind if kind != "sign" else token
        if token == "T" and before == "^":
            made[-1], before = ".T", "T"
            continue
        if start in STARTS and before in ENDS:
            made.append("*")
        made.append(written(kind, token))
        before = token if kind == "sign" else kind
        if kind == "name":
            made, before = called(made, text[found.end() :]), "name"
    return closed("".join(made))


def written(kind, token):
    if kind == "number":
        return f"M({token})"
    if kind == "matrix":
        return "M([" + ", ".join(f"[{row}]" for row in token[1:-1].replace("−", "-").split(";")) + "])"
    return token.replace("′", "_slope") if kind == "name" else SIGNS.get(token, token)


def called(made, rest):
    """A function whose matrix is not in brackets is marked, so that `closed` puts them."""
    return made if rest.lstrip()[:1] == "(" else [*made, "\x00"]


def closed(made):
    return re.sub(r"\x00(M\(\[.*?\]\]\))", r"(\1)", made)


def printed(text):
    """The numbers of a side that is a number or a matrix, as they are printed: texts, by row."""
    text = text.strip().replace("−", "-").replace(" × 10^", "e").replace("(", "").replace(")", "")
    rows = text[1:-1].split(";") if text.startswith("[") else [text]
    return [[cell.strip() for cell in row.split(",")] for row in rows]


def unit(text):
    """What one in the last printed digit is."""
    mantissa, _, exponent = text.partition("e")
    return 10.0 ** (-len(mantissa.partition(".")[2]) + int(exponent or 0))


def recomputes(numbers, result, digits):
    """Whether a result is what its numbers come to, rounded to its digits: the worst share of half a unit."""
    found, shown = value(numbers), printed(result)
    assert found.shape == (len(shown), len(shown[0])), (numbers, result)
    worst = 0.0
    for x, text in zip(found.ravel(), [cell for row in shown for cell in row], strict=True):
        y = float(text)
        last = min(unit(text), 10.0 ** (np.floor(np.log10(abs(y))) - digits + 1)) if y else 1e-9
        worst = max(worst, abs(x - y) / (last / 2))
    return worst
