"""One step of the derivation on a network and a batch, and the update that follows from it."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from clearprop.errors import ShapeError, SpecError
from clearprop.maths import derivation, expressions
from clearprop.maths.derivation import Working
from clearprop.network import FURTHER, Embedding, Network, Parameters

NUMBERS = ("identity", "absolute", "huber", "quantile")  # heads whose targets are any finite numbers


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
        `J`, `dW` and `db` means over the batch. Where inputs are embedded, a[0] is what layer 1 reads.

    Raises
    ------
    ShapeError, SpecError
        If the arrays do not fit the network, or hold values that are no numbers or that the head cannot take.

    Examples
    --------
    >>> import numpy as np
    >>> net = Network((2, 3, 2))
    >>> working = step(net, net.initialize(seed=0), np.eye(2), [0, 1])
    >>> working.delta[2].shape, working.dW[1].shape
    ((2, 2), (2, 3))
    """
    check_numbers("X", as_inputs(net, X, params.flat.dtype))
    for name, layers in (("W", params.W), ("b", params.b), ("c", params.c)):
        for l, values in enumerate(layers):
            if values is not None:
                check_numbers(f"{name}[{l}]", values)
    for name, values in params.embedding._asdict().items() if params.embedding else ():
        check_numbers(f"embedding.{name}", values)
    return whole_step(net, params, X, y, sample_weight)


def whole_step(
    net: Network, params: Parameters, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
) -> Working:
    """`step` at weights that an update may have made infinite: whoever calls it looks at what came out."""
    if (params.net.sizes, params.net.embedded) != (net.sizes, net.embedded):
        msg = f"`params` are those of a {params.net}, `net` is a {net}. Draw them with `net.initialize`."
        raise ShapeError(msg)
    X, y, w = as_batch(net, X, y, sample_weight, params.flat.dtype)
    pairs, fed = activation_pairs(net, shares=params.c), embedded(net, params.embedding, X)
    return derivation.step(params.W, params.b, fed, y, w, pairs, head_of(net, params.flat.dtype))


def check_numbers(name: str, values: np.ndarray) -> None:
    """Check that an array holds finite numbers only; of objects, which are exact numbers or symbols, nothing is asked.

    Raises
    ------
    SpecError
        If it does not; the message names the first that is none.

    Examples
    --------
    >>> check_numbers("X", np.array([[1.0, np.nan]]))
    Traceback (most recent call last):
    clearprop.errors.SpecError: `X` must hold finite numbers; got nan at [0, 1].
    """
    if values.dtype != object and not np.isfinite(values).all():
        place = tuple(int(k) for k in np.argwhere(~np.isfinite(values))[0])
        msg = f"`{name}` must hold finite numbers; got {values[place]} at {list(place)}."
        raise SpecError(msg)


def embedded(
    net: Network, embedding: Embedding | None, X: Any, page: Any = derivation, join: Any = None
) -> Any:
    """a[0], what layer 1 reads: X, then three numbers for each input that is embedded.

    `page` says it in its language, in which `join` puts arrays side by side (by default NumPy does).

    Examples
    --------
    >>> import numpy as np
    >>> net = Network((2, 3, 2), embedded=(1,))
    >>> embedded(net, net.initialize(seed=0).embedding, np.eye(2)).shape
    (2, 5)
    """
    if embedding is None:
        return X
    e = [
        page.embed(X[:, k : k + 1], *own)[2]
        for k, own in zip(net.embedded, zip(*embedding, strict=True), strict=True)
    ]
    return join([X, *e]) if join else np.concatenate([X, *e], axis=1)


