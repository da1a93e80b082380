"""No document runs anything, and none takes more than seconds and a little memory."""

import resource
from pathlib import Path

import pytest

from clearprop import check_document

HOSTILE = {
    "a megabyte": "$$z = " + "x + " * 300_000 + "x$$",
    "a megabyte of comments never closed": "$z = x$" + "<!--" * 250_000,
    "a megabyte of signs never closed": "$z = x$" + r"\( \[ \begin{verbatim} \begin{align}" * 30_000,
    "a megabyte of backticks": "$z = x$" + "`" * 1_000_000,
    "a megabyte of dollars": "$z = x$" + "$$ " * 333_333,
    "a megabyte of names": "$z = x$" + r"\begin{center}" * 70_000,
    "nested braces": "$z = " + "{" * 10_000 + "x" + "}" * 10_000 + "$",
    "nested brackets": "$z = " + "(" * 2_500 + "x" + ")" * 2_500 + "$",
    "nested fractions": "$z = " + r"\frac{1}{" * 1_000 + "x" + "}" * 1_000 + "$",
    "nested accents": "$z = " + r"\hat{" * 1_500 + "x" + "}" * 1_500 + "$",
    "a long sum": r"$z = \sum_{i=1}^{1000000000} x_i$",
    "sums in sums": "$x = " + "".join(rf"\sum_{{{c}=1}}^{{9999}}" for c in "abcd") + "x$",
    "a large power": "$z = 9^{9^{9^{9}}}$",
    "macros without end": r"\newcommand{\a}{\b\b}\newcommand{\b}{\a\a} $z = \a$",
    "a function of itself": r"$f(x) = f(x) + 1$ and $g(x) = f(g(x))$",
    "minus signs": "$z = " + "-" * 4_000 + "x$",
    "code": r"$z = \input{/etc/passwd} \write18{touch here} \immediate$",
    "relations only": r"$= = =$ $\Rightarrow$ $x =$ $$= $$ $$ & = \\ = $$",
    "open brace": r"$z = \frac{1}{$",
    "an empty matrix": r"$z = \begin{bmatrix}\end{bmatrix}$ $z = \begin{bmatrix} & \\ & \end{bmatrix}$",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_end_in_a_message(name):
    Path("/proc/self/clear_refs").write_text("5")  # the peak of memory begins anew
    memory, seconds = _memory("VmRSS"), _seconds()
    check = check_document(HOSTILE[name])
    memory, seconds = _memory("VmHWM") - memory, _seconds() - seconds
    assert check.verified == 0
    assert check.unread or check.findings or not check.statements
    assert all(u.why for u in check.unread)
    assert seconds < 20  # of a processor; most take a tenth of one
    assert memory < 200_000  # kB


def _seconds() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def _memory(line: str) -> int:
    """kB: VmRSS is what the process has, VmHWM the most it had."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(found.split()[1]) for found in lines if found.startswith(line))


def test_more_formulas_than_can_be_checked_are_refused():
    with pytest.raises(ValueError, match="5,000 formulas; this one has 6,000"):
        check_document(" ".join(["$z=x$"] * 6_000))
