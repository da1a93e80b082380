"""The kind of network and loss."""

from collections import Counter

from clearprop.check.document.meaning import hints, patterns
from clearprop.check.document.meaning.hidden_layers import counted_by
from clearprop.check.document.meaning.named_functions import library_name
from clearprop.check.document.meaning.notation import (
    PARAMETERS,
    Notation,
    first,
    is_letter,
    layer_script,
    place,
)
from clearprop.check.document.meaning.roles import nodes, pairs
from clearprop.check.document.numbers.world import Plan
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import (
    Call,
    Node,
    Num,
    Probability,
    Sym,
    symbols,
    walk,
)


def find_plan(document: Document, notation: Notation, prose: str) -> Plan:
    """Activations, head and loss."""
    hidden, last = _activations(document, notation, prose)
    family, factor, per_output = _loss(document, notation, prose, last)
    if last is None:
        notation.vague = _vague_outputs(document, notation)
    named = hints.activation(prose)
    if not hidden:
        hidden = {0: named} if named else {0: "smooth"}
    top = max(hidden)
    general = hidden.get(0, hidden[min(hidden)])
    activations = tuple(hidden.get(l, general) for l in range(1, max(top, 1) + 1))
    head = last or {"cross-entropy": "softmax", "binary": "logistic", "squared": "identity"}[family]
    if family == "cross-entropy" and head == "logistic":
        family = "binary"
    kinds = {role.kind for role in notation.roles.values()}
    bias = bool(kinds & {"bias", "stack"}) or any(role.ones for role in notation.roles.values())
    bare = _without_bias(notation) if bias else frozenset()
    return Plan(
        activations,
        head,
        family,
        factor,
        per_output,
        bias,
        bare,
        constant=notation.from_zero,
        constant_above=notation.ones_above,
        temperature=_temperature(document, notation),
    )


def _temperature(document: Document, notation: Notation) -> str | None:
    """The constant by which the scores are divided where the text first says what its output is."""
    for left, right, _ in pairs(document):
        if isinstance(left, (Sym, Probability)) and (
            isinstance(left, Probability) or notation.kind(left.name) == "prediction"
        ):
            letter = patterns.tempered(right)
            return letter.name if letter is not None and notation.kind(letter.name) == "constant" else None
    return None


def _vague_outputs(document: Document, notation: Notation) -> set[str]:
    """Names of what the network gives, of a text that says neither how they come about nor what the loss is."""
    outputs = {name for name, role in notation.roles.items() if role.kind == "prediction"}
    given = {left.name for left, _, _ in pairs(document) if isinstance(left, Sym)}
    losses = any(role.kind == "loss" for role in notation.roles.values())
    return set() if losses else outputs - given


def _without_bias(notation: Notation) -> frozenset[int]:
    """Layers whose weights have a letter of their own, and no bias beside them, where every bias has one too."""
    layers: dict[str, set[int | None]] = {"weight": set(), "bias": set(), "stack": set()}
    for role in notation.roles.values():
        if role.kind in layers:
            layers[role.kind].add(role.layer)
    biased = layers["bias"] | layers["stack"]
    told = None not in biased | layers["weight"] and notation.style is None
    return frozenset(l for l in layers["weight"] - biased if l is not None) if told else frozenset()


def _activations(document: Document, notation: Notation, prose: str) -> tuple[dict[int, str], str | None]:
    """The function of each hidden layer (0: of all), and of the last."""
    hidden: dict[int, Counter[str]] = {}
    last: Counter[str] = Counter()
    open_everywhere = False  # a^l = f(z^l), of an f that only the prose names
    for left, right, sign in pairs(document):
        if sign == "=:":
            left, right = right, left
        if _is_output_itself(left, right, notation):
            last["identity"] += 1
        step = patterns.applied(right)
        if step is None:
            continue
        name = library_name(step[0], notation)
        open_everywhere |= name is None and _target(left, step[1], notation) == 0
        if name is None and notation.functions.get(step[0]) == "head" and isinstance(left, Probability):
            name = "softmax"
        if name is None or name in ("exp", "log", "sqrt"):
            continue
        where = _target(left, step[1], notation)
        if where == "last":
            last[name] += 1
        elif where is not None:
            hidden.setdefault(int(where), Counter())[name] += 1
    highest = max([*_numbers(document, notation), 0])
    for layer in [k for k in hidden if k and k == highest and _fixed_depth(document, notation)]:
        last += hidden.pop(layer)
    chosen = {layer: names.most_common(1)[0][0] for layer, names in hidden.items()}
    if not last and (said := hints.output(prose)) is not None:
        last[said] += 1
    if open_everywhere and not chosen and (named := hints.activation(prose)) is not None:
        chosen[0] = named
    if not last and 0 in chosen and counted_by(notation) is None and _covers_last(document, notation):
        last[chosen[0]] += 1
    return chosen, last.most_common(1)[0][0] if last else None


