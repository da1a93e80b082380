"""What of a reading a line depends on: which loss's value or gradients, which deltas."""

from clearprop.check.document.meaning.notation import PARAMETERS, ROWLIKE, Notation, is_letter
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.read.tree import Call, Derivative, Node, Second, Sym, bases, symbols, walk

Use = tuple[str, int]  # a loss with its value (0), gradients by z and a (1), by W and b (2); a delta (3)


class Dependence:
    """What of a reading statements depend on, through the text's own definitions too: each of these is walked once."""

    def __init__(self, notation: Notation) -> None:
        self.notation = notation
        self._of_name: dict[str, tuple[set[Use], set[str]]] = {}

    def uses(self, statement: Statement) -> set[Use]:
        """What one statement depends on."""
        found, names = self._met([part.node for part in statement.parts if part.node is not None])
        left = statement.parts[0].node
        if isinstance(left, Sym) and self.notation.kind(left.name) in PARAMETERS:
            found.add((self.notation.main_loss or "", 2))
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in self._of_name:
                self._of_name[name] = self._met([right for _, right in self.notation.definitions[name]])
            more, further = self._of_name[name]
            found |= more
            waiting += further - names
            names |= further
        return found

    def _met(self, nodes: list[Node]) -> tuple[set[Use], set[str]]:
        """What formulas themselves depend on, and the names in them that the text defines."""
        found: set[Use] = set()
        names: set[str] = set()
        waiting = list(nodes)
        while waiting:
            node = waiting.pop()
            if isinstance(node, Derivative) and (slopes := self._slopes(node)):
                found |= slopes
                continue
            if isinstance(node, (Sym, Call)):
                kind = self.notation.kind(node.name)
                if kind in ("loss", "delta", "gradient"):
                    found.add((node.name, 0 if kind == "loss" else 3))
            if isinstance(node, Sym):
                names |= self.notation.definitions.keys() & {one.name for one in symbols(node)}
            waiting += node.children
        return found, names

    def _slopes(self, node: Derivative) -> set[Use]:
        """Which gradients of a loss a derivative is; none if it is of something else."""
        roles = self.notation.roles
        name = node.of.name if isinstance(node.of, (Sym, Call)) else self.notation.main_loss or ""
        if self.notation.kind(name) != "loss":
            return set()
        by = [roles[one.name].kind for one in bases(node.by) if one.name in roles]
        return {(name, part) for part in _parts(by[0] if by else "")}


def _parts(kind: str) -> tuple[int, ...]:
    """Which gradients of a loss a derivative by a quantity of this kind is."""
    if kind in ROWLIKE:
        return (1,)
    return (2,) if kind in PARAMETERS else (1, 2)


def has_derivative(statement: Statement) -> bool:
    """Whether a derivative stands in it, which may lie one way or the other."""
    nodes = [part.node for part in statement.parts if part.node is not None]
    return any(isinstance(one, (Derivative, Second)) for node in nodes for one in walk(node))


def has_slopes_of_one(statements: list[Statement], notation: Notation) -> bool:
    """Whether a text differentiates the loss of one sample, E_p, and has names for what steps add."""
    nodes = [part.node for one in statements for part in one.parts if part.node is not None]
    losses = [one.of for node in nodes for one in walk(node) if isinstance(one, Derivative)]
    own = [one for one in losses if isinstance(one, Sym) and notation.kind(one.name) == "loss"]
    letters = {is_letter(item.node) for one in own for item in (*one.sub, *one.sup)}
    changes = any(role.kind == "gradient" and role.rate for role in notation.roles.values())
    return changes and bool(letters & notation.sample_letters)


def says_what_it_is(used: set[tuple[str, int]]) -> bool:
    """Whether a line speaks of the value of a loss and of no gradient."""
    return bool(used) and all(part == 0 for _, part in used)
