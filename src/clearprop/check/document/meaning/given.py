"""Numbers that a text gives: its own batch and parameters, written out as matrices."""

import re
from collections.abc import Callable

import numpy as np

from clearprop.check.document.meaning.notation import ROWLIKE, Notation, Role, first, place
from clearprop.check.document.meaning.roles import pairs
from clearprop.check.document.numbers import scalars
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import Matrix, Node, Num, Sym, symbols

KINDS = {"weight": "W", "bias": "b", "input": "x", "act": "x", "target": "y"}


def given(document: Document, notation: Notation) -> dict[tuple[str, int], np.ndarray]:
    """Arrays as in the network, by kind and layer: x, y (layer 0), W and b; empty unless all of a network are there."""
    found = _arrays(document, notation, _array)
    across = _weights(found, notation) == "in_out"
    turned = _network(found, across, notation)
    if turned:
        notation.weights = "in_out" if across else "out_in"
        _adopt(found, turned, notation)
    return turned


def example(document: Document, notation: Notation) -> dict[tuple[str, int], np.ndarray]:
    """The same of an example in a text about any numbers, where what has one entry may be a number alone; nothing is
    adopted from it.
    """
    return _network(_arrays(document, notation, _array_or_number), notation.weights == "in_out", notation)


def _arrays(document: Document, notation: Notation, array: Callable[[Node], np.ndarray | None]) -> dict:
    """The arrays that a text gives, by kind and layer."""
    found: dict[tuple[str, int], np.ndarray] = {}
    for left, right, _ in pairs(document):
        role = notation.roles.get(left.name) if isinstance(left, Sym) else None
        value = array(right) if role is not None and role.kind in KINDS else None
        if isinstance(left, Sym) and role is not None and value is not None:
            _note(left, value, role, notation, found)
    return found


def _network(found: dict, across: bool, notation: Notation) -> dict[tuple[str, int], np.ndarray]:
    """The arrays as in the network; none unless all of one are there, and their sizes follow each other."""
    depth = max((layer for kind, layer in found if kind == "W"), default=0)
    wanted = {
        ("x", 0),
        ("y", 0),
        *(("W", l) for l in range(1, depth + 1)),
        *(("b", l) for l in range(1, depth + 1)),
    }
    if not depth or not wanted <= found.keys():
        return {}
    turned = {key: _turned(key, value, found, across, notation.rows) for key, value in found.items()}
    return turned if _chains(turned, depth) else {}


def _weights(found: dict, notation: Notation) -> str:
    """How weights lie: by the first that is not square, else as the text's own formulas have it."""
    for (kind, layer), value in sorted(found.items(), key=lambda item: item[0]):
        if kind == "W" and value.shape[0] != value.shape[1] and ("b", layer) in found:
            return "in_out" if value.shape[1] == found["b", layer].size else "out_in"
    return notation.weights


def _turned(key: tuple[str, int], value: np.ndarray, found: dict, across: bool, rows: bool) -> np.ndarray:
    """An array as in the network: W (inputs, outputs), a sample in each row."""
    kind = key[0]
    if kind == "W":
        return value if across else value.T
    if kind == "b":
        return value.reshape(-1)
    last = max(number for one, number in found if one == "W")
    W = found["W", 1 if kind == "x" else last]
    units = W.shape[across] if kind == "y" else W.shape[1 - across]
    if value.shape == (units, units):
        return value if rows else value.T
    return value if value.shape[1] == units else value.T


def _adopt(found: dict, turned: dict, notation: Notation) -> None:
    """Take the layout of the batch from the numbers; what has many rows is all samples."""
    notation.rows = found["x", 0] is turned["x", 0]
    if len(turned["x", 0]) > 1:
        notation.vectors = "row" if notation.rows else "column"
        notation.one_sample = False
        for role in notation.roles.values():
            role.batch |= role.kind in ROWLIKE


SAID = re.compile(r"\b(alpha|lambda) = (\d+(?:\.\d+)?)")


def constants(document: Document, notation: Notation) -> dict[str, float]:
    """alpha = 0.1, lambda = 0: in a formula, or in the prose."""
    kinds = {"alpha": "rate", "lambda": "decay"}
    found = {kinds[m[1]]: float(m[2]) for m in SAID.finditer(document.source.text)}
    for left, right, _ in pairs(document):
        kind = notation.roles[left.name].kind if isinstance(left, Sym) and left.name in notation.roles else ""
        number = _number(right)
        if kind in ("rate", "decay") and number is not None:
            found[kind] = number
    return found


def _note(left: Sym, array: np.ndarray, role: Role, notation: Notation, found: dict) -> None:
    where = place(left, role, notation)
    if where.indices or where.sample is not None:
        return
    kind = KINDS[role.kind]
    if kind == "W" and role.orient not in (None, notation.weights):  # v of v^T h, beside W x
        array = array.T
    layer = where.layer if isinstance(where.layer, int) else None
    if isinstance(where.layer, Num):
        layer = int(where.layer.value) - first(kind if kind in "Wb" else "a", notation)
    if kind == "x" and layer != 0:
        return
    found.setdefault((kind, 0 if kind in "xy" else layer or 1), array)


def _array(node: Node) -> np.ndarray | None:
    if not isinstance(node, Matrix) or len({len(row) for row in node.rows}) != 1:
        return None
    numbers = [[_number(cell) for cell in row] for row in node.rows]
    return None if any(n is None for row in numbers for n in row) else np.array(numbers, float)


def _array_or_number(node: Node) -> np.ndarray | None:
    value = _number(node)
    return _array(node) if value is None else np.array([[value]])


def _number(node: Node) -> float | None:
    """The value of a number: negative, a fraction, a logarithm."""
    return None if any(symbols(node)) else scalars.at(node, "", 0.0, {})


def _chains(found: dict, depth: int) -> bool:
    """Whether the sizes follow each other."""
    sizes = [found["x", 0].shape[1], *(found["W", l].shape[1] for l in range(1, depth + 1))]
    rows = all(
        found["W", l].shape[0] == sizes[l - 1] and found["b", l].size == sizes[l] for l in range(1, depth + 1)
    )
    return rows and found["y", 0].shape == (len(found["x", 0]), sizes[-1])


__all__ = ["constants", "example", "given"]
