"""Which names are losses: what is differentiated, and what equals a logarithm or a square of predictions."""

from collections import Counter
from typing import TypeGuard

from clearprop.check.document.meaning import patterns
from clearprop.check.document.meaning.notation import PARAMETERS, Notation, Role, is_letter
from clearprop.check.document.read.parse import Words
from clearprop.check.document.read.statements import LOSS_LETTERS
from clearprop.check.document.read.tree import Big, Call, Derivative, Node, Sym, bases, symbols, walk

Pairs = list[tuple[Node, Node, str]]
TAKEN = {"pre", "act", "prediction", "input", "weight", "bias", "delta", "stack", "gradient"}
SAID = {"loss", "cost", "err", "error", "obj"}


def find_losses(nodes: list[Node], pairs: Pairs, words: Words, notation: Notation) -> None:
    """Give names the role of a loss, those first that are written most often as one is."""
    found = _candidates(nodes, pairs, notation)
    above = {
        item.node.name
        for node in nodes
        for s in symbols(node)
        for item in s.sup
        if isinstance(item.node, Sym)
    }
    usual = {name for name in found if name in LOSS_LETTERS or name.lower() in SAID}
    formed = _formed(nodes, pairs, notation)
    usual |= formed
    for name, _ in found.most_common():
        kind = notation.roles[name].kind if name in notation.roles else ""
        applied = name in words.functions and name not in LOSS_LETTERS and name not in formed
        if name in usual and kind not in TAKEN and not applied and name not in above:
            notation.roles[name] = Role("loss")
            notation.main_loss = notation.main_loss or name
    for left, right, _ in pairs:  # R = 1/N sum_n L(...) + ...
        if not isinstance(left, (Sym, Call)) or left.name not in LOSS_LETTERS or left.name in notation.roles:
            continue
        if any(isinstance(one, Big) and _holds_loss(one.body, notation) for one in walk(right)):
            notation.roles[left.name] = Role("loss")
    totals = [left.name for left, right, _ in pairs if _is_loss(left, notation) and _sums_samples(right)]
    own = [right for left, right, _ in pairs if _is_loss(left, notation) and left.name == notation.main_loss]
    if totals and notation.main_loss not in totals and own:
        notation.main_loss = totals[0]  # J = 1/m sum of losses, beside L of one sample: what a step goes down


def _is_loss(node: Node, notation: Notation) -> TypeGuard[Sym | Call]:
    return isinstance(node, (Sym, Call)) and notation.kind(node.name) == "loss"


def _holds_loss(node: Node, notation: Notation) -> bool:
    return any(_is_loss(one, notation) for one in walk(node))


def _sums_samples(node: Node) -> bool:
    """Whether it is a sum to m, N or n of logarithms or squares."""
    sums = [one for one in walk(node) if isinstance(one, Big) and is_letter(one.last) in ("m", "N", "n")]
    return bool(sums) and patterns.loss_family(node) is not None


def _candidates(nodes: list[Node], pairs: Pairs, notation: Notation) -> Counter[str]:
    """How often each name is written as a loss is."""
    found: Counter[str] = Counter()
    for node in nodes:
        for one in walk(node):
            if isinstance(one, Derivative) and isinstance(one.of, (Sym, Call)):
                found[one.of.name] += 1
    for left, right, _ in pairs:
        if isinstance(left, (Sym, Call)) and patterns.loss_family(right) is not None:
            found[left.name] += 1
        if isinstance(right, Call) and left != right and _compares(right, notation):  # L = l(o, y)
            found[right.name] += 1
    return found


def _formed(nodes: list[Node], pairs: Pairs, notation: Notation) -> set[str]:
    """Names of any letter, F or F(x), that are squares of differences or logarithms beside targets, and are
    differentiated by a parameter or by what a layer sums up.
    """
    formed = {
        left.name
        for left, right, _ in pairs
        if (_is_bare(left) or _is_of_all(left)) and _is_form(right, notation)
    }
    slopes = [one for node in nodes for one in walk(node) if isinstance(one, Derivative)]
    moved = {name for name, role in notation.roles.items() if role.kind in PARAMETERS | {"pre"}}
    by_them = [one.of for one in slopes if moved & {s.name for s in bases(one.by)}]
    return formed & {of.name for of in by_them if _is_bare(of)}


def _is_form(node: Node, notation: Notation) -> bool:
    family = patterns.loss_family(node)
    targets = any(notation.kind(one.name) == "target" for one in symbols(node))
    return family == "squared" or (family is not None and targets)


def _is_bare(node: Node | None) -> TypeGuard[Sym]:
    return isinstance(node, Sym) and not node.sub and not node.sup


def _is_of_all(node: Node | None) -> TypeGuard[Call]:
    """F(x), which the text differentiates as F: of one argument, all that it depends on."""
    return isinstance(node, Call) and not (node.sub or node.sup or node.primes) and len(node.args) == 1


def _compares(node: Call, notation: Notation) -> bool:
    """Whether a function has both what the network gives and the target."""
    kinds = {notation.kind(arg.name) for arg in node.args if isinstance(arg, Sym)}
    return len(node.args) == 2 and "target" in kinds and bool(kinds & {"pre", "act", "prediction"})


def find_losses_of_one(nodes: list[Node], notation: Notation) -> None:
    """Losses that are written with the data in some places and without in others."""
    with_data: dict[str, set[bool]] = {}
    for one in (one for node in nodes for one in walk(node)):
        role = notation.roles.get(one.name, Role("")) if isinstance(one, Call) else Role("")
        if isinstance(one, Call) and role.kind == "loss":
            kinds = {notation.kind(s.name) for arg in one.args for s in symbols(arg)}
            with_data.setdefault(one.name, set()).add(bool(kinds & {"input", "target", "prediction"}))
    notation.losses_of_one = {name for name, found in with_data.items() if len(found) == 2}