def _is_output_itself(left: Node, right: Node, notation: Notation) -> bool:
    r"""As \hat{Y} = U^{(L)}, or \hat{Y} = A W + b: what the network gives is what its last layer sums."""
    kinds = [notation.kind(one.name) if isinstance(one, Sym) else "" for one in (left, right)]
    step = patterns.affine(right) if kinds[0] == "prediction" else None
    inner = {notation.kind(one.name) for one in (step.first, step.second)} if step is not None else set()
    return kinds == ["prediction", "pre"] or ("weight" in inner and bool(inner & {"act", "input"}))


def _target(left: Node, argument: Node, notation: Notation) -> int | str | None:
    """The layer whose activation a line gives: "last", a number, 0 for any."""
    if isinstance(left, Probability):
        return "last"
    if isinstance(left, Call):
        own = layer_script(left, notation)
        if own is not None and not left.primes:
            return _layer_of(own, notation)
        if is_letter(argument) and is_letter(argument) in map(is_letter, left.args):
            return None  # sigma(t) = 1 / (1 + e^-t) says what sigma is, not where it stands
        return (
            "last"
            if left.name in notation.bodies or notation.functions.get(left.name) in ("head", "body")
            else None
        )
    if not isinstance(left, Sym) or left.name not in notation.roles:
        return None
    role = notation.roles[left.name]
    if role.kind == "prediction":
        return "last"
    if role.kind != "act":
        return None
    where = place(left, role, notation)
    layer = where.layer
    by_letter = [notation.unit_layers.get(is_letter(i.node) or "", 0) for i in where.indices]
    if layer is None and notation.shifted_letters:
        return 0
    if layer is None and any(by_letter):
        last = max(*notation.unit_layers.values(), *(role.layer or 0 for role in notation.roles.values()))
        return "last" if max(by_letter) == last else max(by_letter)
    return _layer_of(layer, notation)


def _layer_of(layer: Node | int | None, notation: Notation) -> int | str | None:
    if isinstance(layer, Num):
        return int(layer.value) - notation.first_act
    if isinstance(layer, int):
        return "last" if layer == -1 else layer
    letter = is_letter(layer)
    if letter and notation.sizes.get(letter) == ("L",):
        return "last"
    return 0 if layer is not None else None


OFTEN = 3  # places of the layer below, where a last layer in one place only is a slip


def _numbers(document: Document, notation: Notation) -> list[int]:
    """Every layer that weights are written with as a number."""
    found = []
    for node in nodes(document):
        for one in symbols(node):
            role = notation.roles.get(one.name)
            if role is None or role.kind not in PARAMETERS:
                continue
            if one.name in ("theta", "Theta") and {"W", "w"} & notation.roles.keys():
                continue  # any of the parameters
            layer = place(one, role, notation).layer
            if isinstance(layer, Num):
                found.append(int(layer.value) - first("b" if role.kind == "bias" else "W", notation))
            elif isinstance(layer, int) and layer > 0:
                found.append(layer)
    return found


def _fixed_depth(document: Document, notation: Notation) -> bool:
    """Whether the network's depth is a number: weights are written with numbers."""
    return bool(_numbers(document, notation))


def depth(document: Document, notation: Notation) -> int | None:
    """How many layers the text writes out; None if it stays general."""
    numbers = _without_slip([*_numbers(document, notation), *notation.unit_layers.values()])
    if numbers and max(numbers) == 1 and ("L",) in notation.sizes.values():
        return None  # W^1, ..., W^L
    return max(numbers) if numbers and 0 < max(numbers) < 8 else None


def _without_slip(numbers: list[int]) -> list[int]:
    """Without a last layer that stands in one place only, beside a layer below that stands in many: a slip."""
    counts = Counter(numbers)
    last = max(numbers, default=0)
    slip = counts[last] == 1 and counts[last - 1] >= OFTEN
    return [number for number in numbers if not (slip and number == last)]


def _covers_last(document: Document, notation: Notation) -> bool:
    """Whether a general activation line holds for the last layer too: nothing else makes the output."""
    for node in nodes(document):
        for one in walk(node):
            if isinstance(one, Probability) or (isinstance(one, Call) and one.name == "softmax"):
                return False
    return True


def _loss(document: Document, notation: Notation, prose: str, last: str | None) -> tuple[str, float, bool]:
    """The loss by its formula, else by the words of the text, else by custom: after a softmax the cross-entropy."""
    family: Counter[str] = Counter()
    for left, right, _ in pairs(document):
        for one, other in ((left, right), (right, left)):
            if isinstance(one, (Sym, Call)) and notation.kind(one.name) == "loss":
                found = patterns.loss_family(other)
                if found:
                    family[found] += 1
    if family:
        return family.most_common(1)[0][0], 0.5, False
    return hints.loss(prose) or ("cross-entropy" if last == "softmax" else "squared"), 0.5, False
