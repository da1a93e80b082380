"""The functions that a derivation may name: for real and for complex numbers, entry by entry."""

import numpy as np
from scipy.special import erf

STEP = 1e-30


def above(z, limit=0.0):
    return np.real(z) > limit


def relu(z):
    return np.where(above(z), z, 0.0 * z)


def relu_one(z):
    """relu whose slope at 0 is 1, for texts that write 1(z >= 0) beside numbers with a z of 0."""
    return np.where(np.real(z) >= 0, z, 0.0 * z)


def logistic(z):
    return 1.0 / (1.0 + np.exp(-z))


def softplus(z):
    return np.log(1.0 + np.exp(z))


def absolute(z):
    return np.where(np.real(z) < 0, -z, z)


def softmax(z, axis=1):
    e = np.exp(z - np.max(np.real(z), axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


ENTRYWISE = {
    "exp": np.exp,
    "log": np.log,
    "identity": lambda z: z,
    "relu": relu,
    "leaky_relu": lambda z: np.where(above(z), z, 0.01 * z),
    "elu": lambda z: np.where(above(z), z, np.exp(np.where(above(z), 0.0 * z, z)) - 1.0),
    "gelu": lambda z: 0.5 * z * (1.0 + erf(z / np.sqrt(2.0))),
    "silu": lambda z: z * logistic(z),
    "logistic": logistic,
    "logit": lambda z: np.log(z / (1.0 - z)),
    "tanh": np.tanh,
    "softplus": softplus,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "sign": lambda z: np.sign(np.real(z)) + 0.0 * z,
    "step": lambda z: (np.real(z) >= 0) + 0.0 * z,
    "abs": absolute,
    "sqrt": np.sqrt,
    "smooth": lambda z: (
        np.tanh(z) + 0.25 * np.sin(1.3 * z) + 0.1 * z
    ),  # stands for an activation that the text leaves open
}
KINKED = {"relu", "leaky_relu", "abs", "sign", "step"}


def slope(function, z, order=1):
    """The derivative by the complex step; the second and third by differences of it."""
    if order == 1:
        return np.imag(function(z + 1j * STEP)) / STEP
    h = 1e-4
    return (slope(function, z + h, order - 1) - slope(function, z - h, order - 1)) / (2 * h)
