"""Which letter is what: from custom first, then from the formulas they stand in."""

from collections.abc import Iterator

from clearprop.check.document.meaning import (
    accumulators,
    errors,
    forward,
    hidden_layers,
    hints,
    patterns,
    stacked,
    steps,
    unit_letters,
)
from clearprop.check.document.meaning.adjoints import find_adjoints
from clearprop.check.document.meaning.any_layer import find_any_layer
from clearprop.check.document.meaning.augmented import besides_one, find_blocks, find_cut
from clearprop.check.document.meaning.differentials import find_differentials
from clearprop.check.document.meaning.families import find_families
from clearprop.check.document.meaning.likelihoods import find_likelihoods
from clearprop.check.document.meaning.loss_names import Pairs, find_losses, find_losses_of_one
from clearprop.check.document.meaning.notation import (
    ROWLIKE,
    Notation,
    Role,
    is_letter,
    is_near_letter,
    near_letter,
    place,
)
from clearprop.check.document.meaning.offsets import entering, find_offsets
from clearprop.check.document.meaning.shape_lines import sets_sizes, speaks_of_shapes
from clearprop.check.document.read.formulas import prose
from clearprop.check.document.read.statements import Document, Statement
from clearprop.check.document.read.tree import (
    Add,
    Big,
    Dots,
    Listed,
    Matrix,
    Node,
    Num,
    Ones,
    Relation,
    Script,
    Space,
    Sym,
    Transpose,
    symbols,
)

CUSTOM = {
    "input": "x X", "target": "y Y t T", "prediction": "hat y|hat Y|hat t|hat T|hat p|hat P|p P|q|tilde y|prob probs",
    "weight": "W w Theta theta U V", "bias": "b W0 w0 theta0 Theta0 beta0", "pre": "z Z", "act": "a A h H",
    "delta": "delta Delta",
    "rate": "alpha eta epsilon lr", "decay": "lambda",
}  # fmt: skip
PRIOR = {
    name: kind
    for kind, text in CUSTOM.items()
    for part in text.split("|")
    for name in ([part] if part.startswith(("hat", "tilde")) else part.split())
}


def pairs(document: Document) -> Iterator[tuple[Node, Node, str]]:
    """Neighbouring sides of all chains, both ways of reading a first side that is a name; also with the letter for the
    entries, where the first is a matrix of them, and with f(z) for a side [1; f(z)].
    """
    for left, right, sign in _written(document):
        yield left, right, sign
        if isinstance(left, Sym) and (left.sup or left.sub) and (units := besides_one(right)) is not None:
            yield left, units, sign
        if isinstance(left, Matrix) and (whole := stacked.whole(left)) is not left:
            yield whole, stacked.whole(right), sign


def _written(document: Document) -> Iterator[tuple[Node, Node, str]]:
    for statement in document.statements:
        nodes = [(p.node, p.sign) for p in statement.parts]
        first = nodes[0][0]
        for k in range(1, len(nodes)):
            node, sign = nodes[k]
            before = nodes[k - 1][0]
            if node is None or sign not in ("=", ":=", "=:"):
                continue
            if before is not None:
                yield before, node, sign
            if k > 1 and first is not None:
                yield first, node, sign


def named_lines(document: Document) -> Iterator[tuple[Statement, Sym, Node]]:
    """Each statement that starts with a name, the name, and the side behind it, whatever sign is between."""
    for statement in document.statements:
        sides = [part.node for part in statement.parts[:2]]
        if len(sides) == 2 and isinstance(sides[0], Sym) and sides[1] is not None:
            yield statement, sides[0], sides[1]


def nodes(document: Document, *, ranges: bool = True) -> Iterator[Node]:
    """All sides; `ranges`: with those of p = 1, ..., P and n x m, whose letters are indices and sizes."""
    for statement in document.statements:
        if not ranges and any(f(statement) for f in (_is_range, speaks_of_shapes, sets_sizes)):
            continue
        for part in statement.parts:
            if part.node is not None:
                yield part.node


def _is_range(statement: Statement) -> bool:
    """p = 1, ..., P."""
    sides = [part.node for part in statement.parts]
    return (
        len(sides) == 2
        and is_letter(sides[0]) is not None
        and isinstance(sides[1], Listed)
        and isinstance(sides[1].items[0], Num)
        and any(isinstance(one, Dots) for one in sides[1].items)
    )


