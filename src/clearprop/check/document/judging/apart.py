"""What names for gradients stand for together: dW, db and delta beside a loss."""

from clearprop.check.document.meaning.notation import PARAMETERS, WITH_PENALTY, Notation, Reading


def apart(name: str, way: str, reading: Reading, notation: Notation) -> float:
    """The doubt in a db that is summed where all dW are averaged: one line does not tell."""
    roles = notation.roles
    of = {
        n: roles.get(roles[n].of)
        for n in reading.gradients
        if roles[n].kind == "gradient" and not roles[n].added_up
    }
    by = {n for n, role in of.items() if role is not None and role.kind in PARAMETERS}
    others = {reading.gradients[n].removesuffix(WITH_PENALTY) for n in by - {name}}
    return 1.0 if name in by and others and way.removesuffix(WITH_PENALTY) not in others else 0.0


def usual(name: str, way: str, notation: Notation, option: tuple[str, str, str], extra: str) -> str:
    """dW and db go with the loss, and with its penalty if that is tried; delta and dZ are tried both ways. Where the
    loss of one sample is differentiated, all of them may be of each sample's own.
    """
    role = notation.roles[name]
    of = notation.roles.get(role.of)
    if role.kind == "gradient" and of is not None and of.kind in PARAMETERS and way != "sample":
        return option[2] + extra
    return way
