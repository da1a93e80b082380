"""Formulas as plain HTML: letters with scripts, for places where MathML is not sure to be drawn."""

from html import escape

from clearprop.show.formula.text import text
from clearprop.show.formula.tree import (
    Big,
    Formula,
    Fraction,
    Group,
    Name,
    Row,
    Script,
    Sign,
    Space,
    Tagged,
    is_function,
)

ROOM = "=+−←≈⋅⊙<>≤≥"


def html(formula: Formula) -> str:
    """A formula on one line, with ``<i>``, ``<sub>`` and ``<sup>``; a fraction is written with a stroke.

    Examples
    --------
    >>> from clearprop.show.formula import read
    >>> html(read(r"z^{(1)}_{i}"))
    '<i>z</i><sup>(1)</sup><sub><i>i</i></sub>'
    """
    match formula:
        case Name(said):
            return f"<i>{escape(said)}</i>"
        case Sign(said):
            return f" {escape(said)} " if said in ROOM else escape(said)
        case Space():
            return "&emsp;"
        case Row(parts):
            return _beside(parts)
        case Script(base, below, above) if above is None or isinstance(above, Group | Sign):
            return html(base) + _script("sup", above) + _script("sub", below)
        case Script(base, below, above):
            return html(base) + _script("sub", below) + _script("sup", above)
        case Big(sign, below, above):
            return sign + _script("sub", below) + _script("sup", above)
        case Fraction(above, below):
            return f"{_tight(above)}/{_tight(below)}"
        case Group(left, inside, right):
            return f"{escape(left)}{html(inside)}{escape(right)}"
        case Tagged(inside, _):
            return html(inside)
        case _:
            return escape(text(formula))


def _script(tag: str, part: Formula | None) -> str:
    return "" if part is None else f"<{tag}>{html(part).replace(' ', '')}</{tag}>"


def _tight(part: Formula) -> str:
    """A part of a fraction, in brackets if it is a sum or a product."""
    parts = part.parts if isinstance(part, Row) else ()
    return html(part) if len(parts) < 2 or parts[0] == Name("∂") else f"({html(part)})"


def _beside(parts: tuple[Formula, ...]) -> str:
    written = ""
    for k, part in enumerate(parts):
        before = parts[k - 1] if k else None
        sign = isinstance(part, Sign) and part.text in "−+" and (before is None or isinstance(before, Sign))
        room = before is not None and not isinstance(before, Sign) and _apart(before, part)
        written += (" " if room else "") + (text(part) if sign else html(part))
    return " ".join(written.split())


def _apart(before: Formula, part: Formula) -> bool:
    """Whether two factors would run into each other: a name of several letters, a fraction, a sum."""
    if isinstance(part, Group) and is_function(before):
        return False
    return any(isinstance(one, Fraction | Big) or is_function(one) for one in (before, part))
