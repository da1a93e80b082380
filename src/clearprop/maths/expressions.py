"""Activations and losses that the user writes: read, differentiated, checked, and found by their text.

An activation is an expression of `x` (or `z`), a loss one of `p` and `y`: the loss of one output, which is summed
over the outputs. Wherever the name of an activation or a head may stand, such a text may stand too: `pair` and
`head` find what it means in the words of any page. Nothing is registered: the text is all there is.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from clearprop.errors import SpecError
from clearprop.maths import derivation, languages
from clearprop.maths.expression_code import function
from clearprop.maths.expression_slope import kinks, slope, steady
from clearprop.maths.expression_text import latex, plain, read_expression, shown
from clearprop.maths.expression_tree import SUMS, Tree, call, number, replaced, variable

STEP = 1e-30
FAR = 10.0  # an expression is checked on -FAR..FAR
ASIDE = 0.00734  # what keeps the points of the complex step off round numbers, where kinks are
TOLERANCE = 1e-6  # of the derivative against the complex step: a wrong line is off by far more
KEPT = 256  # expressions whose functions are kept


class Formula(NamedTuple):
    """A formula as plain text and as LaTeX."""

    text: str
    latex: str


@dataclass(frozen=True)
class Expression:
    """A text that was read, and its derivative.

    Attributes
    ----------
    text : str
        As it was given.
    tree, slope : Tree
        The expression; its derivative with respect to `variable`.
    variable : str
        x or z of an activation, p of a loss.
    """

    text: str
    tree: Tree
    slope: Tree
    variable: str


def is_meant(text: object, variables: Sequence[str] = "xz") -> bool:
    """Whether a text that is no known name is meant as an expression: it is one, or it is not like a name.

    Examples
    --------
    >>> is_meant("x*tanh(x)"), is_meant("x*tnah(x)"), is_meant("rleu")
    (True, True, False)
    """
    if not isinstance(text, str):
        return False
    if not re.fullmatch(r"[\w -]*", text):
        return True
    try:
        return bool(read_expression(text, variables).variables)
    except SpecError:
        return False


@lru_cache(KEPT)
def activation(text: str, relu_grad_at_zero: int = 0) -> Expression:
    """An activation, checked: finite, with a finite derivative that the complex step confirms, on -10..10.

    Raises
    ------
    SpecError
        If the text is no expression of one variable, x or z; or saying where the check fails.

    Examples
    --------
    >>> plain(activation("x*logistic(x)").slope)
    'logistic(x) + x*logistic(x)*(1 - logistic(x))'
    """
    tree = read_expression(text, "xz")
    if len(tree.variables) != 1:
        msg = f"An activation must be an expression of `x`; {shown(text)} has {_listed(tree.variables)}."
        raise SpecError(msg)
    name = min(tree.variables)
    found = Expression(text, tree, slope(steady(tree), name, relu_grad_at_zero), name)
    points = np.linspace(-FAR, FAR, 401)
    for what, part in (("", tree), ("its derivative ", found.slope)):
        values = np.broadcast_to(function("f", part, (name,))(points), points.shape)
        if not np.isfinite(values).all():
            at = int(np.argmin(np.isfinite(values)))
            raise _not_finite(
                found, what, part, values[at], f"{name} = {points[at]:g}", f"{name} from -10 to 10"
            )
    _confirm(found, (points + ASIDE,))
    return found


@lru_cache(KEPT)
def loss(text: str) -> Expression:
    """A loss of one output, checked: for some y finite at every p of -10..10, its derivative confirmed.

    Raises
    ------
    SpecError
        If the text is no expression of p and y; or saying where the check fails.

    Examples
    --------
    >>> plain(loss("log(cosh(p-y))").slope)
    'tanh(p - y)'
    """
    tree = read_expression(text, "py")
    if len(tree.variables) != 2:
        msg = f"A loss must be an expression of `p` and `y`; {shown(text)} has {_listed(tree.variables)}."
        raise SpecError(msg)
    found = Expression(text, tree, slope(steady(tree), "p"), "p")
    p, y = np.meshgrid(np.linspace(-FAR, FAR, 81), np.linspace(-FAR, FAR, 41), indexing="ij")
    usable = np.ones(p.shape[1], bool)
    for what, part in (("", tree), ("its derivative ", found.slope)):
        values = np.broadcast_to(function("f", part, ("p", "y"))(p, y), p.shape)
        usable &= np.isfinite(values).all(axis=0)
        if not usable.any():
            at = np.unravel_index(np.argmin(np.isfinite(values)), p.shape)
            where = f"p = {p[at]:g}, y = {y[at]:g}"
            raise _not_finite(found, what, part, values[at], where, "p from -10 to 10 and some y")
    _confirm(found, (p[:, usable] + ASIDE, y[:, usable]))
    return found


def check_targets(text: str, y: np.ndarray) -> None:
    """Whether a loss is finite at targets y, whatever p.

    Raises
    ------
    SpecError
        Naming the first y at which it is not.
    """
    found, y = loss(text), np.asarray(y, np.float64).ravel()
    for p in np.linspace(-FAR, FAR, 5):
        values = function("f", found.tree, ("p", "y"))(np.full(y.shape, p), y)
        if not np.isfinite(values).all():
            wrong = float(y[np.argmin(np.isfinite(values))])
            msg = f"With the loss {shown(text)} `y` must hold numbers at which it is finite; got {wrong:g}."
            raise SpecError(msg)


# ---- What a name means, in the words of a page ---------------------------------------------------------


def pair(name: str, relu_grad_at_zero: int, page: Any = derivation) -> tuple[Any, Any]:
    """The pair (g, g_back) of an activation, by its name or by its expression, in the words of `page`.

    Examples
    --------
    >>> g, g_back = pair("x*tanh(softplus(x))", 0)
    >>> bool(abs(g(1.5) - derivation.mish(1.5)) < 1e-15)
    True
    """
    if name in page.ACTIVATIONS:
        return page.activation_pair(name, relu_grad_at_zero)
    return _pair(name, relu_grad_at_zero, page)


@lru_cache(KEPT)
def _pair(text: str, relu_grad_at_zero: int, page: Any) -> tuple[Any, Any]:
    found = activation(text, relu_grad_at_zero)
    back = call("*", variable("da"), found.slope)
    return (
        function("g", found.tree, (found.variable,), page),
        function("g_back", back, ("da", found.variable, "a"), page),
    )


def head(name: str, page: Any = derivation) -> tuple[Any, Any, Any]:
    """The lines (h, loss of each row, residual) of a head that is an expression of p and y: h is the identity.

    Examples
    --------
    >>> p, y, w = np.array([[0.0, 3.0]]), np.zeros((1, 2)), np.ones((1, 1))
    >>> h, losses, residual = head("abs(p-y)")
    >>> losses(h(p), y), residual(p, y, w)
    (array([3.]), array([[0., 1.]]))
    """
    term, back = loss_lines(name, page)
    return page.identity, lambda z, y: page.total(term(z, y), axis=1), back


@lru_cache(KEPT)
def loss_lines(text: str, page: Any = derivation) -> tuple[Any, Any]:
    """The loss of one output, ``term(p, y)``, and its derivative by p times the row's weight, ``(p, y, w)``."""
    found = loss(text)
    rate = (
        found.slope
        if found.slope.variables
        else call("+", found.slope, call("*", number(0.0), variable("p")))
    )
    back = call("*", variable("w"), rate)
    return function("term", found.tree, ("p", "y"), page), function("back", back, ("p", "y", "w"), page)


