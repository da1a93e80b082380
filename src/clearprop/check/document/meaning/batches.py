"""Which names, alone, are all samples at once: by their capitals, declared shapes, indices and equations."""

from clearprop.check.document.meaning import patterns
from clearprop.check.document.meaning.notation import ROWLIKE, Notation, Role, is_letter, place
from clearprop.check.document.meaning.roles import nodes, pairs
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import Sym, symbols


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
    _by_double_index(document, notation)
    if has_samples or notation.rows or any(role.batch for role in notation.roles.values()):
        _by_equations(document, notation)
    for name, role in notation.roles.items():
        base = (role.of if role.kind == "gradient" else name).split()[-1].rpartition("_")[2]  # O of G_O
        if role.kind not in ROWLIKE | {"augmented", "gradient"} or role.batch:
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
            role.batch = small and not capitals
    _inputs_with_the_rest(notation)
    notation.one_sample = not any(role.batch for role in notation.roles.values())


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
    """f = X W + b, H = g(Z): what equals a batch is one."""
    for left, right, _ in pairs(document):
        role = notation.roles.get(left.name, Role("")) if isinstance(left, Sym) else Role("")
        if not isinstance(left, Sym) or role.kind not in ROWLIKE or place(left, role, notation).indices:
            continue
        step, call = patterns.affine(right), patterns.applied(right)
        inner = [step.first, step.second] if step else [call[1]] if call else []
        if any(
            isinstance(s, Sym)
            and _is_bare(s, notation)
            and is_batch(s, notation)
            and notation.kind(s.name) in ROWLIKE
            for s in inner
        ) and not any(
            i.kind == "paren" and is_letter(i.node) in notation.sample_letters
            for s in (left, *inner)
            if isinstance(s, Sym)
            for i in s.sup
        ):
            notation.roles[left.name].batch = True


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
