"""From a document to its notation, its network and the networks to hold it against."""

from dataclasses import dataclass, field, replace

from clearprop.check.document.meaning import (
    abbreviations,
    alternatives,
    bare_names,
    batches,
    bias_units,
    constants,
    entries_said,
    given,
    hints,
    layouts,
    memories,
    named_functions,
    penalties,
    plans,
    roles,
    sample_letters,
    samples,
    shape_lines,
    sizing,
    vectors,
    wholes,
)
from clearprop.check.document.meaning.notation import Notation, is_letter
from clearprop.check.document.meaning.options import Options
from clearprop.check.document.numbers.world import Plan
from clearprop.check.document.read.formulas import prose
from clearprop.check.document.read.limits import MOST_DEFINITIONS
from clearprop.check.document.read.statements import Document, Statement
from clearprop.check.document.read.tree import Mul, Num, Relation, Sym, symbols, walk


@dataclass
class Setting:
    """What a document is about. `sizes`: its own network's, None where the text leaves them open."""

    document: Document
    notation: Notation
    plan: Plan
    concrete: dict[int, int] = field(default_factory=dict)
    depth: int | None = None
    conditions: set[int] = field(default_factory=set)
    numbers: dict = field(default_factory=dict)  # what the text gives of its own batch and parameters
    constants: dict[str, float] = field(default_factory=dict)
    repairs: int = 300_000  # tokens that may still be tried to mend lines


def build(document: Document, options: Options) -> Setting:
    """Find what the letters mean, then what network they describe."""
    notation = Notation()
    text = prose(document.source)
    notation.roles.update(options.roles)
    notation.sizes.update(options.letters)
    vectors.find_vectors(document, notation, text)
    notation.true_class = hints.true_class(text)
    notation.rate_absorbs = hints.says(hints.ABSORBS, text)
    roles.find_style(document, notation)
    roles.find_roles(document, notation)
    wholes.find_wholes(document, notation)
    shapes = layouts.declarations(document)
    layouts.find_stacks(notation, shapes)
    bias_units.find_bias_units(document, notation, shapes)
    samples.find_samples(document, notation, text, shapes)
    notation.sample_letters |= sample_letters.by_weights(document, notation)
    entries_said.find_entries(text, document.words, notation)
    rows = entries_said.find_matrices(text, document.words, notation)
    layouts.find_layers(document, notation)
    bare_names.find_bare(list(roles.pairs(document)), notation)
    layouts.find_weights(document, notation, shapes, hints.sample_rows(text) if rows is None else rows)
    if options.layout is not None:
        notation.rows, notation.rows_said = options.layout == "row", True
    batches.find_batches(document, notation, shapes, text)
    numbers = given.given(document, notation)
    concrete = sizing.find_sizes(document, notation, shapes)
    shape_lines.find_shape_lines(document, notation)
    named_functions.find_functions(document, notation, text)
    named_functions.find_outputs(document, notation)
    constants.find_constants(document, notation)
    constants.find_step_decay(document, notation)
    constants.find_rate(document, notation)
    constants.find_anew(document, notation)
    constants.find_overwritten(document, notation)
    plan = plans.find_plan(document, notation, text)
    if options.activation is not None:
        plan = replace(plan, activations=(options.activation,))
    depth = plans.depth(document, notation)
    memories.find_memories(document, notation)
    _definitions(document, notation)
    penalties.find_penalty(document, notation)
    alternatives.find_alternatives(document, notation)
    kinds = {one.kind for node in roles.nodes(document) for one in walk(node) if isinstance(one, Mul)}
    notation.dots_may_be_entrywise = "dot" in kinds and not kinds & {"hadamard", "star"}
    said = given.constants(document, notation) if numbers else {}
    sizes = _sizes(concrete, depth, text, document, notation)
    return Setting(document, notation, plan, sizes, depth, numbers=numbers, constants=said)


def _sizes(
    concrete: dict, depth: int | None, text: str, document: Document, notation: Notation
) -> dict[int, int]:
    found = {int(k): v for k, v in concrete.items() if isinstance(k, int) and 0 < v < 30}
    chain = hints.chain_of_sizes(text)
    if chain is not None and (depth is None or len(chain) == depth + 1):
        found = {**dict(enumerate(chain)), **found}
    elif not found and hints.says(hints.ONE_UNIT_EACH, text):
        found = dict.fromkeys(range((depth or 3) + 1), 1)
    elif not found and depth == 2:
        found = hints.layer_sizes(text)
    for statement in document.statements:  # n^{(0)} = 3
        if (
            len(statement.parts) == 2
            and isinstance(statement.parts[1].node, Num)
            and isinstance(statement.parts[0].node, Sym)
        ):
            left = statement.parts[0].node
            items = [*left.sup, *left.sub]
            if left.name == "n" and len(items) == 1 and isinstance(items[0].node, Num):
                found.setdefault(int(items[0].node.value), int(statement.parts[1].node.value))
    return found


def _definitions(document: Document, notation: Notation) -> None:
    """Quantities that the text defines by an equation: names without a role on the left of their first one."""
    seen: set[Sym] = set()
    for statement in sorted(document.statements, key=_is_of_a_case):
        for k in range(1, len(statement.parts)):
            left, right, sign = statement.parts[k - 1].node, statement.parts[k].node, statement.parts[k].sign
            if sign == "=:":
                left, right = right, left
            if left is None or right is None or sign not in ("=", ":=", "=:"):
                continue
            left = named_functions.as_quantity(left, notation)
            if (
                isinstance(left, Sym)
                and _is_new(left, notation)
                and left.name not in notation.counters
                and left not in seen
                and len(notation.definitions.get(left.name, ())) < MOST_DEFINITIONS
                and left not in symbols(right)
            ):
                seen.add(left)
                notation.definitions.setdefault(left.name, []).append((left, right))
    for name, value in abbreviations.abbreviations(document):
        if _is_new(name, notation) and name.name not in notation.definitions:
            notation.definitions[name.name] = [(name, value)]


def _is_of_a_case(statement: Statement) -> bool:
    """Whether a line is said where letters have numbers, n = 1: what it calls a name is not what it is elsewhere."""
    cases: list = statement.around
    return any(
        isinstance(one, Relation) and one.sign == "=" and is_letter(one.left) and isinstance(one.right, Num)
        for case in cases
        for one in walk(case)
    )


def _is_new(sym: Sym, notation: Notation) -> bool:
    name = sym.name
    letter = is_letter(sym)
    if name in notation.roles or letter in notation.sizes or name in notation.functions:
        return False
    return letter is None or not (
        letter in notation.sample_letters or letter in notation.layer_letters or letter in set("ijkl")
    )


__all__ = ["Setting", "build"]
