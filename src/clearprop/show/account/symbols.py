r"""What a quantity is called on paper: LaTeX for one cell, for one sample and for the batch.

``#1``, ``#2`` and ``#3`` stand for the indices of a cell, counted from 1, in the order of its axes. A mark,
``'``, is that of the next forward pass: ``z'^{(1)}`` is z of layer 1 with the parameters after the update.
"""

from typing import NamedTuple


class Symbol(NamedTuple):
    """LaTeX of one cell, of one sample (or None) and of the whole."""

    scalar: str
    sample: str | None
    batch: str


def matrix(letter: str, l: int | None = None, mark: str = "") -> Symbol:
    """A quantity with a row a sample: z, a, p, delta.

    Examples
    --------
    >>> matrix("z", 1).scalar
    'z^{(1)}_{#1,#2}'
    """
    whole = _whole(letter, l, mark)
    return Symbol(f"{whole}_{{#1,#2}}", f"{whole}_{{#1}}", whole)


def parameter(letter: str, l: int, mark: str = "") -> Symbol:
    """W, b or c, which have no row for each sample."""
    whole = _whole(letter, l, mark)
    return Symbol(f"{whole}_{{#2}}" if letter in "bc" else f"{whole}_{{#1,#2}}", None, whole)


def row_number(letter: str, mark: str = "") -> Symbol:
    """A number for each sample: w_i."""
    return Symbol(f"{letter}{mark}_{{#1}}", None, f"{letter}{mark}")


def each(letter: str, mark: str = "") -> Symbol:
    """The same, called by its cells: J_i, as J is another quantity."""
    return Symbol(f"{letter}{mark}_{{#1}}", None, f"{letter}{mark}_{{i}}")


def number(latex: str) -> Symbol:
    """One number: J."""
    return Symbol(latex, None, latex)


def of_input(letter: str, k: int, wide: bool, samples: bool = False) -> Symbol:
    """A quantity of the embedding of input k (from 0): with two indices if it is `wide`; with a row a sample or not.

    Examples
    --------
    >>> of_input("t", 1, True, samples=True).scalar
    't^{[2]}_{#1,#2}'
    """
    whole = f"{letter}^{{[{k + 1}]}}" if letter[-1] != "'" else f"{{{letter}}}^{{[{k + 1}]}}"
    return Symbol(
        f"{whole}_{{#1,#2}}" if wide else f"{whole}_{{#2}}", f"{whole}_{{#1}}" if samples else None, whole
    )


def by_row(below: str, l: int | None = None, input: int | None = None) -> Symbol:
    """The derivative of the loss of a sample, by a quantity that has a row a sample: of a layer, or of an `input`."""
    z = matrix(below, l) if input is None else of_input(below, input, True, samples=True)
    return Symbol(_d("J_{#1}", z.scalar), _d("J_{#1}", z.sample or ""), _d(r"J_{\text{sum}}", z.batch))


def mean_by(below: Symbol, of: str = "J") -> Symbol:
    """The derivative of one number, J or J_total."""
    return Symbol(_d(of, below.scalar), _d(of, below.sample) if below.sample else None, _d(of, below.batch))


def summand(below: Symbol) -> Symbol:
    """What one sample adds to the gradient of W: axes sample, k, j."""
    scalar = below.scalar.replace("#2", "#3").replace("#1", "#2")
    return Symbol(_d("J_{#1}", scalar), _d("J_{#1}", below.batch), _d("J_{i}", below.batch))


def slope(l: int, g: str, out: str = "a", of: str = "z") -> Symbol:
    """The slope of an activation at each z."""
    z, a = matrix(of, l), matrix(out, None if out == "p" else l)
    primed = f"{{g'}}^{{({l})}}" if g.startswith("g^") else f"{g}'"
    return Symbol(_d(a.scalar, z.scalar), f"{primed}({z.sample})", f"{primed}({z.batch})")


def jacobian(L: int) -> Symbol:
    """The derivatives of the probabilities of a sample: axes sample, c, j."""
    z, p = matrix("z", L), matrix("p")
    cell = _d("p_{#1,#2}", z.scalar.replace("#2", "#3"))
    return Symbol(cell, _d(p.sample or "", z.sample or ""), _d("p_{i}", f"{z.batch}_{{i}}"))


def _whole(letter: str, l: int | None, mark: str) -> str:
    return (
        f"{letter}{mark}" + ("" if l is None else f"^{{({l})}}")
        if not mark or l is None
        else (f"{{{letter}{mark}}}^{{({l})}}")
    )


def _d(above: str, below: str) -> str:
    return rf"\frac{{\partial {above}}}{{\partial {below}}}"
