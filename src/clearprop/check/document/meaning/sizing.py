"""How large the text's network is, and which letters are sizes: from declared shapes, from the bounds of sums
and lists.
"""

from dataclasses import replace
from itertools import pairwise

from clearprop.check.document.meaning.batches import is_batch
from clearprop.check.document.meaning.notation import (
    ROWLIKE,
    Notation,
    Place,
    Role,
    first,
    is_letter,
    orient,
    place,
    sample_first,
)
from clearprop.check.document.meaning.roles import nodes
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import (
    Big,
    Div,
    Dots,
    Listed,
    Matrix,
    Node,
    Num,
    Pick,
    Relation,
    Sym,
    bases,
    symbols,
    walk,
)

WIDTHS = {"n", "N", "d", "D", "s", "S", "H", "h", "K", "M"}  # names of how many units a layer has
WIDEST = 29  # layers that a text makes wider are held against narrower ones


def find_sizes(document: Document, notation: Notation, shapes: list) -> dict[object, int]:
    """Concrete sizes of layers, and the letters of others. Keys: a layer, or -1 for the last."""
    concrete: dict[object, int] = {}
    for sym, dims in shapes:
        role = notation.roles.get(sym.name)
        if role is None:
            continue
        layer = _layer(sym, role, notation)
        if role.kind == "weight" and len(dims) == 1 and layer is not None and not role.columns:
            concrete[layer] = 1
        for dim, size in zip(dims, _expected(sym, role, layer, len(dims), notation), strict=False):
            if size is not None and size != ("one",):
                _note(dim, size, concrete, notation)
    concrete.update(dict.fromkeys(_vectors(document, notation), 1))
    _bounds(document, notation)
    for layer, size in _written_out(document, notation).items():
        if layer not in concrete and ("n", layer) not in notation.sizes.values():
            concrete[layer] = size
    return concrete


def _written_out(document: Document, notation: Notation) -> dict[int, int]:
    """Sizes that only the formulas tell: sums to a number, and units numbered up to one."""
    found: dict[int, int] = {}

    def note(size: tuple | None, number: float, most: int = 9) -> None:
        if size is not None and size[0] == "n" and 1 < number <= most:
            found[size[1]] = max(found.get(size[1], 0), int(number))
        elif size is not None and number > WIDEST:
            notation.sizes[str(int(number))] = size

    for node in nodes(document):
        for one in walk(node):
            if isinstance(one, Big) and one.index and isinstance(one.last, Num):
                from_zero = isinstance(one.first, Num) and one.first.value == 0
                note(_slot(one.body, one.index, notation), one.last.value + from_zero, WIDEST)
            elif isinstance(one, Sym):
                for k, script in enumerate(one.sub):
                    if isinstance(script.node, Num):
                        note(_of_place(one, k, notation), script.node.value)
    return found


def _note(dim: Node, size: tuple, concrete: dict[object, int], notation: Notation) -> None:
    letter = is_letter(dim)
    if isinstance(dim, Num) and size[0] == "n":
        concrete[size[1]] = int(dim.value)
    elif letter and letter not in notation.sizes and letter not in notation.roles and size[0] == "n":
        notation.sizes[letter] = size
    elif isinstance(dim, Sym) and len(dim.sub) == 1 and size[0] == "n" and not dim.sup:
        letter = is_letter(dim.sub[0].node)
        if letter and letter not in notation.layer_letters and letter != "L":
            notation.sizes.setdefault(f"{dim.name}_{letter}", size)


def _layer(sym: Sym, role: Role, notation: Notation) -> int | None:
    """The layer of a symbol, where it is a number."""
    layer = place(sym, role, notation).layer
    kind = {"weight": "W", "stack": "W", "bias": "b"}.get(role.kind, "a")
    return (
        int(layer.value) - first(kind, notation)
        if isinstance(layer, Num)
        else layer
        if isinstance(layer, int)
        else None
    )


def _expected(sym: Sym, role: Role, layer: int | None, count: int, notation: Notation) -> list[tuple | None]:
    """What the dimensions of a symbol are, where they can be known."""
    if layer is None or place(sym, role, notation).indices:
        return []
    units = ("n", layer)
    if role.kind in ("weight", "stack"):
        pair: list[tuple | None] = [None if role.kind == "stack" else ("n", layer - 1), units]
        return pair[:1] if count == 1 else pair if orient(role, notation) == "in_out" else pair[::-1]
    if count == 1 and (role.kind == "bias" or role.kind in ROWLIKE):
        return [units]
    if role.kind == "bias":
        return [("one",), units] if notation.rows else [units, ("one",)]
    if role.kind in ROWLIKE and count == 2:
        other = ("m",) if is_batch(sym, notation) else ("one",)
        rows = notation.rows if other == ("m",) else notation.vectors == "row"
        return [other, units] if rows else [units, other]
    return []


def _vectors(document: Document, notation: Notation) -> set[int]:
    """Layers whose weights are one vector: small letters that never have two indices, as w in w^T x."""
    double = {
        s.name
        for node in nodes(document)
        for s in bases(node)
        if len(s.sub) == 2 or any(isinstance(i.node, Num) and i.node.value >= 10 for i in s.sub)
    }
    classes = any("softmax" in (getattr(n, "name", "")) for node in nodes(document) for n in walk(node))
    found = set()
    for name, role in notation.roles.items():
        small = name.islower() and (len(name) == 1 or name in ("theta", "beta"))
        if (
            role.kind == "weight"
            and role.layer
            and small
            and not role.columns
            and name not in double
            and not classes
        ):
            found.add(role.layer)
    return found


