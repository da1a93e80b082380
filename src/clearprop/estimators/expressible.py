"""A parameter that is one of some names, or an expression."""

from collections.abc import Callable
from typing import Any

from sklearn.utils._param_validation import StrOptions

from clearprop.maths import expressions


class NameOrExpression(StrOptions):
    """scikit-learn's check of a name, in its words, that lets an expression pass.

    A text that is meant as an expression and cannot be one raises the `SpecError` that says where; a text that is
    merely no known name gets scikit-learn's message.

    Parameters
    ----------
    names : set of str
        The known names.
    read : callable
        `expressions.activation` or `expressions.loss`.
    variables : str
        Those of the expression.

    Examples
    --------
    >>> option = NameOrExpression({"relu"}, expressions.activation, "xz")
    >>> [option.is_satisfied_by(given) for given in ("relu", "x*tanh(x)", "rleu")]
    [True, True, False]
    """

    def __init__(self, names: set[str], read: Callable[[str], Any], variables: str) -> None:
        super().__init__(names)
        self.read, self.variables = read, variables

    def is_satisfied_by(self, val: Any) -> bool:
        """Whether a value is a name or an expression."""
        if super().is_satisfied_by(val):
            return True
        return expressions.is_meant(val, self.variables) and bool(self.read(val))
