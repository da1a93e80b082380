"""The kind of network and loss, and what the functions of the text are."""

import re
from collections import Counter

import numpy as np

from clearprop.check.document.meaning import hints, patterns
from clearprop.check.document.meaning.hidden_layers import counted_by
from clearprop.check.document.meaning.notation import (
    PARAMETERS,
    Notation,
    Role,
    first,
    is_letter,
    layer_script,
    place,
)
from clearprop.check.document.meaning.roles import nodes, pairs
from clearprop.check.document.numbers import functions, scalars
from clearprop.check.document.numbers.world import OWN, Plan
from clearprop.check.document.read.statements import Document, Statement
from clearprop.check.document.read.tree import Call, Cases, Node, Num, Probability, Relation, Sym, entrywise, symbols, walk

LIBRARY = set(functions.ENTRYWISE) | {"softmax", "max", "min", "diag", "trace", "vec", "sum"}


def find_functions(document: Document, notation: Notation, prose: str) -> None:
    """What each function of the text is: from the library, defined in the text, or an activation that is left open."""
    used = {one.name for node in nodes(document) for one in walk(node) if isinstance(one, Call)}
    names = sorted(used - LIBRARY, key=lambda name: (name == "sigma", name))
    names = [name for name in names if notation.kind(name) != "loss"]
    for name in (*names, *names):  # twice: one may be made of others
        body = _body(document, notation, name)
        if body is not None:
            notation.bodies[name] = body
        notation.functions[name] = _meaning(document, notation, name, body, prose)
        if _is_of_hidden_layers(document, name):
            notation.hidden_functions.add(name)


def _body(document: Document, notation: Notation, name: str) -> tuple[tuple[str, ...], Node] | None:
    """What the text sets a function equal to; where it does so case by case, all cases."""
    found = [one for s in document.statements if (one := _defined(s, notation, name)) is not None]
    if not found:
        return None
    letters, first, condition = found[0]
    rows = [(body, case) for own, body, case in found if own == letters and case is not None]
    if condition is None or len(rows) < 2:
        return letters, first
    return letters, Cases((*rows[:-1], (rows[-1][0], None)))


def _defined(
    statement: Statement, notation: Notation, name: str
) -> tuple[tuple[str, ...], Node, Node | None] | None:
    """The letters and the body of a function that a statement sets equal to something, and for which arguments."""
    left, right = [part.node for part in statement.parts[:2]] if len(statement.parts) > 1 else (None, None)
    if not isinstance(left, Call) or left.name != name or left.primes or right is None:
        return None
    if layer_script(left, notation) is not None:
        return None  # g^{[L]}(z) = ... is the function of one layer
    letters = [is_letter(arg) for arg in left.args]
    cases = [one for one in statement.around if isinstance(one, Relation) and is_letter(one.left) in letters]
    if not letters or not all(letters) or not (set(letters) & patterns.names(right) or cases):
        return None
    body = entrywise(right) if len(letters) == 1 and str(letters[0]).islower() else right
    return tuple(str(x) for x in letters), body, cases[0] if cases else None


def find_outputs(document: Document, notation: Notation) -> None:
    """h = h_theta(x): a letter for what the network gives."""
    for left, right, _ in pairs(document):
        of = right.args[0] if isinstance(right, Call) and len(right.args) == 1 else None
        known = isinstance(right, Call) and notation.functions.get(right.name) in ("output", "body", "head")
        if is_letter(left) and known and notation.kind(getattr(of, "name", "")) == "input":
            notation.roles.setdefault(str(is_letter(left)), Role("prediction", -1))


def _meaning(document: Document, notation: Notation, name: str, body: tuple | None, prose: str) -> str:
    if body is not None:
        found = _recognised(body, notation.functions)
        if found is not None:
            return found
    if body is not None and isinstance(body[1], Cases):
        return "body"
    said = _said_of(document, name)
    if said is not None:
        return said
    if _is_head(document, notation, name):
        return "head"
    if _is_output(document, notation, name):
        return "output"
    if name == "sigma":
        named = hints.activation(prose)
        written = {one.name for node in nodes(document) for one in walk(node) if isinstance(one, Call)}
        return (
            named
            if named and named not in written and "igmoid" not in prose and "logistic" not in prose
            else "logistic"
        )
    return "body" if body is not None else "activation"