def find_style(document: Document, notation: Notation) -> None:
    """How layers are written, by the scripts of weights and biases."""
    found = [one for node in nodes(document) for one in symbols(node)]
    applied = {
        left.name for left, right, _ in pairs(document) if isinstance(left, Sym) and patterns.applied(right)
    }
    known = [one for one in found if PRIOR.get(one.name) in ("weight", "bias") and one.name not in applied]
    supers = [item for one in known for item in one.sup]
    if any(item.kind == "bracket" for item in supers):
        notation.style = "bracket"
    elif any(item.kind == "paren" for item in supers):
        notation.style = "paren"
    elif any(item.kind == "plain" and _names_layer(item.node) for item in supers):
        notation.style = "plain"
    elif _by_subscript(known, found):
        notation.style = "sub"
    own = find_families(steps.oriented(list(pairs(document))))
    if notation.style is None and own.style is not None:
        notation.style = own.style
        known = [one for one in found if one.name in own.kinds]
    notation.numbered = {one.name for one in found if one.sub and isinstance(one.sub[0].node, Num)}
    notation.layer_letters |= {letter for one in known for letter in _letters_of_layer(one, notation)}
    _samples_above(found, notation)


def _names_layer(node: Node | None) -> bool:
    return node.value == 1 if isinstance(node, Num) else is_near_letter(node, {"l", "L", "k", "ell"})


def _by_subscript(known: list[Sym], found: list[Sym]) -> bool:
    """W_1, W_2: weights with a capital and one number below, each of them."""
    weights = [one for one in known if PRIOR.get(one.name) == "weight" and one.sub]
    numbered = [
        one
        for one in weights
        if len(one.sub) == 1 and isinstance(one.sub[0].node, Num) and one.sub[0].node.value < 10
    ]
    if _general_subscript(weights, found):
        return True
    if not numbered or any(len(one.sub) > 1 for one in weights if one.name == numbered[0].name):
        return False
    if numbered[0].name.isupper() or numbered[0].name == "Theta":
        return True
    biases = [
        one for one in known if one.name == "b" and len(one.sub) == 1 and isinstance(one.sub[0].node, Num)
    ]
    hidden = [
        one
        for one in found
        if one.name in ("z", "a", "h") and len(one.sub) == 1 and isinstance(one.sub[0].node, Num)
    ]
    inputs = [one for one in found if one.name == "x"]
    bare_input = any(not one.sub for one in inputs) and not any(_is_numbered(one) for one in inputs)
    return bool(biases and hidden and bare_input)


def _is_numbered(sym: Sym) -> bool:
    return len(sym.sub) == 1 and isinstance(sym.sub[0].node, Num)


UNITS = {"a", "h", "z", "o", "s", "u", "x", "y", "f"}  # of which W_l beside A_{l-1} may be one


def _general_subscript(weights: list[Sym], found: list[Sym]) -> bool:
    """W_l beside A_{l-1}."""
    letters = {
        letter
        for one in weights
        if one.name.isupper() and len(one.sub) == 1 and (letter := is_letter(one.sub[0].node))
    }
    before = [s.sub[0].node for s in found if s.name.lower() in UNITS and len(s.sub) == 1]
    return any(isinstance(node, Add) and is_letter(node.left) in letters for node in before)


def _letters_of_layer(one: Sym, notation: Notation) -> set[str]:
    items: tuple[Script, ...] = one.sub[:1] if notation.style == "sub" else one.sup
    found = set()
    for item in items:
        if notation.style != "sub" and item.kind != notation.style:
            continue
        node = item.node.left if isinstance(item.node, Add) else item.node
        letter = is_letter(node)
        matrix = (
            notation.style == "sub" and one.name.isupper() and len(one.sub) == 1
        )  # W_i beside W_1 and W_2
        if (letter and letter.islower() and (matrix or letter not in ("i", "j"))) or letter == "ell":
            found.add(letter)
    return found