def embedding_gradients(net: Network, params: Parameters, X: Any, da: Any, m: Any) -> tuple[Embedding, Any]:
    """df, ds, dV, dr of the inputs that are embedded, and dJ_i/dx of all inputs, from da = dJ_i/da(0), per row.

    Examples
    --------
    >>> import numpy as np
    >>> net, X = Network((2, 3, 2), embedded=(1,)), np.eye(2)
    >>> params = net.initialize(seed=0)
    >>> working = step(net, params, X, [0, 1])
    >>> own, dx = embedding_gradients(net, params, X, working.da[0], working.m)
    >>> own.V.shape, dx.shape
    ((1, 16, 3), (2, 2))
    """
    found, dx, own = [], da[:, : net.sizes[0]].copy(), params.embedding
    assert own is not None
    for n, k in enumerate(net.embedded):
        at = net.sizes[0] + FURTHER * n
        x, de = X[:, k : k + 1], da[:, at : at + FURTHER]
        t, h, _ = derivation.embed(x, own.f[n], own.s[n], own.V[n], own.r[n])
        *gradients, more = derivation.embed_back(de, x, t, h, own.f[n], own.V[n], m)
        found.append(gradients)
        dx[:, k] += more
    return Embedding(*(np.stack(each) for each in zip(*found, strict=True))), dx


def input_gradients(net: Network, params: Parameters, X: Any, da: Any) -> Any:
    """The gradient by the inputs, (m, n[0]), from that by a[0]: the same where no input is embedded."""
    return da if params.embedding is None else embedding_gradients(net, params, X, da, 1.0)[1]


def share_gradients(net: Network, working: Working) -> list[Any]:
    """dc[l] of layers 1..L-1 of a blended network, from a step; indices 0 and L are None.

    Examples
    --------
    >>> import numpy as np
    >>> net = Network((2, 3, 2), blended=True)
    >>> share_gradients(net, step(net, net.initialize(seed=0), np.eye(2), [0, 1]))[1].shape
    (3,)
    """
    plain = activation_pairs(replace(net, blended=False))
    found: list[Any] = [None] * (net.L + 1)
    for l in range(1, net.L):
        z = working.z[l]
        found[l] = derivation.bias_grad(derivation.share_term(working.da[l], z, plain[l][0](z)), working.m)
    return found


def output_gradients(net: Network, params: Parameters, X: ArrayLike) -> np.ndarray:
    """How each output changes with each input: dp/dX of each row, by G6.jacobian and G7.

    Parameters
    ----------
    net, params : Network, Parameters
        The network and its weights.
    X : array of shape (m, n[0])
        A row a sample.

    Returns
    -------
    ndarray of shape (m, n[L], n[0])
        In row i, line c, column k: the derivative of p[i, c] with respect to X[i, k].

    Examples
    --------
    >>> import numpy as np
    >>> net = Network((2, 3, 2))
    >>> found = output_gradients(net, net.initialize(seed=0), np.eye(2))
    >>> found.shape, bool(abs(found.sum(axis=1)).max() < 1e-15)
    ((2, 2, 2), True)
    """
    X = as_inputs(net, X, params.flat.dtype)
    pairs = activation_pairs(net, shares=params.c)
    head = head_of(net)
    z, a = derivation.forward(params.W, params.b, embedded(net, params.embedding, X), pairs, head)
    h = derivation.head_lines(head)[0]
    found = np.empty((len(X), net.sizes[-1], net.sizes[0]), X.dtype)
    for c in range(net.sizes[-1]):
        delta = _output_back(h, c, z[-1], a[-1])
        for l in range(net.L, 0, -1):
            da = derivation.pull_back(delta, params.W[l])
            delta = pairs[l - 1][1](da, z[l - 1], a[l - 1]) if l > 1 else da
        found[:, c] = input_gradients(net, params, X, delta)
    return found


def _output_back(h: Any, c: int, z: Any, p: Any) -> np.ndarray:
    """dp[:, c] / dz[L], (m, n[L]). Of softmax it is -p[:, c] times the residual that class c would leave."""
    one = np.zeros_like(p)
    one[:, c] = 1
    if h is derivation.softmax:
        return -p[:, c : c + 1] * derivation.residual(p, one, 1)
    if h is derivation.exp:
        return one * p
    return dict(derivation.ACTIVATIONS.values())[h](one, z, p)


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
    for name, value in (("lr", lr), ("l2", l2)):
        if not is_rate(value):
            msg = f"`{name}` must be a finite number, not negative; got {value!r}."
            raise SpecError(msg)
    new = params.copy()
    dc = share_gradients(params.net, working) if params.net.blended else ()
    for l in range(1, len(dc) - 1):
        new.c[l][...] = derivation.descend_bias(params.c[l], dc[l], lr)
    if new.embedding:
        X, da = working.a[0][:, : params.net.sizes[0]], working.da[0]
        own = embedding_gradients(params.net, params, X, da, working.m)[0]
        for moved, gradient in zip(new.embedding, own, strict=True):
            moved[...] = derivation.descend_bias(moved, gradient, lr)
    for l in range(1, params.net.L + 1):
        new.W[l][...] = derivation.descend(params.W[l], working.dW[l], lr, l2)
        new.b[l][...] = derivation.descend_bias(params.b[l], working.db[l], lr)
    return new


