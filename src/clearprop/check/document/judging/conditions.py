"""For which indices a line is said: l = 1, ..., L - 1; c = k; y_i = 2."""

import itertools
import re

from clearprop.check.document.judging import marks
from clearprop.check.document.meaning import patterns
from clearprop.check.document.meaning.notation import Notation, is_letter
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.quantities import index
from clearprop.check.document.read.limits import Misfit, OutOfRange, Unread
from clearprop.check.document.read.parse import parse
from clearprop.check.document.read.splitting import RELATIONS
from clearprop.check.document.read.statements import Document, Statement, same_sentence
from clearprop.check.document.read.tokens import Token
from clearprop.check.document.read.tree import (
    Add,
    Both,
    Dots,
    Listed,
    Matrix,
    Node,
    Num,
    Relation,
    Sym,
    symbols,
)

INTRODUCING = ("with", "if", "when", "for", "at", "all", "every", "each", "suppose", "assume", "where", "layer", "any", "case", "say", "layers",
               "since", "because", "因为", "由于", "若", "当", "在", "对", "设", "假设", "令", "对于", "如果", "每层", "(", "（", "let", "from", "and", "or", "as", "mit")  # fmt: skip

INDICES = "cijklnpqr"
FOLLOWS = re.compile(r"\s*,?\s*(if|for|when|where|whenever)\s*")


CASE = re.compile(r"\s*(?:的?时候?(?![间刻])|的情[况形])")  # behind a condition, where Chinese says when
OTHERWISE = r"(?:otherwise|else|否则|其他情况下?|其它情况下?)"
BEFORE, BEHIND = (
    re.compile(rf"{OTHERWISE}[,，:：]?\s*$", re.IGNORECASE),
    re.compile(rf"\s*{OTHERWISE}", re.IGNORECASE),
)
NEGATED = {"<": r"\ge", r"\ge": "<", ">": r"\le", r"\le": ">", "=": r"\ne", r"\ne": "="}


def _is_other_case(formula: int, document: Document) -> bool:
    """Whether "otherwise" stands beside a formula."""
    one = document.formulas[formula]
    return bool(BEFORE.search(one.before) or (not one.display and BEHIND.match(one.after)))


def _negated(node: Relation) -> Relation:
    """The other case."""
    return Relation(NEGATED[node.sign], node.left, node.right)


def own(statement: Statement, document: Document) -> list[Node]:
    """The conditions written in a statement's formula."""
    found = []
    for tokens in statement.own:
        node = _parsed(tokens, document)
        if node is not None:
            found.append(node)
    return found


def of(statement: Statement, document: Document) -> list[Node]:
    """What a statement is said under: in its own formula, then in its sentence."""
    around: list = statement.around
    return consistent([*own(statement, document), *around])


def _parsed(tokens: list[Token], document: Document) -> Node | None:
    tokens = [t for t in tokens if t.kind != "text"]
    try:
        return parse(tokens, document.words) if tokens else None
    except Unread:
        return None


def as_condition(statement: Statement, document: Document) -> Node | None:
    """An inline statement that only limits an index or makes an assumption, by its form and the word before it."""
    formula = document.formulas[statement.formula]
    node = None if any(p.node is None for p in statement.parts) else _as_node(statement)
    if node is None:
        return None
    if _ranges_letter(node):
        return node
    if formula.display:
        return None
    if _same_index(node):
        return node
    before = formula.before.rstrip().lower()
    introduced = any(before.endswith(word) for word in INTRODUCING) or CASE.match(formula.after)
    return node if introduced and _assumes(node) else None


def _as_node(statement: Statement) -> Node | None:
    parts = statement.parts
    if len(parts) == 1:
        return parts[0].node
    nodes = [p.node for p in parts]
    signs = [p.sign for p in parts]
    if any(sign not in RELATIONS for sign in signs[1:]):
        return None
    last = nodes[-1]
    if len(parts) == 2 and isinstance(last, Listed) and nodes[0] is not None:
        return Listed((Relation(signs[1], nodes[0], last.items[0]), *last.items[1:]))
    found: Node | None = None
    for (left, right), sign in zip(itertools.pairwise(nodes), signs[1:], strict=False):
        if left is None or right is None:
            return None
        one = Relation(sign, left, right)
        found = one if found is None else Both(found, one)
    return found


def _ranges_letter(node: Node) -> bool:
    """l = 1, 2, ..., L; 1 <= l <= L; l < L; L - 1, ..., 1."""
    if isinstance(node, Listed):
        first = node.items[0]
        if isinstance(first, Relation):
            return is_letter(first.left) is not None and str(is_letter(first.left)).islower()
        return len(node.items) > 2 and any(isinstance(one, Dots) for one in node.items)
    if isinstance(node, Both):
        return _inequality(node.left) and _inequality(node.right)
    return isinstance(node, Relation) and _inequality(node) and is_letter(node.left) is not None


def _inequality(node: Node) -> bool:
    return isinstance(node, Relation) and node.sign in ("<", ">", r"\le", r"\ge", r"\ne", r"\in")


