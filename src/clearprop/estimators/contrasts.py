"""Contrasts: what numbers that rise and fall together differ by, as further inputs while a network learns.

They are a way to train, not another network: as sums of inputs that are there they are added into W[1] and b[1] at the
end, so that the model has the inputs of its encoding and no others.
"""

from dataclasses import dataclass, replace

import numpy as np

from clearprop.network import Parameters
from clearprop.tables.encoding import Encoding
from clearprop.tables.number import Number

LEAST = 0.01
"""Of the variance of one standardised number: what varies less, a single odd row outside training may stretch most."""
FARTHEST = 4.0
"""The largest a contrast may be in training: one that a few rows stretch is small in all others."""
AMPLITUDE = 0.25
"""The standard deviation of a contrast, where no row stretches it: less than that of numbers."""
ROWS_EACH = 5
"""Rows a number, at least: of fewer, numbers that have nothing in common seem to have."""
MOST_NUMBERS = 500
MOST_ROWS = 20_000
"""Of more, small differences are learned without help, and X would be there twice."""
BLOCK = 1 << 13


@dataclass(frozen=True)
class Contrasts:
    """k weighted sums of the columns of X, each of mean 0 in training, and small beside the numbers: c = X M - s.

    Parameters
    ----------
    M : ndarray of shape (n[0], k), float64
        The weights.
    s : ndarray of shape (k,), float64
        What is taken off.
    """

    M: np.ndarray
    s: np.ndarray

    @property
    def count(self) -> int:
        """k."""
        return len(self.s)

    def beside(self, X: np.ndarray) -> np.ndarray:
        """X with the contrasts as further columns, (m, n[0] + k), of the dtype of X."""
        if not self.count:
            return X
        found = np.empty((len(X), X.shape[1] + self.count), X.dtype)
        found[:, : X.shape[1]] = X
        for at in range(0, len(X), BLOCK):
            found[at : at + BLOCK, X.shape[1] :] = X[at : at + BLOCK] @ self.M - self.s
        return found

    def folded(self, params: Parameters) -> Parameters:
        """The parameters of the network with the inputs X alone that gives what `params` give with the contrasts.

        a[0] W[1] + b[1] with a[0] = [X, X M - s] is X (W_X + M W_c) + b[1] - s W_c.

        Examples
        --------
        >>> from clearprop.network import Network
        >>> contrasts = Contrasts(np.array([[1.0], [-1.0]]), np.array([0.5]))
        >>> wide = Network((3, 1), head="identity").initialize(seed=0)
        >>> X = np.array([[2.0, 1.0]])
        >>> short = contrasts.folded(wide)
        >>> np.allclose(X @ short.W[1] + short.b[1], contrasts.beside(X) @ wide.W[1] + wide.b[1])
        True
        """
        if not self.count:
            return params
        net, W = params.net, params.W[1].astype(np.float64)
        own, more = W[: -self.count], W[-self.count :]
        flat = np.r_[(own + self.M @ more).ravel().astype(params.flat.dtype), params.flat[W.size :]]
        found = Parameters(replace(net, sizes=(len(own), *net.sizes[1:])), flat)
        found.b[1][...] = params.b[1] - self.s @ more
        return found


def learned_contrasts(encoding: Encoding, X: np.ndarray, w: np.ndarray, most: float) -> Contrasts:
    """The principal components of the standardised numbers whose variance is below `most`.

    Parameters
    ----------
    encoding : Encoding
        What X came through; only values of numbers are taken, not their places or parts.
    X, w : ndarray of shape (m, n[0]), (m,)
        The rows of training and their weights.
    most : float
        The largest variance, of which a number that has nothing in common with the others has 1; 0 for none.

    Examples
    --------
    >>> from clearprop.tables.read import read_table
    >>> rng = np.random.default_rng(0)
    >>> a, b, c = rng.normal(size=(3, 200))
    >>> table = read_table({"a": a, "nearly a": a + 0.3 * b, "c": c})
    >>> encoding = Encoding.learn(table)
    >>> found = learned_contrasts(encoding, encoding.encode(table), np.ones(200), 0.3)
    >>> found.count, np.sign(found.M[:, 0]).tolist()[:2]
    (1, [-1.0, 1.0])
    """
    numbers = _values_of_numbers(encoding)
    many = len(X) > MOST_ROWS or len(numbers) > min(MOST_NUMBERS, len(X) // ROWS_EACH)
    if not most or many or len(numbers) < 2:
        return Contrasts(np.zeros((X.shape[1], 0)), np.zeros(0))
    values, share = X[:, numbers].astype(np.float64), w / w.sum(dtype=np.float64)
    mean = share @ values
    values -= mean
    spread = np.sqrt(share @ values**2)
    spread[spread == 0.0] = np.inf
    values /= spread
    variance, directions = np.linalg.eigh(values.T @ (values * share[:, None]))
    kept = (variance > LEAST) & (variance < most)
    directions = directions[:, kept]
    largest = np.abs(directions).argmax(axis=0)
    directions *= np.sign(directions[largest, np.arange(len(largest))])
    unit = np.maximum(
        np.sqrt(variance[kept]), np.abs(values @ directions).max(axis=0, initial=0.0) / FARTHEST
    )
    M = np.zeros((X.shape[1], len(largest)))
    M[numbers] = AMPLITUDE * directions / unit / spread[:, None]
    return Contrasts(M, mean @ M[numbers])


def _values_of_numbers(encoding: Encoding) -> list[int]:
    """Which columns of X are values of numbers."""
    found, at = [], 0
    for column in encoding.columns:
        if isinstance(column, Number) and column.scale:
            found.append(at)
        at += len(column.features)
    return found
