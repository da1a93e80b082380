"""Letters that tell the layer of a unit, i of inputs, j of hidden units, k of outputs, and the names that have them."""

from clearprop.check.document.meaning import patterns
from clearprop.check.document.meaning.notation import Notation, is_letter
from clearprop.check.document.meaning.steps import Pairs, oriented
from clearprop.check.document.read.tree import Derivative, Sym


def layers(pairs: Pairs, notation: Notation, prior: dict[str, str]) -> dict[str, int]:
    """Letters that tell the layer of a unit: i of inputs, j of hidden units, k of outputs."""
    found: dict[str, int] = {}
    conflict: set[str] = set()

    def note(letter: str | None, layer: int) -> None:
        if letter is None or letter in notation.sample_letters:
            return
        if found.setdefault(letter, layer) != layer:
            conflict.add(letter)

    for _ in range(3):
        for left, right in oriented(pairs):
            step = patterns.affine(right)
            if step is None or step.summed is None or not isinstance(left, Sym) or len(left.sub) != 1:
                continue
            other = step.second if prior.get(step.first.name) == "weight" else step.first
            inner, outer = step.summed, is_letter(left.sub[0].node)
            if prior.get(other.name) == "input":
                note(inner, 0)
                note(outer, 1)
            elif inner in found:
                note(outer, found[inner] + 1)
    return {} if conflict or max(found.values(), default=0) < 2 else found


def computed(pairs: Pairs, notation: Notation) -> dict[str, set[int]]:
    """The layers of a name, as the letters of its units tell where it is computed, h_j = ..., or weighted in a sum."""
    found: dict[str, set[int]] = {}
    for left, right in oriented(pairs):
        step = patterns.affine(right)
        weighted = () if step is None or step.summed is None else (step.first, step.second)
        for one in (left, *weighted) if not isinstance(right, Derivative) else ():
            letters = [is_letter(item.node) for item in one.sub] if isinstance(one, Sym) else []
            told = [notation.unit_layers[letter] for letter in letters if letter in notation.unit_layers]
            if isinstance(one, Sym) and len(told) == 1:
                found.setdefault(one.name, set()).add(told[0])
    return found
