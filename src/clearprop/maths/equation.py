"""What is known of one line of the derivation page: its id, its LaTeX in three forms, its shapes, where it is from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

FORMS = ("scalar", "sample", "batch")
PARTS = ("forward", "loss", "backward", "update", "activation", "head", "optimiser", "column", "procedure")


class Form(NamedTuple):
    """One way to write an equation: `name` is one of `FORMS`."""

    name: str
    latex: str
    shape: str


@dataclass(frozen=True)
class Equation:
    """A line of `derivation.py`, as it is written on paper.

    Layers are superscripts in brackets; i is a sample, j a unit of layer l, k a unit of the layer before
    (in G7, where the layer after is the other one, k is the unit of layer l). J_i is the loss of sample i,
    delta and every derivative of J_i are per sample; J is their mean over the batch. J_sum is m J.

    Attributes
    ----------
    id : str
        G1..G11: the line of the general derivation; with a suffix (G6.jacobian) a step on the way to it.
        Else the first letter of its part and the name of its function: A.gelu, H.poisson_term, U.adam.
    part : str
        One of `PARTS`: where in a step it stands.
    function : str
        The function of the page that computes it.
    name : str
        What it is, in words.
    scalar, sample, batch : str or None
        LaTeX for one number, for one sample (a row), for the batch (a matrix, a row a sample).
    shapes : tuple of str
        Of the left side in these three forms, such as "m x n(l)"; "1" is one number.
    layers : str or None
        Which l it holds for, such as "1..L"; None if no layer is named in it.
    requirements : tuple of str
        The ids of the statements of the document that it covers: D, N, F, B, S, G and a number.
    lines : str or None
        Where the document states it.
    source : str or None
        The paper, for a line that is not in the document.
    """

    id: str
    part: str
    function: str
    name: str
    scalar: str | None = None
    sample: str | None = None
    batch: str | None = None
    shapes: tuple[str, str, str] = ("1", "1 x n(l)", "m x n(l)")
    layers: str | None = None
    requirements: tuple[str, ...] = ()
    lines: str | None = None
    source: str | None = None

    def forms(self) -> Iterator[Form]:
        """The forms that exist, in the order of `FORMS`."""
        for name, shape in zip(FORMS, self.shapes, strict=True):
            latex = getattr(self, name)
            if latex is not None:
                yield Form(name, latex, shape)


def ids(letters: str, first: int, last: int) -> tuple[str, ...]:
    """`ids("B", 8, 10)` is ("B8", "B9", "B10")."""
    return tuple(f"{letters}{n}" for n in range(first, last + 1))


def entry(part: str, function: str, name: str, latex: str, source: str | None = None) -> Equation:
    """A line for one entry of an array, without indices; the same for all."""
    return Equation(f"{part[0].upper()}.{function}", part, function, name, latex, source=source)
