"""A document as statements: each a chain of trees, with the conditions that its sentence and its formula set."""

import contextlib
import itertools
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from clearprop.check.document.read import (
    dotted,
    einstein,
    entries,
    iterations,
    lettered_names,
    loss_parts,
    mixed_layers,
    moved,
    named_by,
    named_layers,
    numbered_names,
    numpy_calls,
    pointwise,
    primed_layers,
    run_on_names,
    single_units,
    time_steps,
)
from clearprop.check.document.read.cleaning import LOSSES, clean
from clearprop.check.document.read.formulas import Formula, formulas, prose
from clearprop.check.document.read.limits import MOST_CHARACTERS, Unread
from clearprop.check.document.read.parse import Words, parse
from clearprop.check.document.read.sources import Source
from clearprop.check.document.read.splitting import EQUAL, RELATIONS, Chain, Side, chains, unbalanced
from clearprop.check.document.read.tokens import Token, expand, lex, macros
from clearprop.check.document.read.tree import Node, Space

LONGEST = 30  # tokens of a formula that names something and states nothing
FUNCTION_LETTERS = {
    "sigma",
    "phi",
    "varphi",
    "psi",
    "g",
    "f",
    "h",
    "Phi",
    "Psi",
    "S",
    "s",
    "F",
    "H",
    "rho",
    "a",
}
LOSS_LETTERS = {"J", "L", "E", "C", "ell", "mathcal L", "mathcal J", "mathcal E", "mathcal C", "mathcal l", "R", "Q", "mathcal R", "loss", "cost", "l",
                "mathrm L", "Loss", "Cost", *LOSSES}  # fmt: skip
NEVER = set(
    (
        "alpha eta epsilon lambda mu beta gamma delta Delta W w b x X y Y z Z m n N Theta theta d e i j "
        "k p P t T "
    ).split()
)


@dataclass
class Part:
    """One side: the relation before it, its tokens, its tree, or why it has none."""

    sign: str
    tokens: list[Token]
    node: Node | None
    error: Unread | None = None

    @property
    def at(self) -> int:
        return self.tokens[0].at if self.tokens else -1


@dataclass
class Statement:
    """A chain of sides. `formula` is the number of its formula, `own` its conditions, `around` those of its
    sentence.
    """

    parts: list[Part]
    formula: int
    own: list[list[Token]] = field(default_factory=list)
    around: list[list[Token]] = field(default_factory=list)
    lead: str = ""
    kept: frozenset[str] | None = None  # by the summation convention: the indices that are not summed

    plain: Callable[[Node], Node] | None = (
        None  # of a text read by its own definitions: how its names are taken
    )

    def node_of(self, tokens: list[Token], words: Words) -> Node:
        """The tree of a side of this statement, other than it stands."""
        node = parse(tokens, words)
        node = node if self.kept is None else einstein.summed(node, self.kept)
        return node if self.plain is None else self.plain(node)

    @property
    def at(self) -> int:
        return self.parts[0].at

    @property
    def equal(self) -> bool:
        return any(p.sign in EQUAL | {r"\leftarrow", r"\to"} for p in self.parts[1:])


@dataclass
class Document:
    """A source with its formulas, the statements in them, and what could not even be cut into sides."""

    source: Source
    formulas: list[Formula]
    statements: list[Statement]
    unread: list[tuple[int, Unread]]
    words: Words
    lone: dict[int, Node] = field(
        default_factory=dict
    )  # by the numbers of formulas that state nothing: $W_1$