def is_rate(value: Any) -> bool:
    """Whether it is a finite number, not negative, as rates must be.

    Examples
    --------
    >>> is_rate(0.1), is_rate(-1), is_rate("0.1"), is_rate(None)
    (True, False, False, False)
    """
    try:
        return bool(0 <= value < math.inf)
    except TypeError:
        return False


def activation_pairs(net: Network, page: Any = derivation, shares: Any = None) -> list[Any]:
    """The pairs (g, g_back) of layers 1..L-1, as `page` says them; indices 0 and L are None.

    `shares`: of a blended network its c[l], indexed by layer.

    Raises
    ------
    SpecError
        If the network is blended and there are no shares.
    """
    at_zero = net.relu_grad_at_zero
    pairs = [None, *(expressions.pair(name, at_zero, page) for name in net.activations), None]
    if not net.blended:
        return pairs
    if shares is None:
        msg = "This is not done of a blended network, whose units learn shares of their activation. Pass blended=False."
        raise SpecError(msg)
    return [pair and page.blended_pair(pair, c) for pair, c in zip(pairs, shares, strict=True)]


def head_of(net: Network, dtype: DTypeLike = np.float64, page: Any = derivation) -> Any:
    """The head as `page` takes it: its name, its name with one constant for each output, or an expression's lines."""
    if net.head not in derivation.HEADS:
        return expressions.head(net.head, page)
    return (net.head, np.array(net.head_constants, dtype)) if net.head_constants else net.head


def as_batch(
    net: Network, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, dtype: DTypeLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A batch as the page takes it: X (m, n[0]), y (m, n[L]), w (m,), checked."""
    X = as_inputs(net, X, dtype)
    w = np.ones(len(X), dtype) if sample_weight is None else np.asarray(sample_weight, dtype)
    if w.shape != (len(X),):
        msg = f"`sample_weight` must be ({len(X)},), one number a row of `X`; got {w.shape}."
        raise ShapeError(msg)
    real = np.real(w)
    if not (np.isfinite(real).all() and (real >= 0).all() and real.sum() > 0):
        msg = "`sample_weight` must be finite, not negative, and not all zero."
        raise SpecError(msg)
    return X, _as_targets(net, np.asarray(y), len(X)).astype(dtype), w


def as_inputs(net: Network, X: ArrayLike, dtype: DTypeLike) -> np.ndarray:
    """X as the page takes it, (m, n[0]), checked."""
    X = np.asarray(X, dtype)
    if X.ndim != 2 or X.shape[1] != net.sizes[0]:
        msg = f"Layer 1 takes {net.sizes[0]} inputs (`sizes[0]`), so `X` must be (rows, {net.sizes[0]}); got {X.shape}."
        raise ShapeError(msg)
    if not len(X):
        msg = f"A batch needs one row or more; `X` is {X.shape}."
        raise ShapeError(msg)
    return X


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
    if head not in derivation.HEADS:
        expressions.check_targets(head, y)
        return
    ok, rule = {
        "softmax": (
            lambda: (y >= 0).all() and np.allclose(y.sum(axis=1), 1),
            "rows that sum to 1, none negative",
        ),
        "logistic": (lambda: ((y >= 0) & (y <= 1)).all(), "numbers from 0 to 1"),
        **dict.fromkeys(NUMBERS, (lambda: np.isfinite(y).all(), "finite numbers")),
        "exp": (lambda: (np.isfinite(y) & (y >= 0)).all(), "finite numbers, none negative"),
    }[head]
    if not ok():
        msg = f"With the {head} head `y` must hold {rule}."
        raise SpecError(msg)
