"""Errors that are passed back, and changes of parameters: names that the text sets equal to slopes of the loss."""

from dataclasses import replace

from clearprop.check.document.meaning import steps
from clearprop.check.document.meaning.notation import PARAMETERS, Notation, Role, is_letter
from clearprop.check.document.read.single_units import MARK
from clearprop.check.document.read.tree import Call, Derivative, Neg, Node, Sym, symbols

Pairs = list[tuple[Node, Node, str]]


def find_deltas(pairs: Pairs, notation: Notation) -> None:
    """A name that is set equal to a loss's derivative by z is a delta; some take it with a minus."""
    for left, right, direction in sorted(pairs, key=lambda pair: not _is_single(pair[0])):
        if direction == "=:":
            left, right = right, left
        sign, slope = (-1, right.of) if isinstance(right, Neg) else (1, right)
        if (
            not isinstance(left, Sym)
            or not isinstance(slope, Derivative)
            or not is_of_loss(slope.of, notation)
        ):
            continue
        by = slope.by
        if not (isinstance(by, Sym) and by.name in notation.roles):
            continue
        base = notation.roles[by.name]
        layer = None if steps.carries_layer(left, notation) else steps.layer_of(by, base, notation)
        if left.name not in notation.roles or notation.kind(left.name) == "prediction":
            own = Role("delta", layer) if base.kind == "pre" else Role("gradient", layer, of=by.name)
            notation.roles[left.name] = replace(own, sign=sign, slope=not slope.nabla)
        elif base.kind == "pre" and _is_of_act(left.name, notation):
            notation.roles[left.name] = Role(
                "delta", sign=sign, slope=not slope.nabla
            )  # r_3 = dQ/dy_3 of a linear y_3
        elif notation.roles[left.name].kind == "delta" and base.kind == "pre":
            known = notation.roles[left.name]
            samples = {is_letter(item.node) for item in getattr(slope.of, "sub", ())}  # the i of dR_i/dT_i
            units = [item for item in left.sub if is_letter(item.node) not in samples]
            single = f"{MARK}{left.name}" in notation.roles  # the output has a delta of its own
            alone = not units or single or _has_one_meaning(left.name, pairs, notation)
            bare = known.layer is None and notation.style is None and alone and not left.sup
            layer = layer if bare else known.layer
            notation.roles[left.name] = replace(known, layer=layer, sign=sign, slope=not slope.nabla)
        elif base.kind == "prediction" and _has_one_meaning(left.name, pairs, notation):
            notation.roles[left.name] = Role("gradient", layer, of=by.name, sign=sign, slope=not slope.nabla)


def _has_one_meaning(name: str, pairs: Pairs, notation: Notation) -> bool:
    """Whether a delta of no layer is the slope by one quantity, and by nothing else: delta_k = dE/dy_k."""
    known = notation.roles[name]
    named = {id(right): right for left, right, _ in pairs if isinstance(left, Sym) and left.name == name}
    slopes = [one.of if isinstance(one, Neg) else one for one in named.values()]
    by = {one.by.name for one in slopes if isinstance(one, Derivative) and isinstance(one.by, Sym)}
    letters = {is_letter(item.node) for left, _, _ in pairs if isinstance(left, Sym) and left.name == name
               for item in left.sub}  # fmt: skip
    several = len(letters & notation.unit_layers.keys()) > 1
    return (
        known.kind == "delta"
        and known.layer is None
        and notation.style is None
        and len(by) == 1
        and not several
    )


def _is_single(node: Node) -> bool:
    """Whether it is a name of the only output, beside the same letter for hidden units."""
    return isinstance(node, Sym) and node.name.startswith(MARK)


def _is_of_act(name: str, notation: Notation) -> bool:
    role = notation.roles[name]
    return role.kind == "gradient" and notation.kind(role.of) in ("act", "prediction") and role.layer is None


def find_errors_by_name(pairs: Pairs, used: set[str], notation: Notation) -> None:
    """e_v = dL/dv of a v that is any quantity: e_o is then the gradient by o."""
    for left, right, _ in pairs:
        by = right.by if isinstance(right, Derivative) and is_of_loss(right.of, notation) else None
        if not (isinstance(left, Sym) and isinstance(by, Sym) and left.name.endswith(f"_{by.name}")):
            continue
        if by.name in notation.roles:
            continue
        notation.roles[left.name] = Role("gradient", of=by.name)
        mark = left.name.removesuffix(by.name)
        for name in sorted(n for n in used if n.startswith(mark) and n not in notation.roles):
            base = notation.roles.get(name.removeprefix(mark))
            if base is not None:
                notation.roles[name] = Role("gradient", base.layer, of=name.removeprefix(mark))


def find_changes(pairs: Pairs, notation: Notation) -> None:
    """Delta w = eta ...: what a step adds to a parameter, minus the rate times the gradient."""
    for left, right, _ in pairs:
        base = left.name.removeprefix("Delta ") if isinstance(left, Sym) else ""
        known = notation.kind(base) in PARAMETERS
        rates = any(notation.kind(s.name) == "rate" for s in symbols(right))
        if isinstance(left, Sym) and left.name != base and known and rates:
            notation.roles[left.name] = Role("gradient", of=base, sign=-1, rate=True)


def is_of_loss(of: Node | None, notation: Notation) -> bool:
    return of is None or (isinstance(of, (Sym, Call)) and notation.kind(of.name) == "loss")


__all__ = ["find_changes", "find_deltas", "find_errors_by_name", "is_of_loss"]
