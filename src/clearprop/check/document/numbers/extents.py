"""How far an index runs, by the places where it stands."""

import numpy as np

from clearprop.check.document.meaning.notation import (
    PARAMETERS,
    first,
    holds_biases,
    is_letter,
    is_near_letter,
    orient,
    place,
    sample_first,
)
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.ones import has_one
from clearprop.check.document.numbers.quantities import _layer, index, start
from clearprop.check.document.read.limits import Misfit, OutOfRange, Unread
from clearprop.check.document.read.tree import (
    Big,
    Node,
    Pick,
    Probability,
    Relation,
    Script,
    Sym,
    relettered,
    symbols,
)

KINDS = {"weight": "W", "bias": "b", "stack": "W"}


def sizes(node: Node, letter: str, env: Env) -> set[int]:
    """The sizes of all places in a formula that this letter indexes."""
    found: set[int] = set()
    beyond: OutOfRange | None = None
    for one in _free(node, letter):
        try:
            found |= _of_symbol(one, letter, env)
        except (Unread, Misfit):
            continue
        except OutOfRange as error:
            beyond = error
    found |= _of_picks(node, letter, env) | _of_relations(node, letter, env)
    if not found and beyond is not None:
        raise beyond
    return found


def _free(node: Node, letter: str) -> list[Sym]:
    """The symbols in which the letter is not bound by a sum."""
    if isinstance(node, Big) and node.index == letter:
        return []
    found = [node] if isinstance(node, Sym) else []
    for child in node.children:
        found += _free(child, letter)
    return found


def _of_picks(node: Node, letter: str, env: Env) -> set[int]:
    """The letter in an index on an expression, (A B)_{ij}: as far as the value of the expression goes."""
    if isinstance(node, Big) and node.index == letter:
        return set()
    found: set[int] = set()
    if isinstance(node, Pick) and any(is_letter(one.node) == letter for one in node.sub):
        found |= _of_pick(node, letter, env)
    for child in node.children:
        found |= _of_picks(child, letter, env)
    return found


def _of_pick(node: Pick, letter: str, env: Env) -> set[int]:
    from clearprop.check.document.numbers.evaluate import plain

    try:
        shape = np.shape(plain(node.of, env))
    except (Unread, Misfit, OutOfRange):
        return set()
    if len(shape) == 2 and len(node.sub) == 1:
        return {max(shape)} if 1 in shape else {shape[0]}
    return {n for n, one in zip(shape, node.sub, strict=False) if is_letter(one.node) == letter}


def _of_symbol(sym: Sym, letter: str, env: Env) -> set[int]:
    if env.notation.graph is not None:
        return env.notation.graph.extents(sym, letter, env)
    role = env.notation.roles.get(sym.name)
    if role is None:
        return _of_definition(sym, letter, env)
    if role.kind == "differential":
        return _of_symbol(Sym(role.of, sym.sup, sym.sub), letter, env)
    if role.kind == "delta" and is_kronecker(sym, env):
        return set()
    where = place(sym, role, env.notation)
    found: set[int] = set()
    if is_letter(where.sample) == letter:
        found.add(env.world.m)
    at = [k for k, one in enumerate(where.indices) if is_letter(one.node) == letter]
    if not at:
        return found
    if role.kind == "loss":
        return {env.world.m}
    if role.kind == "gradient":
        role_of = env.notation.roles.get(role.of)
        if role_of is None:
            return found
        role = role_of
    layer = env.world.L if role.kind == "target" else _layer(where, KINDS.get(role.kind, "a"), sym, env)
    for k in at:
        found.add(_size(role, where.indices, k, layer, where.sample, env))
    return found


def is_kronecker(node: Sym, env: Env) -> bool:
    """delta_{jk} beside layers' deltas that have one index; delta_{iy} of a label y."""
    if len(node.sub) != 2 or node.sup or node.name != "delta":
        return False
    first, second = (one.node for one in node.sub)
    if isinstance(second, Sym) and env.notation.kind(second.name) == "target":
        return True
    return is_letter(first) not in env.notation.sample_letters and not env.notation.roles["delta"].batch


def _size(role, indices: tuple[Script, ...], k: int, layer: int, sample: Node | None, env: Env) -> int:
    n, m = env.world.sizes, env.world.m
    if role.kind == "bias":
        return n[layer]
    if role.columns and len(indices) == 1:
        return n[layer]
    if role.kind in ("weight", "stack"):
        pair = (n[layer - 1] + (holds_biases(role) and role.ones != "first"), n[layer])
        pair = (pair[0] - (1 - start(layer - 1, env)), pair[1] - (1 - start(layer, env)))
        pair = pair if orient(role, env.notation) == "in_out" else pair[::-1]
        return max(pair) if len(indices) == 1 and 1 in pair else pair[k]
    if layer >= len(n):
        msg = f"a layer {layer} of {env.world.L}"
        raise OutOfRange(msg)
    units = n[layer] + (has_one(role, layer, env) and role.ones != "first") - (1 - start(layer, env))
    if len(indices) == 2:
        return (m, units)[k] if sample_first(indices, role, env.notation) else (units, m)[k]
    letter = is_letter(indices[0].node)
    is_sample = sample is None and not env.notation.samples_above and letter in env.notation.sample_letters
    return m if is_sample else units


