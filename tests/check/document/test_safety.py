"""No document runs anything, and none takes more than seconds and a little memory."""

import resource
from pathlib import Path

import pytest

from clearprop import check_document

HOSTILE = {
    "sums within sums of numbers": "$z_1 = w_1 x_1$, $z_2 = w_2 x_1$, $z_3 = w_3 x_1$, $z_4 = w_4 x_1$ and $$z_5 = "
    + "".join(rf"\sum_{{{letter}=1}}^{{20}} (w_{letter} + " for letter in "abcdefghijkl")
    + "x_1"
    + ")" * 12
    + "$$",
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

OWN = (
    r"For a column $x$: $u = A x$, $q = \tanh(u)$, $w = B q + x$, $y = C w$ and $E = \frac12 \|y - t\|^2$. "
    r"So $\frac{\partial E}{\partial C} = (y-t) w^T$, $\frac{\partial E}{\partial B} = C^T (y-t) q^T$. "
)  # is read by its own definitions
WITHIN = {
    "a layer without end": "$V^{(1000000000)} = Q x$",
    "large indices": "$g = v_{900000} + M_{80000,90000}$",
    "a large matrix": r"$M \in R^{1000000 \times 1000000}$, $r = M x$, $\frac{\partial E}{\partial M} = r x^T$",
    "layers by many letters": "$V^{(l)} = "
    + " + ".join(f"G^{{({letter})}}" for letter in "abcdefghnopqrs")
    + "$",
    "a long sum of products": r"$s = \sum_{i=1}^{9000} v_i p_i$",
    "a chain of definitions": " ".join(rf"$m_{{{k}}} = \tanh(m_{{{k + 1}}} + c)$" for k in range(40)),
    "one name many times": " ".join(f"$r_{{{k}}} = A x + d_{{{k}}} q$" for k in range(200)),
}


@pytest.mark.parametrize("name", WITHIN)
def test_hostile_lines_in_a_text_that_is_read_by_its_own_definitions(name):
    Path("/proc/self/clear_refs").write_text("5")
    memory, seconds = _memory("VmRSS"), _seconds()
    check_document(OWN + WITHIN[name])
    memory, seconds = _memory("VmHWM") - memory, _seconds() - seconds
    assert seconds < 20
    assert memory < 200_000


def test_sizes_too_large_to_compute_with_are_some_number_of_units():
    text = (
        OWN
        + r"Here $A \in R^{128 \times 784}$, $B \in R^{784 \times 128}$. Then $h = B^T w$ and $s = A^T q$. "
    )
    check = check_document(text + r"$\frac{\partial E}{\partial w} = C^T (y-t)$")
    assert check.ok, str(check)


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
