"""Every line of the derivation page as it is written on paper: a row each, in the order of a step."""

from clearprop.maths.activation_lines import ACTIVATION_LINES, BLENDING_LINES, DROPOUT_LINES, EMBEDDING_LINES
from clearprop.maths.chain_lines import CHAIN_LINES
from clearprop.maths.column_lines import COLUMN_LINES
from clearprop.maths.equation import FORMS, PARTS, Equation, Form
from clearprop.maths.general_lines import GENERAL_LINES
from clearprop.maths.head_lines import HEAD_LINES
from clearprop.maths.optimiser_lines import OPTIMISER_LINES

EQUATIONS: tuple[Equation, ...] = tuple(
    sorted(
        GENERAL_LINES
        + CHAIN_LINES
        + ACTIVATION_LINES
        + BLENDING_LINES
        + EMBEDDING_LINES
        + DROPOUT_LINES
        + HEAD_LINES
        + OPTIMISER_LINES
        + COLUMN_LINES,
        key=lambda row: PARTS.index(row.part),
    )
)
_BY_ID = {row.id: row for row in EQUATIONS}


def by_id(id: str) -> Equation:
    """The row with this id.

    Raises KeyError if there is none.

    Examples
    --------
    >>> by_id("G8").batch
    '\\\\frac{\\\\partial J}{\\\\partial W^{(l)}} = \\\\frac{1}{m} (a^{(l-1)})^{\\\\top} \\\\cdot \\\\delta^{(l)}'
    """
    return _BY_ID[id]


def by_function(name: str) -> tuple[Equation, ...]:
    """The rows of a function of the page, in order.

    Examples
    --------
    >>> [row.id for row in by_function("mean")]
    ['G5', 'G5.weighted', 'G5.sum']
    """
    return tuple(row for row in EQUATIONS if row.function == name)


__all__ = ["EQUATIONS", "FORMS", "PARTS", "Equation", "Form", "by_function", "by_id"]