def _recognised(body: tuple, known: dict[str, str]) -> str | None:
    """The library function that a definition of one letter computes."""
    letters, node = body
    if len(letters) != 1:
        return None
    step = patterns.applied(node)
    if step is not None and step[0] in functions.ENTRYWISE and is_letter(step[1]) == letters[0]:
        return step[0]
    values = [scalars.at(node, letters[0], t, known) for t in POINTS]
    values = [value for value in values if value is not None]
    if len(values) < len(POINTS):
        return None
    same = (
        name
        for name in RECOGNISED
        if np.allclose(values, [functions.ENTRYWISE[name](t) for t in POINTS], 1e-9, 1e-12)
    )
    return next(same, None)


POINTS = (-1.7, -0.4, 0.3, 2.1)
RECOGNISED = ("logistic", "tanh", "softplus", "relu", "leaky_relu", "elu", "silu", "exp", "abs")


def _said_of(document: Document, name: str) -> str | None:
    r"""As in: where $\sigma$ is the logistic function."""
    for formula in document.formulas:
        text = formula.text.strip().lstrip("\\")
        if text.split("(")[0] == name and not formula.display:
            after = formula.after[:60].split(".")[0].split("。")[0]
            for key, pattern in hints.ACTIVATIONS:
                if patterns_search(pattern, after):
                    return key
            if patterns_search(r"softmax", after):
                return "softmax"
    return None


def _is_of_hidden_layers(document: Document, name: str) -> bool:
    r"""As in: with $f(a) = \tanh(a)$ in the hidden layers."""
    for formula in document.formulas:
        text = formula.text.strip().lstrip("\\")
        named = re.match(rf"{re.escape(name)}\b\s*(?:\(|=|$)", text) is not None
        if named and hints.IN_HIDDEN_LAYERS.match(formula.after[:60]):
            return True
    return False


def patterns_search(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None


def _is_head(document: Document, notation: Notation, name: str) -> bool:
    """h(z) = [p(y=1), p(y=2)]: a function whose values are probabilities."""
    for left, right, _ in pairs(document):
        for one, other in ((left, right), (right, left)):
            if not (isinstance(one, Call) and one.name == name and not one.primes):
                continue
            if patterns.has(other, Probability) or (patterns.applied(other) or ("",))[0] == "softmax":
                return True
    return False


def _is_output(document: Document, notation: Notation, name: str) -> bool:
    """h(x): a function of the input is what the network gives for it."""
    calls = [
        one for node in nodes(document) for one in walk(node) if isinstance(one, Call) and one.name == name
    ]
    first_args = [one.args[0] for one in calls if one.args]
    kinds = [
        notation.roles[a.name].kind for a in first_args if isinstance(a, Sym) and a.name in notation.roles
    ]
    return bool(kinds) and len(kinds) == len(first_args) and set(kinds) == {"input"}


def library_name(name: str, notation: Notation) -> str | None:
    """The library's name of a function, None if the text leaves it open."""
    if name in functions.ENTRYWISE or name == "softmax":
        return name
    meaning = notation.functions.get(name)
    if meaning == "body" and _is_of_its_letter(name, notation):
        return OWN + name
    return meaning if meaning in functions.ENTRYWISE or meaning == "softmax" else None


def _is_of_its_letter(name: str, notation: Notation) -> bool:
    """Whether a function of the text's own is made of known ones, its one argument and constants."""
    letters, body = notation.bodies[name]
    calls = {notation.functions.get(one.name, one.name) for one in walk(body) if isinstance(one, Call)}
    if calls - LIBRARY:
        return False
    others = {one.name for one in symbols(body)} - {letters[0], "e", "pi"}
    return len(letters) == 1 and all(notation.kind(one) in ("constant", "rate", "decay") for one in others)


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
    bias = bool(kinds & {"bias", "stack"})
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
    for left, right, sign in pairs(document):
        if sign == "=:":
            left, right = right, left
        if _is_output_itself(left, right, notation):
            last["identity"] += 1
        step = patterns.applied(right)
        if step is None:
            continue
        name = library_name(step[0], notation)
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
