"""The atoms of a formula: numbers, symbols, fractions, functions, brackets, matrices, sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clearprop.check.document.read import brackets, calculus, moved, scripts, sums
from clearprop.check.document.read.cleaning import NAMES
from clearprop.check.document.read.splitting import split_list
from clearprop.check.document.read.tree import (
    Call,
    Dots,
    Indicator,
    Mul,
    Node,
    Norm,
    Num,
    Ones,
    Pick,
    Pow,
    Relation,
    Script,
    Space,
    Sym,
    Transpose,
)  # fmt: skip

if TYPE_CHECKING:
    from clearprop.check.document.read.parse import Parser
    from clearprop.check.document.read.tokens import Token

MATRICES = {
    *("bmatrix", "pmatrix", "vmatrix", "matrix", "Bmatrix", "Vmatrix", "smallmatrix", "array"),
    *("bsmallmatrix", "psmallmatrix"),
}
CASES = {"cases", "dcases", "rcases"}
BIGS = {r"\sum": "sum", r"\prod": "product"}
EXTREMA = {"max", "min"}
UNVALUED = {
    "lim": "a limit, which is not computed",
    "arg": "the place of an extremum, which is not computed",
    "mathbb E": "an expected value, which is not computed",
}

OF_INPUTS = {"y", "t", "a", "z", "h", "o", "hat y"}  # that may be written with the input they belong to
CHANGING = {*"wWbBvV", "theta", "Theta", "gamma"}  # parameters: Delta w is one name, what a step adds to w


def atom(p: Parser) -> Node:
    """One factor with what stands above and below it."""
    token = p.peek()
    special = _special(p, token)
    if special is not None:
        return special
    if token.kind == "number":
        return _number(p)
    if token.text in ("(", "[", r"\{", "{"):
        return scripted(p, brackets.bracketed(p))
    if token.kind == "word":
        return _word(p)
    if token.kind == "letter":
        return symbol(p)
    if token.kind == "text" and token.text.isascii() and token.text.replace(" ", "").isalpha():
        return symbol(p)
    raise p.stuck()


def _special(p: Parser, token: Token) -> Node | None:
    text = token.text
    if text == r"\frac":
        return scripted(p, calculus.fraction(p))
    if text in (r"\partial", r"\nabla"):
        return calculus.operator(p)
    if text in BIGS:
        return sums.big(p, BIGS[text])
    if text in (r"\one", r"\reals", r"\sqrt", r"\dots", r"\infty", r"\top"):
        return _constant(p, text)
    if text.startswith(r"\begin "):
        return environment(p)
    if text in ("|", r"\|"):
        return scripted(p, norm(p))
    if text == r"\langle":
        return _inner(p)
    if text == "D" and calculus.is_total(p):
        return calculus.total(p)
    if text == "d" and calculus.is_ratio(p):
        return calculus.ratio(p)
    return None


def _inner(p: Parser) -> Node:
    r"""\langle A, B \rangle: the sum of the products of entries."""
    factors = split_list(p.inside(), lambda t: t.text in (",", "|", r"\mid"))
    if len(factors) != 2:
        msg = "an inner product is of two things"
        raise p.stuck(msg)
    left, right = (p.sub(one) for one in factors)
    return Call("sum", (Mul("hadamard", left, right),))


def _number(p: Parser) -> Node:
    token = p.next()
    value = Num(float(token.text))
    if token.text == "1" and p.text in ("(", r"\{", "["):
        inner = brackets.condition(p)
        if inner is not None:
            return inner
    return scripted(p, value) if p.text in ("^", "_") else value


def _constant(p: Parser, text: str) -> Node:
    p.next()
    if text == r"\one":
        return _one(p)
    if text == r"\sqrt":
        return Pow(p.sub(p.group()), Num(0.5))
    if text == r"\dots":
        return Dots()
    if text == r"\reals" or text == "R":
        return space(p)
    raise p.stuck()


def _one(p: Parser) -> Node:
    r"""\mathbb{1}: with a condition an indicator, alone the vector of ones."""
    size, outlined = None, p.peek(-1).raw.startswith((r"\mathbb", r"\mathds"))
    if p.text == "_":
        p.next()
        tokens = p.group()
        if (
            outlined and len(tokens) == 2 and all(t.kind == "letter" for t in tokens)
        ):  # of two indices: Kronecker's
            return Indicator(Relation("=", *(p.sub([token]) for token in tokens)))
        inner = brackets.as_condition(p, tokens)
        if inner is not None:
            return inner
        size = p.sub(tokens)
    inner = brackets.condition(p) if p.text in ("(", r"\{", "[") else None
    return inner if inner is not None else scripted(p, Ones(size))


def space(p: Parser) -> Node:
    r"""\mathbb{R}^{m \times n}."""
    if not p.have("^"):
        return Space()
    tokens = p.group()
    parts = split_list(tokens, lambda t: t.text in (r"\times", "*"))
    return Space(tuple(p.sub(part) for part in parts if part))


def is_space(p: Parser) -> bool:
    """Whether a plain R is the set of numbers: R^{m x n}, or R^4 in a shape."""
    if p.text != "R" or p.peek(1).text != "^":
        return False
    here = p.k
    p.k += 2
    tokens = p.group()
    p.k = here
    return any(t.text == r"\times" for t in tokens) or (
        len(tokens) == 1 and tokens[0].kind == "number" and "R" not in p.words.functions
    )


def scripted(p: Parser, node: Node) -> Node:
    """A bracket, number or function value with scripts: powers, transposes, entries."""
    while p.text in ("^", "_", "'"):
        sign = p.next().text
        if sign == "'":
            node = _slope(p, node)
            continue
        tokens = p.group()
        if sign == "_":
            node = _picked(p, node, tokens)
        elif scripts.is_transpose(tokens):
            node = Transpose(node)
        else:
            rest, transposed = scripts.without_transpose(tokens)
            node = Transpose(_raised(p, node, rest)) if transposed else _raised(p, node, rest)
    return node


def _slope(p: Parser, node: Node) -> Node:
    """(f^l)', (f^l)'(z): the slope of the function of layer l."""
    if isinstance(node, Sym) and node.name in p.words.functions:
        args = (p.sub(p.inside()),) if p.text == "(" else ()
        return Call(node.name, args, 1, node.sub, node.sup)
    msg = "a dash stands behind a bracket"
    raise p.stuck(msg)


def _raised(p: Parser, node: Node, tokens: list[Token]) -> Node:
    if tokens and all(t.text == "'" for t in tokens):
        msg = "a dash stands behind a bracket"
        raise p.stuck(msg)
    return Pow(node, p.sub(tokens))


def _picked(p: Parser, node: Node, tokens: list[Token]) -> Node:
    if isinstance(node, Norm):
        kind = tokens[0].text if tokens else "2"
        return Norm(node.of, "2" if kind in ("F", "2") else kind)
    inner = node.of if isinstance(node, Transpose) else node
    if isinstance(inner, Ones) and inner.size is None:  # 1^T_m
        ones = Ones(p.sub(tokens))
        return Transpose(ones) if isinstance(node, Transpose) else ones
    return Pick(node, scripts.items(p, tokens, below=True))


def symbol(p: Parser) -> Node:
    """A letter, its scripts, and its arguments if it is a function."""
    if p.text == "R" and is_space(p):
        p.next()
        return space(p)
    if p.text in UNVALUED and p.peek(1).text in ("[", "(", r"\{", "_"):
        raise p.stuck(UNVALUED[p.text])
    token = p.next()
    name = token.text
    if name == "d" and p.words.differentials and p.peek(-2).text not in ("^", "_"):
        whole = moved.formula(p, _word, symbol)
        if whole is not None:
            return whole
        if p.peek().kind == "letter" or p.text in NAMES:
            name = f"d {p.next().text}"
    if name == "Delta" and p.words.changes and _is_change(p):
        name = f"Delta {p.next().text}"
    if name == "e" and p.text == "^" and "e" not in p.words.functions and not brackets.is_turned(p):
        p.next()
        return Call("exp", (p.sub(p.group()),))
    sup, sub, primes, transposed, power = _scripts(p)
    if (
        p.text in ("(", r"\{")
        and (name in p.words.functions or primes)
        and (sub or name not in p.words.marked)
    ):
        return _applied(p, name, sup, sub, primes)
    if name in OF_INPUTS and not primes and [t.text for t in p.tokens[p.k : p.k + 3]] == ["(", "x", ")"]:
        p.k += 3  # y(x), a^L(x): the y and a of the input x
    if p.text == "(" and not primes:
        inner = brackets.probability(p, name, sup, sub)
        if inner is not None:
            return inner
    if primes and name in p.words.functions:
        return Call(name, (), primes, sub, sup)
    node: Node = Sym(name + "'" * primes, sup, sub)
    if power is not None:
        node = Pow(node, power)
    return Transpose(node) if transposed else node


def _is_change(p: Parser) -> bool:
    r"""Whether a parameter follows, also behind the letter of a sample: \Delta_p w_{ji}."""
    if p.text == "_" and p.peek(1).kind == "letter" and p.peek(2).text in CHANGING:
        p.k += 2
    return p.peek().kind == "letter" and p.text in CHANGING


def _scripts(p: Parser) -> tuple[tuple[Script, ...], tuple[Script, ...], int, bool, Node | None]:
    sup: tuple[Script, ...] = ()
    sub: tuple[Script, ...] = ()
    primes, transposed = 0, False
    power: Node | None = None
    while p.text in ("^", "_", "'"):
        sign = p.next().text
        if sign == "'":
            primes += 1
            continue
        tokens = p.group()
        if sign == "_":
            sub += scripts.items(p, tokens, below=True)
            continue
        while tokens and tokens[-1].text == "'":
            primes, tokens = primes + 1, tokens[:-1]
        if scripts.is_transpose(tokens):
            transposed = True
            continue
        if scripts.is_power(tokens):
            power = p.sub(tokens)
            continue
        tokens, marked = scripts.without_transpose(tokens)
        transposed |= marked
        if tokens and tokens[0].text != "*":
            sup += scripts.items(p, tokens, below=False)
    return sup, sub, primes, transposed, power


def _applied(p: Parser, name: str, sup: tuple[Script, ...], sub: tuple[Script, ...], primes: int) -> Node:
    inside = p.inside()
    if name not in p.words.functions or any(t.text in ("=",) for t in inside):
        inner = brackets.probability_of(p, name, inside)
        if inner is not None:
            return inner
    args = tuple(
        p.sub(part) for part in split_list(_before_bar(inside), lambda t: t.text in (",", ";")) if part
    )
    power = [one for one in sup if _is_power(one)]
    call = Call(name, args, primes, sub, tuple(one for one in sup if one not in power))
    node: Node = Pow(call, power[0].node) if power and power[0].node is not None else call
    return scripted(p, node)


def _is_power(script: Script) -> bool:
    return script.kind == "plain" and isinstance(script.node, Num)


def _before_bar(tokens: list[Token]) -> list[Token]:
    parts = split_list(tokens, lambda t: t.text in (r"\mid",))
    return parts[0] if parts[0] else tokens


def _word(p: Parser) -> Node:
    """A function known by its name."""
    if p.text in UNVALUED:
        raise p.stuck(UNVALUED[p.text])
    name = p.next().text
    if name == "sum":
        return sums.big(p, "sum", taken=True)
    if name in EXTREMA and p.text == "_":
        return sums.extremum(p, name)
    power, primes, sub = None, 0, ()
    while p.text in ("^", "'", "_"):
        sign = p.next().text
        if sign == "'":
            primes += 1
            continue
        tokens = p.group()
        if sign == "_":
            sub += scripts.items(p, tokens, below=True)
        elif all(t.text == "'" for t in tokens):
            primes += len(tokens)
        elif not scripts.is_transpose(tokens):
            power = p.sub(tokens)
    node: Node = _function(p, name, primes, sub)
    if power is not None:
        node = Pow(node, power)
    return node


def _function(p: Parser, name: str, primes: int, sub: tuple[Script, ...]) -> Node:
    if p.text in ("(", r"\{", "["):
        inside = p.inside()
        args = tuple(p.sub(part) for part in split_list(inside, lambda t: t.text in (",", ";")) if part)
        return scripted(p, Call(name, args, primes, sub))
    if p.k >= len(p.tokens) or p.text in (")", ",", "=", "+", r"\odot", r"\cdot", "]", "}"):
        return Call(name, (), primes, sub)
    if p.text == r"\sum":
        return Call(name, (sums.big(p, "sum"),), primes, sub)
    return Call(name, (_bare(p),), primes, sub)


def _bare(p: Parser) -> Node:
    """An argument without brackets: -z, or a factor; of ln 2x, both."""
    node = p.factor()
    while isinstance(node, Num) and p.peek().kind == "letter":
        node = Mul("near", node, p.factor())
    return node


def norm(p: Parser) -> Node:
    bar = p.next().text
    start, depth = p.k, 0
    while p.k < len(p.tokens) and not (p.text == bar and depth == 0):
        depth += (p.text in ("(", "{", "[")) - (p.text in (")", "}", "]"))
        p.k += 1
    if p.k >= len(p.tokens):
        msg = f"`{bar}` is not closed"
        raise p.stuck(msg)
    inside = p.tokens[start : p.k]
    p.next()
    return Norm(p.sub(inside), "2" if bar == r"\|" else "abs")


def environment(p: Parser) -> Node:
    """A matrix or cases."""
    name = p.next().text.removeprefix(r"\begin ").rstrip("*")
    start, depth = p.k, 1
    for token in p.tokens[start:]:
        depth += token.text.startswith(r"\begin ") - token.text.startswith(r"\end ")
        if depth == 0:
            break
        p.k += 1
    if depth:
        msg = f"{name} is not ended"
        raise p.stuck(msg)
    inside = p.tokens[start : p.k]
    p.next()
    if name in MATRICES:
        return scripted(p, brackets.matrix(p, inside, name))
    if name in CASES:
        return brackets.cases(p, inside)
    if name in ("aligned", "split", "gathered"):
        return p.sub([t for t in inside if t.text not in ("&", "\\\\")])
    msg = f"the environment {name}"
    raise p.stuck(msg)
