"""What was computed under one reading is taken again under those that answer alike, and under no other."""

from dataclasses import replace

import pytest

from clearprop.check.document.judging.asked import Asked
from clearprop.check.document.meaning.notation import SHAPED, WHERE, Reading
from clearprop.check.document.numbers.env import Budget
from clearprop.check.document.read.limits import Unread

USUAL = Reading({"J": ("mean", "sum", "mean")}, {"delta": "sum"}, {"J": "lambda"})
OTHER_VALUE = replace(USUAL, losses={"J": ("sum", "sum", "mean")})
OTHER_SLOPES = replace(USUAL, jacobian="denominator", slopes="all")


class Counted:
    """A computation that asks for one gradient, costs two steps, and counts how often it is carried out."""

    def __init__(self, what="rows", name="J"):
        self.question, self.times = (what, name), 0
        self.budget, self.asked = Budget(20), Asked()

    def under(self, reading):
        return self.asked.under(reading, self.budget, self._compute)

    def _compute(self, reading):
        self.times += 1
        self.budget.spend()
        self.budget.spend()
        return reading.ask(*self.question)


@pytest.mark.parametrize(
    ("question", "other", "times"),
    [
        (("rows", "J"), OTHER_VALUE, 1),
        (("value", "J"), OTHER_VALUE, 2),
        (("gradient", "delta"), OTHER_SLOPES, 1),
        (("jacobian",), OTHER_SLOPES, 2),
        (("penalty", "J"), replace(USUAL, penalised={"J": "lambda" + WHERE}), 1),
        (("bare", "J"), replace(USUAL, penalised={"J": "lambda" + WHERE}), 2),
    ],
)
def test_computed_anew_only_where_an_answer_differs(question, other, times):
    counted = Counted(*question)
    found = [counted.under(one) for one in (USUAL, other, USUAL, other)]
    assert found == [one.ask(*question) for one in (USUAL, other, USUAL, other)]
    assert counted.times == times


def test_costs_the_same_whether_computed_or_not():
    counted = Counted()
    counted.under(USUAL), counted.under(USUAL)
    assert (counted.times, counted.budget.left) == (1, 16)


def test_what_a_budget_does_not_reach_is_not_kept():
    counted = Counted()
    counted.under(USUAL)
    counted.budget.left = 1
    with pytest.raises(Unread, match="too many steps"):
        counted.under(USUAL)
    counted.budget.left = 20
    assert counted.under(USUAL) == "sum"


def test_another_layout_says_nothing_of_the_readings_own():
    def compute(reading):
        turned = reading.laid_out("numerator", SHAPED)
        return turned.ask("slopes"), turned.ask("value", "J"), reading.ask("slopes")

    asked = Asked()
    for reading in (USUAL, OTHER_SLOPES, OTHER_VALUE, USUAL):
        assert asked.under(reading, Budget(), compute) == compute(reading)
