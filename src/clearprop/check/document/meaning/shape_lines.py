"""Lines about shapes alone, (B x Q)(Q x P) = B x P: each pair of sizes in them is a set of matrices."""

from clearprop.check.document.meaning.notation import Notation, is_letter
from clearprop.check.document.read.statements import Document, Statement
from clearprop.check.document.read.tree import Listed, Mul, Node, Num, Space, Sym, bases, walk


def find_shape_lines(document: Document, notation: Notation) -> None:
    """Read the sides of such lines as products of sets."""
    for statement in document.statements:
        nodes = [part.node for part in statement.parts]
        if len(nodes) < 2 or not all(n is not None and _are_sizes(n, notation) for n in nodes):
            continue
        found = [_as_sets(node) for node in nodes if node is not None]
        if all(one is not None for one in found):
            for part, node in zip(statement.parts, found, strict=True):
                part.node = node


def speaks_of_shapes(statement: Statement) -> bool:
    """Whether every side is a product of pairs, at least one of them written n x m."""
    nodes = [part.node for part in statement.parts]
    times = any(
        isinstance(one, Mul) and one.kind == "times"
        for node in nodes
        if node is not None
        for one in walk(node)
    )
    return times and len(nodes) > 1 and all(node is not None and _as_sets(node) is not None for node in nodes)


def sets_sizes(statement: Statement) -> bool:
    """As in the case n = q = 1: letters that are all set equal to one number, and claim nothing."""
    nodes = [part.node for part in statement.parts]
    letters = [is_letter(node) for node in nodes[:-1]]
    last = nodes[-1]
    return len(nodes) > 2 and all(letters) and isinstance(last, Num) and last.value >= 1


def _are_sizes(node: Node, notation: Notation) -> bool:
    return all(_is_size(sym, notation) for sym in bases(node))


def _is_size(sym: Sym, notation: Notation) -> bool:
    """Whether it is the letter of a size, or the width of a layer: n_l, n^{[l]}."""
    letter = is_letter(sym)
    scripted = sym.name in ("n", "d") and len(sym.sub) + len(sym.sup) == 1
    return letter in notation.sizes if letter is not None else scripted and sym.name not in notation.roles


def _as_sets(node: Node) -> Node | None:
    dims = (
        node.items if isinstance(node, Listed) else (node.left, node.right) if isinstance(node, Mul) else ()
    )
    if len(dims) == 2 and all(isinstance(one, (Sym, Num)) for one in dims):
        pair = isinstance(node, Listed) or (isinstance(node, Mul) and node.kind == "times")
        return Space(tuple(dims)) if pair else None
    factors = [_as_sets(one) for one in dims] if isinstance(node, Mul) else [None]
    left, right = factors if len(factors) == 2 else (None, None)
    return Mul("near", left, right) if left is not None and right is not None else None


__all__ = ["find_shape_lines", "sets_sizes", "speaks_of_shapes"]
