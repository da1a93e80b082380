"""Each slip of the document: the printed form fails, the correction holds."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))
import errata

CHECKED = [slip for slip in errata.SLIPS if slip.check]


def test_all_slips_are_listed():
    assert [slip.id for slip in errata.SLIPS] == [f"E{n}" for n in range(1, 25)]
    assert {slip.id for slip in errata.SLIPS if slip.kind == errata.WRONG} <= {slip.id for slip in CHECKED}


@pytest.mark.parametrize("slip", CHECKED, ids=[slip.id for slip in CHECKED])
def test_the_printed_form_fails_and_the_correction_holds(slip):
    seed, found = errata.counter_example(slip)
    assert abs(found.printed - found.printed_truth) > 1e-3
    for other in range(seed, seed + 5):
        found = slip.check(other)
        assert found.right == pytest.approx(found.right_truth, rel=1e-12, abs=1e-14)


def test_a_slip_of_notation_has_nothing_to_compute():
    with pytest.raises(ValueError, match="E15 is a slip of notation"):
        errata.counter_example(errata.SLIPS[14])
