"""A 1 beside the entries of a hidden layer, and the bias beside a weight: h' = (1, h_1, ..., h_p)^T, V' = [c V]."""

from collections.abc import Iterable
from dataclasses import replace

from clearprop.check.document.meaning import stacked
from clearprop.check.document.meaning.notation import Role
from clearprop.check.document.read.tree import Call, Div, Dots, Matrix, Node, Num, Ones, Sym, Transpose

Roles = dict[str, Role]


def cells_of(node: Node) -> list[Node]:
    """The cells of a row or a column, turned or not."""
    node = node.of if isinstance(node, Transpose) else node
    rows = node.rows if isinstance(node, Matrix) else ()
    cells = [cell.of if isinstance(cell, Transpose) else cell for row in rows for cell in row]
    return cells if len(rows) == 1 or all(len(row) == 1 for row in rows) else []


def place_of_one(node: Node) -> str:
    """Where the only 1 of a row or a column stands, "first" or "last"; "" if there is none at an end."""
    cells = [cell for cell in cells_of(node) if not isinstance(cell, Dots)]
    ones = [isinstance(cell, Ones) or cell == Num(1.0) for cell in cells]
    at_end = len(ones) > 1 and sum(ones) == 1
    return "first" if at_end and ones[0] else "last" if at_end and ones[-1] else ""


def rest_beside_one(node: Node) -> Node | None:
    """What stands beside a 1 in a row or a column: of (1, x_1, ..., x_n) the x."""
    cells = cells_of(node) if place_of_one(node) else []
    others = [cell for cell in cells if not isinstance(cell, Ones) and cell != Num(1.0)]
    rest = others[0] if len(others) == 1 else stacked.whole(Matrix((tuple(others),)))
    return None if isinstance(rest, (Matrix, Dots)) else rest


def besides_one(node: Node) -> Node | None:
    """The function's value that stands beside a 1 in a row or a column."""
    rest = rest_beside_one(node)
    return rest if isinstance(rest, (Call, Div)) else None


def units_beside_one(node: Node) -> list[Node]:
    """The names that stand beside a 1 in a row or a column."""
    return [cell for cell in cells_of(node) if isinstance(cell, Sym)] if place_of_one(node) else []


def with_one(node: Node, roles: Roles) -> Role | None:
    """The role of a hidden layer with a 1 before or behind its units, where the layer is known."""
    cells = [cell for cell in cells_of(node) if not isinstance(cell, Dots)]
    ones = [isinstance(cell, Ones) or cell == Num(1.0) for cell in cells]
    names = {
        cell.name if isinstance(cell, Sym) else "" for cell, one in zip(cells, ones, strict=True) if not one
    }
    where = place_of_one(node)
    role = roles.get(next(iter(names), "")) if where and len(names) == 1 else None
    if role is None or role.kind != "act" or role.layer is None:
        return None
    return Role("augmented", role.layer, batch=role.batch, of=where)


def find_blocks(pairs: Iterable[tuple[Node, Node, str]], roles: Roles) -> None:
    """Of V' = [c V], a stack: which is the weight and which the bias, and their layer."""
    places = {role.of for role in roles.values() if role.kind == "augmented"}
    for left, right, _ in pairs:
        role = roles.get(left.name) if isinstance(left, Sym) else None
        cells = cells_of(right)
        if role is None or role.kind != "stack" or len(cells) != 2 or len(places) != 1:
            continue
        order = ("bias", "weight") if "first" in places else ("weight", "bias")
        for cell, kind in zip(cells, order, strict=True):
            if isinstance(cell, Sym) and roles.get(cell.name, Role(kind)).layer is None:
                roles[cell.name] = replace(roles.get(cell.name, Role(kind)), kind=kind, layer=role.layer)


def find_cut(roles: Roles, names: Iterable[str]) -> None:
    """V_0 beside a V that holds its bias: the weights without it."""
    for name in names:
        role = roles.get(name.removesuffix("0"))
        if name.endswith("0") and role is not None and role.kind == "stack":
            roles[name] = replace(role, kind="weight")
