"""Intervals from held-out residuals: their coverage, how few rows are too few, and what the file keeps."""

import numpy as np
import pytest

from clearprop.errors import ModelFileError, SpecError
from clearprop.train.held_out import MOST, HeldOut, thinned


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9, 0.95])
@pytest.mark.parametrize("n", [19, 40, 199])
def test_the_share_inside_is_what_was_asked_for(coverage, n):
    """Of exchangeable residuals: k / (n + 1) on average, k = ceil((n + 1) coverage)."""
    rng, draws = np.random.default_rng(0), 4000
    inside = [
        HeldOut(residuals=thinned(r[:-1])).margin(coverage) >= r[-1]
        for r in np.abs(rng.normal(size=(draws, n + 1)))
    ]
    want = np.ceil((n + 1) * coverage - 1e-9) / (n + 1)
    assert abs(np.mean(inside) - want) < 4 * np.sqrt(0.25 / draws)
    assert want >= coverage


def test_too_few_rows_for_a_coverage():
    with pytest.raises(SpecError) as caught:
        HeldOut(residuals=(0.1, 0.2)).margin(0.9)
    assert str(caught.value) == (
        "An interval of coverage 0.9 needs 9 held-out rows or more; the model has 2. Fit with `early_stopping=True` "
        "and a larger `validation_fraction`, or ask for less."
    )
    assert HeldOut(residuals=tuple(np.arange(9.0))).margin(0.9) == 8.0  # nine are enough


@pytest.mark.parametrize("coverage", [0, 1, -0.1, float("nan")])
def test_a_coverage_that_cannot_be(coverage):
    with pytest.raises(SpecError, match=r"^`coverage` must be above 0 and below 1; got "):
        HeldOut(residuals=(0.1,) * 100).margin(coverage)


@pytest.mark.parametrize("n", [MOST, MOST + 1, 3 * MOST + 17])
def test_thinning_shrinks_no_margin(n):
    r = np.abs(np.random.default_rng(0).normal(size=n))
    full, few = HeldOut(residuals=tuple(np.sort(r))), HeldOut(residuals=thinned(r))
    assert len(few.residuals) == min(n, MOST)
    for coverage in np.linspace(0.01, 0.99, 99):
        assert (
            full.margin(coverage)
            <= few.margin(coverage)
            <= full.margin(min(coverage + 2 / MOST, 1 - 2 / MOST))
        )


def test_what_the_file_keeps():
    held = HeldOut(3, 1.5, (0.4, 0.3), (0.1, 0.2), ("a note",))
    assert HeldOut.from_dict(held.to_dict()) == held


@pytest.mark.parametrize(
    "wrong",
    [
        {"rows": -1}, {"temperature": 0.0}, {"temperature": float("nan")}, {"temperature": "1"},
        {"residuals": [0.2, 0.1]}, {"residuals": ["x"]}, {"log_loss": [None]}, {"notes": 3},
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused(wrong):
    with pytest.raises(ModelFileError):
        HeldOut.from_dict(HeldOut().to_dict() | wrong)
