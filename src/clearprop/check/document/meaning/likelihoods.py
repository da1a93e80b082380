"""Log-likelihoods, which are made large: minus the loss."""

from collections.abc import Iterable

from clearprop.check.document.meaning import hints, patterns
from clearprop.check.document.meaning.notation import Notation, Role
from clearprop.check.document.read.tree import Add, Big, Call, Node, Probability, Sym, walk


def find_likelihoods(pairs: Iterable[tuple[Node, Node, str]], prose: str, notation: Notation) -> None:
    """A sum of logarithms without a minus is to be made large, where the text says so: minus the loss."""
    if not hints.says(hints.MAXIMISES, prose):
        return
    for left, right, _ in pairs:
        role = notation.roles.get(left.name, Role("")) if isinstance(left, (Sym, Call)) else Role("")
        signs = [sign for sign, log in patterns.logarithms(right) if _of_output(log.args[0], notation)]
        if role.kind == "loss" and signs:
            role.sign = 1 if signs[0] < 0 else -1


def _of_output(node: Node, notation: Notation) -> bool:
    """Whether a logarithm is of what the network gives, or of one minus that."""
    node = node.right if isinstance(node, Add) and node.sign == -1 else node
    if isinstance(node, Sym):
        return notation.kind(node.name) in ("prediction", "act")
    return isinstance(node, (Call, Probability)) and not any(isinstance(one, Big) for one in walk(node))