def _of_definition(sym: Sym, letter: str, env: Env) -> set[int]:
    """The letter in a quantity of the text: as far as in what defines it."""
    found: set[int] = set()
    for left, right in env.notation.definitions.get(sym.name, []):
        for mine, its in zip((*sym.sub, *sym.sup), (*left.sub, *left.sup), strict=False):
            inner = is_letter(its.node)
            if is_letter(mine.node) == letter and inner:
                told = with_letters(left, right, sym, env)
                found |= sizes(told, inner if told is right else letter, env)
    return found


def with_letters(left: Sym, right: Node, node: Sym, env: Env) -> Node:
    """A definition of e_j for e_k, where the letters of units tell their layers."""
    for its, mine in zip(left.sub, node.sub, strict=False):
        old, new = is_letter(its.node), is_letter(mine.node)
        if old and new and old != new and {old, new} <= env.notation.unit_layers.keys():
            right = relettered(right, old, new)
    return right


def _of_relations(node: Node, letter: str, env: Env) -> set[int]:
    """Letters compared with labels run over the classes."""
    found: set[int] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        waiting += one.children
        sides: tuple[Node, ...] = ()
        if isinstance(one, Relation):
            sides = (one.left, one.right)
        elif isinstance(one, Probability):
            sides = (one.target, one.value)
        if len(sides) == 2 and any(is_letter(s) == letter for s in sides):
            other = sides[1] if is_letter(sides[0]) == letter else sides[0]
            role = env.notation.roles.get(other.name) if isinstance(other, Sym) else None
            if role is not None and role.kind == "target":
                found.add(env.world.sizes[-1])
    return found


def letters_in(node: Node, env: Env) -> set[str]:
    """The free index letters of a formula: those in scripts that are no sizes, and those compared."""
    return _letters(node, frozenset(), env)


def _letters(node: Node, bound: frozenset[str], env: Env) -> set[str]:
    found: set[str] = set()
    if isinstance(node, Big) and node.index:
        for child in (node.first, node.last):
            if child is not None:
                found |= _letters(child, bound, env)
        inside = bound | {node.index}
        for child in (node.body, node.condition):
            if child is not None:
                found |= _letters(child, inside, env)
        return found
    if (
        isinstance(node, Sym)
        and len(node.sub) == 1
        and f"{node.name}_{is_letter(node.sub[0].node)}" in env.notation.sizes
    ):
        return found  # n_l, the number of layers
    if isinstance(node, Script):
        return (
            {name for name in _index_letters(node.node, env) if name not in bound}
            | found
            | (set() if node.node is None or is_letter(node.node) else _letters(node.node, bound, env))
        )
    if isinstance(node, Relation):
        for one in (node.left, node.right):
            letter = is_letter(one)
            if letter and letter not in bound and _is_index(letter, env):
                found.add(letter)
    if (
        isinstance(node, Probability)
        and (letter := is_letter(node.value))
        and letter not in bound
        and _is_index(letter, env)
    ):
        found.add(letter)
    for child in node.children:
        found |= _letters(child, bound, env)
    return found


def _index_letters(node: Node | None, env: Env) -> set[str]:
    if node is None:
        return set()
    found = {s.name for s in symbols(node) if not s.sup and not s.sub}
    return {name for name in found if _is_index(name, env)}


def _is_index(name: str, env: Env) -> bool:
    role = env.notation.roles.get(name)
    if name in env.notation.sizes or name in env.params:
        return False
    if env.notation.graph is not None:
        return name in env.notation.graph.names.running
    if role is not None and not (name in env.notation.sample_letters and role.kind == "input"):
        return False
    return len(name) <= 2 or name in ("ell",)


__all__ = ["index", "is_near_letter", "letters_in", "sizes"]


def counts_layers(node: Node, letter: str, env: Env) -> bool:
    """Whether a letter is the layer of weights or biases here."""
    for one in symbols(node):
        role = env.notation.roles.get(one.name)
        if role is not None and role.kind in PARAMETERS:
            layer = place(one, role, env.notation).layer
            if isinstance(layer, Node) and is_letter(layer) == letter:
                return True
    return False


def layers(env: Env) -> range:
    """The numbers of all layers that have weights, as the text counts them."""
    start = 1 + first("W", env.notation)
    return range(start, start + env.world.L)
