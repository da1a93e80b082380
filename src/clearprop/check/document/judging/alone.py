"""Lines of one sample in a text about many: of z and a, where Z and A are all samples, and of nothing that counts them.

Such a text derives the formulas for one sample first, dW = dz a^T, and then for all, dW = 1/m dZ A^T, with one name for
both gradients.
"""

from clearprop.check.document.meaning.notation import ROWLIKE, Notation, Role, capital
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.read.tree import symbols

DATA = ROWLIKE | {"augmented"}


def is_of_one(statement: Statement, notation: Notation) -> bool:
    """Whether a line names quantities of one sample that have the capital letters of all samples elsewhere."""
    if notation.one_sample or notation.graph is not None:
        return False
    found = False
    for part in statement.parts:
        for one in symbols(part.node) if part.node is not None else ():
            if one.name in notation.sample_letters or notation.sizes.get(one.name) == ("m",):
                return False
            name, role = _of(one.name, notation)
            if role.kind not in DATA:
                continue
            if role.batch or not _has_capital(name, notation):
                return False
            found = True
    return found


def _of(name: str, notation: Notation) -> tuple[str, Role]:
    """A quantity, of dz that of z."""
    role = notation.roles.get(name, Role(""))
    return (role.of, notation.roles.get(role.of, Role(""))) if role.kind == "gradient" else (name, role)


def _has_capital(name: str, notation: Notation) -> bool:
    """Whether the capital of its letter is all samples."""
    return capital(name) != name and notation.roles.get(capital(name), Role("")).batch


__all__ = ["is_of_one"]
