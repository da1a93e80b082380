"""A formula's tokens cut into statements: chains of sides, apart by relations; and conditions on their indices."""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from clearprop.check.document.read.limits import Unread
from clearprop.check.document.read.tokens import Token

EQUAL = {"=", ":=", "=:"}
ASSIGN = {r"\leftarrow", r"\to"}
NEARLY = {r"\approx", r"\simeq"}
RELATIONS = EQUAL | ASSIGN | NEARLY | {r"\in", "<", ">", r"\le", r"\ge", r"\ne", r"\propto", r"\sim", r"\subset", r"\ll", r"\gg",
                                       r"\mapsto", r"\notin"}  # fmt: skip
ARROWS = {r"\Rightarrow", r"\Leftrightarrow"}
OPEN, CLOSE = {"{", "(", "[", r"\{", r"\langle"}, {"}", ")", "]", r"\}", r"\rangle"}
JOINING = {"+", "-", r"\cdot", r"\times", "*", r"\odot", r"\oslash", r"\circ", "/", r"\pm"}
STACKED = re.compile(
    r"\\(?:begin|end) (aligned|align|alignat|alignedat|flalign|split|gather|gathered|equation|eqnarray|multline|multlined)\*?$"
)
CONDITION_WORDS = re.compile(
    r"^(for|if|when|with|where|all|any|每|对|当|若|其中|\\?forall|whenever|unless|given|at)\b", re.I
)
EDGES = {",", ";", ".", ":", "&", "|", "!"}


@dataclass
class Side:
    """What stands after a relation: `sign` is "" for the first side of a chain."""

    sign: str
    tokens: list[Token]

    @property
    def at(self) -> int:
        return self.tokens[0].at if self.tokens else -1


@dataclass
class Chain:
    """Sides apart by relations; `continues`: begins with a relation, so that its left side is in an earlier formula."""

    sides: list[Side]
    conditions: list[list[Token]] = field(default_factory=list)
    continues: bool = False
    lead: str = ""

    @property
    def at(self) -> int:
        return self.sides[0].at


@dataclass
class _Piece:
    before: str  # what parts it from the piece before: start, break, arrow, space, comma, text
    tokens: list[Token]
    words: str = ""


def chains(tokens: list[Token]) -> list[Chain]:
    """The chains of a formula, in order."""
    found: list[Chain] = []
    for piece in _pieces(_unstacked(tokens)):
        _take(found, piece)
    return [one for one in found if one.sides]


def _unstacked(tokens: list[Token]) -> list[Token]:
    """Without the environments that only set lines under each other."""
    system = _is_system(tokens)
    kept = []
    for token in tokens:
        if STACKED.match(token.text):
            continue
        if system and token.text in (
            r"\begin cases",
            r"\end cases",
            r"\begin array",
            r"\end array",
            r"\begin dcases",
            r"\end dcases",
        ):
            continue
        kept.append(token)
    if (
        system
        and kept
        and kept[0].text == r"\{"
        and sum(t.text in (r"\{",) for t in kept) > sum(t.text == r"\}" for t in kept)
    ):
        kept = kept[1:]
    return kept


def _is_system(tokens: list[Token]) -> bool:
    """Whether the formula is one big brace before several equations."""
    inner = [t for t in tokens if not STACKED.match(t.text)]
    start = 1 if inner and inner[0].text == r"\{" else 0
    while start < len(inner) and inner[start].text in ("{", r"\Rightarrow"):
        start += 1
    if len(inner) <= start or inner[start].text not in (r"\begin cases", r"\begin array", r"\begin dcases"):
        return False
    rows, depth, row = [], 0, []
    for token in inner[start + 1 :]:
        if token.text.startswith(r"\end"):
            break
        depth += (token.text in OPEN) - (token.text in CLOSE)
        if token.text == "\\\\":
            rows.append(row)
            row = []
        elif depth == 0:
            row.append(token.text)
    rows.append(row)
    rows = [r for r in rows if r]
    return all(any(t in RELATIONS for t in _before_amp(r)) or r[0] == "&" or "=" in r for r in rows)


