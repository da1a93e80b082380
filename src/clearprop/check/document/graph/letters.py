"""What the letters and numbers beside a text's names are used for, told by all of its formulas."""

from collections import defaultdict

from clearprop.check.document.meaning.notation import Notation, capital, is_letter
from clearprop.check.document.read.tree import (
    Add,
    Big,
    Div,
    Listed,
    Node,
    Num,
    Script,
    Space,
    Sym,
    bases,
    symbols,
    walk,
)


def double(every: list[Node]) -> set[str]:
    """Names whose entries have two indices, w_{jk}, or numbers of two digits only, w_{11}, w_{12}."""
    found, digits = set(), defaultdict(set)
    for one in (one for node in every for one in symbols(node) if one.sub):
        number = one.sub[0].node
        if len(one.sub) == 2:
            found.add(one.name)
        elif isinstance(number, Num):
            digits[one.name].add(number.value)
    return found | {
        name for name, all_of in digits.items() if len(all_of) > 1 and min(all_of) > 10 and max(all_of) < 100
    }


def running(every: list[Node], notation: Notation) -> set[str]:
    """The letters that run: those of sums, and those that stand beside several names and are no quantities themselves,
    as h is in W_{xh}.
    """
    found = {one.index for node in every for one in walk(node) if isinstance(one, Big) and one.index}
    beside: defaultdict[str, set[str]] = defaultdict(set)
    for node in every:
        for one in symbols(node):
            for item in (*one.sub, *one.sup):
                for inner in symbols(item) if item.node is not None else ():
                    if is_letter(inner):
                        beside[inner.name].add(one.name)
    whole = {one.name for node in every for one in bases(node) if not one.sub and not one.sup}
    named = {name for name in whole if notation.kind(name) not in ("", "target")} - notation.sample_letters
    return found | {letter for letter, names in beside.items() if len(names) > 1 and letter not in named}


def counters(every: list[Node], notation: Notation) -> set[str]:
    """The names of sizes with something above or below them, as n_l in the sum from 1 to n_l."""
    ends = [one.last for node in every for one in walk(node) if isinstance(one, Big) and one.last is not None]
    sides = [dim for node in every for one in walk(node) if isinstance(one, Space) for dim in one.dims]
    return {
        one.name
        for node in (*ends, *sides)
        for one in bases(node)
        if (one.sub or one.sup) and notation.kind(one.name) in ("", "input", "constant")
    }


def entries_of(every: list[Node], notation: Notation) -> dict[str, str]:
    """Small letters that only stand with two indices, w_{ij}, beside the whole matrix of their capital: W for w."""
    seen: defaultdict[str, set[int]] = defaultdict(set)
    for one in (one for node in every for one in symbols(node)):
        seen[one.name].add(len(one.sub))
    pairs = {name: capital(name) for name, counts in seen.items() if counts == {2}}
    return {
        small: large
        for small, large in pairs.items()
        if small != large
        and 0 in seen.get(large, ())
        and notation.kind(large) not in ("loss", "rate", "constant")
    }


def sized(every: list[Node]) -> set[str]:
    """The letters that stand as sizes do: where a sum or a list ends, in a shape, below a line, as an index."""
    nodes = [one for node in every for one in walk(node)]
    ends = [one.last for one in nodes if isinstance(one, Big) and one.last is not None]
    sides = [dim for one in nodes if isinstance(one, Space) for dim in one.dims]
    lists = [item for one in nodes if isinstance(one, Listed) for item in one.items]
    scripts = [one.node for one in nodes if isinstance(one, Script) and one.node is not None]
    below = [one.below for one in nodes if isinstance(one, Div)]
    return {one.name for node in (*ends, *sides, *lists, *scripts, *below) for one in symbols(node)}


def layers_of(sym: Sym, notation: Notation) -> list[int]:
    letters = (is_letter(item.node) for item in sym.sub)
    return [notation.unit_layers[letter] for letter in letters if letter in notation.unit_layers]


def before_number(sym: Sym) -> str | None:
    """The h of out_{h1}."""
    pair = [item.node for item in sym.sub]
    return is_letter(pair[0]) if len(pair) == 2 and isinstance(pair[1], Num) else None


def prefixes(every: list[Node]) -> set[str | None]:
    """The letters that stand below names before a number only, and so name units with it."""
    syms = [one for node in every for one in symbols(node)]
    alone = {
        is_letter(item.node) for one in syms if before_number(one) is None for item in (*one.sub, *one.sup)
    }
    summed = {one.index for node in every for one in walk(node) if isinstance(one, Big)}
    return {before_number(one) for one in syms} - alone - summed - {None}


def several(every: list[Node], notation: Notation) -> set[str]:
    """Names that stand with units of several layers, where the letters of units tell them."""
    seen: defaultdict[str, set[int]] = defaultdict(set)
    for node in every:
        for one in symbols(node):
            layers = layers_of(one, notation)
            if layers:
                seen[one.name].add(max(layers))
    return {name for name, layers in seen.items() if len(layers) > 1}


def stepping(every: list[Node]) -> set[str]:
    """The letters that count layers: n, where n - 1 or n + 1 stands beside a name."""
    nodes = [item.node for node in every for one in symbols(node) for item in (*one.sub, *one.sup)]
    items = [one for one in nodes if isinstance(one, Add) and isinstance(one.right, Num)]
    return {letter for one in items if (letter := is_letter(one.left))}


def numbered(every: list[Node]) -> set[str]:
    """Names that have a number where they have one script below them, and never a letter: W_1."""
    seen: defaultdict[str, set[bool]] = defaultdict(set)
    for one in (one for node in every for one in symbols(node) if len(one.sub) == 1):
        seen[one.name].add(isinstance(one.sub[0].node, Num))
    return {name for name, kinds in seen.items() if kinds == {True}}
