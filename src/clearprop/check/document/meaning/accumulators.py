"""Sums over the samples of what each adds to a gradient: Delta^{(l)} := Delta^{(l)} + delta^{(l+1)} (a^{(l)})^T."""

from clearprop.check.document.meaning.errors import is_of_loss
from clearprop.check.document.meaning.notation import Notation, Role
from clearprop.check.document.meaning.patterns import names
from clearprop.check.document.read.tree import Add, Big, Derivative, Mul, Node, Sym, Transpose

Pairs = list[tuple[Node, Node, str]]


def find_added_up(pairs: Pairs, notation: Notation) -> None:
    """A name that sums products of errors and activations is the gradient by the text's weights."""
    weights = [n for n, role in notation.roles.items() if role.kind == "weight" and role.layer is None]
    weights = [name for name in weights if " " not in name]
    for left, right, _ in pairs:
        term = summand(left, right)
        if isinstance(left, Sym) and len(weights) == 1 and notation.kind(left.name) in ("", "delta"):
            others = _factors(term) if term is not None else []
            kinds = sorted(notation.kind(name) for name in others)
            if left.name not in others and kinds in (["act", "delta"], ["delta", "input"]):
                notation.roles[left.name] = Role("gradient", of=weights[0], added_up=True)

    _find_slopes(pairs, notation)


def _find_slopes(pairs: Pairs, notation: Notation) -> None:
    """The D of dJ/dTheta = D where D is made of such sums: the gradient, and what gives it can be right or wrong."""
    sums = {name for name, role in notation.roles.items() if role.added_up}
    made = {left.name for left, right, _ in pairs if isinstance(left, Sym) and names(right) & sums}
    for left, right, _ in pairs:
        for slope, other in ((left, right), (right, left)):
            if not (isinstance(slope, Derivative) and isinstance(slope.by, Sym) and isinstance(other, Sym)):
                continue
            free = other.name in made and not notation.kind(other.name)
            if free and notation.kind(slope.by.name) == "weight" and is_of_loss(slope.of, notation):
                notation.roles[other.name] = Role("gradient", of=slope.by.name)


def summand(left: Node, right: Node) -> Node | None:
    """What is summed, or added to what was there before."""
    if isinstance(right, Add) and right.left == left and right.sign == 1:
        return right.right
    return right.body if isinstance(right, Big) and right.what == "sum" else None


def _factors(node: Node) -> list[str]:
    """The names that are multiplied, and nothing else."""
    if isinstance(node, Mul):
        return [*_factors(node.left), *_factors(node.right)]
    node = node.of if isinstance(node, Transpose) else node
    return [node.name] if isinstance(node, Sym) else [""]


__all__ = ["find_added_up", "summand"]
