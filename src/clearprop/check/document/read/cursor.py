"""A place in a list of tokens, and the few moves a parser makes there."""

from clearprop.check.document.read.limits import MOST_DEPTH, Unread
from clearprop.check.document.read.tokens import Token

END = Token("end", "", "", -1)
PAIRS = {"(": ")", "[": "]", r"\{": r"\}", "{": "}", r"\langle": r"\rangle"}


class Cursor:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.k, self.depth = tokens, 0, 0

    def peek(self, ahead: int = 0) -> Token:
        at = self.k + ahead
        return self.tokens[at] if 0 <= at < len(self.tokens) else END

    @property
    def text(self) -> str:
        return self.tokens[self.k].text if self.k < len(self.tokens) else END.text

    def next(self) -> Token:
        token = self.peek()
        self.k += 1
        return token

    def have(self, *texts: str) -> bool:
        """Take the next token if it is one of these."""
        found = self.text in texts and self.peek().kind != "end"
        self.k += found
        return found

    def need(self, text: str) -> None:
        if not self.have(text):
            msg = f"`{text}` is missing"
            raise self.stuck(msg)

    def stuck(self, why: str = "this cannot stand here") -> Unread:
        token = self.peek() if self.k < len(self.tokens) else (self.tokens[-1] if self.tokens else END)
        return Unread(why, token.raw, token.at)

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            msg = f"brackets may lie {MOST_DEPTH} deep"
            raise self.stuck(msg)

    def inside(self, start: int | None = None) -> list[Token]:
        """The tokens between the bracket that opens here and its partner; the cursor goes behind it."""
        start = self.k if start is None else start
        opener = self.tokens[start].text
        closer, depth = PAIRS[opener], 0
        for k in range(start, len(self.tokens)):
            depth += (self.tokens[k].text == opener) - (self.tokens[k].text == closer)
            if depth == 0:
                self.k = k + 1
                return self.tokens[start + 1 : k]
        msg = f"`{opener}` is not closed"
        raise Unread(msg, self.tokens[start].raw, self.tokens[start].at)

    def group(self) -> list[Token]:
        """What a script or an argument takes: a pair of braces or one token."""
        if self.text == "{":
            return self.inside()
        if self.k >= len(self.tokens):
            msg = "an argument is missing"
            raise self.stuck(msg)
        return [self.next()]
