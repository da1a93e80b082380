"""Where a text of two networks may be cut, and what the second part keeps of the first.

A text turns to another network between two losses, or where it computes a name anew: S = X W + b, and later, behind
a hidden layer, S = H V + c.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from clearprop.check.document.meaning import patterns
from clearprop.check.document.meaning.differentials import MARK
from clearprop.check.document.meaning.hints import HEADING
from clearprop.check.document.meaning.notation import capital, is_letter
from clearprop.check.document.meaning.roles import PRIOR, named_lines
from clearprop.check.document.read.extent import extent
from clearprop.check.document.read.sources import Source
from clearprop.check.document.read.statements import Document, Statement
from clearprop.check.document.read.tree import Call, Derivative, Num, Sym, bases, symbols, walk

MOST_CUTS, MOST_OF_LONG = 2, 3  # between losses
LONG = 60  # lines: so long a text is cut before a loss
DOCUMENT = r"\begin{document}"
NOTHING, SECTION, OUTPUTS = "nothing", "section", "outputs"  # what the second part keeps of the first
INDICES = set("ijklmnpqrstc")
SMALLEST = 9  # the depth of a paragraph that has a heading


@dataclass(frozen=True)
class Cut:
    """Where the second part begins; `keeps`: what it may keep of the first."""

    at: int
    keeps: tuple[str, ...] = (NOTHING, SECTION)


@dataclass(frozen=True)
class _Step:
    """An affine step: where it stands, what it gives, its factors and all its parameters, by their names.

    What it gives is a name with its scripts, but for the letters of units.
    """

    at: int
    gives: tuple
    factors: frozenset[str]
    parameters: frozenset[str]


def cuts(document: Document, *, between_losses: bool) -> list[Cut]:
    """The heading before a name is computed anew, and those between the lines that give losses, the highest first; in
    long texts those before such lines.
    """
    losses = sorted(statement.at for statement in document.statements if _gives_a_loss(statement))
    between = _headings(document.source.text, losses[0], losses[-1]) if losses and between_losses else []
    places = [start for _, start in sorted(between)][:MOST_CUTS]
    if len(document.statements) > LONG:
        before = (max((start for _, start in between if start < at), default=0) for at in losses)
        places = list(dict.fromkeys(start for start in before if start))[:MOST_OF_LONG]
    found = {start: Cut(start) for start in places}
    for start in (_computed_anew(document), _layers_begin(document)):
        if start is not None:
            found[start] = Cut(start, (OUTPUTS, NOTHING, SECTION))
    return list(found.values())


def first(source: Source, cut: Cut) -> Source:
    """The part before the cut."""
    return replace(source, text=source.text[: cut.at] + _blank(source.text[cut.at :]))


def second(document: Document, cut: Cut, kept: str) -> Source:
    """The part behind the cut, behind what a file begins with and what is kept of the first part."""
    source = document.source
    text = source.text
    if kept == OUTPUTS:
        return replace(source, text=_of_outputs(document, cut.at))
    start = text.find(DOCUMENT) + len(DOCUMENT) if DOCUMENT in text else 0
    if kept == SECTION:
        headings = [start, *(at for _, at in _headings(text, start, cut.at + 1))]
        start = headings[min(2, len(headings) - 1)]
    return replace(source, text=text[:start] + _blank(text[start : cut.at]) + text[cut.at :])


def _of_outputs(document: Document, cut: int) -> str:
    """The text without the lines before the cut that have parameters or slopes: what these say of outputs and loss
    stays.
    """
    text = document.source.text
    parameters = {name for step in _steps(document) if step.at < cut for name in step.parameters}
    for statement in document.statements:
        if statement.at < cut and not _gives_a_loss(statement) and _has(statement, parameters):
            spans = [extent(text, part.tokens) for part in statement.parts if part.tokens]
            a, b = spans[0][0], spans[-1][1]
            text = text[:a] + _blank(text[a:b]) + text[b:]
    return text


def _has(statement: Statement, names: set[str]) -> bool:
    """Whether one of these names stands in a line, or a slope."""
    nodes = [part.node for part in statement.parts if part.node is not None]
    own = {one.name for node in nodes for one in symbols(node)}
    return bool(own & names) or any(isinstance(one, Derivative) for node in nodes for one in walk(node))


def _computed_anew(document: Document) -> int | None:
    """Where a text turns to a name that it gave already, now by a step of other units: the heading before these units
    are said to be something, or the end of the formula before that.
    """
    given: dict[tuple, _Step] = {}
    for step in _steps(document):
        old = given.setdefault(step.gives, step)
        both = old.factors & step.factors
        if step.factors <= old.factors or any(PRIOR.get(name) == "input" for name in both):
            continue
        said = _first_said(document, set(step.factors - old.factors), old.at, step.at)
        between = next(
            (found for end in (said, step.at) if (found := _headings(document.source.text, old.at, end))), []
        )
        return _highest(between) if between else _line_before(document, said)
    return None


def _layers_begin(document: Document) -> int | None:
    """The heading behind which the weights are those of layers, W^{[1]}, where they were w alone before."""
    bare = None
    for statement in document.statements:
        every = [one for part in statement.parts if part.node is not None for one in bases(part.node)]
        layered = [_is_layered(one) for one in every if PRIOR.get(one.name) == "weight"]
        if any(layered):
            between = [] if bare is None else _headings(document.source.text, bare, statement.at)
            return _highest(between) if between else None
        bare = statement.at if layered and bare is None else bare
    return None


def _is_layered(sym: Sym) -> bool:
    """Whether something stands above or below it that may be a layer."""
    return bool(sym.sup) or any(isinstance(one.node, Num) for one in sym.sub)


def _first_said(document: Document, wanted: set[str], start: int, end: int) -> int:
    """Where between two places the text begins to say what these names are, and what it says that they are made of."""
    found = end
    known = {name for one in document.statements if one.at <= start for name in _names(one)}
    for statement in reversed([one for one in document.statements if start < one.at < end]):
        left = statement.parts[0].node
        if isinstance(left, Sym) and left.name.lower() in wanted - known:
            found = statement.at
            wanted = wanted | _names(statement)
    return found


def _names(statement: Statement) -> set[str]:
    """The names on the line, none of them an index, in small letters."""
    return {one.name.lower() for part in statement.parts if part.node is not None for one in bases(part.node)}


def _line_before(document: Document, at: int) -> int | None:
    """The line behind the last displayed formula before a place."""
    ends = [one.outer[1] for one in document.formulas if one.display and one.outer[1] <= at]
    line = document.source.text.find("\n", max(ends, default=0)) + 1
    return line if ends and line <= at else None


def _steps(document: Document) -> Iterator[_Step]:
    """The affine steps of a text, those inside a function too; small and large letters of a name are one."""
    for statement, left, right in named_lines(document):
        call = patterns.applied(right)
        step = patterns.affine(right if call is None else call[1])
        if step is None or left.name.startswith(MARK):
            continue
        factors = frozenset(one.name.lower() for one in (step.first, step.second))
        bias = {step.bias.name.lower()} if step.bias is not None else set()
        own = {name for name in factors if PRIOR.get(name) != "input"} | bias
        parameters = (own | {capital(name) for name in own}) - {left.name}
        named = tuple(one.node for one in left.sub if is_letter(one.node) not in INDICES)
        yield _Step(statement.at, (left.name, left.sup, named), factors, frozenset(parameters))


def _headings(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The headings between two places: how deep each is, and where it stands."""
    found = [(_depth(match[0]), match.start()) for match in HEADING.finditer(text)]
    return [(depth, at) for depth, at in found if start < at < end]


def _highest(headings: list[tuple[int, int]]) -> int:
    """Where the highest of them stands, the last of several."""
    return max(headings, key=lambda one: (-one[0], one[1]))[1]


def _depth(heading: str) -> int:
    return SMALLEST if "paragraph" in heading else heading.count("#") or heading.count("sub")


def _gives_a_loss(statement: Statement) -> bool:
    nodes = [part.node for part in statement.parts]
    left, right = (*nodes, None)[:2]
    return (
        isinstance(left, (Sym, Call))
        and right is not None
        and patterns.loss_family(right) is not None
        and not any(isinstance(one, Derivative) for one in walk(right))
    )


def _blank(text: str) -> str:
    """As many spaces, in the same lines."""
    return "".join(one if one == "\n" else " " for one in text)
