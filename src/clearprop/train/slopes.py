"""Importances of raw columns by slopes: how far the answers move with a column, by the network's own gradients."""

from collections.abc import Iterator, Sequence

import numpy as np

from clearprop.batch import output_gradients
from clearprop.maths import derivation, languages
from clearprop.tables.number import Number, as_floats
from clearprop.tables.scale import Scale
from clearprop.train.examined import Examined

MOST = 500  # rows: slopes vary less than scores
FEWEST = 50
HELD = 20_000_000  # numbers that the gradients may take
STEP = 1e-20  # of the complex step
SMALLEST = 1e-300  # of a probability under the logarithm


def by_slopes(rows: Examined, X: np.ndarray, orders: Sequence[np.ndarray]) -> np.ndarray:
    """How far the answers move with each raw column, (columns,): see `Importances`.

    Parameters
    ----------
    rows : Examined
        The rows.
    X : ndarray of shape (m, inputs)
        The same, encoded.
    orders : sequence of ndarray
        Orders of the rows: in each, a row takes over the value of another.
    """
    most = int(np.clip(HELD // X.shape[1] // rows.members[0].net.sizes[-1], FEWEST, MOST))
    at = np.linspace(0, rows.m - 1, min(most, rows.m)).round().astype(int)
    few, own = rows.thinned(most), X[at].astype(np.float64)
    w = np.ones(few.m) if few.w is None else few.w
    p, gradients = _answers(few, X[at]), _gradients(few, own)
    found = np.zeros(len(rows.encoding.columns))
    for k, block in enumerate(rows.blocks()):
        taken = [X[order[at], block] - own[:, block] for order in orders]
        moves = [
            np.average(_moved(few, p, np.einsum("mcf,mf->mc", gradients[:, :, block], to)), weights=v)
            for to, v in _directions(few, k, taken, w)
        ]
        found[k] = np.mean(moves) if moves else 0.0
    return found


def _directions(
    rows: Examined, k: int, taken: list[np.ndarray], w: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Where the encoded columns of raw column k go, (m, width), with the weights of the rows."""
    column = rows.encoding.columns[k]
    if isinstance(column, Number) and column.scale:
        raw = rows.table.column(column.name)
        present = w * ~np.isnan(as_floats(raw).astype(np.float64))
        if present.any():
            yield column.slopes(raw), present
    elif column.features:
        yield from ((to, w) for to in taken)


def _answers(rows: Examined, X: np.ndarray) -> np.ndarray:
    """p as the members agree on it, before the temperature: (m, n[L])."""
    z = rows.outputs(X)
    return z if isinstance(rows.target, Scale) else derivation.softmax(z)


def _gradients(rows: Examined, X: np.ndarray) -> np.ndarray:
    """dp/da(0) of each row, the mean over the members that answer for it: (m, n[L], n[0])."""
    net = rows.members[0].net
    answering = np.ones((len(rows.members), len(X)), bool) if rows.aside is None else rows.aside
    total = np.zeros((len(X), net.sizes[-1], net.sizes[0]))
    for params, mine in zip(rows.members, answering, strict=True):
        total[mine] += output_gradients(net, params.astype(np.float64), X[mine])
    return total / answering.sum(axis=0)[:, None, None]


def _moved(rows: Examined, p: np.ndarray, dp: np.ndarray) -> np.ndarray:
    """How far the answer of each row moves where p moves by dp, both (m, n[L]): (m,), not negative."""
    page, target = languages.in_complex(), rows.target
    if isinstance(target, Scale):
        t = page.unstandardise(p[:, 0] + 1j * STEP * dp[:, 0], target.mean, target.sd)
        value = t if target.shift is None else page.unlog(t, target.shift)
        return np.abs(np.imag(page.within(value, target.least, target.most))) / STEP
    z = page.tempered(np.log(np.maximum(p, SMALLEST) + 1j * STEP * dp), rows.temperature)
    return np.abs(np.imag(page.softmax(z))).sum(axis=1) / STEP / 2
