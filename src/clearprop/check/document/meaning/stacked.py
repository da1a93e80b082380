"""Steps that are written out, (u_1, u_2)^T = (w_11 w_12; w_21 w_22) (x_1, x_2)^T, tell what u = w x does."""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial

from clearprop.check.document.meaning.notation import is_letter
from clearprop.check.document.read.tree import Dots, Matrix, Node, Num, Sym

MOST_CELLS = 100


def whole(node: Node) -> Node:
    """The same with the letter for each matrix of all its entries; sigma(u) for (sigma(u_1), sigma(u_2))^T."""
    if not isinstance(node, Matrix) or node.listed:
        return _changed(node, whole)
    every = [cell for row in node.rows for cell in row]
    cells = [cell for cell in every if not isinstance(cell, Dots)]
    if not 1 < len(cells) <= MOST_CELLS or all(cell == cells[0] for cell in cells):
        return node
    dotted = len(cells) < len(every)
    plain = [_unnumbered(cell, dotted) for cell in cells]
    return plain[0] if all(cell == plain[0] for cell in plain) else node


def _unnumbered(node: Node, dotted: bool) -> Node:
    """The same without the numbers of entries; beside dots also without the letter of the last."""
    if isinstance(node, Sym):
        numbers = all(isinstance(item.node, Num) or (dotted and is_letter(item.node)) for item in node.sub)
        return replace(node, sub=()) if numbers else node
    return _changed(node, partial(_unnumbered, dotted=dotted))


def _changed(node: Node, change: Callable[[Node], Node]) -> Node:
    """The same with what stands below it changed."""
    found = {}
    for part in fields(node):
        value = getattr(node, part.name)
        if isinstance(value, Node):
            found[part.name] = change(value)
        elif isinstance(value, tuple) and value and all(isinstance(one, Node) for one in value):
            found[part.name] = tuple(map(change, value))
    return replace(node, **found) if found else node
