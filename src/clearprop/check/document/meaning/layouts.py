"""Sizes and orientations: from declared shapes, from sums, from the order of factors, from the words around letters."""

import re
from collections import Counter

from clearprop.check.document.meaning import hints, patterns
from clearprop.check.document.meaning.batches import is_batch
from clearprop.check.document.meaning.notation import ROWLIKE, Notation, Role, is_letter, place
from clearprop.check.document.meaning.roles import nodes, pairs
from clearprop.check.document.meaning.steps import carries_layer
from clearprop.check.document.read.formulas import prose
from clearprop.check.document.read.statements import Document, same_sentence
from clearprop.check.document.read.tree import (
    Add,
    Call,
    Listed,
    Matrix,
    Mul,
    Node,
    Num,
    Ones,
    Pow,
    Script,
    Space,
    Sym,
    Transpose,
    symbols,
    walk,
)

Weights = dict[str, Counter[str]]  # for each weight's name, the votes for in_out and out_in


def declarations(document: Document) -> list[tuple[Sym, tuple[Node, ...]]]:
    r"""Symbols with their shapes: W \in R^{3 x 4}; W of size R^{3 x 4}; W is (3, 4)."""
    found = []
    for statement in document.statements:
        named = [p.node for p in statement.parts if p.node is not None]
        spaces = [p.node for p in statement.parts if p.sign == r"\in" and p.node is not None]
        dims = [d for d in map(_dims, spaces) if d]
        if dims:
            found += [(s, dims[0]) for node in named[:1] for s in _declared(node)]
    found += _across(document)
    return found


def _declared(node: Node) -> list[Sym]:
    if isinstance(node, Sym):
        return [node]
    if isinstance(node, Listed):
        return [one for one in node.items if isinstance(one, Sym)]
    return []


def _dims(node: Node) -> tuple[Node, ...] | None:
    if isinstance(node, Space):
        return node.dims
    if isinstance(node, Pow):  # {0, 1}^{N x C}
        parts = _factors(node.power)
        return tuple(parts)
    return None


def _factors(node: Node) -> list[Node]:
    if isinstance(node, Mul) and node.kind == "times":
        return [*_factors(node.left), *_factors(node.right)]
    return [node]


def _across(document: Document) -> list[tuple[Sym, tuple[Node, ...]]]:
    """A symbol in one formula and its shape in the next of the same sentence: W is (3, 4), W (3 x 4), W in R^3."""
    found = []
    for number, node in document.lone.items():
        shape = document.lone.get(number + 1)
        gap = document.formulas[number].after
        if not isinstance(node, Sym) or shape is None or len(gap) > GAP:
            continue
        dims = _dims(shape) if isinstance(shape, Space) else _sizes(shape)
        said = isinstance(shape, Space) or SHAPED_AS.search(gap) is not None
        if dims and said and same_sentence(gap, after_display=False):
            found.append((node, dims))
    return found


GAP = 60  # characters between a name and its shape
SHAPED_AS = re.compile(
    r"[(（]\s*$|\b(?:is|are|has|have|of|shape|size|dimensions?)\b|大小|维度|形状|是|为", re.IGNORECASE
)
QUANTITIES = {"x", "y", "z", "a", "h", "w", "t", "p", "b", "X", "Y", "Z", "A", "W"}  # that are no sizes


def _sizes(node: Node) -> tuple[Node, ...]:
    """The two sizes of (n, m), n x m, n x (m + 1)."""
    items = node.items if isinstance(node, Listed) else tuple(_factors(node))
    bare = [one.left if isinstance(one, Add) and one.right == Num(1.0) else one for one in items]
    plain = all(isinstance(one, Num) or (isinstance(one, Sym) and one.name not in QUANTITIES) for one in bare)
    return items if len(items) == 2 and plain else ()


def find_layers(document: Document, notation: Notation) -> None:
    """The letter of the number of layers: what stands as the last layer."""
    depths = {letter for letter, size in notation.sizes.items() if size == ("L",)}
    notation.layer_letters -= depths
    if depths:
        return
    if any(_is_depth(item.node) for node in nodes(document) for s in symbols(node) for item in s.sup):
        notation.sizes["n_l"] = ("L",)
        return
    last = hints.last_layer(prose(document.source))
    if last is not None and last not in notation.roles:
        notation.sizes[last] = ("L",)
        return
    role = notation.roles.get("L")
    if role is not None and role.kind == "loss":
        return
    if any(is_letter(one) == "L" for node in nodes(document) for one in walk(node)):
        notation.sizes["L"] = ("L",)


