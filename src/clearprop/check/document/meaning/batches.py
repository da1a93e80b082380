"""Which names, alone, are all samples at once: by their capitals, declared shapes, indices and equations."""

from clearprop.check.document.meaning import patterns
from clearprop.check.document.meaning.augmented import units_beside_one
from clearprop.check.document.meaning.notation import ROWLIKE, Notation, Role, is_letter, place
from clearprop.check.document.meaning.roles import nodes, pairs
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import Add, Node, Sym, symbols, walk


def is_batch(sym: Sym, notation: Notation) -> bool:
    role = notation.roles.get(sym.name)
    if role is not None and role.batch:
        return True
    name = sym.name.split()[-1].rpartition("_")[2]
    return (len(name) == 1 and name.isupper()) or name in ("Delta", "Theta")


def find_batches(document: Document, notation: Notation, shapes: list, prose: str) -> None:
    """Which names, alone, are all samples at once."""
    has_samples = any(size == ("m",) for size in notation.sizes.values())
    for sym, dims in shapes:
        role = notation.roles.get(sym.name)
        if (
            role is not None
            and len(dims) == 2
            and any(notation.sizes.get(is_letter(d) or "") == ("m",) for d in dims)
        ):
            role.batch = True
    _count_samples(document, notation)
    small = _small_is_batch(notation, prose, shapes)
    single = _only_units(document, notation)
    _by_double_index(document, notation)
    if has_samples or notation.rows or any(role.batch for role in notation.roles.values()):
        _by_equations(document, notation)
    for name, role in notation.roles.items():
        base = (role.of if role.kind == "gradient" else name).split()[-1].rpartition("_")[2]  # O of G_O
        if role.kind not in ROWLIKE | {"augmented", "gradient"} or role.batch or _is_of_sums(role, notation):
            continue
        capital = (len(base) == 1 and base.isupper()) or base in ("Delta", "Theta")
        if capital:
            role.batch = (
                has_samples
                or notation.rows
                or any(n != name and n.lower() == name.lower() for n in notation.roles)
            )
        else:
            capitals = any(
                n != name and n.split()[-1] == base.upper() and n.split()[:-1] == name.split()[:-1]
                for n in notation.roles
            )
            role.batch = small and not capitals and name not in single
    _inputs_with_the_rest(notation)
    notation.one_sample = not any(role.batch for role in notation.roles.values())


def _is_of_sums(role: Role, notation: Notation) -> bool:
    """Whether it is the gradient by weights that a text adds up sample by sample."""
    return role.kind == "gradient" and any(
        one.added_up and one.of == role.of for one in notation.roles.values()
    )


def _only_units(document: Document, notation: Notation) -> set[str]:
    """Small names that always have the letter of a unit, and of no sample: p_k beside L_i is of sample i."""
    seen: dict[str, set[bool]] = {}
    for one in (s for node in nodes(document) for s in symbols(node) if notation.kind(s.name) in ROWLIKE):
        letters = [item.node for item in place(one, notation.roles[one.name], notation).indices]
        unit = len(letters) == 1 and not {is_letter(letters[0])} & notation.sample_letters
        seen.setdefault(one.name, set()).add(unit and isinstance(letters[0], Sym))
    of_samples = any(
        is_letter(item.node) in notation.sample_letters
        for node in nodes(document)
        for one in symbols(node)
        if notation.kind(one.name) == "loss"
        for item in one.sub
    )
    return {name for name, found in seen.items() if found == {True}} if of_samples else set()


def _inputs_with_the_rest(notation: Notation) -> None:
    """X beside Z and A that are all samples is so, too."""
    whole = {n for n, role in notation.roles.items() if role.batch and role.kind in ROWLIKE}
    if any(len(name) == 1 and name.isupper() for name in whole):
        for name, role in notation.roles.items():
            role.batch |= role.kind == "input" and len(name) == 1 and name.isupper()


def _count_samples(document: Document, notation: Notation) -> None:
    """Names whose only index is a sample letter wherever it is a letter."""
    letters: dict[str, set[str | None]] = {}
    for node in nodes(document):
        for one in symbols(node):
            if len(one.sub) == 1 and (letter := is_letter(one.sub[0].node)) is not None:
                letters.setdefault(one.name, set()).add(letter)
    for name, role in notation.roles.items():
        own = letters.get(name, set())
        all_samples = {letter for letter, size in notation.sizes.items() if size == ("m",)}
        role.counts_samples = bool(
            own & (notation.sample_letters | all_samples)
        ) and own <= notation.sample_letters | set(notation.sizes)


def _by_double_index(document: Document, notation: Notation) -> None:
    """f_{ik} with a sample letter first: f is all samples."""
    if notation.samples_above:
        return
    for node in nodes(document):
        for one in symbols(node):
            role = notation.roles.get(one.name)
            if role is None or role.kind not in ROWLIKE or len(one.sub) != 2:
                continue
            if is_letter(one.sub[0 if notation.rows else 1].node) in notation.sample_letters:
                role.batch = True


def _by_equations(document: Document, notation: Notation) -> None:
    """f = X W + b, H = g(Z), p - Y: what equals a batch is one, and so is what a batch is taken off."""
    for left, right, _ in pairs(document):
        for one in (n for node in (left, right) for n in walk(node) if isinstance(n, Add) and n.sign < 0):
            _as_the_other(one.left, one.right, notation)
        role = notation.roles.get(left.name, Role("")) if isinstance(left, Sym) else Role("")
        if not isinstance(left, Sym) or role.kind not in ROWLIKE or place(left, role, notation).indices:
            continue
        call = patterns.applied(right)
        step = patterns.affine(right if call is None else call[1])
        inner = [step.first, step.second] if step else [call[1]] if call else units_beside_one(right)
        whole = any(_is_whole(s, notation) for s in inner)
        if whole and not any(_is_of_sample(s, notation) for s in (left, *inner)):
            notation.roles[left.name].batch = True
    for role in notation.roles.values():
        of = notation.roles.get(role.of, Role(""))
        role.batch |= role.kind == "gradient" and of.batch and of.kind in ROWLIKE


def _as_the_other(left: Node, right: Node, notation: Notation) -> None:
    """Of a prediction and a target that are taken off each other, both are batches if one is."""
    both = [one for one in (left, right) if isinstance(one, Sym) and not one.sub and not one.sup]
    kinds = {notation.kind(one.name) for one in both}
    if len(both) == 2 and kinds == {"prediction", "target"} and any(is_batch(one, notation) for one in both):
        for one in both:
            notation.roles[one.name].batch = True


def _is_whole(sym: Node, notation: Notation) -> bool:
    known = isinstance(sym, Sym) and notation.kind(sym.name) in ROWLIKE
    return isinstance(sym, Sym) and known and _is_bare(sym, notation) and is_batch(sym, notation)


def _is_of_sample(sym: Node, notation: Notation) -> bool:
    scripts = sym.sup if isinstance(sym, Sym) else ()
    return any(i.kind == "paren" and is_letter(i.node) in notation.sample_letters for i in scripts)


def _is_bare(sym: Sym, notation: Notation) -> bool:
    """Whether a symbol has no index but its layer."""
    role = notation.roles.get(sym.name, Role(""))
    return not place(sym, role, notation).indices


def _small_is_batch(notation: Notation, prose: str, shapes: list) -> bool:
    """Whether z and a, written small, hold all samples: their declared shapes say so."""
    declared = [
        (notation.roles[s.name], dims)
        for s, dims in shapes
        if s.name in notation.roles and s.name.split()[-1].islower()
    ]
    return bool(any(role.batch for role, _ in declared))