def _assumes(node: Node) -> bool:
    """c = k, y_i = 2, m = 1, n = q = 1: a letter or a label set equal to a number or a letter."""
    if isinstance(node, Both):
        return _assumes(node.left) and _assumes(node.right)
    if not isinstance(node, Relation) or node.sign not in ("=", r"\ne"):
        return False
    return (
        isinstance(node.left, Sym)
        and isinstance(node.right, (Num, Sym))
        and (is_letter(node.left) is not None or node.left.name in ("y", "t"))
    )


def _same_index(node: Node) -> bool:
    """i = k, of two letters that are indices by custom: a case, as in "Case 1: i = k"."""
    sides = (is_letter(node.left), is_letter(node.right)) if isinstance(node, Relation) else ()
    return (
        len(sides) == 2
        and isinstance(node, Relation)
        and node.sign == "="
        and all(s and s in INDICES for s in sides)
    )


def attach(document: Document) -> set[int]:
    """Give each statement the conditions of its sentence. Returns which statements are conditions themselves."""
    conditions: dict[int, list[Node]] = {}
    numbers, of_marks = set(), set()
    for number, statement in enumerate(document.statements):
        node = as_condition(statement, document)
        if node is not None:
            conditions.setdefault(statement.formula, []).append(node)
            numbers.add(number)
            if marks.is_of_a_mark(statement.formula, document):
                of_marks.add(statement.formula)
    for number, statement in enumerate(document.statements):
        if number not in numbers:
            near = [statement.formula, *_nearest(statement.formula, document)]
            own = {statement.formula, statement.formula + 1}
            found = [n for k in near if k in own or k not in of_marks for n in conditions.get(k, [])]
            if _is_other_case(statement.formula, document):
                found = [_negated(n) for n in found if isinstance(n, Relation) and n.sign in NEGATED]
            statement.around = consistent(found)  # type: ignore[assignment]
    return numbers


def _nearest(formula: int, document: Document) -> list[int]:
    """The formulas of the same sentence: those before, nearest first, then those after; "A if i = j" puts after first."""
    near = sentence(formula, document)
    before, after = [k for k in near if k < formula], [k for k in near if k > formula]
    one = document.formulas[formula]
    follows = not one.display and bool(after) and FOLLOWS.fullmatch(document.formulas[after[0]].before)
    return [*after, *before] if follows else [*before, *after]


def consistent(found: list[Node]) -> list[Node]:
    """Of two cases that exclude each other, i = j and i \\ne j, the first: the nearer one."""
    kept: list[Node] = []
    for node in found:
        if not any(_excludes(node, one) for one in kept):
            kept.append(node)
    return kept


def _excludes(one: Node, other: Node) -> bool:
    if not (isinstance(one, Relation) and isinstance(other, Relation)):
        return False
    signs = {one.sign, other.sign}
    of_same = (one.left, one.right) == (other.left, other.right)
    if of_same and signs == {"=", r"\ne"}:
        return True
    if of_same and _inequality(one) and _inequality(other):
        return bool(signs & {">", r"\ge"} and signs & {"<", r"\le"})
    pairs = {(is_letter(n.left), is_letter(n.right)) for n in (one, other)}
    same = len(pairs | {pair[::-1] for pair in pairs}) == 2 and all(map(all, pairs))
    return same and signs == {"=", r"\ne"}


def sentence(formula: int, document: Document) -> list[int]:
    """The formulas of the same sentence, before and after."""
    found = []
    for step in (-1, 1):
        k = formula
        while 0 <= k + step < len(document.formulas) and len(found) < 40:
            first = document.formulas[min(k, k + step)]
            if not same_sentence(first.after, after_display=first.display):
                break
            k += step
            found.append(k)
    return found


def of_true_class(notation: Notation) -> list[Node]:
    """With k for a sample's own class: y = k."""
    targets = [name for name, role in notation.roles.items() if role.kind == "target"]
    return (
        [Relation("=", Sym(targets[0]), Sym(notation.true_class))] if notation.true_class and targets else []
    )


def hidden_acts(document: Document, notation: Notation) -> set[str]:
    """Names that the text computes for the layers below the last only, where its output has a name of its own."""
    found = set()
    for statement in document.statements:
        left = statement.parts[0].node
        if isinstance(left, Sym) and notation.kind(left.name) == "act" and len(statement.parts) > 1:
            said = [*own(statement, document), *statement.around]
            below = any(_ends_below(node, notation) for node in said) or _is_hidden(
                statement, document, notation
            )
            found |= {left.name} if below else set()
    outputs = any(role.kind == "prediction" for role in notation.roles.values())
    every = (s for st in document.statements for p in st.parts if p.node is not None for s in symbols(p.node))
    last = {s.name for s in every if any(_is_last(item.node, notation) for item in (*s.sub, *s.sup))}
    return found - last if outputs else set()


