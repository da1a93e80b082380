"""What the functions of a text are: from the library, defined in the text, or activations that are left open."""

import re

import numpy as np

from clearprop.check.document.meaning import hints, patterns
from clearprop.check.document.meaning.notation import Notation, Role, is_letter, layer_script
from clearprop.check.document.meaning.roles import nodes, pairs
from clearprop.check.document.numbers import functions, scalars
from clearprop.check.document.numbers.world import OWN
from clearprop.check.document.read.statements import Document, Statement
from clearprop.check.document.read.tree import (
    Call,
    Cases,
    Node,
    Probability,
    Relation,
    Sym,
    entrywise,
    symbols,
    walk,
)

LIBRARY = set(functions.ENTRYWISE) | {"softmax", "max", "min", "diag", "trace", "vec", "sum"}


def find_functions(document: Document, notation: Notation, prose: str) -> None:
    """What each function of the text is: from the library, defined in the text, or an activation that is left open."""
    used = {one.name for node in nodes(document) for one in walk(node) if isinstance(one, Call)}
    names = sorted(used - LIBRARY, key=lambda name: (name == "sigma", name))
    notation.diagonals.update(_diagonals(document))
    notation.diagonals.update(_said_diagonals(document))
    diagonal = {name.rstrip("'") for name in notation.diagonals}
    names = [name for name in names if notation.kind(name) != "loss" and name not in diagonal]
    names = [name for name in names if not _is_of_parameters(name, document)]
    for name in (*names, *names):  # twice: one may be made of others
        body = _body(document, notation, name)
        if body is not None:
            notation.bodies[name] = body
        notation.functions[name] = _meaning(document, notation, name, body, prose)
        if _is_of_hidden_layers(document, name) or _is_numbered_by_layer(document, notation, name):
            notation.hidden_functions.add(name)


def _diagonals(document: Document) -> dict[str, Call]:
    """Of F(z) = diag(f'(z_1), ..., f'(z_n)): what F has on its diagonal."""
    found = {}
    for left, right, _ in pairs(document):
        if not (isinstance(left, Call) and len(left.args) == 1 and isinstance(left.args[0], Sym)):
            continue
        cells = right.args if isinstance(right, Call) and right.name == "diag" else ()
        first = cells[0] if len(cells) > 1 else None
        if left.primes or not isinstance(first, Call) or len(first.args) != 1:
            continue
        if isinstance(first.args[0], Sym) and first.args[0].name == left.args[0].name and first.args[0].sub:
            found[left.name] = first
    return found


def _said_diagonals(document: Document) -> dict[str, Call]:
    r"""Of "$\Sigma'(z^l)$ is the diagonal matrix of $\sigma'(z^l_j)$": what \Sigma' has on its diagonal."""
    found = {}
    for number, one in document.lone.items():
        entry = document.lone.get(number + 1)
        said = hints.ON_THE_DIAGONAL.match(document.formulas[number].after)
        if said and isinstance(one, Call) and isinstance(entry, Call) and len(entry.args) == 1:
            found[one.name + "'" * one.primes] = entry
    return found


OF_PARAMETERS = {"theta", "Theta", "W", "w", "b"}


def _is_of_parameters(name: str, document: Document) -> bool:
    """Whether a function is only ever taken of the parameters, Omega(theta): that is a quantity of the network."""
    every = (one for node in nodes(document) for one in walk(node) if isinstance(one, Call))
    return all(_takes_parameters(one) for one in every if one.name == name)


def _takes_parameters(call: Call) -> bool:
    letters = [is_letter(argument) for argument in call.args]
    return bool(letters) and not call.primes and all(letter in OF_PARAMETERS for letter in letters)


def as_quantity(node: Node, notation: Notation) -> Node:
    """Omega(theta) as Omega."""
    if not isinstance(node, Call) or notation.kind(node.name) == "loss" or node.name in notation.functions:
        return node
    return Sym(node.name, node.sup, node.sub) if _takes_parameters(node) else node


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
        if isinstance(body[1], Cases):
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
            after = hints.OTHER_LAYER.split(formula.after[:60].split(".")[0].split("。")[0])[0]
            for key, pattern in hints.ACTIVATIONS:
                if patterns_search(pattern, after):
                    return key
            if patterns_search(r"softmax", after):
                return "softmax"
    return None


def _is_of_hidden_layers(document: Document, name: str) -> bool:
    r"""As in: with $f(a) = \tanh(a)$ in the hidden layers, the hidden layers' activation $f$."""
    for formula in document.formulas:
        text = formula.text.strip().lstrip("\\")
        named = re.match(rf"{re.escape(name)}\b\s*(?:\(|=|$)", text) is not None
        before = hints.OF_HIDDEN_LAYERS.search(formula.before[-60:])
        if named and not formula.display and (before or hints.IN_HIDDEN_LAYERS.match(formula.after[:60])):
            return True
    return False


def _is_numbered_by_layer(document: Document, notation: Notation, name: str) -> bool:
    """f_l(z^{(l)}): each layer has its own function of this name, and the last another than the rest."""
    calls = (one for node in nodes(document) for one in walk(node) if isinstance(one, Call))
    letters = {is_letter(item.node) for one in calls if one.name == name for item in (*one.sub, *one.sup)}
    return bool(letters & notation.layer_letters)


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


__all__ = ["as_quantity", "find_functions", "find_outputs", "library_name"]