def read_document(source: Source) -> Document:
    """Every statement of a source."""
    found = formulas(source)
    known = macros(source.text)
    tokens: dict[int, list[Token]] = {}
    unread = []
    for number, formula in enumerate(found):
        try:
            tokens[number] = _tokens(formula, known)
        except Unread as error:
            unread.append((number, error))
    written = run_on_names.lowered(list(tokens.values()))
    plain = loss_parts.joined(dotted.dashed(iterations.stripped(written)))
    layers = named_layers.numbered(primed_layers.numbered(time_steps.stripped(plain)))
    layers = single_units.marked(mixed_layers.numbered(layers))
    renamed = numbered_names.joined(named_by.joined(lettered_names.joined(layers)))
    tokens = dict(zip(tokens, renamed, strict=True))
    words = words_of(list(tokens.values()))
    statements: list[Statement] = []
    lone: dict[int, Node] = {}
    for number, cleaned in tokens.items():
        stated = chains(cleaned)
        for chain in stated:
            _add(statements, chain, number, words)
        if not stated and 0 < len(cleaned) <= LONGEST and not found[number].display:
            with contextlib.suppress(Unread, RecursionError):
                lone[number] = parse(cleaned, words)
    if einstein.says(prose(source)):
        _sum_over_repeated(statements, found)
    return Document(source, found, statements, unread, words, lone)


def _sum_over_repeated(statements: list[Statement], found: list[Formula]) -> None:
    """Write out the sums of a text that leaves their signs away."""
    nodes = [p.node for s in statements for p in s.parts if p.node is not None]
    counted = einstein.counted_letters(nodes)
    for statement in statements:
        sides = [p.node for p in statement.parts if p.node is not None]
        if einstein.excepts(found[statement.formula].after):
            continue
        with contextlib.suppress(RecursionError):  # a product of a thousand factors stays as it is
            kept = einstein.free(sides) | counted
            summed = [p.node and einstein.summed(p.node, kept) for p in statement.parts]
            statement.kept = kept
            for part, node in zip(statement.parts, summed, strict=True):
                part.node = node


def _tokens(formula: Formula, known: dict) -> list[Token]:
    if len(formula.text) > MOST_CHARACTERS:
        msg = f"a formula may have {MOST_CHARACTERS:,} characters; this one has {len(formula.text):,}"
        raise Unread(msg, formula.text[:20].split("\n")[0], formula.start)
    tokens = lex(formula.text, formula.start)
    wrong = unbalanced(tokens)
    if wrong is not None:
        raise wrong
    return numpy_calls.written_out(_without_number(clean(expand(_without_definitions(tokens), known))))


def _without_number(tokens: list[Token]) -> list[Token]:
    r"""Without the number of the equation, written far to the right: \qquad (7)."""
    end = [t.text if t.kind != "number" else "number" for t in tokens[-4:]]
    k = len(tokens) - 4 if end == [r"\quad", "(", "number", ")"] else len(tokens)
    while k < len(tokens) and k and tokens[k - 1].text == r"\quad":
        k -= 1
    return tokens[:k]


DEFINING = ("newcommand", "renewcommand", "def", "DeclareMathOperator", "providecommand", "newcommand*")


def _without_definitions(tokens: list[Token]) -> list[Token]:
    r"""Formulas that only define macros, as Markdown files have them, hold no statement."""
    return [] if tokens and tokens[0].raw.removeprefix("\\") in DEFINING else tokens


def _add(statements: list[Statement], chain: Chain, number: int, words: Words) -> None:
    _mark_maps(chain)
    if chain.sides:
        pointwise.at_a_place(chain, words.functions)
    parts = [part_of(side, words) for side in chain.sides]
    if not parts:  # a sign that stands alone
        return
    if (
        len(parts) == 3
        and parts[1].sign in EQUAL
        and isinstance(parts[2].node, Space)
        and not chain.continues
    ):
        whole = entries.by_entry(parts[0].node, parts[1].node, parts[1].tokens)
        if whole is not parts[0].node and parts[2].sign == r"\in":  # X = (x_{ni}) \in R^{N x D}
            statements.append(Statement([replace(parts[0]), parts.pop()], number, []))
    if len(parts) == 2 and parts[1].sign in EQUAL:
        parts[0].node = entries.by_entry(parts[0].node, parts[1].node, parts[1].tokens)
    entries.list_vectors(parts)
    if chain.continues and statements:
        statements[-1].parts += parts
        statements[-1].own += chain.conditions
        return
    if chain.continues:
        parts[0].sign = ""
    statements.append(Statement(parts, number, list(chain.conditions), lead=chain.lead))


