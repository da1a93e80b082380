"""Are the gradients right? Each entry of dW and db against the complex step through the forward pass."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from clearprop.batch import activation_pairs, as_batch, head_of
from clearprop.errors import ShapeError
from clearprop.maths import derivation, languages
from clearprop.network import Network, Parameters

STEP = 1e-30
TOLERANCE = 1e-12  # float64 keeps 16 digits; sums over some thousand rows and units lose a few


@dataclass(frozen=True)
class GradientCheck:
    """What `check_gradients` found: a row for each W[l] and b[l].

    Attributes
    ----------
    rows : tuple of dict
        name, shape, entries checked, worst relative error, and the index of the worst entry.
    tolerance : float
        The relative error that is let pass.
    kinks : int
        How many z stand on a kink (relu at 0), where the derivative is a convention and no oracle exists.
    """

    rows: tuple[dict[str, Any], ...]
    tolerance: float
    kinks: int

    @property
    def worst(self) -> float:
        """The largest relative error of all entries; NaN if a gradient is not a number."""
        return float(np.max([row["error"] for row in self.rows]))

    @property
    def ok(self) -> bool:
        """Whether every entry is within the tolerance."""
        return bool(self.worst <= self.tolerance)

    def __str__(self) -> str:
        lines = [f"{'gradient':<10}{'shape':>12}{'checked':>10}{'worst error':>14}  at"]
        for row in self.rows:
            shape = " x ".join(map(str, row["shape"]))
            lines.append(
                f"{row['name']:<10}{shape:>12}{row['checked']:>10}{row['error']:>14.1e}  {row['at']}"
            )
        verdict = "All gradients hold" if self.ok else "A gradient is wrong"
        lines.append(f"{verdict}: worst relative error {self.worst:.1e}, tolerance {self.tolerance:.0e}.")
        if self.kinks:
            lines.append(f"{self.kinks} z stand on a kink: there the gradient is a convention, not a limit.")
        return "\n".join(lines)


def check_gradients(
    net: Network,
    params: Parameters,
    X: ArrayLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    working: derivation.Working | None = None,
    tolerance: float = TOLERANCE,
    most: int = 2000,
    seed: int = 0,
) -> GradientCheck:
    """Compare dW and db with the complex step through J, which knows nothing of the backward pass.

    Parameters
    ----------
    net, params, X, y, sample_weight
        As in `step`.
    working : Working, optional
        Whose dW and db are on trial; by default those of `step`.
    tolerance : float
        The largest error that passes, relative to the size of the terms that the gradient sums: the largest
        mean over the rows of ``|a| |delta|``, or 1e-8. At a minimum the terms cancel, and what is left is rounding.
    most : int
        Entries checked of each gradient; of larger ones a random choice, drawn with `seed`.

    Returns
    -------
    GradientCheck
        .ok, .worst, .rows; ``str()`` of it is a table.

    Raises
    ------
    ShapeError, SpecError
        If the batch does not fit the network, or a gradient is not shaped as its parameters.

    Examples
    --------
    >>> import numpy as np
    >>> net = Network((2, 3, 2), activation="tanh")
    >>> check_gradients(net, net.initialize(seed=0), np.eye(2), [0, 1]).ok
    True
    """
    X, y, w = as_batch(net, X, y, sample_weight, np.float64)
    exact = params.astype(np.float64)
    own = derivation.step(exact.W, exact.b, X, y, w, activation_pairs(net), head_of(net))
    working = own if working is None else working
    rng = np.random.default_rng(seed)
    rows = []
    for l in range(1, net.L + 1):
        for name, values, gradient in (("W", exact.W, working.dW), ("b", exact.b, working.db)):
            on_trial = _of_shape(f"{name}[{l}]", gradient[l], values[l].shape)
            at = _chosen(on_trial.shape, most, rng)
            oracle = np.array([complex_step(net, exact, name, l, index, (X, y, w)) for index in at])
            rows.append(_row(f"d{name}[{l}]", on_trial, at, oracle, _size_of_terms(own, name, l)))
    return GradientCheck(tuple(rows), tolerance, _kinks(net, working))


def complex_step(
    net: Network, params: Parameters, name: str, l: int, index: tuple[int, ...], batch: Any
) -> float:
    """dJ by one entry of W[l] or b[l]: the imaginary part of J at a step of 1e-30 i, divided by it."""
    page = languages.in_complex()
    moved = params.astype(complex)
    getattr(moved, name)[l][index] += 1j * STEP
    return float(
        page.loss(moved.W, moved.b, *batch, activation_pairs(net, page), head_of(net, page=page)).imag / STEP
    )


def _chosen(shape: tuple[int, ...], most: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    size = int(np.prod(shape))
    flat = np.arange(size) if size <= most else np.sort(rng.choice(size, most, replace=False))
    return list(zip(*(axis.tolist() for axis in np.unravel_index(flat, shape)), strict=True))


def _of_shape(name: str, gradient: ArrayLike, shape: tuple[int, ...]) -> np.ndarray:
    gradient = np.asarray(gradient)
    if gradient.shape != shape:
        msg = f"`d{name}` must be {shape}, as `{name}` is; got {gradient.shape}."
        raise ShapeError(msg)
    return gradient


def _size_of_terms(own: derivation.Working, name: str, l: int) -> float:
    """The largest sum of |terms| of dW[l] or db[l]: rounding scales with it, also where the terms cancel."""
    delta = np.abs(own.delta[l])
    if name == "W":
        return float(derivation.weight_grad(np.abs(own.a[l - 1]), delta, own.m).max())
    return float(derivation.bias_grad(delta, own.m).max())


def _row(
    name: str, gradient: np.ndarray, at: list[tuple[int, ...]], oracle: np.ndarray, size: float
) -> dict[str, Any]:
    errors = np.abs(np.array([gradient[index] for index in at]) - oracle) / max(size, 1e-8)
    worst = int(np.argmax(errors))  # NaN counts as the largest
    return {
        "name": name,
        "shape": gradient.shape,
        "checked": len(at),
        "error": float(errors[worst]),
        "at": at[worst],
    }


def _kinks(net: Network, working: derivation.Working) -> int:
    bent = [l for l, name in enumerate(net.activations, 1) if name in ("relu", "leaky_relu", "selu")]
    return int(sum(np.count_nonzero(working.z[l] == 0) for l in bent))
