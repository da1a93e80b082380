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