def _before_amp(row: list[str]) -> list[str]:
    return row[: row.index("&") + 2] if "&" in row else row


def _pieces(tokens: list[Token]) -> list[_Piece]:
    pieces = [_Piece("start", [])]
    depth = environments = 0
    for k, token in enumerate(tokens):
        if not depth and not environments and _limits(tokens, k, pieces[-1].tokens):
            pieces.append(_Piece("space", []))
        environments += token.text.startswith(r"\begin ") - token.text.startswith(r"\end ")
        depth = max(0, depth + (token.text in OPEN) - (token.text in CLOSE))
        if depth or environments or token.text in CLOSE or token.text.startswith(r"\end "):
            pieces[-1].tokens.append(token)
        elif token.text == "\\\\":
            pieces.append(_Piece("break", []))
        elif token.text in ARROWS:
            pieces.append(_Piece("arrow", []))
        elif token.text == r"\quad" and not pieces[-1].tokens:
            continue  # space before a line begins
        elif token.text == r"\quad":
            pieces.append(_Piece("space", []))
        elif token.text in (",", ";"):
            pieces.append(_Piece("comma", []))
        elif token.kind == "text" and _parts(pieces[-1].tokens, token):
            pieces.append(_Piece("text", [], token.text))
        elif token.text == r"\forall":
            pieces.append(_Piece("text", [], "for"))
        elif token.text != "&":
            pieces[-1].tokens.append(token)
        elif _is_whole(pieces[-1].tokens):
            pieces.append(_Piece("space", []))  # the next column of an align
    return [p for p in pieces if p.tokens or p.before in ("break", "arrow", "text")]


def _limits(tokens: list[Token], k: int, before: list[Token]) -> bool:
    """Whether a bracket behind an equation says for which indices it is meant: A_l = f(Z_l) (l < L)."""
    if tokens[k].text != "(" or not before:
        return False
    scripted = len(before) > 1 and before[-2].text in ("_", "^")
    if not scripted and before[-1].text not in (")", "]", "}"):
        return False  # 1(z > 0) is a factor
    end = _closing(tokens, k)
    ended = end + 1 >= len(tokens) or tokens[end + 1].text in (",", ";", ".", "\\\\", r"\quad")
    return ended and bool(_signs(tokens[k + 1 : end])) and _is_whole(before)


def _closing(tokens: list[Token], k: int) -> int:
    """Where the bracket that opens here closes."""
    depth = 0
    for end in range(k, len(tokens)):
        depth += (tokens[end].text in OPEN) - (tokens[end].text in CLOSE)
        if depth == 0:
            return end
    return len(tokens) - 1


def _is_whole(tokens: list[Token]) -> bool:
    """Whether these are an equation already: a relation with something behind it."""
    return bool(tokens) and tokens[-1].text not in RELATIONS and bool(_signs(tokens))


def _parts(before: list[Token], token: Token) -> bool:
    """Whether a text stands between statements, not as a name within one."""
    if before and before[-1].text in ("^", "_"):
        return False
    return " " in token.text or token.text.lower() in WORDS_BETWEEN or not token.text.isascii()


WORDS_BETWEEN = {
    "neuron",
    "unit",
    "node",
    "for",
    "where",
    "and",
    "if",
    "with",
    "when",
    "so",
    "thus",
    "hence",
    "or",
    "then",
    "otherwise",
    "all",
    "i.e",
    "since",
    "because",
}


def _take(found: list[Chain], piece: _Piece) -> None:
    tokens = _trimmed(piece.tokens)
    if not tokens:
        if piece.before == "text" and found:
            found[-1].conditions.append([])
        return
    signs = _signs(tokens)
    last = found[-1] if found else None
    if (
        last is not None
        and last.conditions
        and not last.conditions[-1]
        and piece.before in ("space", "text", "comma")
    ):
        last.conditions[-1] = tokens
    elif last is not None and _is_condition(piece, tokens, signs):
        last.conditions.append(_unwrapped(tokens))
    elif last is not None and signs and signs[0] == 0:
        last.sides += _sides(tokens, signs)
    elif last is not None and last.sides and piece.before == "break" and _joins(last, tokens):
        _join(last, tokens, signs)
    elif signs:
        sides = _sides(tokens, signs)
        found.append(Chain(sides, continues=signs[0] == 0, lead=piece.words))
    elif last is not None and (last.sides or last.conditions) and piece.before == "comma":
        _list(last, tokens)


