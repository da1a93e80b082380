"""Formula trees as MathML Core: what browsers draw by themselves, given a font with a table of mathematics."""

from html import escape

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


def math(formula: Formula, *, block: bool = False, label: str = "") -> str:
    """A whole ``<math>`` element; `label` is what is read aloud.

    Examples
    --------
    >>> from clearprop.show.formula import read
    >>> math(read("J_{i}"))
    '<math><msub><mi>J</mi><mi>i</mi></msub></math>'
    """
    display = ' display="block"' if block else ""
    aloud = f' aria-label="{escape(label)}"' if label else ""
    return f"<math{display}{aloud}>{mathml(formula)}</math>"


def mathml(formula: Formula) -> str:
    """A formula as MathML, to stand within ``<math>``.

    Examples
    --------
    >>> from clearprop.show.formula import read
    >>> mathml(read(r"a < \\frac{1}{m}"))
    '<mrow><mi>a</mi><mo>&lt;</mo><mfrac><mn>1</mn><mi>m</mi></mfrac></mrow>'
    """
    match formula:
        case Name(text):
            return f"<mi>{escape(text)}</mi>"
        case Word(text):
            return (
                f"<mi>{escape(text)}</mi>"
                if len(text) > 1
                else f'<mi mathvariant="normal">{escape(text)}</mi>'
            )
        case Number(text):
            return f"<mn>{escape(text)}</mn>"
        case Sign(text):
            return f"<mo>{escape(text)}</mo>"
        case Text(text):
            return f"<mtext>{escape(text)}</mtext>"
        case Space():
            return '<mspace width="1.5em"/>'
        case Row(parts):
            return f"<mrow>{_beside(parts)}</mrow>"
        case Script() | Big():
            return _scripts(formula)
        case Fraction(above, below):
            return f"<mfrac>{mathml(above)}{mathml(below)}</mfrac>"
        case Root(inside):
            return f"<msqrt>{mathml(inside)}</msqrt>"
        case Group(left, inside, right):
            return f"<mrow>{_fence(left, 'prefix')}{mathml(inside)}{_fence(right, 'postfix')}</mrow>"
        case Cases(rows):
            return f"<mrow>{_fence('{', 'prefix')}{_table(rows, 'cases')}</mrow>"
        case Matrix(rows):
            return f"<mrow>{_fence('[', 'prefix')}{_table(rows, 'matrix')}{_fence(']', 'postfix')}</mrow>"
        case Tagged(inside, of):
            return _tagged(mathml(inside), of)


def _beside(parts: tuple[Formula, ...]) -> str:
    """Parts side by side; a name of a function, and a fraction beside another, stand off a little."""
    written: list[str] = []
    for k, part in enumerate(parts):
        before = parts[k - 1] if k else None
        if (
            isinstance(part, Sign)
            and part.text in "−+"
            and (before is None or isinstance(before, Sign | Space))
        ):
            written.append(f'<mo form="prefix">{part.text}</mo>')
            continue
        if before is not None and _apart(before, part):
            written.append('<mspace width=".17em"/>')
        written.append(mathml(part))
    return "".join(written)


def _apart(before: Formula, part: Formula) -> bool:
    if isinstance(before, Sign | Space) or isinstance(part, Sign | Space):
        return False
    if is_function(before) and isinstance(part, Group):
        return False
    return (
        is_function(before) or is_function(part) or isinstance(before, Fraction) or isinstance(part, Fraction)
    )


def _fence(sign: str, form: str) -> str:
    stretch = ' stretchy="true" symmetric="true"' if sign in "|" else ""
    return (
        f'<mo form="{form}" fence="true"{stretch}>{escape(sign)}</mo>'
        if sign in "|[]{}"
        else f"<mo>{escape(sign)}</mo>"
    )


def _scripts(formula: Script | Big) -> str:
    if isinstance(formula, Big):
        base, kind = f"<mo>{formula.sign}</mo>", ("munder", "mover", "munderover")
    else:
        base, kind = mathml(formula.base), ("msub", "msup", "msubsup")
    below, above = (None if part is None else _script(part) for part in (formula.below, formula.above))
    if below is not None and above is not None:
        return f"<{kind[2]}>{base}{below}{above}</{kind[2]}>"
    if below is not None:
        return f"<{kind[0]}>{base}{below}</{kind[0]}>"
    return base if above is None else f"<{kind[1]}>{base}{above}</{kind[1]}>"


def _script(part: Formula) -> str:
    """A script; a layer and indices that are numbers are one piece, ``(1)`` or ``2,3``, which sets them closer."""
    inside = part.inside if isinstance(part, Group) and part.left == "(" else part
    pieces = inside.parts if isinstance(inside, Row) else (inside,)
    if all(isinstance(piece, Number) or piece == Sign(",") for piece in pieces):
        text = "".join(piece.text for piece in pieces if isinstance(piece, Number | Sign))
        return f"<mn>{text}</mn>" if inside is part else f"<mn>({text})</mn>"
    return mathml(part).replace("<mo>,</mo>", '<mo rspace="0">,</mo>')


def _table(rows: tuple[tuple[Formula, ...], ...], class_: str) -> str:
    written = ("".join(f"<mtd>{mathml(cell)}</mtd>" for cell in cells) for cells in rows)
    return f'<mtable class="{class_}">{"".join(f"<mtr>{cells}</mtr>" for cells in written)}</mtable>'


def _tagged(inside: str, of: tuple[object, ...]) -> str:
    key, *indices = of
    name, rest = inside[1:].split(">", 1)
    return f'<{name} data-of="{escape(str(key))}/{",".join(map(str, indices))}">{rest}'
