"""Formula trees as LaTeX that TeX, KaTeX, MathJax and code hosts all take."""

import re

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
    Tagged,
    Text,
    Word,
    is_function,
)

TALL = (Fraction, Cases, Matrix, Big)
PREFIXES = (Sign("−"), Sign("+"), Sign("±"))


def latex(formula: Formula) -> str:
    r"""A formula as LaTeX; `read` reads it back to the same tree.

    Examples
    --------
    >>> from clearprop.show.formula import read
    >>> latex(read(r"\delta^{(L)}_{i}  =  p_i-Y_i"))
    '\\delta^{(L)}_{i} = p_{i} - Y_{i}'
    """
    match formula:
        case Name(text) | Number(text):
            return letters.COMMANDS.get(text, text)
        case Word(text):
            return _word(text)
        case Sign(text):
            return _sign(text)
        case Text(text):
            return rf"\text{{{text.replace('_', chr(92) + '_')}}}"
        case Space():
            return r"\quad"
        case Row(parts):
            return _beside(parts)
        case Script(base, below, above):
            inner, base = latex(base), base.inside if isinstance(base, Tagged) else base
            return _scripts(
                f"{{{inner}}}" if isinstance(base, Script | Row | Fraction) else inner, below, above
            )
        case Big(_, below, above):
            return _scripts(r"\sum", below, above, low_first=True)
        case Fraction(above, below):
            return rf"\frac{{{latex(above)}}}{{{latex(below)}}}"
        case Root(inside):
            return rf"\sqrt{{{latex(inside)}}}"
        case Group(left, inside, right):
            l, r = (rf"\{sign}" if sign in "{}" else sign for sign in (left, right))
            return rf"\left{l} {latex(inside)} \right{r}" if _tall(inside) else f"{l}{latex(inside)}{r}"
        case Cases(rows):
            return rf"\begin{{cases}} {_table(rows)} \end{{cases}}"
        case Matrix(rows):
            return rf"\begin{{bmatrix}} {_table(rows)} \end{{bmatrix}}"
        case Tagged(inside, _):
            return latex(inside)


def _word(text: str) -> str:
    if text == "⊤":
        return r"\top"
    if text in letters.WORDS:
        return f"\\{text}"
    if text[0] in letters.UNBOLD:
        return rf"\mathbf{{{''.join(letters.UNBOLD[c] for c in text)}}}"
    return rf"\operatorname{{{text.replace('_', chr(92) + '_')}}}"


def _sign(text: str) -> str:
    plain = {sign: ascii for ascii, sign in letters.PLAIN_SIGNS.items()}
    return plain.get(text) or letters.COMMANDS.get(text, text)


def _scripts(base: str, below: Formula | None, above: Formula | None, *, low_first: bool = False) -> str:
    high = "" if above is None else "'" if above == Sign("′") else f"^{{{_tight(above)}}}"
    low = "" if below is None else f"_{{{_tight(below)}}}"
    return base + (low + high if low_first else high + low)


def _tight(formula: Formula) -> str:
    """What stands in a script: no room about signs."""
    if isinstance(formula, Group):
        return f"{formula.left}{_tight(formula.inside)}{formula.right}"
    if isinstance(formula, Row):
        pieces = [latex(part) for part in formula.parts]
        return "".join(
            f"{piece} " if re.search(r"\\[A-Za-z]+$", piece) else piece for piece in pieces
        ).strip()
    return latex(formula)


def _beside(parts: tuple[Formula, ...]) -> str:
    """Room between parts, but not after a sign before a term, before a comma, or between a function and its bracket."""
    written = ""
    for k, part in enumerate(parts):
        before = parts[k - 1] if k else None
        touching = before is None or part == Sign(",") or (isinstance(part, Group) and is_function(before))
        prefix = before in PREFIXES and (k == 1 or isinstance(parts[k - 2], Sign))
        piece = latex(part)
        command = prefix and re.search(r"\\[A-Za-z]+$", written)
        written += ("" if (touching or prefix) and not command else " ") + piece
    return written


def _tall(formula: Formula) -> bool:
    """Whether brackets about it must be higher than a line."""
    parts = formula.parts if isinstance(formula, Row) else (formula,)
    return any(isinstance(part.inside if isinstance(part, Tagged) else part, TALL) for part in parts)


def _table(rows: tuple[tuple[Formula, ...], ...]) -> str:
    return r" \\ ".join(" & ".join(latex(cell) for cell in cells) for cells in rows)
