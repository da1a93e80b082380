"""The rules on a worksheet: rows of `equations`, for one layer of one network; and the symbols of its quantities."""

from clearprop.maths.equations import EQUATIONS
from clearprop.network import Network
from clearprop.show.account.quantity import localised
from clearprop.show.exercise.chain import Cell
from clearprop.show.exercise.plan import Line

_ROWS = {row.id: row for row in EQUATIONS}
_SYMBOLS = {
    "z": "G2", "a": "G3", "p": "G4", "J": "G5", "delta": "G1", "da": "G7.da", "dW": "G8", "db": "G9", "W'": "G10",
    "b'": "G11",
}  # fmt: skip
_LOSSES = {"softmax": "G5.row", "logistic": "H.binary_cross_entropy", "identity": "H.half_squared_error"}


def symbol(key: str) -> str:
    r"""A quantity in LaTeX.

    Examples
    --------
    >>> symbol("dW[2]"), symbol("W'[1]")
    ('\\frac{\\partial J}{\\partial W^{(2)}}', "{W'}^{(1)}")
    """
    name, _, layer = key.rstrip("]").partition("[")
    if name in ("W", "b", "Y"):
        return f"{name}^{{({layer})}}" if layer else name
    left = (_ROWS[_SYMBOLS[name]].batch or "").replace(r"\leftarrow", "=").partition(" = ")[0]
    left = left.replace("{(l)}", f"{{({layer})}}")
    return f"{{{name}}}^{{({layer})}}" if name.endswith("'") else left


def cell_symbol(cell: Cell) -> str:
    r"""A cell in LaTeX, counted from 1.

    Examples
    --------
    >>> cell_symbol(("z[1]", 0, 1)), cell_symbol(("db[2]", 0, 2))
    ('z^{(1)}_{1,2}', '\\frac{\\partial J}{\\partial b^{(2)}_{3}}')
    """
    key, i, j = cell
    name, _, layer = key.rstrip("]").partition("[")
    if name in ("W", "b", "Y"):
        return symbol(key) + (f"_{{{j + 1}}}" if name == "b" else f"_{{{i + 1},{j + 1}}}")
    if name == "J":
        return "J"
    left = (_ROWS[_SYMBOLS[name]].scalar or "").replace(r"\leftarrow", "=").partition(" = ")[0]
    for letters in ("{i,j}", "{i,k}", "{k,j}"):
        left = left.replace(letters, f"{{{i + 1},{j + 1}}}")
    left = (
        left.replace("_{j}", f"_{{{j + 1}}}")
        .replace("J_{i}", f"J_{{{i + 1}}}")
        .replace("{(l)}", f"{{({layer})}}")
    )
    return f"{{{name}}}{left[1:]}" if name.endswith("'") else left


def rule(net: Network, line: Line) -> str:
    """The rule of a quantity in LaTeX, for the batch; the loss for each number."""
    if line.key == "J":
        return _loss(net)
    row = _ROWS.get(line.id)
    if row is None or row.batch is None:
        return _named(net, line)
    found = _localised(row.batch, line.layer, net)
    if line.key[1:2] == "'":
        return symbol(line.key) + " = " + found.partition(r"\leftarrow ")[2]
    return found


def _loss(net: Network) -> str:
    if net.head == "softmax":
        return _localised(_ROWS["G5"].scalar, None, net)
    one = _localised(_ROWS[_LOSSES[net.head]].scalar, None, net)
    return one + r", \quad J = \frac{1}{m} \sum_{i=1}^{m} J_{i}"


def _named(net: Network, line: Line) -> str:
    """The rule of an activation or a head that is known by its name."""
    z = rf"z^{{({line.layer or net.L})}}"
    if line.key == "p":
        return f"p = {z}" if net.head == "identity" else rf"p = \operatorname{{{net.head}}}({z})"
    name = net.activations[(line.layer or 1) - 1]
    if line.key.startswith("a"):
        return f"{symbol(line.key)} = " + (z if name == "identity" else rf"\operatorname{{{name}}}({z})")
    return f"{symbol(line.key)} = {symbol(line.key.replace('delta', 'da'))}"


def _localised(latex: str | None, l: int | None, net: Network) -> str:
    return localised(latex, l, net.sizes) or ""