def _mark_maps(chain: Chain) -> None:
    r"""Arrows that assign nothing: f: R^n \to R^m, t \to \infty, x \to 0, x \to h \to y; a step names what it moves again."""
    for before, side in itertools.pairwise(chain.sides):
        again = before.tokens[0].text in [t.text for t in side.tokens]
        if side.sign == r"\to" and (not again or any(t.text == ":" for t in before.tokens)):
            side.sign = r"\mapsto"


def part_of(side: Side, words: Words) -> Part:
    return _part(side.sign, side.tokens, words)


def _part(sign: str, tokens: list[Token], words: Words) -> Part:
    try:
        return Part(sign, tokens, parse(tokens, words))
    except Unread as error:
        return Part(sign, tokens, None, error)


def words_of(formulas: list[list[Token]]) -> Words:
    """Which letters are functions, and whether dW is one name, from how all formulas use them."""
    applied: Counter[str] = Counter()
    simple: Counter[str] = Counter()
    bare: Counter[str] = Counter()
    primed: set[str] = set()
    differentials = 0
    for tokens in formulas:
        own = pointwise.dashed(tokens)
        for k, token in enumerate(tokens):
            if token.kind not in ("letter", "text") or token.text == own:
                continue
            end, dashes = _after_scripts(tokens, k + 1)
            opens = end < len(tokens) and tokens[end].text in ("(", r"\{")
            opens = opens and not moved.begins(tokens, end + 1)
            behind = [t.text for t in tokens[end : end + 2]]
            in_brackets = k > 0 and tokens[k - 1].text == "(" and behind == [")", "'"]
            if (dashes and opens) or in_brackets:  # f'(z), (f^l)'
                primed.add(token.text)
            if in_brackets:
                continue
            if opens:
                applied[token.text] += 1
                simple[token.text] += _simple(tokens, end)
            elif len(tokens) > 1 and not _is_operand(tokens, k) and not _is_named(tokens, k, end):
                bare[token.text] += 1
            differentials += _is_differential(tokens, k)
    functions = {name for name in applied if _is_function(name, applied, simple, bare, primed)}
    functions |= {name for tokens in formulas for name in _of_parameters(tokens)} - NEVER
    marked = {name for tokens in formulas for name in _shortened(tokens)}
    changes = not any(_stands_alone("Delta", tokens) for tokens in formulas)
    return Words(frozenset(functions | primed - NEVER), differentials > 0, changes, marked=frozenset(marked))


PARAMETERS = {"theta", "Theta", "w", "W", "b", "V", "U", "beta", ",", ";"}


def _of_parameters(tokens: list[Token]) -> list[str]:
    """The F of F(theta) = ..., of parameters alone: what a text makes small."""
    opens = [t.text for t in tokens[1:2]] == ["("] and tokens[0].kind == "letter"
    end = _close(tokens, 1) if opens else 0
    follows = [t.text for t in tokens[end + 1 : end + 3] if t.text != "&"][:1]
    known = end > 2 and follows and follows[0] in EQUAL and {t.text for t in tokens[2:end]} <= PARAMETERS
    return [tokens[0].text] if known else []


def _stands_alone(name: str, tokens: list[Token]) -> bool:
    """Whether a name is all of a side: Delta = ..."""
    ends = {*EQUAL, ",", "&", r"\\"}
    around = zip(["=", *(t.text for t in tokens)], tokens, [*(t.text for t in tokens[1:]), "="], strict=False)
    return any(t.text == name and before in ends and after in ends for before, t, after in around)


