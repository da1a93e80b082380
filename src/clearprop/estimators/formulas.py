"""The formulas of the expressions that an estimator was given."""

from typing import Any

from clearprop.maths import expressions
from clearprop.maths.expressions import Formula


class Formulas:
    """`formulas_`."""

    @property
    def formulas_(self: Any) -> dict[str, Formula]:
        """Each activation and loss that was given as an expression, with its derivative, as text and as LaTeX.

        The keys are ``g(x)`` and ``g'(x)`` (``g[l](x)`` where the layers differ), ``J_i`` and ``dJ_i/dp``, and
        ``g'(x) at kinks`` where a derivative is a convention. Empty if no expression was given.

        Examples
        --------
        >>> from clearprop import MLPRegressor
        >>> model = MLPRegressor("log(cosh(p-y))", (3,), activation="x*logistic(x)", max_iter=1000, random_state=0)
        >>> formulas = model.fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 4.0]).formulas_
        >>> formulas["g'(x)"].text
        "g'(x) = logistic(x) + x*logistic(x)*(1 - logistic(x))"
        >>> formulas["J_i"].text, formulas["dJ_i/dp"].text
        ('J_i = sum over j of log(cosh(p - y))', 'dJ_i/dp = tanh(p - y)')
        """
        from clearprop.estimators.learned import model_of

        net = model_of(self).params.net
        return expressions.formulas(net.activations, net.head, net.relu_grad_at_zero)