def file_name(name: str) -> str:
    """What compiled code of an activation or a head is called: a name as it is, an expression by its digest."""
    return name if name.isidentifier() else "expression_" + hashlib.sha256(name.encode()).hexdigest()[:20]


def formulas(activations: Sequence[str], head: str, relu_grad_at_zero: int) -> dict[str, Formula]:
    """The formulas of the expressions among the activations of layers 1, 2, ... and the head.

    Returns
    -------
    dict of Formula
        ``g(x)``, ``g'(x)``, or ``g[l](x)`` for each layer l where layers differ; ``J_i``, ``dJ_i/dp``; and what
        holds at a kink, where there is one.
    """
    found: dict[str, Formula] = {}
    for l, name in enumerate(activations, 1):
        if name not in derivation.ACTIVATIONS:
            found |= _of_activation(name, relu_grad_at_zero, "" if len(set(activations)) == 1 else str(l))
    return found if head in derivation.HEADS else found | _of_loss(head)


def _of_activation(name: str, relu_grad_at_zero: int, l: str) -> dict[str, Formula]:
    this = activation(name, relu_grad_at_zero)
    x = this.variable
    index, above = (f"[{l}]", f"^{{({l})}}") if l else ("", "")
    kept = {
        f"g{index}({x})": Formula(
            f"g{index}({x}) = {plain(this.tree)}", f"g{above}({x}) = {latex(this.tree)}"
        ),
        f"g{index}'({x})": Formula(
            f"g{index}'({x}) = {plain(this.slope)}", f"g'{above}({x}) = {latex(this.slope)}"
        ),
    }
    return kept | _at_kinks(f"g{index}'({x})", kinks(this.tree, relu_grad_at_zero))


