"""Several steps in a row: J after each, and the parameters as long as they are few."""

from collections.abc import Callable
from typing import Any

import numpy as np

from clearprop.batch import whole_step
from clearprop.errors import DivergedError
from clearprop.maths import derivation
from clearprop.maths.derivation import Working
from clearprop.network import Parameters
from clearprop.show.account.embedding import EACH
from clearprop.show.account.step import Step

MOST = 50_000  # numbers of the parameters of all steps


def trained(step: Step, steps: int, after: Callable[[Parameters, Working], Parameters]) -> dict[str, Any]:
    """J of steps 0, 1, ..., and the weights of each.

    Raises DivergedError if J is not finite.
    """
    whole = step.outer or step
    net, params, X = whole.net, whole.params, whole.X
    rows: list[Parameters] = []
    losses, totals = [], []
    for n in range(steps + 1):
        done = whole_step(net, params, X, step.y, step.w)
        J = float(np.asarray(done.J, float))
        if not np.isfinite(J):
            msg = f"J is not finite after {n} steps. Take a smaller `lr` than {step.lr:g}, or fewer `steps`."
            raise DivergedError(msg)
        losses.append(J)
        totals.append(J + sum(float(derivation.penalty(W, step.l2)) for W in params.W[1:]))
        rows.append(params)
        params = after(params, done)
    numbers = (steps + 1) * net.n_parameters
    weights = _weights(step, rows) if numbers <= MOST else None
    return {
        "steps": steps,
        "J": losses,
        "J_total": totals,
        "weights": weights,
        "numbers": numbers,
        "most": MOST,
    }


def _weights(step: Step, rows: list[Parameters]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for l in range(1, step.net.L + 1):
        found[f"W[{l}]"] = [p.W[l].tolist() for p in rows]
        found[f"b[{l}]"] = [p.b[l].tolist() for p in rows]
        if step.params.c[l] is not None:
            found[f"c[{l}]"] = [p.c[l].tolist() for p in rows]
    for n, k in step.outer.shown if step.outer else ():
        for at, letter in enumerate(EACH):
            found[f"{letter}[{k}]"] = [p.embedding[at][n].tolist() for p in rows if p.embedding]
    return found