def _bounds(document: Document, notation: Notation) -> None:
    """Letters at the end of a sum, or of a list of an index's values, that nothing else says."""
    for node in nodes(document):
        for one in walk(node):
            if (
                isinstance(one, Big)
                and one.index
                and (last := is_letter(one.last))
                and _is_open(last, notation)
            ):
                size = _slot(one.body, one.index, notation)
                if size is not None:
                    notation.sizes[last] = size
            elif isinstance(one, Matrix):
                _listed(one, notation)
    _units_counted_by_m(document, notation)
    for statement in document.statements:
        parts = [p.node for p in statement.parts]
        _labels(parts, notation)
        _width_of_layer(parts, notation)
        if len(parts) != 2 or not isinstance(parts[1], Listed):
            continue
        letter, last = is_letter(parts[0]), is_letter(parts[1].items[-1])
        if letter in notation.unit_layers and last and _is_open(last, notation):
            notation.sizes[last] = ("n", notation.unit_layers[letter])


def _units_counted_by_m(document: Document, notation: Notation) -> None:
    """m of sum_{j=1}^m v_j h_j: how many units a layer has, where no sum over samples ends at it and no mean has it."""
    every = [one for node in nodes(document) for one in walk(node)]
    sums = [one for one in every if isinstance(one, Big) and one.index and is_letter(one.last) == "m"]
    slots = {_slot(one.body, str(one.index), notation) for one in sums}
    shares = any(isinstance(one, Div) and Sym("m") in symbols(one.below) for one in every)
    size = slots.pop() if len(slots) == 1 else None
    if notation.sizes.get("m") == ("m",) and size is not None and size[0] == "n" and not shares:
        notation.sizes["m"] = size


def _listed(node: Matrix, notation: Notation) -> None:
    """x_1, ..., x_d: d is how many entries a vector has."""
    cells = [cell for row in node.rows for cell in row]
    for dots, last in pairwise(cells):
        letter = is_letter(last.sub[-1].node) if isinstance(last, Sym) and last.sub else None
        if not (isinstance(dots, Dots) and isinstance(last, Sym) and letter and _is_open(letter, notation)):
            continue
        size = _of_place(last, len(last.sub) - 1, notation)
        if size is not None and letter not in notation.sample_letters:
            notation.sizes[letter] = size


def _labels(parts: list[Node | None], notation: Notation) -> None:
    r"""y_i \in \{1, ..., C\}: C is the number of classes."""
    if len(parts) != 2 or not isinstance(parts[0], Sym) or not isinstance(parts[1], (Listed, Matrix)):
        return
    items = parts[1].items if isinstance(parts[1], Listed) else parts[1].rows[0]
    last = is_letter(items[-1])
    if notation.kind(parts[0].name) == "target" and last and _is_open(last, notation):
        notation.sizes[last] = ("n", -1)


def _width_of_layer(parts: list[Node | None], notation: Notation) -> None:
    """n_0 = d, s_3 = K: d is how many inputs there are, K how many units in the third layer."""
    left, right = (*parts, None)[:2]
    items = (*left.sup, *left.sub) if isinstance(left, Sym) and left.name in WIDTHS else ()
    letter, number = is_letter(right), items[0].node if len(items) == 1 else None
    if len(parts) == 2 and isinstance(number, Num) and letter and _is_open(letter, notation):
        notation.sizes[letter] = ("n", max(0, int(number.value) - notation.first_act))


def _is_open(letter: str, notation: Notation) -> bool:
    return letter not in notation.sizes and letter not in notation.roles


def _slot(body: Node, letter: str, notation: Notation) -> tuple | None:
    """What a letter runs over by the first place it stands in."""
    picks = [
        replace(one.of, sub=(*one.of.sub, *one.sub))
        for one in walk(body)
        if isinstance(one, Pick) and isinstance(one.of, Sym)
    ]  # (Z_2)_{ci}
    for sym in (*symbols(body), *picks):
        for k, script in enumerate(sym.sub):
            if is_letter(script.node) == letter:
                size = _of_place(sym, k, notation)
                if size is not None:
                    return ("n", notation.unit_layers[letter]) if letter in notation.unit_layers else size
    return None


def _of_place(sym: Sym, k: int, notation: Notation) -> tuple | None:
    """What the index at place k of a symbol runs over, where that can be told."""
    role = notation.roles.get(sym.name)
    if role is None:
        return None
    layer = -1 if role.kind in ("target", "prediction") else _layer(sym, role, notation)
    where = place(sym, role, notation)
    k -= len(sym.sub) - len(where.indices)
    if layer is None or k < 0:
        return None
    if role.kind in ("weight", "stack") and len(where.indices) == 2:
        inner = (k == 0) == (orient(role, notation) == "in_out")
        return ("n", layer - 1 if inner else layer)
    if role.kind in ROWLIKE | {"bias"}:
        return _of_unit(role, layer, k, where, notation)
    return None


def _of_unit(role: Role, layer: int, k: int, where: Place, notation: Notation) -> tuple | None:
    """The same for z, a, y and b: a unit, unless the place is that of a sample."""
    if role.kind == "bias" or where.sample is not None or notation.samples_above:
        return ("n", layer)
    if len(where.indices) == 2:
        return ("m",) if (k == 0) == sample_first(where.indices, role, notation) else ("n", layer)
    return None if role.batch or role.counts_samples else ("n", layer)


__all__ = ["Relation", "find_sizes"]
