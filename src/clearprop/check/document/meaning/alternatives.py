"""What a text gives in several ways, as for several kinds of networks: a = softmax(z), a = sigma(z), a = z; J as a
cross-entropy and as squares. One network has one of them, so a line that gives another is not wrong.
"""

from collections import defaultdict
from collections.abc import Iterator

from clearprop.check.document.meaning import patterns
from clearprop.check.document.meaning.notation import ROWLIKE, Notation, near_letter
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import Call, Node, Sym

Way = tuple[tuple, str]  # what is given, and of what; how
Lines = defaultdict[tuple, dict[int, str]]  # for what is given: where, and how


def find_alternatives(document: Document, notation: Notation) -> None:
    """Note where the lines stand that give one quantity in different ways; a loss only beside different outputs."""
    outputs: Lines = defaultdict(dict)
    losses: Lines = defaultdict(dict)
    for statement in document.statements:
        left, right = (*(part.node for part in statement.parts), None)[:2]
        if isinstance(left, (Sym, Call)) and right is not None and not _is_of_any_layer(left, notation):
            found = losses if notation.kind(left.name) == "loss" else outputs
            for what, way in _ways(left, right, notation):
                found[what][statement.at] = way
    notation.alternatives = _several(outputs)
    if notation.alternatives:
        notation.alternatives |= _several(losses)


def _is_of_any_layer(left: Sym | Call, notation: Notation) -> bool:
    """Whether a letter stands for its layer: hidden layers and the last one differ in one network."""
    letters = notation.layer_letters - {"L"}
    return any(near_letter(item.node) in letters for item in (*left.sup, *left.sub))


def _several(found: Lines) -> set[int]:
    return {at for lines in found.values() if len(set(lines.values())) > 1 for at in lines}


def _ways(left: Sym | Call, right: Node, notation: Notation) -> Iterator[Way]:
    kind = notation.kind(left.name)
    family = patterns.loss_family(right)
    if kind == "loss" and family is not None:
        yield (left.name, left.sub, left.sup), family
    step = patterns.applied(right)
    if kind in ("act", "prediction") and step is not None:
        yield (left, step[1]), step[0]
    elif kind in ("act", "prediction") and isinstance(right, Sym) and notation.kind(right.name) in ROWLIKE:
        yield (left, right), "identity"