def _is_depth(node: Node | None) -> bool:
    """delta^{(n_l)}: an n_l that stands where layers stand is their number."""
    letter = is_letter(node.sub[0].node) if isinstance(node, Sym) and len(node.sub) == 1 else None
    return isinstance(node, Sym) and node.name == "n" and letter == "l"


def find_weights(document: Document, notation: Notation, shapes: list, said: bool | None) -> None:
    """Whether W is inputs x outputs or outputs x inputs, whether a batch has rows (`said`: by the prose), whether a
    sample is a row.
    """
    weights: Weights = {}
    batch: Counter[bool] = Counter()
    vector: Counter[str] = Counter()
    for left, right, _ in pairs(document):
        for side in (right, *_arguments(right)):
            step = patterns.affine(side)
            if step is not None:
                _vote(step, left, notation, weights, batch, vector)
    for sym, dims in shapes:
        _vote_shape(sym, dims, notation, weights, batch, vector)
    total = sum(weights.values(), Counter())
    if total:
        notation.weights = total.most_common(1)[0][0]
    for name, votes in weights.items():
        if len(votes) == 1 and notation.weights not in votes:
            notation.roles[name].orient = next(iter(votes))
    _vote_stacked(document, notation, batch)
    if not vector and not batch:
        _vote_products(document, notation, vector)
    if said is not None:
        batch[said] += 2
    if batch[True] == batch[False] and vector and batch:
        notation.rows = vector.most_common(1)[0][0] == "row"
    elif batch:
        notation.rows = batch.most_common(1)[0][0]
    elif vector:
        notation.rows = vector.most_common(1)[0][0] == "row"
    elif total:
        notation.rows = notation.weights == "in_out"
    notation.vectors = vector.most_common(1)[0][0] if vector else ("row" if notation.rows else "column")
    _find_columns(document, notation, set(weights))
    _find_biases(document, notation)


def _find_columns(document: Document, notation: Notation, voted: set[str]) -> None:
    """w of f = sum_m w_m h_m is a column as x is one, where no product of matrices says otherwise."""
    indices: dict[str, set[int]] = {}
    for node in nodes(document):
        for one in symbols(node):
            indices.setdefault(one.name, set()).add(len(one.sub))
    for name, role in notation.roles.items():
        single = role.kind == "weight" and name.islower() and indices.get(name, set()) == {0, 1}
        if single and role.layer and name not in voted and notation.style is None and role.orient is None:
            role.orient = "in_out" if notation.vectors == "column" else None


def _find_biases(document: Document, notation: Notation) -> None:
    """1 b^T: biases are columns though samples are rows."""
    turned = {
        one.right.of.name
        for node in nodes(document)
        for one in walk(node)
        if isinstance(one, Mul)
        and isinstance(one.left, Ones)
        and isinstance(one.right, Transpose)
        and isinstance(one.right.of, Sym)
    }
    if any(notation.kind(name) == "bias" for name in turned):
        notation.biases = "column" if notation.rows else "row"


def _vote_products(document: Document, notation: Notation, vector: Counter[str]) -> None:
    """W g in a text without affine steps of matrices: a vector behind a weight is a column, one before it a row."""

    def kind(one: Node) -> str:
        return notation.kind(one.name) if isinstance(one, Sym) and not one.sub else ""

    for node in nodes(document):
        for one in (n for n in walk(node) if isinstance(n, Mul) and n.kind == "near"):
            left, right = (n.of if isinstance(n, Transpose) else n for n in (one.left, one.right))
            beside = {"delta", "gradient", *ROWLIKE}
            if kind(left) == "weight" and kind(right) in beside and left is one.left:
                vector["column"] += 1
            elif kind(right) == "weight" and kind(left) in beside and left is one.left:
                vector["row"] += 1


def _vote_stacked(document: Document, notation: Notation, batch: Counter[bool]) -> None:
    """X = [x_1, ..., x_m]: samples side by side are columns, under each other rows."""
    for left, right, _ in pairs(document):
        if isinstance(left, Sym) and isinstance(right, Matrix) and notation.kind(left.name) in ROWLIKE:
            cells = [cell for row in right.rows for cell in row]
            turned = any(isinstance(cell, Transpose) for cell in cells)
            inner = [cell for cell in cells if isinstance(cell, Sym) and notation.kind(cell.name) in ROWLIKE]
            if inner and len(right.rows) == 1 and not turned and inner[0].name != left.name:
                batch[False] += 3
            elif (inner or turned) and all(len(row) == 1 for row in right.rows) and len(right.rows) > 1:
                batch[True] += 3


