"""`check_gradients`, as users call it: on a network, or on any function."""

from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from typing import Any, overload

from numpy.typing import ArrayLike

from clearprop.check.gradients.function import check_function
from clearprop.check.gradients.network import check_network
from clearprop.check.gradients.verdict import GradientCheck
from clearprop.errors import SpecError
from clearprop.maths.derivation import Working
from clearprop.network import Network, Parameters

Oracles = str | Sequence[str] | None
FORMS = (
    "(net, params, X, y) of a network",
    "(f, grad, x) of a function, or (net, params, X, y) of a network",
)


@overload
def check_gradients(
    net: Network, params: Parameters, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None, /, *,
    working: Working | None = None, gradients: Mapping[str, Sequence[Any]] | None = None,
    convention: str = "clearprop", l2: float = 0.0, oracles: Oracles = None, tolerance: float | None = None,
    most: int = 2000, seed: int = 0,
) -> GradientCheck: ...  # fmt: skip
@overload
def check_gradients(
    f: Callable[[Any], Any], grad: ArrayLike | Callable[[Any], Any], x: ArrayLike, /, *,
    oracles: Oracles | Mapping[str, Callable[[Any], Any] | None] = None, rows: int | None = None,
    tolerance: float | None = None, most: int = 2000, seed: int = 0,
) -> GradientCheck: ...  # fmt: skip


def check_gradients(*what: Any, **settings: Any) -> GradientCheck:
    """Check gradients entry by entry: of a network, `(net, params, X, y)`, or of any function, `(f, grad, x)`.

    Parameters
    ----------
    net, params, X, y, sample_weight
        As in `step`. dW, db and, of a blended network, dc are compared with slopes of J, whose forward pass knows
        nothing of the backward pass; where inputs are embedded also df, ds, dV and dr of all of them.
    f, grad, x
        A function of a float64 array, which gives one number; its gradient on trial, the array at `x` or the
        function that gives it; and where.
    working : Working, optional
        Whose dW, db and dc are on trial; by default those of `step`.
    gradients : mapping, optional
        On trial in their place: ``{"dW": [...], "db": [...], "delta": [...]}``, an array or None for each layer; of a
        blended network also ``"dc"``; where inputs are embedded ``"df"``, ``"ds"``, ``"dV"``, ``"dr"``, an array each.
    convention : {"clearprop", "scikit-learn", "pytorch", "keras", "jax"}
        Whose these are: how dW is turned, whether 1/m is in delta, and which constant `l2` is.
    l2 : float
        The penalty in the gradients: the derivation's lambda; scikit-learn's alpha (lambda = alpha / m); Keras's
        c (lambda = 2c); PyTorch's weight_decay (lambda, and on b too).
    oracles : str or sequence of str, or mapping
        By which to check: "complex" (the complex step, exact but for rounding; the default), "differences" (central,
        extrapolated, with an estimate of their error; the default where `f` is not analytic in NumPy), "jax",
        "torch", "sympy". A mapping names `f` as each library writes it: ``{"complex": None, "jax": f_in_jax}``.
    rows : int, optional
        The m that `f` takes a mean over, so that a lost 1/m can be named.
    tolerance : float, optional
        The largest error that passes, relative to the terms that a network's gradient sums: the largest mean over
        the rows of ``|a| |delta|``, at least 1e-8 (1e-12 by default), or to the largest slope of a function (1e-10);
        1e-6 for differences.
    most, seed : int
        Entries checked of each gradient; of larger ones a random choice, drawn with `seed`.

    Returns
    -------
    GradientCheck
        .ok, .worst, .rows, .entries, .findings; ``str()`` of it is a table. An entry between the two slopes at a kink
        (relu at z = 0) is "kink", not wrong.

    Raises
    ------
    ShapeError, SpecError
        If the batch does not fit the network, a gradient is not shaped as its parameters, an oracle cannot be used.
    TypeError
        If an argument is missing, too many, or unknown.

    Examples
    --------
    >>> import numpy as np
    >>> net = Network((2, 3, 2), activation="tanh")
    >>> check_gradients(net, net.initialize(seed=0), np.eye(2), [0, 1]).ok
    True

    The mean of squares, with the mean forgotten in its gradient:

    >>> x = np.array([1.0, 2.0, 4.0])
    >>> check = check_gradients(lambda x: (x**2).mean(), lambda x: 2 * x, x, rows=3)
    >>> print(check.findings[0].text)
    `gradient` is 3 times the right one everywhere: 1/m lost (m = 3).
    """
    checked = _of_network if (what and isinstance(what[0], Network)) or "net" in settings else _of_function
    try:
        bound = signature(checked).bind(*what, **settings)
    except TypeError as error:
        takes = FORMS[checked is _of_function]
        msg = f"`check_gradients` takes {takes}; {str(error).replace(chr(39), '`')}."
        raise TypeError(msg) from None
    return checked(*bound.args, **bound.kwargs)


def _of_network(
    net: Network, params: Parameters, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None, *,
    working: Working | None = None, gradients: Mapping[str, Sequence[Any]] | None = None,
    convention: str = "clearprop", l2: float = 0.0, oracles: Any = None, tolerance: float | None = None,
    most: int = 2000, seed: int = 0,
) -> GradientCheck:  # fmt: skip
    return check_network(
        net, params, X, y, sample_weight, working=working, gradients=gradients, library=convention, l2=l2,
        oracles=oracles, tolerance=tolerance, most=most, seed=seed,
    )  # fmt: skip


def _of_function(
    f: Callable[[Any], Any], grad: Any, x: ArrayLike, *, oracles: Any = None, rows: int | None = None,
    tolerance: float | None = None, most: int = 2000, seed: int = 0,
) -> GradientCheck:  # fmt: skip
    if not callable(f):
        msg = (
            "`check_gradients` takes (net, params, X, y), or (f, grad, x) with a function `f`; "
            f"got a {type(f).__name__}."
        )
        raise SpecError(msg)
    return check_function(f, grad, x, oracles=oracles, tolerance=tolerance, most=most, seed=seed, rows=rows)
