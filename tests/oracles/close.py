"""How near two results must be."""

from typing import Any

import numpy as np

FEW_SUMS = 1e-14  # float64 keeps 2.2e-16; sums of some dozen products lose a digit and a half


def assert_close(got: Any, want: Any, rtol: float = FEW_SUMS) -> None:
    """Same shape, and every entry within `rtol` of the largest entry wanted (of 1 at least)."""
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, rtol=0, atol=rtol * max(1.0, np.abs(want).max()))


def relative_error(got: Any, want: Any) -> float:
    """The largest difference, relative to the largest entry wanted; NaN if an entry is NaN."""
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape
    return float(np.abs(got - want).max() / max(float(np.abs(want).max()), 1e-8))
