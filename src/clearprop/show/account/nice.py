"""A network and a batch of small whole numbers, for an account that can be followed with a pencil."""

import numpy as np

from clearprop.batch import step
from clearprop.network import Network, Parameters

TESTNET = (3, 4, 2)
W1 = [[1, -1, -1, 1], [1, 2, 1, 2], [-1, -1, -1, 1]]
W2 = [[-1, 0], [-1, 1], [-1, -2], [2, -1]]
ROWS = [[1, 2, 1], [-1, -1, 0], [2, 1, 0]]
TRIES = 200
FAR = 6.0  # of the last z: p is then not so near 0 or 1 that nothing is learned


def nice(net: Network, rows: int = 3, seed: int = 0) -> tuple[Parameters, np.ndarray, np.ndarray]:
    """Parameters, X and y of whole numbers: TestNet's own for a 3-4-2 network, drawn ones for another.

    Parameters
    ----------
    net : Network
        Of any size.
    rows, seed : int
        How many samples, and where the random numbers come from.

    Examples
    --------
    >>> params, X, y = nice(Network((3, 4, 2)))
    >>> X[0], y
    (array([1., 2., 1.]), array([0, 1, 0]))
    """
    if net.sizes == TESTNET and rows == len(ROWS) and seed == 0:
        b = [None, np.array([-1.0, 1, 1, -2]), np.array([-1.0, 2])]
        params = Parameters.from_layers(net, [None, np.array(W1, float), np.array(W2, float)], b)
        return params, np.array(ROWS, float), _targets(net, np.array([0, 1, 0]))
    rng = np.random.default_rng(seed)
    drawn = [_drawn(net, rows, rng) for _ in range(TRIES)]
    return min(drawn, key=lambda one: _dullness(net, *one))


def _drawn(net: Network, rows: int, rng: np.random.Generator) -> tuple[Parameters, np.ndarray, np.ndarray]:
    flat = rng.integers(-2, 3, net.n_parameters).astype(float)
    X = rng.integers(-2, 3, (rows, net.sizes[0])).astype(float)
    return Parameters(net, flat), X, _targets(net, rng.integers(0, max(2, net.sizes[-1]), rows))


def _targets(net: Network, labels: np.ndarray) -> np.ndarray:
    """Labels, as the head takes them."""
    if net.head == "softmax":
        return labels
    return np.eye(max(2, net.sizes[-1]))[labels][:, -net.sizes[-1] :]


def _dullness(net: Network, params: Parameters, X: np.ndarray, y: np.ndarray) -> float:
    """How little there is to see: units that are on for all samples or for none, and a last z that is large."""
    done = step(net, params, X, y)
    hidden = [done.z[l] > 0 for l in range(1, net.L)]
    same = sum(float(np.mean(on.all(axis=0) | (~on).all(axis=0))) for on in hidden)
    return same + max(0.0, float(np.abs(done.z[-1]).max()) - FAR)
