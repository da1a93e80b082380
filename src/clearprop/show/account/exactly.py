"""The exact value of every cell of a trace, computed by the page's own lines in the order of a step."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from clearprop.errors import SpecError
from clearprop.maths import trees
from clearprop.maths.trees import Tree
from clearprop.show.account.exact import FUNCTIONS, Exact, atom, exact, from_object

MOST_CELLS = 3000
LONGEST = 24  # numbers and functions in a value that is written
BRIEF = 10  # numbers and functions in a value that is carried along; a longer one keeps the name of its cell


def add_exact(trace: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Put ``exact`` beside the ``values`` of every quantity.

    Parameters
    ----------
    trace : dict
        Of a small network, nothing of it cut.
    given : mapping
        By key, arrays of what the user gave: floats, fractions, SymPy's numbers.

    Raises
    ------
    SpecError
        If the network or the batch is too large to be written exactly.
    """
    found = trace["quantities"]
    cells = sum(int(np.prod(q["shape"])) for q in found.values())
    if cells > MOST_CELLS or any(q["part"] == "rest" for q in found.values()):
        msg = f"Exact numbers are for small networks: this account has {cells:,} cells; {MOST_CELLS:,} is the most."
        raise SpecError(msg)
    scalars = {name: exact(float(s["value"])) for name, s in trace["scalars"].items()}
    for name, s in trace["scalars"].items():
        s["exact"] = scalars[name].tree()
    known: dict[str, Any] = {}
    for key, q in found.items():
        known[key] = _cells(key, q, known, scalars, given)


def _cells(
    key: str, q: dict[str, Any], known: Mapping[str, Any], scalars: Any, given: Mapping[str, Any]
) -> Any:
    cells = np.empty(q["shape"], object)
    carried = np.empty(q["shape"], object)
    tree = q["lines"][-1]["tree"] if q["lines"] else None
    for index in np.ndindex(*q["shape"]):
        if tree is None:
            number = from_object(given[key][index])
        else:
            at = {x: n for x, n in zip(q["letters"], index, strict=True) if x}
            number = trees.value(tree, lambda k, *n: known[k][n], at, scalars, FUNCTIONS)
            number = number if isinstance(number, Exact) else exact(number)
        own = number.tree()
        cells[index] = own
        carried[index] = number if brief(own) else atom(["ref", key, *index], number.value)
    q["exact"] = cells.tolist()
    return carried


def brief(tree: Tree) -> bool:
    """Whether a value is short enough to stand where it is used; else the symbol of its cell stands there."""
    return not _quotient_of_sum(tree) and _size(tree) <= BRIEF


def written(tree: Tree) -> bool:
    """Whether a value is short enough to be written at all; else its decimal number alone is."""
    return _size(tree) <= LONGEST


def _quotient_of_sum(tree: Any) -> bool:
    if not isinstance(tree, list):
        return False
    if tree[0] == "/" and tree[2][0] == "+":
        return True
    return any(_quotient_of_sum(part) for part in tree[1:])


def _size(tree: Any) -> int:
    if not isinstance(tree, list):
        return 0
    if tree[0] == "ref":
        return 1
    return (tree[0] in ("num", "exp", "ln", "call")) + sum(_size(part) for part in tree[1:])
