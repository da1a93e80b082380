"""The samples of a text's own network: names that are of one sample without saying so, small letters of a batch."""

from clearprop.check.document.graph.definitions import Definition, Definitions
from clearprop.check.document.graph.names import SAMPLE, Names
from clearprop.check.document.meaning.notation import ROWLIKE, Notation, capital
from clearprop.check.document.read.tree import Big, Node, Script, Sym, bases


def implicit(names: Names, definitions: Definitions, notation: Notation) -> set[str]:
    """The names without a sample that are of one sample, where others carry theirs: data, and what is made of them."""
    if not any(SAMPLE in one.families for one in names.found.values()):
        return set()
    numbers = {name for name, lines in definitions.of.items() if not any(True for _ in bases(lines[0].right))}
    found = {
        name for name, one in names.found.items() if SAMPLE in one.families or _is_row(one.of, notation)
    } - numbers
    while True:
        more = {
            name
            for name, lines in definitions.of.items()
            if name not in found and _carried(lines[0].right, notation) & found
        } | {name for name in names.found if name + "()" in found and name not in definitions.of}
        if more <= found:
            return {name for name in found if SAMPLE not in names.found[name].families}
        found |= more


def _is_row(letter: str, notation: Notation) -> bool:
    role = notation.roles.get(letter)
    return role is not None and role.kind in ROWLIKE and not role.batch


def _carried(node: Node, notation: Notation) -> set[str]:
    """The names in a formula, none of those under a sum over samples."""
    if isinstance(node, Big) and node.index in notation.sample_letters:
        return set()
    own = {node.name} if isinstance(node, Sym) else set()
    return own.union(*(_carried(child, notation) for child in node.children))


def add_rows(definitions: Definitions, names: Names, notation: Notation) -> None:
    """Small letters with a sample, a^{(i)}, that no line defines: rows or columns of the batch A."""
    for name, quantity in list(names.found.items()):
        batch = capital(quantity.of)
        whole = name.replace(quantity.of, batch, 1).removesuffix("()")
        role = notation.roles.get(batch)
        if quantity.families[-1:] != (SAMPLE,) or name in definitions.of or whole not in names.found:
            continue
        if role is None or not role.batch or whole not in definitions.of.keys() | definitions.used:
            continue
        families = tuple(Script("plain", Sym(f"family {k}")) for k in range(len(quantity.families)))
        entries = (families[-1], Script("plain", None))
        part = Sym(whole, (), (*families[:-1], *(entries if notation.rows else entries[::-1])))
        definitions.of[name].append(Definition(families, (), part, len(families) - 1))
