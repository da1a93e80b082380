"""Texts of units in any layer: net_j = sum_i w_ij o_i, o_j = phi(net_j), delta_j = phi'(net_j) sum_k w_jk delta_k.

No layer is named: i stands for a unit before j, k for one behind it. Such a line is held against a network of two
layers twice, with i an input and with i a hidden unit, and must be true of one of the two.
"""

from collections.abc import Iterable

from clearprop.check.document.meaning import patterns
from clearprop.check.document.meaning.notation import Notation, Role, is_letter
from clearprop.check.document.read.tree import Big, Node, Sym, bases, walk

Pairs = list[tuple[Node, Node, str]]


def find_any_layer(pairs: Pairs, notation: Notation, prior: dict[str, str]) -> None:
    """Note which letters stand before, in and behind a layer, where a text of this kind is recognised."""
    if notation.unit_layers or notation.style is not None:
        return
    for left, right, _ in pairs:
        step = _summed(left, right)
        if step is None or not isinstance(left, Sym):
            continue
        weight, act = (
            (step.first, step.second) if prior.get(step.first.name) == "weight" else (step.second, step.first)
        )
        inner, outer = str(step.summed), _unit(left, weight)
        sample = _letters(left) & _letters(act) - {inner, outer}
        if prior.get(weight.name) != "weight" or not _feeds_itself(left, act, pairs):
            continue
        beyond = _beyond(weight.name, outer, inner, pairs)
        notation.unit_layers = {inner: 0, outer: 1} | dict.fromkeys(beyond, 2)
        notation.shifted_letters = {inner: 1, outer: 2}
        notation.sample_letters |= sample
        notation.roles[left.name], notation.roles[act.name] = Role("pre"), Role("act")
        if notation.roles.get("theta", Role("")).kind == "weight" and weight.name != "theta":
            del notation.roles["theta"]  # custom has it for weights, and the text has others
        if step.bias is not None:
            notation.roles[step.bias.name] = Role("bias", sign=-1 if step.taken_off else 1)
        return


def _summed(left: Node, right: Node) -> patterns.Affine | None:
    """The step of one unit, written as a sum over the units before it."""
    step = patterns.affine(right)
    one = isinstance(left, Sym) and 0 < len(left.sub) < 3 and not left.sup and all(_letters(left))
    return step if one and step is not None and step.summed is not None else None


def _unit(left: Sym, weight: Sym) -> str:
    """The letter of the unit that is computed: of net_{pj} = sum_i w_{ji} o_{pi} the j, which the weight has too."""
    own = [str(is_letter(item.node)) for item in left.sub]
    return next((letter for letter in own if letter in _letters(weight)), own[-1])


def _letters(sym: Sym) -> set[str]:
    return {str(is_letter(item.node)) for item in sym.sub if item.node is not None}


def _feeds_itself(pre: Sym, act: Sym, pairs: Pairs) -> bool:
    """Whether o_j is a function of net_j, and so the o_i that net_j sums are of the same kind."""
    for left, right, _ in pairs:
        step = patterns.applied(right)
        if step is None or not isinstance(left, Sym) or not isinstance(step[1], Sym):
            continue
        if left.name == act.name and step[1].name == pre.name and left.sub == step[1].sub:
            return True
    return False


def _beyond(weight: str, outer: str, inner: str, pairs: Pairs) -> set[str]:
    """The letters that sums run over where the weights lead on from the unit."""
    found = set()
    for big in _sums(node for left, right, _ in pairs for node in (left, right)):
        letters = {is_letter(s.node) for one in bases(big.body) if one.name == weight for s in one.sub}
        if outer in letters and big.index in letters and big.index != inner:
            found.add(str(big.index))
    return found


def _sums(nodes: Iterable[Node]) -> Iterable[Big]:
    return (one for node in nodes for one in walk(node) if isinstance(one, Big))


__all__ = ["find_any_layer"]