def _of_loss(name: str) -> dict[str, Formula]:
    this = loss(name)
    by_name = {variable(v): variable(f"{v}_{{ij}}") for v in "py"}
    term, rate = (latex(replaced(tree, by_name)) for tree in (this.tree, this.slope))
    text, several = plain(this.tree), this.tree.op in SUMS
    text, term = (f"({text})", rf"\left({term}\right)") if several else (text, term)
    kept = {
        "J_i": Formula(f"J_i = sum over j of {text}", rf"J_i = \sum_j {term}"),
        "dJ_i/dp": Formula(
            f"dJ_i/dp = {plain(this.slope)}", rf"\frac{{\partial J_i}}{{\partial p_{{ij}}}} = {rate}"
        ),
    }
    return kept | _at_kinks("dJ_i/dp", kinks(this.tree))


def _at_kinks(of: str, lines: list[str]) -> dict[str, Formula]:
    text = "; ".join(lines)
    return {f"{of} at kinks": Formula(text, rf"\text{{{text}}}")} if lines else {}


# ---- The check -----------------------------------------------------------------------------------------


def _confirm(found: Expression, points: tuple[np.ndarray, ...]) -> None:
    """The derivative against the complex step; against a difference where the step gives no number."""
    names = (found.variable, "y")[: len(points)]
    first, *rest = points
    own = np.broadcast_to(function("f", found.slope, names)(*points), first.shape)
    with np.errstate(all="ignore"):
        step = function("f", found.tree, names, languages.in_complex())(first + 1j * STEP, *rest).imag / STEP
    f = function("f", found.tree, names)
    difference = (f(first + 1e-6, *rest) - f(first - 1e-6, *rest)) / 2e-6
    by_step = np.isfinite(step)
    want, tolerance = np.where(by_step, step, difference), np.where(by_step, TOLERANCE, 1e-3)
    off = np.abs(own - want) > tolerance * np.maximum(1.0, np.abs(want))
    if off.any():
        at = np.unravel_index(np.argmax(off), off.shape)
        where = ", ".join(f"{name} = {values[at]:g}" for name, values in zip(names, points, strict=True))
        msg = (
            f"The derivative of {shown(found.text)} must be confirmed by the complex step: at {where} "
            f"`{plain(found.slope)}` is {own[at]:g}, the step gives {want[at]:g}. Write it another way."
        )
        raise SpecError(msg)


def _not_finite(found: Expression, what: str, part: Tree, value: float, where: str, domain: str) -> SpecError:
    of = f"{what}`{plain(part)}`" if what else "it"
    msg = (
        f"The expression {shown(found.text)} and its derivative must be finite for {domain}: at {where} {of} is "
        f"{value:g}. Use `where`, `max` or `abs`, as in `log(1 + abs(x))`."
    )
    return SpecError(msg)


def _listed(names: frozenset[str]) -> str:
    return " and ".join(f"`{name}`" for name in sorted(names)) or "no variable"
