"""Written derivations of our own: they hold as they stand, and each planted slip is found."""

import pytest

from clearprop import check_document
from oracles.documents import documents


@pytest.mark.parametrize("name", documents())
def test_a_true_derivation_holds(name):
    check = check_document(documents()[name].path)
    assert not check.findings, str(check)
    assert not check.unread, str(check)
    assert check.ok
    assert check.verified == check.statements > 5


SLIPS = [(name, number) for name, document in documents().items() for number in range(len(document.slips))]


@pytest.mark.parametrize(("name", "number"), SLIPS)
def test_a_planted_slip_is_found(name, number, tmp_path):
    document = documents()[name]
    slip = document.slips[number]
    lines = slip.lines(document.text)
    check = check_document(document.written(tmp_path, slip))
    here = [f for f in check.findings if f.line in lines and f.what in slip.kinds]
    assert here, str(check)
    assert not [f for f in check.findings if f.line not in lines], "a true line is reported"
    assert any(slip.fix in f.fix for f in here), [f.fix for f in here]
    assert not check.ok
