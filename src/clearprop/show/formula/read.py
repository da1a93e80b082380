"""LaTeX to formula trees: the LaTeX that equations and accounts are written in, and nothing else."""

import re
from functools import lru_cache

from clearprop.errors import SpecError
from clearprop.show.formula import letters
from clearprop.show.formula.tree import (
    Big,
    Cases,
    Formula,
    Fraction,
    Group,
    Matrix,
    Name,
    Number,
    Root,
    Row,
    Script,
    Sign,
    Space,
    Text,
    Word,
    row,
)

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
CLOSING = {"(": ")", "[": "]", "|": "|", r"\{": r"\}", "{": "}"}
SPACES = {r"\quad", r"\qquad"}
UNSEEN = {r"\,", r"\;", r"\!", r"\:", r"\ ", "~", r"\displaystyle"}


@lru_cache(maxsize=10_000)
def read(latex: str) -> Formula:
    r"""A formula from its LaTeX.

    Raises SpecError at LaTeX that it does not know, and at brackets that are not closed.

    Examples
    --------
    >>> read(r"\frac{1}{m}")
    Fraction(above=Number(text='1'), below=Name(text='m'))
    >>> read(r"W^{(1)}_{2,3}").below
    Row(parts=(Number(text='2'), Sign(text=','), Number(text='3')))
    """
    return _Reader(latex).until("")


class _Reader:
    """Recursive descent over the tokens of one formula."""

    def __init__(self, latex: str) -> None:
        self.latex = latex
        self.tokens = [token for token in TOKEN.findall(latex) if not token.isspace()]
        self.pos = 0

    def peek(self) -> str:
        return self.tokens[self.pos] if self.pos < len(self.tokens) else ""

    def next(self) -> str:
        token = self.peek()
        self.pos += 1
        return token

    def take(self, *wanted: str) -> None:
        for token in wanted:
            if self.peek() != token:
                self.fail(f"needs `{token}`")
            self.pos += 1

    def fail(self, why: str) -> None:
        rest = "".join(self.tokens[self.pos :][:6])
        msg = f"The formula `{self.latex}` {why} before `{rest}`."
        raise SpecError(msg)

    def until(self, *ends: str) -> Formula:
        """What stands before one of these tokens, which stays."""
        parts: list[Formula] = []
        while self.peek() not in ends:
            if not self.peek():
                self.fail(f"needs `{ends[0]}`")
            parts += self.scripted()
        return row(*parts)

    def braced(self) -> Formula:
        if self.peek() != "{":
            return row(*self.atom())
        self.take("{")
        inside = self.until("}")
        self.take("}")
        return inside

    def letters_of(self) -> str:
        """The letters between braces, as they are."""
        self.take("{")
        end = self.tokens.index("}", self.pos) if "}" in self.tokens[self.pos :] else self.fail("needs `}`")
        word = "".join(self.tokens[self.pos : end]).replace(r"\_", "_")
        self.pos = (end or 0) + 1
        return word

    def scripted(self) -> list[Formula]:
        """An atom with its scripts."""
        parts = self.atom()
        below: Formula | None = None
        above: list[Formula] = []
        while self.peek() in ("_", "^", "'"):
            token = self.next()
            if token == "'":
                above.append(Sign("′"))
            elif token == "^" and not any(one != Sign("′") for one in above):
                above.append(self.braced())
            elif token == "_" and below is None:
                below = self.braced()
            else:
                self.fail("has a second script")
        if below is None and not above:
            return parts
        high = row(*above) if above else None
        if parts and isinstance(parts[-1], Big):
            return [*parts[:-1], Big(parts[-1].sign, below, high)]
        if not parts:
            self.fail("has a script of nothing")
        return [*parts[:-1], Script(parts[-1], below, high)]

    def atom(self) -> list[Formula]:
        token = self.next()
        if token == "{":
            inside = self.until("}")
            self.take("}")
            return [inside] if not isinstance(inside, Row) or inside.parts else []
        if token in ("(", "[", "|", r"\{"):
            return [self.group(token)]
        if token in UNSEEN:
            return []
        if token.startswith("\\"):
            return [self.command(token)]
        if token[:1].isdigit():
            return [Number(token)]
        if token.isalpha():
            return [Name(token)]
        if token and token in "+-=,.<>/!:;*":
            return [Sign(letters.PLAIN_SIGNS.get(token, token))]
        self.pos -= 1
        self.fail("is not read")
        return []

    def group(self, left: str) -> Group:
        right = CLOSING[left]
        inside = self.until(right)
        self.take(right)
        return Group(left.lstrip("\\"), inside, right.lstrip("\\"))

    def command(self, token: str) -> Formula:
        name = letters.SAME.get(token[1:], token[1:])
        if name in letters.GREEK:
            return Name(letters.GREEK[name])
        if name in letters.SIGNS:
            return Sign(letters.SIGNS[name])
        if name in letters.WORDS:
            return Word(name)
        if token in SPACES:
            return Space()
        made = getattr(self, f"read_{name}", None) if name.isalpha() else None
        if made is None:
            self.pos -= 1
            self.fail("is not read")
        return made()  # pyright: ignore[reportOptionalCall]

    # ---- Commands that take something
    def read_frac(self) -> Formula:
        above = self.braced()
        return Fraction(above, self.braced())

    def read_sqrt(self) -> Formula:
        return Root(self.braced())

    def read_sum(self) -> Formula:
        return Big("∑")

    def read_top(self) -> Formula:
        return Word("⊤")

    def read_text(self) -> Formula:
        return Text(self.letters_of())

    def read_operatorname(self) -> Formula:
        return Word(self.letters_of())

    def read_mathrm(self) -> Formula:
        return Word(self.letters_of())

    def read_mathbf(self) -> Formula:
        return Word(self.letters_of().translate(letters.BOLD))

    def read_left(self) -> Formula:
        left = self.next()
        if left not in CLOSING:
            self.fail("has an unknown bracket")
        inside = self.until(r"\right")
        self.next()
        return Group(left.lstrip("\\"), inside, self.next().lstrip("\\"))

    def read_begin(self) -> Formula:
        kind = self.letters_of()
        if kind not in ("cases", "bmatrix", "pmatrix"):
            self.fail("has an unknown table")
        rows = self.table()
        self.take(r"\end", "{", *kind, "}")
        if kind == "cases":
            return Cases(tuple((cells[0], cells[1]) for cells in rows))
        return Matrix(tuple(rows))

    def table(self) -> list[tuple[Formula, ...]]:
        rows: list[tuple[Formula, ...]] = []
        cells: list[Formula] = []
        while True:
            cells.append(self.until("&", r"\\", r"\end"))
            if self.peek() == "&":
                self.next()
                continue
            rows, cells = [*rows, tuple(cells)], []
            if self.peek() == r"\end":
                return [cells for cells in rows if cells != (Row(()),)]
            self.next()
