"""One step of the derivation on a network and a batch, and the update that follows from it."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from clearprop.errors import ShapeError, SpecError
from clearprop.maths import derivation
from clearprop.maths.derivation import Working
from clearprop.network import Network, Parameters


def step(
    net: Network, params: Parameters, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
) -> Working:
    """One forward and one backward pass over a batch: every quantity of the derivation (G2 to G9).

    Parameters
    ----------
    net, params : Network, Parameters
        The network and its weights.
    X : array of shape (m, n[0])
        A row a sample.
    y : array of shape (m,) or (m, n[L])
        Class labels 0..C-1, or one row each: one-hot (softmax), 0 or 1 (logistic), numbers (identity, exp).
    sample_weight : array of shape (m,), optional
        A weight for each row; 1 by default. Their sum is the `m` that divides J, dW and db.

    Returns
    -------
    Working
        .z[l] .a[l] .p .losses .J .delta[l] .da[l] .dW[l] .db[l] .m; `delta` and `da` are per row,
        `J`, `dW` and `db` means over the batch.

    Raises
    ------
    ShapeError, SpecError
        If the arrays do not fit the network, or hold values that the head cannot take.

    Examples
    --------
    >>> import numpy as np
    >>> net = Network((2, 3, 2))
    >>> working = step(net, net.initialize(seed=0), np.eye(2), [0, 1])
    >>> working.delta[2].shape, working.dW[1].shape
    ((2, 2), (2, 3))
    """
    X, y, w = as_batch(net, X, y, sample_weight, params.flat.dtype)
    return derivation.step(params.W, params.b, X, y, w, activation_pairs(net), net.head)


def descend(params: Parameters, working: Working, lr: float, l2: float = 0.0) -> Parameters:
    """The parameters after one update: W - lr (dW + l2 W) (G10), b - lr db (G11). The old ones stay.

    Parameters
    ----------
    params : Parameters
        The old parameters; every gradient was taken at these.
    working : Working
        Of the same network.
    lr, l2 : float
        The learning rate (the derivation's alpha) and the penalty (lambda, outside the 1/m; weights only).

    Examples
    --------
    >>> import numpy as np
    >>> net = Network((2, 3, 2))
    >>> old = net.initialize(seed=0)
    >>> new = descend(old, step(net, old, np.eye(2), [0, 1]), lr=0.1)
    >>> bool(step(net, new, np.eye(2), [0, 1]).J < step(net, old, np.eye(2), [0, 1]).J)
    True
    """
    new = params.copy()
    for l in range(1, params.net.L + 1):
        new.W[l][...] = derivation.descend(params.W[l], working.dW[l], lr, l2)
        new.b[l][...] = derivation.descend_bias(params.b[l], working.db[l], lr)
    return new


def activation_pairs(net: Network, page: Any = derivation) -> list[Any]:
    """The pairs (g, g_back) of layers 1..L-1, as `page` says them; indices 0 and L are None."""
    return [None, *(page.activation_pair(name, net.relu_grad_at_zero) for name in net.activations), None]


def as_batch(
    net: Network, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, dtype: DTypeLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A batch as the page takes it: X (m, n[0]), y (m, n[L]), w (m,), checked."""
    X = np.asarray(X, dtype)
    if X.ndim != 2 or X.shape[1] != net.sizes[0]:
        msg = f"Layer 1 takes {net.sizes[0]} inputs (`sizes[0]`), so `X` must be (rows, {net.sizes[0]}); got {X.shape}."
        raise ShapeError(msg)
    if not len(X):
        msg = f"A batch needs one row or more; `X` is {X.shape}."
        raise ShapeError(msg)
    w = np.ones(len(X), dtype) if sample_weight is None else np.asarray(sample_weight, dtype)
    if w.shape != (len(X),):
        msg = f"`sample_weight` must be ({len(X)},), one number a row of `X`; got {w.shape}."
        raise ShapeError(msg)
    real = np.real(w)
    if not (np.isfinite(real).all() and (real >= 0).all() and real.sum() > 0):
        msg = "`sample_weight` must be finite, not negative, and not all zero."
        raise SpecError(msg)
    return X, _as_targets(net, np.asarray(y), len(X)).astype(dtype), w


def _as_targets(net: Network, y: np.ndarray, rows: int) -> np.ndarray:
    n_out = net.sizes[-1]
    if y.shape == (rows,) and net.head == "softmax":
        foreign = ~np.isin(y, np.arange(n_out))
        if foreign.any():
            msg = f"`y` must hold labels 0..{n_out - 1} for {n_out} outputs; got {y[foreign].tolist()[0]!r}."
            raise SpecError(msg)
        return np.eye(n_out)[y.astype(int)]
    if y.shape == (rows,) and n_out == 1:
        y = y[:, None]
    if y.shape != (rows, n_out):
        msg = (
            f"`y` must be ({rows},) or ({rows}, {n_out}) for {rows} rows and {n_out} outputs; got {y.shape}."
        )
        raise ShapeError(msg)
    _check_target_values(net.head, np.real(y) if np.iscomplexobj(y) else y)
    return y


def _check_target_values(head: str, y: np.ndarray) -> None:
    ok, rule = {
        "softmax": (
            lambda: (y >= 0).all() and np.allclose(y.sum(axis=1), 1),
            "rows that sum to 1, none negative",
        ),
        "logistic": (lambda: ((y >= 0) & (y <= 1)).all(), "numbers from 0 to 1"),
        "identity": (lambda: np.isfinite(y).all(), "finite numbers"),
        "exp": (lambda: (np.isfinite(y) & (y >= 0)).all(), "finite numbers, none negative"),
    }[head]
    if not ok():
        msg = f"With the {head} head `y` must hold {rule}."
        raise SpecError(msg)
