"""A number for each row that looks random, and depends on nothing but a seed and the row's place."""

import numpy as np

GOLDEN, FIRST, SECOND = (np.uint64(x) for x in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
S27, S30, S31, S11 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(11)


def row_hash(rows: np.ndarray, seed: int = 0) -> np.ndarray:
    """The output of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) for rows, by their numbers: (m,) uint64.

    Args:
        rows: (m,) numbers of rows, counted from 0.
        seed: different seeds give unrelated numbers.

    >>> len(set(row_hash(np.arange(1000)).tolist()))
    1000
    """
    key = _mixed(np.full(1, seed, np.uint64) + GOLDEN)
    return _mixed(key + (rows.astype(np.uint64) + np.uint64(1)) * GOLDEN)


def row_share(rows: np.ndarray, seed: int) -> np.ndarray:
    """The same as numbers from 0 to below 1, (m,) float64.

    >>> u = row_share(np.arange(10_000), seed=1)
    >>> bool(abs(u.mean() - 0.5) < 0.01)
    True
    """
    return (row_hash(rows, seed) >> S11) * 2.0**-53


def _mixed(x: np.ndarray) -> np.ndarray:
    x = (x ^ (x >> S30)) * FIRST
    x = (x ^ (x >> S27)) * SECOND
    return x ^ (x >> S31)
