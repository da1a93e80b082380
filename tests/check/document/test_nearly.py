"""Numbers behind a sign of approximation, in walk-throughs."""

import pytest

from clearprop import check_document

WALK = r"""
A network of two inputs, two hidden units and one output, all with the sigmoid $\sigma(x) = \frac{1}{1 + e^{-x}}$.
The inputs are $x_1 = 1$, $x_2 = 0.5$, the target is $t = 1$, and the weights are
$w_1 = 0.8$, $w_2 = -0.4$, $w_3 = 0.7$, $w_4 = 0.9$, $w_5 = 0.7$, $w_6 = -0.6$, $b_1 = 0.7$, $b_2 = 0.1$, $b_3 = -0.5$.

$$n_1 = w_1 x_1 + w_2 x_2 + b_1 = 1.3$$

$$n_2 = w_3 x_1 + w_4 x_2 + b_2 = 1.25$$

$$h_1 = \sigma(n_1) \approx 0.7858, \qquad h_2 = \sigma(n_2) \approx 0.7773$$

$$n_3 = w_5 h_1 + w_6 h_2 + b_3 \approx 0.7 \cdot 0.7858 - 0.6 \cdot 0.7773 - 0.5 = -0.4163$$

$$o = \sigma(n_3)$$

So $o \approx 0.397$, and with $E = \frac{1}{2} (t - o)^2$ the error is $E \approx 1.816 \times 10^{-1}$.

$$\delta_3 = \frac{\partial E}{\partial n_3} = -(t - o) o (1 - o) \approx -0.6026 \cdot 0.2395 \approx -0.1443$$
"""


def test_numbers_that_come_out_hold():
    check = check_document(WALK)
    assert not check.findings, str(check)
    assert not check.unread, str(check)


def test_lines_of_nothing_but_such_numbers_count():
    with_two = check_document(WALK)
    without = check_document(
        WALK.replace("$o \\approx 0.397$", "that").replace("$E \\approx 1.816 \\times 10^{-1}$", "that")
    )
    assert (with_two.statements, with_two.verified) == (without.statements + 2, without.verified + 2)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"\sigma(n_1) \approx 0.7858", r"\sigma(n_1) \approx 0.7558"),
        (r"0.7 \cdot 0.7858 - 0.6", r"0.7 \cdot 0.7858 + 0.6"),
        (r"= -0.4163", r"= -0.4613"),
        (r"o \approx 0.397", r"o \approx 0.379"),
        (r"1.816 \times 10^{-1}", r"1.816 \times 10^{-2}"),
        (r"-0.6026 \cdot 0.2395", r"0.6026 \cdot 0.2395"),
        (r"\approx -0.1443", r"\approx -0.1343"),
    ],
)
def test_a_number_that_does_not_come_out_is_found_at_its_line(old, new):
    line = WALK[: WALK.index(old)].count("\n") + 1
    check = check_document(WALK.replace(old, new))
    assert line in {one.line for one in check.findings}, str(check)
    assert check.verified < check.statements


@pytest.mark.parametrize(("old", "new"), [("0.7858,", "0.7558,"), (r"\approx -0.1443", r"\approx 0.1443")])
def test_what_the_number_should_be_is_told(old, new):
    (found,) = check_document(WALK.replace(old, new)).findings
    right, wrong = (one.removeprefix(r"\approx ").rstrip(",") for one in (old, new))
    assert found.fix == f"{wrong} -> {right}"


def test_numbers_of_a_text_without_numbers_claim_nothing():
    check = check_document(
        r"With the sigmoid, $a_j = \sigma(z_j) \approx 0.7$ and $\frac{\partial a_j}{\partial z_j} = a_j (1 - a_j)$."
    )
    assert not check.findings, str(check)


def test_the_batch_of_a_text_and_numbers_rounded_to_two_digits():
    text = r"""
The sigmoid is $\sigma(z) = 1 / (1 + e^{-z})$. With $x = \begin{bmatrix} 1 & 2 \end{bmatrix}$,
$W^{(1)} = \begin{bmatrix} 0.3 & -0.2 \\ 0.1 & 0.4 \end{bmatrix}$, $b^{(1)} = \begin{bmatrix} 0.1 & 0.2 \end{bmatrix}$
and $y = \begin{bmatrix} 1 & 0 \end{bmatrix}$:

$$z^{(1)} = x W^{(1)} + b^{(1)} = \begin{bmatrix} 0.6 & 0.8 \end{bmatrix}$$

$$a^{(1)} = \sigma(z^{(1)}) \approx \begin{bmatrix} 0.65 & 0.69 \end{bmatrix}$$

$$J = \frac{1}{2} \| a^{(1)} - y \|^2 \approx 0.3$$
"""
    assert not check_document(text).findings, str(check_document(text))
    slipped = check_document(text.replace("0.65 & 0.69", "0.65 & 0.96"))
    assert [one.line for one in slipped.findings] == [8], str(slipped)
