"""Recursive descent from the tokens of one side to its tree."""

from dataclasses import dataclass, field

from clearprop.check.document.read import atoms, scripts
from clearprop.check.document.read.cursor import Cursor
from clearprop.check.document.read.limits import Unread
from clearprop.check.document.read.tokens import Token
from clearprop.check.document.read.tree import (
    Add,
    Both,
    Div,
    Indicator,
    Listed,
    Mul,
    Neg,
    Node,
    Num,
    Pow,
    Relation,
    Script,
    Sym,
    symbols,
)

PRODUCTS = {
    r"\cdot": "dot",
    r"\times": "times",
    "*": "star",
    r"\odot": "hadamard",
    r"\circ": "hadamard",
    r"\otimes": "outer",
}
COMPARISONS = {"=", "<", ">", r"\le", r"\ge", r"\ne", r"\in", ":=", r"\notin"}
STOPS = {")", "]", "}", r"\}", "&", "\\\\", ",", ";", r"\rangle", r"\mid"} | COMPARISONS


@dataclass(frozen=True)
class Words:
    """What a letter before a bracket means: `functions` are applied; with `differentials`, dW is one name, with
    `changes`, Delta w.
    """

    functions: frozenset[str] = frozenset()
    differentials: bool = False
    changes: bool = True
    bound: frozenset[str] = field(default=frozenset())
    marked: frozenset[str] = field(default=frozenset())  # functions only with something below them


def parse(tokens: list[Token], words: Words) -> Node:
    """The tree of one side.

    Raises
    ------
    Unread
        With the token at which reading stopped.
    """
    if not tokens:
        msg = "nothing stands on one side"
        raise Unread(msg)
    parser = Parser(tokens, words)
    node = parser.listed()
    if parser.k < len(tokens):
        raise parser.stuck()
    return node


class Parser(Cursor):
    def __init__(self, tokens: list[Token], words: Words, depth: int = 0) -> None:
        super().__init__(tokens)
        self.words, self.depth = words, depth
        self.deeper()

    def sub(self, tokens: list[Token]) -> Node:
        """The tree of tokens inside this one: a script, an argument."""
        inner = Parser(tokens, self.words, self.depth)
        node = inner.listed()
        if inner.k < len(tokens):
            raise inner.stuck()
        return node

    def listed(self) -> Node:
        """Expressions apart by commas, or one expression, or a comparison of two."""
        found = [self.compared()]
        while self.text in (",", ";") and self.k < len(self.tokens) - 1:
            self.next()
            found.append(self.compared())
        self.have(",", ";", ".")
        return found[0] if len(found) == 1 else Listed(tuple(found))

    def compared(self) -> Node:
        node = self.sum()
        result: Node | None = None
        while self.text in COMPARISONS:
            sign = self.next().text
            right = self.sum()
            one = Relation("=" if sign == ":=" else sign, node, right)
            result = one if result is None else Both(result, one)
            node = right
        return node if result is None else result

    def sum(self) -> Node:
        start = self.k
        self.deeper()
        if self.have("-"):
            node: Node = Neg(self.product())
        else:
            self.have("+")
            node = self.product()
        while self.text in ("+", "-"):
            sign = 1 if self.next().text == "+" else -1
            node = Add(node, self.product(), sign)
        self.depth -= 1
        return node.spanning(start, self.k) if not isinstance(node, Sym) else node

    def product(self) -> Node:
        start = self.k
        node = self.factor()
        while True:
            if self.text == "/":
                self.next()
                node = Div(node, self.divisor())
            elif self.have(r"\oslash"):  # entry by entry, as all fractions are
                node = Div(node, self.factor())
            elif self.text in PRODUCTS:
                kind = PRODUCTS[self.next().text]
                node = Mul(kind, node, self.factor())
            elif (
                self.k < len(self.tokens) and self.text not in STOPS and self.text not in ("+", "-", ".", ":")
            ):
                node = Mul("near", node, self.factor())
            else:
                return node.spanning(start, self.k)

    def divisor(self) -> Node:
        """What stands below a slash: one factor; of 1/2m, both."""
        node = self.factor()
        follows = self.peek()
        if (
            isinstance(node, Num)
            and follows.text in ("m", "N", "n", "B")
            and follows.at == self.peek(-1).at + len(self.peek(-1).raw)
        ):
            return Mul("near", node, self.factor())
        return node

    def factor(self) -> Node:
        self.deeper()
        start = self.k
        sign = -1 if self.text == "-" else 1
        if self.text in ("-", "+"):
            self.next()
        node = atoms.atom(self)
        node = node.spanning(start, self.k)
        self.depth -= 1
        return Neg(node) if sign < 0 else node

    def body(self, bound: str | None) -> Node:
        """What a sum goes over: a product, and what follows it as long as it names the index."""
        node = self.product() if self.text not in ("-", "+") else self._signed()
        while bound and self.text in ("+", "-"):
            here, depth = self.k, self.depth
            sign = 1 if self.next().text == "+" else -1
            term = self.product()
            if not names_index(term, bound) or sums_over(term, bound):
                self.k, self.depth = here, depth
                return node
            node = Add(node, term, sign)
        return node

    def _signed(self) -> Node:
        return Neg(self.product()) if self.next().text == "-" else self.product()


def names_index(node: Node, index: str) -> bool:
    """Whether a letter is used as an index in it."""
    return any(one.name == index and not one.sup and not one.sub for one in symbols(node))


def sums_over(node: Node, index: str) -> bool:
    from clearprop.check.document.read.tree import Big, walk

    return any(isinstance(one, Big) and one.index == index for one in walk(node))


def power(node: Node, tokens: list[Token], parser: Parser) -> Node:
    return Pow(node, parser.sub(tokens))


__all__ = ["Indicator", "Parser", "Script", "Words", "parse", "scripts"]
