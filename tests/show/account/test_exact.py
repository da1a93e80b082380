"""Exact numbers against floats, and as they are written."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearprop.maths import trees
from clearprop.show.account.exact import FUNCTIONS, Exact, atom, called, exact, exp, ln

NUMBERS = st.fractions(-3, 3, max_denominator=6).map(exact) | st.sampled_from(
    [ln(exact(2)), ln(exact(Fraction(9, 8))), exp(exact(2)), exp(exact(-1)), atom(["ref", "p", 0, 0], 0.3)]
)


@settings(max_examples=100, deadline=None)
@given(NUMBERS, NUMBERS, NUMBERS)
def test_arithmetic_is_that_of_the_values(a, b, c):
    made = (a + b) * c - a
    assert made.value == pytest.approx((a.value + b.value) * c.value - a.value, rel=1e-12, abs=1e-12)
    if abs(c.value) > 1e-9:
        assert (made / c).value == pytest.approx(made.value / c.value, rel=1e-11, abs=1e-11)


@settings(max_examples=100, deadline=None)
@given(NUMBERS, NUMBERS)
def test_a_number_is_written_as_what_it_is(a, b):
    """The tree of a number comes to its value."""
    for number in (a * b, a - b, exp(a - b), abs(a)):
        functions = {**trees.NUMBERS, "num": lambda x: float(Fraction(x))}
        assert trees.value(number.tree(), lambda *_: 0.3, {}, {}, functions) == pytest.approx(
            number.value, rel=1e-12
        )


@pytest.mark.parametrize(
    ("number", "tree"),
    [
        (exp(ln(exact(8)) - ln(exact(9))), ["num", "8/9"]),
        (ln(exact(9)) - ln(exact(8)), ["ln", ["num", "9/8"]]),
        (ln(exact(8)) - ln(exact(9)), ["neg", ["ln", ["num", "9/8"]]]),
        (exp(exact(2)) * exp(exact(-1)), ["exp", ["num", "1"]]),
        (ln(exp(exact("1/2"))), ["num", "1/2"]),
        (exp(ln(exact(1) + exp(exact(1)))), ["+", ["num", "1"], ["exp", ["num", "1"]]]),
        (
            exp(-2 * ln(exact(1) + exp(exact(1))) + ln(exact(9))),
            ["/", ["num", "9"], ["pow", ["+", ["num", "1"], ["exp", ["num", "1"]]], ["num", "2"]]],
        ),
        (exact(0.1), ["num", "1/10"]),
        (exact(-1.5 * math.log(2)), ["neg", ["*", ["num", "3/2"], ["ln", ["num", "2"]]]]),
        (called("sqrt", exact("4/9")), ["num", "2/3"]),
        (called("tanh", exact(0)), ["num", "0"]),
        (called("tanh", exact(1)), ["call", "tanh", ["num", "1"]]),
        (
            exact(1) / (exact(1) + exp(exact(1))),
            ["/", ["num", "1"], ["+", ["num", "1"], ["exp", ["num", "1"]]]],
        ),
        ((exact(2) + exp(exact(1)) * 2) / (exact(1) + exp(exact(1))), ["num", "2"]),
    ],
)
def test_how_numbers_are_written(number, tree):
    assert number.tree() == tree


def test_division_by_zero_is_refused():
    with pytest.raises(ZeroDivisionError):
        exact(1) / exact(0)


def test_choices_look_at_the_value():
    assert FUNCTIONS["max"](ln(exact(2)), exact("69/100")) == ln(exact(2))
    assert FUNCTIONS["min"](ln(exact(2)), exact("70/100")) == ln(exact(2))
    assert exact(1) < exp(exact(1))
    assert not exp(exact(1)) <= exact(1)
    assert len({exact(1), Exact({(): Fraction(1)})}) == 1


def test_a_float_that_is_no_multiple_of_ln_2_is_the_decimal_that_is_printed():
    for x in np.random.default_rng(0).normal(size=50).tolist():
        assert exact(x).rational == Fraction(repr(x))