def _shortened(tokens: list[Token]) -> list[str]:
    """The h of h = h_theta(x): from then on h alone is a value, and h_theta the function."""
    four = zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False)
    return [a.text for a, b, c, d in four if b.text in EQUAL and c.text == a.text and d.text == "_"]


def _is_operand(tokens: list[Token], k: int) -> bool:
    return k > 0 and tokens[k - 1].text == r"\partial"


def _is_named(tokens: list[Token], k: int, end: int) -> bool:
    r"""Whether a letter is only given a function's name here: g^{[1]} = \tanh."""
    return k == 0 and len(tokens) == end + 2 and tokens[end].text in EQUAL and tokens[end + 1].kind == "word"


def _is_function(
    name: str, applied: Counter[str], simple: Counter[str], bare: Counter[str], primed: set[str]
) -> bool:
    if name in NEVER:
        return False
    if name in primed or (simple[name] and (name in LOSS_LETTERS or not bare[name])):
        return True
    return name in FUNCTION_LETTERS and (not bare[name] or simple[name] > 1)


def _after_scripts(tokens: list[Token], k: int) -> tuple[int, int]:
    dashes = 0
    while k < len(tokens) and tokens[k].text in ("^", "_", "'"):
        if tokens[k].text == "'":
            dashes += 1
            k += 1
            continue
        k += 1
        if k < len(tokens) and tokens[k].text == "{":
            end = _close(tokens, k)
            dashes += sum(t.text == "'" for t in tokens[k + 1 : end]) if end == k + 2 else 0
            k = end + 1
        else:
            k += 1
    return k, dashes


def _close(tokens: list[Token], k: int) -> int:
    opener = tokens[k].text
    closer = {"{": "}", "(": ")", r"\{": r"\}"}[opener]
    depth = 0
    for end in range(k, len(tokens)):
        depth += (tokens[end].text == opener) - (tokens[end].text == closer)
        if depth == 0:
            return end
    return len(tokens) - 1


def _simple(tokens: list[Token], k: int) -> bool:
    """Whether a bracket holds symbols only, as arguments do: no sums, no products of numbers."""
    inside = tokens[k + 1 : _close(tokens, k)]
    depth = 0
    for token in inside:
        depth += token.text in ("{",)
        depth -= token.text in ("}",)
        if (
            depth == 0
            and token.text not in ("^", "_", ",", ";", "}", "{", "(", ")", "[", "]")
            and token.kind not in ("letter", "number")
        ):
            return False
    letters = [t for t in inside if t.kind == "letter"]
    return bool(letters) and not (inside[0].kind == "number" and len(inside) == 1)


def _is_differential(tokens: list[Token], k: int) -> bool:
    """Whether dW stands on the left of a relation, alone: d + name is then a name."""
    if tokens[k].text != "d" or k + 1 >= len(tokens) or tokens[k + 1].kind != "letter":
        return False
    if k and tokens[k - 1].text not in RELATIONS | {"\\\\", r"\quad", ",", r"\Rightarrow", "&", r"\begin aligned", r"\begin align",
                                                    r"\begin align*", r"\begin split", r"\begin gather"}:  # fmt: skip
        return False
    end, _ = _after_scripts(tokens, k + 2)
    while end < len(tokens) and tokens[end].text == "&":
        end += 1
    return end < len(tokens) and tokens[end].text in RELATIONS


SENTENCE = re.compile(
    r"[；;]\s*(?:当|若|对|if|when|for|and if|and for)|[.。!?！？](?:\s|$|\*|\))|\n#|\n\s*[-*+]\s|\n\s*\d+\.\s"
)
GOES_ON = re.compile(r"^\s*(,|;|，|for|where|with|if|when|and|in which|其中|对|当|（|\(|$)", re.IGNORECASE)


def same_sentence(gap: str, after_display: bool) -> bool:
    """Whether the prose between two formulas does not end a sentence."""
    if SENTENCE.search(gap):
        return False
    return not (after_display and re.search(r"\n[ \t]*\n", gap) and not GOES_ON.match(gap))
