"""Fitting by L-BFGS: the engine gives J and its gradient over all rows, SciPy moves the flat vector."""

import warnings
from typing import Any

import numpy as np
from scipy.optimize import OptimizeResult, minimize
from sklearn.utils.optimize import _check_optimize_result

from clearprop.engine.engine import Batch, Engine
from clearprop.engine.plan import GRAD
from clearprop.errors import DivergedError
from clearprop.estimators.callbacks import Told
from clearprop.estimators.epochs import Rows, parts
from clearprop.maths import derivation
from clearprop.network import Parameters

EPS = np.finfo(np.float64).eps
FAR = 20.0  # a term of the loss above which 1 - p has lost half its digits


class Objective:
    """The penalised loss and its gradient as a function of the flat vector.

    Called with a vector it returns (loss, gradient), both means over the rows.
    """

    def __init__(self, mlp: Any, X: Any, y: np.ndarray, w: np.ndarray | None) -> None:
        self.mlp, self.n = mlp, X.shape[0]
        self.rows = Rows(X, mlp._targets(y), w)
        self.mass = float(self.n if w is None else np.sum(w))
        sparse = hasattr(X, "tocsr")
        self.engine = Engine(
            mlp._parameters(), batch_size=min(self.n, 4096) if sparse else self.n, dtype=mlp.coefs_[0].dtype,
            threads=mlp._threads(X),
        )  # fmt: skip
        self.batches = [] if sparse else list(parts(mlp, self.engine, self.rows, np.arange(self.n)))

    def __call__(self, packed: np.ndarray) -> tuple[float, np.ndarray]:
        engine = self.engine
        engine.params.flat[:] = packed
        loss, gradient = 0.0, np.zeros(packed.size)
        for batch, order in self.batches or parts(self.mlp, engine, self.rows, np.arange(self.n)):
            part = _share(engine, batch, order)
            loss, gradient = loss + part[0], gradient + part[1]
        l2 = self.mlp.alpha / self.mass
        params = Parameters(engine.net, np.asarray(packed, np.float64))
        loss = loss / self.mass / self._outputs() + sum(
            float(derivation.penalty(W, l2)) for W in params.W[1:]
        )
        weights = slice(engine.net.n_weights)
        gradient /= self.mass
        gradient[weights] = derivation.decayed(gradient[weights], params.flat[weights], l2)
        return loss, gradient

    def _outputs(self) -> int:
        """What the loss is divided by, so that SciPy sees scikit-learn's: see `fit`."""
        return self.mlp._compared_outputs()


def fit(mlp: Any, X: Any, y: np.ndarray, w: np.ndarray | None, told: Told) -> None:
    """Minimise until the gradient is below `tol`, or `max_iter` iterations, or `max_fun` evaluations.

    For several outputs of a squared error scikit-learn gives SciPy a loss whose gradient is that of another (the
    mean and the sum over the outputs). The same is done here, so that the coefficients agree; `loss_` is the true one.
    """
    objective = Objective(mlp, X, y, w)
    start = mlp._parameters().flat.astype(np.float64)
    options = {"maxfun": mlp.max_fun, "maxiter": mlp.max_iter, "gtol": mlp.tol}
    reached = OptimizeResult(x=start, nit=0)  # by the last iteration that ended
    tell = told.of_scipy(lambda packed: _adopt(mlp, objective, packed)) if told.on else None

    def iteration(packed: np.ndarray) -> None:
        reached.update(x=packed.copy(), nit=reached.nit + 1)
        if tell:
            tell(packed)

    try:
        with np.errstate(all="ignore"):
            found = minimize(
                objective, start, method="L-BFGS-B", jac=True, options=options, callback=iteration
            )
        if not np.isfinite(found.fun):
            _adopt(mlp, objective, reached.x)
            raise _diverged(X, reached.nit)
        mlp.n_iter_ = _check_optimize_result("lbfgs", found, mlp.max_iter)
    except KeyboardInterrupt:
        warnings.warn("Training interrupted by user.", stacklevel=5)
        found, mlp.n_iter_ = reached, reached.nit
        found.fun = objective(found.x)[0]
    _adopt(mlp, objective, found.x)
    params = objective.engine.params
    l2 = mlp.alpha / objective.mass
    penalty = sum(float(derivation.penalty(W, l2)) for W in params.W[1:])
    mlp.loss_ = (found.fun - penalty) * objective._outputs() + penalty


def _diverged(X: Any, iterations: int) -> DivergedError:
    msg = (
        f"J became infinite in iteration {iterations + 1} of lbfgs; `X` (up to {abs(X).max():.2g}) or `y` is likely "
        "too large. Scale them."
    )
    return DivergedError(msg)


def _adopt(mlp: Any, objective: Objective, packed: np.ndarray) -> None:
    """The estimator's coefficients become those of a packed vector."""
    objective.engine.params.flat[:] = packed
    mlp._adopt(objective.engine)


def _share(engine: Engine, batch: Batch, order: np.ndarray) -> tuple[float, np.ndarray]:
    """The sums over some rows: of w J_i, and of its gradient."""
    loss, gradient = 0.0, np.zeros(engine.net.n_parameters)
    for at in range(0, len(order), engine.batch_size):
        rows = order[at : at + engine.batch_size]
        done = engine.epoch(batch, rows, np.zeros(1), gradient_only=True)
        if done.failed_at is not None:
            return np.nan, gradient
        loss = loss + done.total - _excess(engine, batch.y[rows], batch.w[rows])
        gradient = gradient + engine.state[GRAD] * done.weight
    return loss, gradient


def _excess(engine: Engine, y: np.ndarray, w: np.ndarray) -> float:
    """How far w J_i of the last step exceeds what scikit-learn makes of it, which knows the probability alone.

    Of a right answer's probability near 0 it loses digits (as 1 - p), and takes none to be below 2^-52. Its line
    search sees that when a trial step goes far, and would choose another step without it.
    """
    head = engine.net.head if y.shape[1] == 1 or engine.net.head != "softmax" else "smoothed"
    z = engine.arrays(len(y), y.shape[1])["z"][-1].astype(np.float64)
    if head == "softmax":
        terms = -np.take_along_axis(derivation.log_softmax(z), y.astype(int), axis=1)
        right = np.exp(-terms)
    elif head == "logistic" and ((y == 0) | (y == 1)).all():
        terms, p = derivation.binary_term(z, y), derivation.logistic(z)
        right = np.where(y > 0.5, p, 1.0 - p)
    else:
        return 0.0
    theirs = -np.log(np.clip(right, EPS, 1.0 - EPS))
    return float((w[:, None] * np.where(terms > FAR, terms - theirs, 0.0)).sum())