def find_stacks(notation: Notation, shapes: list) -> None:
    """Weights with one row more than inputs, where inputs have a column of ones: the bias is inside."""
    if not any(role.kind == "augmented" for role in notation.roles.values()):
        return
    for sym, dims in shapes:
        role = notation.roles.get(sym.name)
        if (
            role is not None
            and role.kind == "weight"
            and any(isinstance(d, Add) and isinstance(d.right, Num) and d.sign == 1 for d in dims)
        ):
            notation.roles[sym.name] = Role(
                "stack", role.layer or (None if carries_layer(sym, notation) else 1)
            )


def _arguments(node: Node) -> tuple[Node, ...]:
    return node.args if isinstance(node, Call) else ()


def _vote(
    step: patterns.Affine, left: Node, notation: Notation, weights: "Weights", batch: Counter, vector: Counter
) -> None:
    kinds = [notation.kind(s.name) for s in (step.first, step.second)]
    if kinds[0] in ("weight", "stack") and kinds[1] not in ("weight", "stack"):
        weight, turned, act, act_turned, before = (
            step.first,
            step.first_turned,
            step.second,
            step.second_turned,
            True,
        )
    elif kinds[1] in ("weight", "stack"):
        weight, turned, act, act_turned, before = (
            step.second,
            step.second_turned,
            step.first,
            step.first_turned,
            False,
        )
    else:
        return
    if notation.kind(act.name) in ("gradient", "delta"):
        return  # W^T g leads back
    indices = place(weight, notation.roles[weight.name], notation).indices
    if len(indices) == 2:
        _vote_indices(step, left, indices, weights.setdefault(weight.name, Counter()))
        return
    if len(indices) == 1 and notation.roles[weight.name].columns and turned and before and not act_turned:
        vector["column"] += 1  # alpha_m^T x
    if indices or act_turned:
        return
    weights.setdefault(weight.name, Counter())["out_in" if before != turned else "in_out"] += 1
    if is_batch(act, notation):
        batch[not before] += 1
    else:
        vector["column" if before else "row"] += 1


def _vote_indices(step: patterns.Affine, left: Node, indices: tuple[Script, ...], weights: Counter) -> None:
    """z_j = sum_k w_jk a_k: the index of the left side comes first, or second."""
    here = [is_letter(one.node) for one in indices]
    if step.summed in here and step.summed is not None:
        weights["out_in" if here[1] == step.summed else "in_out"] += 2


def _vote_shape(
    sym: Sym, dims: tuple[Node, ...], notation: Notation, weights: "Weights", batch: Counter, vector: Counter
) -> None:
    role = notation.roles.get(sym.name)
    if role is None:
        return
    samples = [notation.sizes.get(is_letter(d) or "") == ("m",) for d in dims]
    if role.kind in ROWLIKE | {"augmented"} and len(dims) == 2 and any(samples):
        batch[samples[0]] += 3
        role.batch = True
    elif role.kind in ROWLIKE and (len(dims) == 1 or any(isinstance(d, Num) and d.value == 1 for d in dims)):
        column = len(dims) == 1 or not (isinstance(dims[0], Num) and dims[0].value == 1)
        if len(dims) == 2:
            vector["column" if column else "row"] += 3
    elif role.kind == "bias" and len(dims) == 2:
        one = [isinstance(d, Num) and d.value == 1 for d in dims]
        if one[0] != one[1]:
            batch[one[0]] += 1
    elif role.kind == "weight" and len(dims) == 2:
        order = _weight_order(sym, dims, notation)
        if order:
            weights.setdefault(sym.name, Counter())[order] += 3


def _weight_order(sym: Sym, dims: tuple[Node, ...], notation: Notation) -> str | None:
    """From R^{n_l x n_{l-1}}, or from letters that are known inputs or classes."""
    shifts = [_shift(d) for d in dims]
    if None not in shifts and shifts[0] != shifts[1]:
        return "out_in" if shifts[0] > shifts[1] else "in_out"  # type: ignore[operator]
    known = [notation.sizes.get(is_letter(d) or "") for d in dims]
    if known[0] == ("n", 0) or known[1] == ("n", -1):
        return "in_out"
    if known[1] == ("n", 0) or known[0] == ("n", -1):
        return "out_in"
    return None


def _shift(node: Node) -> float | None:
    """How far a width n_{l-1} is from n_l; n_x is before n_1 and n_1 before n_2."""
    if not isinstance(node, Sym):
        return None
    items = [item.node for item in (*node.sup, *node.sub)]
    if len(items) != 1:
        return None
    item = items[0]
    if isinstance(item, Add) and isinstance(item.right, Num) and isinstance(item.left, Sym):
        return item.sign * item.right.value
    if isinstance(item, Num):
        return item.value
    return {"x": 0.0, "y": 99.0, "l": 0.0, "h": 1.0, "in": 0.0, "out": 99.0}.get(is_letter(item) or "")
