"""Texts that count hidden layers, o_k for k = 1, ..., K, and give the output letters of its own: f = v^T o_K + c."""

import re

from clearprop.check.document.meaning import hints, patterns
from clearprop.check.document.meaning.notation import LAYERED, Notation, is_letter
from clearprop.check.document.read.tree import Node, Sym

Pairs = list[tuple[Node, Node, str]]
HIDDEN = ("H",)  # the size of a letter that is the number of hidden layers
COUNTED = re.compile(
    r"\$(\w)\$ (?:fully.connected |equal |such )?hidden layers|\$(\w)\$\s*个?(?:隐藏层|隐含层|隐层)"
)


def find_count(pairs: Pairs, notation: Notation, prose: str) -> None:
    """The letter of the number of hidden layers, where the step behind the last has weights without a number."""
    letter = hints.first_group(COUNTED, prose)
    if letter and any(leads_out(step, letter) for _, right, _ in pairs if (step := patterns.affine(right))):
        notation.sizes[letter] = HIDDEN


def leads_out(step: patterns.Affine, letter: str | None) -> bool:
    """Whether a step goes from layer K, by weights that carry no layer."""
    factors = (step.first, step.second)
    return (
        letter is not None
        and any(_is_at(one, letter) for one in factors)
        and any(not one.sub + one.sup for one in factors)
    )


def _is_at(sym: Sym, letter: str) -> bool:
    return any(is_letter(item.node) == letter for item in (*sym.sub, *sym.sup))


def counted_by(notation: Notation) -> str | None:
    """The letter of the number of hidden layers, if the text has one."""
    return next((letter for letter, size in notation.sizes.items() if size == HIDDEN), None)


def names_below(notation: Notation) -> set[str]:
    """The names that carry a layer, all of them below the last one."""
    if counted_by(notation) is None:
        return set()
    return {name for name, role in notation.roles.items() if role.kind in LAYERED and role.layer is None}