def _samples_above(found: list[Sym], notation: Notation) -> None:
    """Whether x^{(i)} is sample i, and which letters stand there."""
    letters = set()
    above = [item.node for one in found for item in one.sup if item.kind == "paren"]
    iterations = {near_letter(node) for node in above if isinstance(node, Add)}  # w^{(r+1)} = w^{(r)} - ...
    for one in found:
        for item in one.sup:
            letter = is_letter(item.node)
            if (
                item.kind != "paren"
                or letter is None
                or letter in notation.layer_letters | iterations
                or letter in ("L", "T")
            ):
                continue
            if (
                notation.style != "paren"
                or PRIOR.get(one.name) in ("input", "target", "prediction")
                or len(one.sup) > 1
            ):
                letters.add(letter)
    notation.samples_above = bool(letters)
    notation.sample_letters |= {letter for letter in letters if letter.islower()}


def find_roles(document: Document, notation: Notation) -> None:
    """The role of every name that custom or the formulas settle."""
    both = list(pairs(document))
    on_line = [one for node in nodes(document, ranges=False) for one in _on_line(node)]
    used = {one.name for one in on_line if one.sub or one.sup or one.name not in notation.anything}
    used -= patterns.bounds(nodes(document)) - {one.name for one in on_line if one.sub or one.sup}
    text = prose(document.source)
    of_class = hints.of_class(text)
    spare = {"t", "T"} - _one_hot(document) - of_class if used & {"y", "Y"} else set()
    alone = set() if used & {"y", "Y", "t", "T"} else of_class
    prior = dict(PRIOR)
    if steps.outputs_are_y(both) and (used & {"t", "T"} or _stands_alone("yY", document)):
        prior.update(y="prediction", Y="prediction")
        spare = set()
    said = hints.input_letter(text)
    below = {is_letter(item.node) for node in nodes(document) for one in symbols(node) for item in one.sub}
    if said in used - below and said not in _computed(document):
        prior[said] = "input"
    used |= alone
    prior.update(dict.fromkeys((hints.target_letters(text) & used | alone) - _computed(document), "target"))
    for name in _computed(document) & {n for n, kind in prior.items() if kind in ("rate", "decay")}:
        del prior[name]
    prior.update(steps.exchanged(both, prior))
    kinds, shifts, bare = forward.settled(steps.oriented(both), prior)
    prior.update(kinds | find_families(steps.oriented(both)).kinds)
    prior.update(entering(both, prior, notation))
    find_adjoints(document, both, used, prior, notation)
    for name in sorted(used - spare - notation.roles.keys()):
        offset = name.rstrip("0123456789") == "b" or (name[-1] == "0" and name[:-1] in used)
        kind = prior.get(name) or ("bias" if offset else None)
        if kind is not None and not (
            name in document.words.functions and kind in ("act", "prediction", "pre")
        ):
            notation.roles[name] = _role(kind)
        elif name.startswith("d ") and name[2:] in PRIOR:
            notation.roles[name] = Role("gradient", of=name[2:])
    _added_inside(shifts, bare, notation)
    _one_layer(document, notation)
    hidden_layers.find_count(both, notation, text)
    notation.unit_layers = unit_letters.layers(both, notation, prior)
    notation.unit_names = unit_letters.computed(both, notation)
    find_any_layer(both, notation, prior)
    _augmented(document, notation)
    sides = ([part.node for part in one.parts] for one in document.statements)
    ones = {name for found in sides for name in patterns.ones_at_zero(found)}
    notation.from_zero = any(notation.kind(name) == "input" for name in ones)
    outside = {one.name for node in nodes(document) for one in steps.outside(node)}
    written = steps.find_steps(both, used, outside, notation)
    find_blocks(both, notation.roles)
    find_cut(notation.roles, used)
    find_offsets(both, notation, written)
    _losses_and_errors(document, both, used, notation)
    for name in sorted(used):
        if name.startswith("d ") and name not in notation.roles and name[2:] in notation.roles:
            notation.roles[name] = Role("gradient", of=name[2:])
    _small_beside_capital(notation)
    notation.ones_above = any(notation.kind(name) in ("pre", "act") for name in ones)
    find_differentials(both, used, notation)


def _losses_and_errors(document: Document, both: Pairs, used: set[str], notation: Notation) -> None:
    """Which names are losses, and which are what comes of them: changes, errors, sums of gradients."""
    find_losses(list(nodes(document)), both, document.words, notation)
    find_likelihoods(both, prose(document.source), notation)
    errors.find_changes(both, notation)
    find_losses_of_one(list(nodes(document)), notation)
    errors.find_deltas(both, notation)
    accumulators.find_added_up(both, notation)
    errors.find_errors_by_name(both, used, notation)


