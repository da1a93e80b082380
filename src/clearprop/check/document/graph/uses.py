"""How a text's quantities stand in its formulas: with how many indices, turned, over samples, as labels."""

from clearprop.check.document.graph.names import Names
from clearprop.check.document.meaning.notation import Notation, is_letter
from clearprop.check.document.read.tree import Add, Mul, Node, Num, Relation, Sym, Transpose, symbols, walk


def turned(every: list[Node]) -> list[Sym]:
    """Every name that stands with a transpose."""
    found = (one for node in every for one in walk(node) if isinstance(one, Transpose))
    return [one.of for one in found if isinstance(one.of, Sym)]


def most_entries(every: list[Node], names: Names) -> dict[str, int]:
    found: dict[str, int] = {}
    for node in every:
        for one in symbols(node):
            if one.name in names.found:
                found[one.name] = max(found.get(one.name, 0), len(names.entries(one)))
    return found


def offsets(every: list[Node], names: Names) -> set[str]:
    """The names that are added, whole, to a matrix times something: the m of M p + m."""
    sums = [one for node in every for one in walk(node) if isinstance(one, Add)]
    pairs = [(a, b) for one in sums for a, b in ((one.left, one.right), (one.right, one.left))]
    return {
        b.name
        for a, b in pairs
        if isinstance(b, Sym)
        and b.name in names.found
        and not names.entries(b)
        and isinstance(a, Mul)
        and isinstance(a.left, Sym)
        and _is_matrix(a.left, names)
    }


def _is_matrix(sym: Sym, names: Names) -> bool:
    """Whether it is a whole quantity by a capital letter."""
    found = names.found.get(sym.name)
    return found is not None and not names.entries(sym) and found.is_capital


def over_samples(every: list[Node], names: Names, notation: Notation) -> set[str]:
    """Names whose only entry is that of a sample, in a text about whole batches: t_n."""
    seen: dict[str, set[bool]] = {}
    for one in (one for node in every for one in symbols(node) if one.name in names.found):
        entries = names.entries(one)
        if entries and not (len(entries) == 1 and isinstance(entries[0].node, Num)):
            alone = len(entries) == 1 and is_letter(entries[0].node) in notation.sample_letters
            seen.setdefault(one.name, set()).add(alone)
    return {name for name, kinds in seen.items() if kinds == {True}}


def columns(every: list[Node], entries: dict[str, int], names: Names) -> set[str]:
    """The matrices of which a row stands as a column: those of alpha_m^T x."""
    return {one.name for one in turned(every) if entries.get(one.name) == 2 and len(names.entries(one)) == 1}


def labels(every: list[Node], names: Names) -> set[str]:
    """Names that are compared with an index, as y = k, or are one themselves."""
    relations = [
        one for node in every for one in walk(node) if isinstance(one, Relation) and one.sign in ("=", r"\ne")
    ]
    pairs = [(a, b) for one in relations for a, b in ((one.left, one.right), (one.right, one.left))]
    compared = {
        a.name.rstrip("()[]") for a, b in pairs if isinstance(a, Sym) and (is_letter(b) or isinstance(b, Num))
    }
    inside = {
        one.name.rstrip("()[]")
        for node in every
        for sym in symbols(node)
        for item in sym.sub
        if isinstance(item.node, Sym)
        for one in symbols(item)
    }
    return compared | {name for name in inside if names.notation.kind(name) == "target"}
