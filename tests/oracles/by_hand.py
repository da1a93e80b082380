"""The derivation by hand: Python loops over samples and units, nothing taken from clearprop.

Every function takes complex numbers too, so that `derivative` gives derivatives to the last digit.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

STEP = 1e-30


def derivative(f: Callable[[Any], Any], x: float) -> float:
    """f'(x) by the complex step."""
    return complex(f(x + 1j * STEP)).imag / STEP


def moved(values: np.ndarray, index: tuple[int, ...], value: Any) -> np.ndarray:
    """A complex copy of `values` with one entry replaced."""
    copy = values.astype(complex)
    copy[index] = value
    return copy


def affine_entry(a_row: Any, W: Any, b: Any, j: int) -> Any:
    """z_j = a_1 W_1j + a_2 W_2j + ... + b_j."""
    z = b[j]
    for k in range(len(a_row)):
        z = z + a_row[k] * W[k][j]
    return z


def affine_row(a_row: Any, W: Any, b: Any) -> list[Any]:
    return [affine_entry(a_row, W, b, j) for j in range(len(b))]


def relu(z: Any) -> Any:
    """max(0, z), with the derivation's derivative 1(z >= 0)."""
    return z if np.real(z) >= 0 else 0.0 * z


def softmax_row(z_row: Any) -> list[Any]:
    e = [np.exp(z) for z in z_row]
    return [x / sum(e) for x in e]


def loss_of_logits(z_row: Any, Y_row: Any) -> Any:
    """J_i = - sum over j of Y_ij ln p_ij."""
    return -sum(Y * np.log(p) for Y, p in zip(Y_row, softmax_row(z_row), strict=True))


def loss_from(l: int, z_row: Any, W: Any, b: Any, Y_row: Any) -> Any:
    """J_i of one sample, entered at its z[l]."""
    for n in range(l, len(W) - 1):
        z_row = affine_row([relu(z) for z in z_row], W[n + 1], b[n + 1])
    return loss_of_logits(z_row, Y_row)


def loss_of_row(W: Any, b: Any, x_row: Any, Y_row: Any) -> Any:
    """J_i of one sample."""
    return loss_from(1, affine_row(x_row, W[1], b[1]), W, b, Y_row)


def mean_loss(W: Any, b: Any, X: Any, Y: Any) -> Any:
    """J = 1/m sum over i of J_i."""
    return sum(loss_of_row(W, b, x, y) for x, y in zip(X, Y, strict=True)) / len(X)


def mean_loss_derivative(case: Any, name: str, l: int, index: tuple[int, ...]) -> float:
    """dJ by one entry of W[l] or b[l], of a case with W, b, X and Y."""

    def J(value: Any) -> Any:
        W, b = list(case.W), list(case.b)
        layers = W if name == "W" else b
        layers[l] = moved(layers[l], index, value)
        return mean_loss(W, b, case.X, case.Y)

    return derivative(J, {"W": case.W, "b": case.b}[name][l][index])
