"""The document that the project grows from: every slip that its errata list is found, and no true line is reported.

The document itself is not part of the project. Its path is taken from CLEARPROP_DERIVATION, else looked for beside the
checkout; without it these tests are skipped. What they test is covered by `documents/rows_and_dots.md` too.
"""

import os
from functools import cache
from pathlib import Path

import pytest

from clearprop import check_document

BESIDE = Path(__file__).parents[2].parent / "shared" / "derivation" / "derivation.zh.md"
PATHS = [Path(os.environ.get("CLEARPROP_DERIVATION", BESIDE)), BESIDE]
FOUND = [p for p in PATHS if p.is_file()]
pytestmark = pytest.mark.skipif(
    not FOUND, reason="the document is not here: set CLEARPROP_DERIVATION to its path"
)

LOSSES = (197, 323, 738, 814)
ERRATA = [  # id, lines on which it may be reported, what it is, what the fix holds
    ("E1", range(75, 76), "layer", "b^{(1)}_{2}"),
    *((f"E2 L{n}", range(n, n + 1), "sample index", "y_{i,j}") for n in LOSSES),
    ("E3 E12", range(324, 856), "reading", ""),
    ("E4", range(439, 447), "permuted", ""),
    ("E5", range(461, 462), "factor", ""),
    ("E6", range(534, 536), "sample index", "y_i"),
    *((f"E7 L{n}", range(n, n + 1), "sample index", "z^{(2)}_{i,2}") for n in (407, 413, 419, 425)),
    ("E8 L142", range(141, 145), "layer", "z^{(1)}"),
    ("E8 L151", range(150, 154), "layer", "a^{(1)}"),
    ("E8 L177", range(176, 180), "layer", "z^{(2)}"),
    ("E9", range(804, 808), "layer", "z^{(L)}"),
    ("E10", range(814, 815), "sum range", "\\sum_{j=1}^{C}"),
    ("E11", range(792, 793), "range", ""),
    ("E14 L64", range(64, 65), "shape", ""),
    ("E14 L71", range(71, 72), "shape", ""),
]


@cache
def checked():
    return check_document(FOUND[0])


@pytest.mark.parametrize(("id", "lines", "what", "fix"), ERRATA, ids=[row[0] for row in ERRATA])
def test_each_erratum_is_found(id, lines, what, fix):
    here = [f for f in checked().findings if f.line in lines and f.what == what]
    assert here, str(checked())
    assert any(fix in f.fix for f in here)


def test_no_true_line_is_reported():
    known = [(lines, what) for _, lines, what, _ in ERRATA]
    others = [
        f for f in checked().findings if not any(f.line in lines and f.what == what for lines, what in known)
    ]
    assert not others, "\n".join(map(str, others))
    assert len(checked().findings) == len(ERRATA)


def test_nearly_all_statements_are_read():
    unread = sum(one.verdict == "unread" for one in checked().checked)
    assert checked().statements > 90
    assert unread <= 0.02 * checked().statements
