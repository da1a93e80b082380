"""Formula trees as plain text for terminals and for reading aloud: z(1)[2,3] = 0.5 * 2 + 1."""

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

ATOMS = (Name, Number, Word, Script, Group, Root)
PREFIXES = (Sign("−"), Sign("+"), Sign("±"))


def text(formula: Formula) -> str:
    r"""A formula on one line: a layer in round brackets, an index in square ones.

    Examples
    --------
    >>> from clearprop.show.formula import read
    >>> text(read(r"z^{(1)}_{2,3} = \frac{1}{m} \sum_{k=1}^{n} a_{k} W_{k,j} - 1"))
    'z(1)[2,3] = 1/m sum(k=1..n) a[k] W[k,j] − 1'
    """
    match formula:
        case Name(said) | Number(said) | Sign(said) | Text(said):
            return said
        case Word(said):
            return "".join(letters.UNBOLD.get(c, c) for c in said)
        case Space():
            return " "
        case Row(parts):
            return _beside(parts)
        case Script(base, below, above):
            return _scripts(base, below, above)
        case Big(_, below, above):
            return f"sum({_limits(below, above)})"
        case Fraction(above, below):
            return f"{_atom(above)}/{_atom(below)}"
        case Root(inside):
            return f"sqrt({text(inside)})"
        case Group(left, inside, right):
            return f"{left}{text(inside)}{right}"
        case Cases(rows):
            return "{" + "; ".join(_case(a, when) for a, when in rows) + "}"
        case Matrix(rows):
            return "[" + "; ".join(", ".join(text(cell) for cell in cells) for cells in rows) + "]"
        case Tagged(inside, _):
            return text(inside)


def _scripts(base: Formula, below: Formula | None, above: Formula | None) -> str:
    low = "" if below is None else f"[{_tight(below)}]"
    if above is not None and (isinstance(above, Group) or above == Sign("′")):
        return f"{_atom(base)}{_tight(above)}{low}"
    high = "" if above is None else "^T" if above == Word("⊤") else f"^{_atom(above)}"
    return _atom(base) + low + high


def _tight(formula: Formula) -> str:
    return text(formula).replace(" ", "")


def _atom(part: Formula) -> str:
    """In brackets, unless it is one thing: a letter, a number, a function of something, a partial."""
    bare = part.inside if isinstance(part, Tagged) else part
    parts = bare.parts if isinstance(bare, Row) else ()
    call = len(parts) == 2 and (is_function(parts[0]) or parts[0] == Name("∂"))
    return text(part) if call or isinstance(bare, ATOMS) else f"({text(part)})"


def _beside(parts: tuple[Formula, ...]) -> str:
    written = ""
    for k, part in enumerate(parts):
        before = parts[k - 1] if k else None
        touching = before is None or part == Sign(",") or before == Name("∂")
        prefix = before in PREFIXES and (k == 1 or isinstance(parts[k - 2], Sign))
        call = isinstance(part, Group) and before is not None and is_function(before)
        written += ("" if touching or prefix or call else " ") + text(part)
    return written


def _limits(below: Formula | None, above: Formula | None) -> str:
    return ("" if below is None else _tight(below)) + ("" if above is None else f"..{_tight(above)}")


def _case(value: Formula, when: Formula) -> str:
    return f"{text(value)} {'' if isinstance(when, Text) else 'if '}{text(when)}"