def _is_hidden(statement: Statement, document: Document, notation: Notation) -> bool:
    """Whether A^l = relu(Z^l) is said without a range, where the text has another function for the last layer alone:
    P = softmax(Z^L).
    """
    left, step = statement.parts[0].node, _applied(statement)
    layers = (
        {letter for s in symbols(left) if (letter := is_letter(s))} & notation.layer_letters
        if left
        else set()
    )
    if step is None or not layers or own(statement, document):
        return False
    others = (
        (other.parts[0].node, found)
        for other in document.statements
        if (found := _applied(other)) is not None and found[0] != step[0]
    )
    return any(
        isinstance(node, Sym) and notation.kind(node.name) == "prediction" and _is_of_last(found[1], notation)
        for node, found in others
    )


def _applied(statement: Statement) -> tuple[str, Node] | None:
    """The function, and what it is of, in a = f(z)."""
    right = statement.parts[1].node if len(statement.parts) > 1 else None
    return patterns.applied(right) if right is not None else None


def _is_of_last(node: Node, notation: Notation) -> bool:
    items = (*node.sup, *node.sub) if isinstance(node, Sym) else ()
    return any(_is_last(item.node, notation) for item in items)


def _ends_below(node: Node, notation: Notation) -> bool:
    """l = 1, ..., L - 1; L - 1, ..., 1; l < L."""
    if isinstance(node, Listed):
        ends = [n.right if isinstance(n, Relation) else n for n in (node.items[0], node.items[-1])]
        return any(isinstance(n, Add) and n.sign < 0 and _is_last(n.left, notation) for n in ends)
    return isinstance(node, Relation) and node.sign == "<" and _is_last(node.right, notation)


def _is_last(node: Node | None, notation: Notation) -> bool:
    return notation.sizes.get(is_letter(node) or "") == ("L",)


def holds(node: Node, env: Env) -> bool | None:
    """Whether a condition allows these indices; None if it says nothing about them."""
    if isinstance(node, Both):
        parts = [holds(node.left, env), holds(node.right, env)]
        known = [p for p in parts if p is not None]
        return all(known) if known else None
    if isinstance(node, Listed):
        return _in_list(node, env)
    if isinstance(node, Relation):
        return _relation(node, env)
    return None


def _in_list(node: Listed, env: Env) -> bool | None:
    first = node.items[0]
    if not isinstance(first, Relation):
        return None
    letter = is_letter(first.left)
    if letter is None or letter not in env.letters or first.sign not in ("=", r"\in"):
        return None
    allowed = _allowed([first.right, *node.items[1:]], env)
    return None if allowed is None else env.letters[letter] in allowed


def _allowed(items: list[Node], env: Env) -> set[int] | None:
    """The numbers of a list; where dots stand, all from its first to its last."""
    numbers = []
    for item in items:
        if isinstance(item, Relation):
            break
        if not isinstance(item, Dots):
            try:
                numbers.append(index(item, env))
            except (Unread, OutOfRange):
                return None
    if any(isinstance(item, Dots) for item in items) and numbers:
        low, high = sorted((numbers[0], numbers[-1]))
        return set(range(low, high + 1))
    return set(numbers)


def _relation(node: Relation, env: Env) -> bool | None:
    letter = is_letter(node.left)
    known = env.notation.kind(node.left.name) if isinstance(node.left, Sym) else ""
    if (letter is None or known == "target") and isinstance(node.left, Sym) and node.sign in ("=", r"\ne"):
        return _label(node, env)
    other = is_letter(node.right)
    if not (letter in env.letters or other in env.letters):
        return None
    if node.sign == r"\in":
        return _in_set(node, env)
    try:
        left, right = index(node.left, env), index(node.right, env)
    except (Unread, OutOfRange):
        return None
    return {
        "=": left == right,
        "<": left < right,
        ">": left > right,
        r"\le": left <= right,
        r"\ge": left >= right,
        r"\ne": left != right,
    }.get(node.sign)


def _in_set(node: Relation, env: Env) -> bool | None:
    right = node.right
    if isinstance(right, Matrix) and len(right.rows) == 1:
        right = Listed(right.rows[0])
    if not isinstance(right, Listed):
        return None
    items = list(right.items)
    if len(items) == 2 and isinstance(node.right, Matrix):
        items.insert(1, Dots())
    allowed = _allowed(items, env)
    return None if allowed is None else env.letters[str(is_letter(node.left))] in allowed


def _label(node: Relation, env: Env) -> bool | None:
    """y_i = 2: the samples of that class."""
    from clearprop.check.document.numbers.quantities import label

    assert isinstance(node.left, Sym)
    role = env.notation.roles.get(node.left.name)
    if role is None or role.kind != "target":
        return None
    try:
        here = label(node.left, role, env)
        if env.world.plan.loss == "binary":  # labels are 0 and 1
            here = int(env.world.targets[max(env.sample, 0), 0])
        same = here == index(node.right, env)
    except (Unread, OutOfRange, Misfit):
        return None
    return same if node.sign == "=" else not same
