"""Symbols in a list of tokens, each with its scripts; and the change of one."""

from dataclasses import dataclass

from clearprop.check.document.read.cleaning import clean
from clearprop.check.document.read.tokens import Token, lex


@dataclass(frozen=True)
class Occurrence:
    """A symbol in a list of tokens: its letter at `start`; the contents of its scripts as (first, end)."""

    start: int
    end: int
    sup: tuple[int, int] | None
    sub: tuple[int, int] | None


@dataclass(frozen=True)
class Edit:
    """`tokens` after the change, of `what` kind; `old` and `new` for people; `at` where it begins."""

    tokens: list[Token]
    what: str
    old: str
    new: str
    at: int


def occurrences(tokens: list[Token]) -> list[Occurrence]:
    """Every symbol with its scripts."""
    found = []
    for k, token in enumerate(tokens):
        if token.kind == "letter":
            found.append(occurrence(tokens, k))
    return found


def occurrence(tokens: list[Token], start: int) -> Occurrence:
    scripts: dict[str, tuple[int, int]] = {}
    k = start + 1
    while k < len(tokens) and tokens[k].text in ("^", "_", "'"):
        if tokens[k].text == "'":
            k += 1
            continue
        if k + 1 < len(tokens) and tokens[k + 1].text == "{":
            end = close(tokens, k + 1)
            scripts.setdefault(tokens[k].text, (k + 2, end))
            k = end + 1
        else:
            scripts.setdefault(tokens[k].text, (k + 1, k + 2))
            k += 2
    return Occurrence(start, min(k, len(tokens)), scripts.get("^"), scripts.get("_"))


def close(tokens: list[Token], k: int) -> int:
    depth = 0
    for end in range(k, len(tokens)):
        depth += (tokens[end].text == "{") - (tokens[end].text == "}")
        if depth == 0:
            return end
    return len(tokens) - 1


Span = tuple[int, int]


def fraction(tokens: list[Token], k: int) -> tuple[Span, Span, int]:
    """What stands above and below the line of a fraction at k, and where it ends."""
    parts: list[Span] = []
    at = k + 1
    for _ in range(2):
        opened = at < len(tokens) and tokens[at].text == "{"
        end = close(tokens, at) if opened else at
        parts.append((at + 1, end) if opened else (at, at + 1))
        at = end + 1
    return parts[0], parts[1], min(at, len(tokens))


def factor_end(tokens: list[Token], k: int) -> int | None:
    """Where a factor that begins at k ends: a symbol, dW as one, a fraction, a bracket with its scripts."""
    token = tokens[k]
    if token.text == "(":
        depth = 0
        for end in range(k, len(tokens)):
            depth += (tokens[end].text == "(") - (tokens[end].text == ")")
            if depth == 0:
                return occurrence(tokens, end).end
        return None
    if token.text == r"\frac":
        return fraction(tokens, k)[2]
    if token.text == "d" and k + 1 < len(tokens) and tokens[k + 1].kind == "letter":
        return occurrence(tokens, k + 1).end
    return occurrence(tokens, k).end if token.kind == "letter" else None


def made(text: str, at: int) -> list[Token]:
    """Tokens of a text that stand at one place."""
    return [Token(t.kind, t.text, t.raw, at) for t in clean(lex(text, at))]