def _small_beside_capital(notation: Notation) -> None:
    """What only its gradient names, the z of dz: of one sample what Z is of all."""
    for name in {role.of for role in notation.roles.values() if role.kind == "gradient"}:
        known = notation.roles.get(name.upper())
        if len(name) == 1 and name not in notation.roles and known is not None and known.kind in ROWLIKE:
            notation.roles[name] = Role(known.kind, known.layer)


def _added_inside(shifts: dict[str, int], bare: set[str], notation: Notation) -> None:
    """Biases that an activation adds itself, with their signs, and what it adds them to."""
    for name in shifts.keys() & notation.roles.keys():
        notation.roles[name].sign = shifts[name]
    for name in bare & notation.roles.keys():
        notation.roles[name].bare = True


def _on_line(node: Node) -> Iterator[Sym]:
    """The symbols that are more than an index or a bound of a sum."""
    if isinstance(node, Sym):
        yield node
    elif isinstance(node, Big):
        for one in (node.body, node.condition):
            if one is not None:
                yield from _on_line(one)
    elif not isinstance(node, (Script, Space)):  # the letters of a shape are sizes
        for one in node.children:
            yield from _on_line(one)
    if isinstance(node, Sym):  # y in p_{i y_i}
        yield from (
            s for item in node.sub if item.node is not None for s in symbols(item.node) if s.sub or s.sup
        )


def _computed(document: Document) -> set[str]:
    """Names that the text sets equal to something that it computes, as in epsilon_j = y_j - t_j."""
    found = set()
    for left, right, sign in pairs(document):
        one, value = (right, left) if sign == "=:" else (left, right)
        name = one.name if isinstance(one, Sym) and not one.sup else None
        if name and any(s.name in PRIOR and s.name != name for s in symbols(value)):
            found.add(name)
    return found


def _role(kind: str) -> Role:
    return Role(kind, {"input": 0, "target": -1, "prediction": -1}.get(kind))


def _stands_alone(names: str, document: Document) -> bool:
    """Whether a name is always a whole side: what is only said to equal something is no target of a loss."""
    inside = (one.name for node in nodes(document) if not isinstance(node, Sym) for one in symbols(node))
    return not set(names) & set(inside)


def _one_layer(document: Document, notation: Notation) -> None:
    """z = a W + b and nothing else: where no letter says a layer and nothing gives a, a is what goes in."""
    found = {one.name: one for node in nodes(document) for one in symbols(node)}
    of = lambda kind: [n for n in found if notation.kind(n) == kind]  # noqa: E731
    given = {left.name for left, _, _ in pairs(document) if isinstance(left, Sym)}
    said = any(
        one.sup for node in nodes(document) for one in symbols(node) if PRIOR.get(one.name) is not None
    )
    if said or notation.style is not None or of("input") or len(of("weight")) != 1 or len(of("act")) != 1:
        return
    if given.isdisjoint(of("act")):
        notation.roles[of("act")[0]] = Role("input", 0)


def _augmented(document: Document, notation: Notation) -> None:
    """Inputs with a column of ones, and the weights that hold the bias inside."""
    for left, right, _ in pairs(document):
        right = right.of if isinstance(right, Transpose) else right
        cells = [cell for row in (right.rows if isinstance(right, Matrix) else ()) for cell in row]
        flags = [isinstance(c, Ones) or (isinstance(c, Num) and c.value == 1) for c in cells]
        inputs = [c for c in cells if any(notation.kind(s.name) == "input" for s in symbols(c))]
        if sum(flags) == 1 and inputs and len(cells) > 1 and isinstance(left, Sym) and left.name not in PRIOR:
            notation.roles[left.name] = Role(
                "augmented", 0, batch=left.name.split()[-1].isupper(), of="first" if flags[0] else "last"
            )


def _one_hot(document: Document) -> set[str]:
    """Names that the text sets to 1 and to 0 by their indices: T_{ik} = 1 if k = y_i, T_{ik} = 0 otherwise."""
    set_to: dict[float, set[str]] = {0.0: set(), 1.0: set()}
    for _, left, right in named_lines(document):
        if left.sub and isinstance(right, Num) and right.value in set_to:
            set_to[right.value].add(left.name)
    return set_to[0.0] & set_to[1.0]


__all__ = ["PRIOR", "Relation", "find_roles", "find_style", "nodes", "pairs", "place"]