def _is_condition(piece: _Piece, tokens: list[Token], signs: list[int]) -> bool:
    if (
        piece.before == "text"
        and CONDITION_WORDS.match(piece.words.strip())
        and not piece.words.lower().startswith("where")
    ):
        return True
    return bool(not signs and piece.before in ("space", "break") and tokens[0].text == "(" and tokens[-1].text == ")"
                and _signs(tokens[1:-1]))  # fmt: skip


def _unwrapped(tokens: list[Token]) -> list[Token]:
    return tokens[1:-1] if tokens[0].text == "(" and tokens[-1].text == ")" else tokens


def _list(last: Chain, tokens: list[Token]) -> None:
    """A further item of l = 1, 2, ..., L."""
    comma = Token("sign", ",", ",", tokens[0].at)
    target = last.conditions[-1] if last.conditions else last.sides[-1].tokens
    target += [comma, *tokens]


def _joins(last: Chain, tokens: list[Token]) -> bool:
    ended = last.sides[-1].tokens
    return tokens[0].text in JOINING or bool(ended and ended[-1].text in JOINING) or not _signs(tokens)


def _join(last: Chain, tokens: list[Token], signs: list[int]) -> None:
    first = signs[0] if signs else len(tokens)
    last.sides[-1].tokens += tokens[:first]
    last.sides += _sides(tokens[first:], [s - first for s in signs])


def _trimmed(tokens: list[Token]) -> list[Token]:
    start, end = 0, len(tokens)
    while end - start > 2 and tokens[start].text == "{" and tokens[start + 1].text == "}":
        start += 2  # an empty pair of braces before a sign
    while start < end and tokens[start].text in EDGES:
        start += 1
    while end > start and tokens[end - 1].text in EDGES - {"|"}:
        end -= 1
    return tokens[start:end]


def _signs(tokens: list[Token]) -> list[int]:
    """Where the relations stand that are in no brackets."""
    found = []
    for k, token in _outside(tokens):
        if token.text in RELATIONS:
            found.append(k)
    return found


def _outside(tokens: list[Token]) -> list[tuple[int, Token]]:
    found, depth = [], 0
    for k, token in enumerate(tokens):
        opens = token.text in OPEN or token.text.startswith(r"\begin ")
        closes = token.text in CLOSE or token.text.startswith(r"\end ")
        depth = max(0, depth + opens - closes)
        if depth == 0 and not closes:
            found.append((k, token))
    return found


def _sides(tokens: list[Token], signs: list[int]) -> list[Side]:
    edges = [*signs, len(tokens)]
    sides = [Side("", tokens[: edges[0]])] if edges[0] else []
    for a, b in itertools.pairwise(edges):
        sign = tokens[a].text
        if b > a + 1 or not sides:
            sides.append(Side(sign, tokens[a + 1 : b]))
    return [s for s in sides if s.tokens]


def split_list(tokens: list[Token], at: Callable[[Token], bool]) -> list[list[Token]]:
    """Tokens cut where `at` holds outside all brackets."""
    marks = [k for k, t in _outside(tokens) if at(t)]
    edges = [-1, *marks, len(tokens)]
    return [tokens[a + 1 : b] for a, b in itertools.pairwise(edges)]


def unbalanced(tokens: list[Token]) -> Unread | None:
    """An error if braces do not match."""
    depth = 0
    for token in tokens:
        depth += (token.raw == "{") - (token.raw == "}")
        if depth < 0:
            return Unread("a brace `}` closes nothing", "}", token.at)
    return None
