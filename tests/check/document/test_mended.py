"""Slips that a small change undoes are told with that change."""

import pytest

from clearprop import check_document

TEXT = (
    "Samples are the rows of $X$, $m$ of them, with targets $Y$; $\\sigma$ is the logistic function, "
    "$\\sigma'(t) = \\sigma(t)(1 - \\sigma(t))$.\n\n"
    "$$Z_1 = X W_1 + b_1, \\quad A_1 = \\tanh(Z_1)$$\n\n$$Z_2 = A_1 W_2 + b_2, \\quad A_2 = \\sigma(Z_2)$$\n\n"
    "$$J = \\frac{1}{2m} \\|A_2 - Y\\|_F^2 + \\frac{\\lambda}{2} (\\|W_1\\|_F^2 + \\|W_2\\|_F^2)$$\n\n"
    "$$D_2 = \\frac{\\partial J}{\\partial Z_2} = \\frac{1}{m} (A_2 - Y) \\odot A_2 \\odot (1 - A_2)$$\n\n"
    "$$\\frac{\\partial J}{\\partial W_2} = A_1^\\top D_2 + \\lambda W_2$$\n\n"
    "$$D_1 = \\frac{\\partial J}{\\partial Z_1} = (D_2 W_2^\\top) \\odot (1 - A_1^2)$$\n\n"
    "$$\\frac{\\partial J}{\\partial W_1} = X^\\top D_1 + \\lambda W_1$$\n\n"
    "$$W_1 \\leftarrow (1 - \\eta \\lambda) W_1 - \\eta X^\\top D_1$$\n"
)
SLIPS = [
    ("= \\frac{1}{m} (A_2 - Y) \\odot", "= (A_2 - Y) \\odot", "\\frac{1}{m}"),
    ("\\odot A_2 \\odot (1 - A_2)", "\\odot Z_2 \\odot (1 - Z_2)", "Z -> A"),
    ("(1 - A_1^2)", "(1 - A_1)", "A_1 -> A_1^2"),
    ("= A_1^\\top D_2 + \\lambda W_2", "= A_1^\\top D_2 + \\frac{\\lambda}{m} W_2", "-> \\lambda"),
    ("= A_1^\\top D_2 +", "= D_2 A_1^\\top +", "D_2A_1^\\top -> A_1^\\top D_2"),
    ("(1 - \\eta \\lambda) W_1", "(1 - \\lambda) W_1", "\\lambda -> \\eta"),
]


def test_the_text_holds():
    assert check_document(TEXT).ok, str(check_document(TEXT))


@pytest.mark.parametrize(("old", "new", "fix"), SLIPS)
def test_the_change_that_mends_a_line_is_told(old, new, fix):
    assert TEXT.count(old) == 1
    line = TEXT[: TEXT.index(old)].count("\n") + 1
    check = check_document(TEXT.replace(old, new))
    assert [one.line for one in check.findings] == [line], str(check)
    assert fix in check.findings[0].fix, check.findings[0].fix


def test_lines_that_nothing_mends_are_doubted_where_they_are_several():
    strange = TEXT.replace("(1 - A_1^2)", "(3 + 7 A_1^5)").replace("= X^\\top D_1 +", "= 5 X^\\top D_1^3 +")
    check = check_document(strange)
    assert not check.findings, str(check)
    assert len([one for one in check.unread if "no small change mends this line" in one.why]) == 2, str(check)
