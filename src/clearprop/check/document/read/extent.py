r"""Where a side stands in the text, with the braces and the \boldsymbol{...} around its ends."""

import re

from clearprop.check.document.read.tokens import LEXER, Token

WRAPPER = re.compile(r"(?:\\[A-Za-z]+\*?)?\{$")
LONGEST = 40  # characters of a command and its brace


def extent(text: str, tokens: list[Token]) -> tuple[int, int]:
    """From the first character of a side to the one behind its last."""
    start, end = min(t.at for t in tokens), max(_end(text, t) for t in tokens)
    depth = text.count("{", start, end) - text.count("}", start, end)
    while depth > 0 and text[end : end + 1] == "}":
        end, depth = end + 1, depth - 1
    while (wrapper := WRAPPER.search(text, max(0, start - LONGEST), start)) is not None:
        closed = depth < 0
        if not closed and text[end : end + 1] != "}":
            break
        start, end, depth = wrapper.start(), end + (not closed), depth + closed
    return start, end


def _end(text: str, token: Token) -> int:
    """Behind a token: its own text, or what stands at its place if a macro or several tokens made it."""
    if text.startswith(token.raw, token.at):
        return token.at + len(token.raw)
    first = LEXER.match(text, token.at)
    return first.end() if first is not None else token.at + 1
