"""What a step keeps of the steps before: the velocity of momentum, the moments of Adam, the squares of RMSProp."""

from clearprop.check.document.meaning.notation import PARAMETERS, Notation, Role, is_letter
from clearprop.check.document.meaning.roles import named_lines
from clearprop.check.document.meaning.steps import carries_layer
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import Derivative, Listed, Node, Sym, bases, walk


def find_memories(document: Document, notation: Notation) -> None:
    """Names without a meaning that are computed from themselves: each belongs to a parameter."""
    lines = [(left, right) for _, left, right in named_lines(document)]
    for left, right in lines:
        name = is_letter(left) or (left.name if carries_layer(left, notation) else None)
        free = name not in notation.roles or _takes_in_others(name or "", right, notation)
        if name and free and _holds(right, name):
            owner = _owner(name, lines, notation)
            if owner is not None:
                notation.roles[name] = Role("memory", of=owner)
                notation.memories[name] = (left, right)
                _gradient(right, owner, notation)
    if notation.memories:
        notation.counters = {"t", "tau"} - notation.roles.keys() | {
            left.name for left, right in lines if isinstance(right, Listed) and is_letter(left)
        }


def _holds(node: Node, name: str) -> bool:
    return any(one.name == name for one in bases(node))


def _takes_in_others(name: str, right: Node, notation: Notation) -> bool:
    """V <- mu V - eta dL/dW: a letter that custom has for weights, moved by the slopes of others only."""
    slopes = [one.by for one in walk(right) if isinstance(one, Derivative)]
    taken = {one.name for one in slopes if isinstance(one, Sym)}
    taken |= {role.of for one in bases(right) if (role := notation.roles.get(one.name)) and role.of}
    moved = {one for one in taken if notation.kind(one) in PARAMETERS}
    return notation.kind(name) in PARAMETERS and bool(moved) and name not in moved


def _owner(name: str, lines: list[tuple[Sym, Node]], notation: Notation) -> str | None:
    """The parameter that the name carries, v_W; else the one that is moved by it, perhaps by way of other names."""
    suffix = name.rpartition("_")[2]
    if suffix != name and notation.kind(suffix) in PARAMETERS:
        return suffix
    names = {name} | {left.name for left, right in lines if _holds(right, name)}
    for left, right in lines:
        moved = left.name != name and notation.kind(left.name) in PARAMETERS and _holds(right, left.name)
        if moved and any(_holds(right, one) for one in names):
            return left.name
    return None


def _gradient(right: Node, owner: str, notation: Notation) -> None:
    """A letter g without a meaning beside it is the owner's gradient."""
    for one in bases(right):
        known = (
            one.name in notation.roles or one.name in notation.functions or one.name in notation.definitions
        )
        if one.name in ("g", "G", "nabla", "d") and not known:
            notation.roles[one.name] = Role("gradient", of=owner)


__all__ = ["find_memories"]
