"""Letters of a text's own with the numbers of layers: z_1 = A_1 x + c_1, y_1 = f(z_1), z_2 = A_2 y_1 + c_2.

What carries the number of the left side is the weight and the bias; what carries the number before is the activation.
Two such steps, one upon the other, tell the kinds of all four letters, whatever they are.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from clearprop.check.document.meaning import patterns
from clearprop.check.document.read.tree import Add, Node, Num, Script, Sym

Layer = tuple[str, object]  # how it is written, and its number, or a letter with what is added to it
TIMES = ("t", "tau")
GRADIENTS = ("d ", "bar ", "delta", "Delta")


@dataclass
class Families:
    """The kinds of letters with layers, and how the layers are written; nothing if no two steps tell."""

    kinds: dict[str, str] = field(default_factory=dict)
    style: str | None = None


def find_families(steps: Iterable[tuple[Node, Node]]) -> Families:
    """The families that the affine steps of a text speak of; none if steps disagree."""
    found: dict[tuple[str, str], list[tuple[Layer, dict[str, str]]]] = {}
    for left, right in steps:
        call = patterns.applied(right)
        step = patterns.affine(call[1] if call is not None else right)
        here = _layer(left) if isinstance(left, Sym) else None
        if not isinstance(left, Sym) or here is None or step is None:
            continue
        if step.summed is not None and here[0] == "sub":
            continue
        for weight, act in _factors(step, here):
            told = {
                left.name: "act" if call is not None else "pre",
                weight.name: "weight",
                **_rest(step, act, here),
            }
            found.setdefault((left.name, weight.name), []).append((here, told))
    chains = [
        told for told in found.values() if len({layer for layer, _ in told}) > 1 or _is_general(told[0][0])
    ]
    kinds = {(name, kind) for told in chains for _, one in told for name, kind in one.items()}
    styles = {style for told in chains for (style, _), _ in told}
    if len(styles) != 1 or len(dict(kinds)) < len(kinds):
        return Families()
    return Families(dict(kinds), styles.pop())


def _is_general(layer: Layer) -> bool:
    """Whether a step is said of any layer, z_l = W_l a_{l-1} + b_l; a letter that counts steps in time tells none."""
    return isinstance(layer[1], tuple) and layer[1][0] not in TIMES


def _factors(step: patterns.Affine, here: Layer) -> list[tuple[Sym, Sym]]:
    """The weight and the activation of a step, if the layers tell; the activation of a forward step is not turned."""
    two = ((step.first, step.second, step.second_turned), (step.second, step.first, step.first_turned))
    named = not any(s.name.startswith(GRADIENTS) for s in (step.first, step.second))
    biased = step.bias is None or _layer(step.bias) == here
    return [(w, a) for w, a, turned in two if named and biased and not turned and _follows(w, a, here)]


def _follows(weight: Sym, act: Sym, here: Layer) -> bool:
    below = _layer(act)
    is_input = here[1] == 1 and not act.sup and (here[0] != "sub" or not act.sub)
    return _layer(weight) == here and (is_input or below == (here[0], _before(here[1])))


def _rest(step: patterns.Affine, act: Sym, here: Layer) -> dict[str, str]:
    """The kinds of the bias and of an activation that has a layer."""
    acts = {act.name: "act"} if _layer(act) is not None else {}
    return acts if step.bias is None else {**acts, step.bias.name: "bias"}


def _layer(sym: Sym) -> Layer | None:
    """What stands above a symbol, or the only script below it, as a layer."""
    scripts = [(script, script.kind) for script in sym.sup] or [(script, "sub") for script in sym.sub]
    if len(scripts) != 1:
        return None
    script, style = scripts[0]
    number = _number(script)
    return None if number is None else (style, number)


def _number(script: Script) -> object | None:
    node = script.node
    if isinstance(node, Num):
        return int(node.value)
    if isinstance(node, Sym) and not node.sub and not node.sup:
        return node.name, 0
    if isinstance(node, Add) and isinstance(node.left, Sym) and isinstance(node.right, Num):
        return node.left.name, node.sign * int(node.right.value)
    return None


def _before(layer: object) -> object:
    return (
        layer - 1
        if isinstance(layer, int)
        else (layer[0], layer[1] - 1)
        if isinstance(layer, tuple)
        else None
    )
