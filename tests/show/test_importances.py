"""Importances in the report: bars where they belong, every column in the table, text escaped."""

import dataclasses
import re

import numpy as np
import pytest

from clearprop.show.importances import bars
from clearprop.train.importances import Importances


def importances(names=("age", "town", "one"), each=((0.1, 0.3), (-0.02, 0.0), (0.0, 0.0)), metric="log_loss"):
    slopes = np.arange(len(names)) / 10
    return Importances(tuple(names), metric, 0.5, np.array(each, float), slopes, 90)


def with_importances(made, found):
    model, evaluation = made
    return model, dataclasses.replace(evaluation, importances=found)


def rects(svg):
    return [
        {k: float(v) for k, v in re.findall(r'(x|width)="([-\d.]+)"', one)}
        for one in re.findall(r"<rect[^>]*>", str(svg))
    ]


def test_bars_begin_at_zero_and_are_in_proportion():
    high, half, below = rects(bars("B", ["a", "b", "c"], [0.4, 0.2, -0.1], None, "x"))
    assert (
        high["x"] == half["x"] == pytest.approx(below["x"] + below["width"], abs=0.11)
    )  # one decimal is drawn
    assert half["width"] == pytest.approx(high["width"] / 2, abs=0.11)
    assert below["width"] == pytest.approx(high["width"] / 4, abs=0.11)


def test_spreads_are_drawn_about_the_ends_and_unknown_values_are_not():
    drawn = str(bars("B", ["a", "b", "c"], [0.4, float("nan"), 0.1], [0.1, 0.0, 0.0], "x"))
    assert drawn.count("mark sd") == 1
    assert len(rects(drawn)) == 2
    assert ">b<" in drawn
    assert "nan" not in drawn
    assert "<rect" not in str(bars("B", ["a"], [float("nan")], None, "x"))


@pytest.mark.parametrize("value", [0.0, 1e-300, -1e300, 12345.0])
def test_any_value_can_be_drawn(value):
    assert "nan" not in str(bars("B", ["a" * 60], [value], [abs(value)], "x"))


def test_the_report_shows_them_in_order(make):
    page = make.page(with_importances(make.classes(), importances()))
    assert "Which columns matter" in page.text
    assert page.table("column")[1:] == [
        ["age", "0.2", "0.1", "0"], ["one", "0", "0", "0.2"], ["town", "−0.01", "0.01", "0.1"],
    ]  # fmt: skip
    assert "log loss becomes worse by" in page.text
    assert "the answer moves by (probability)" in page.text
    assert "among 90 rows" in page.text
    assert "Which columns matter" not in make.page(make.classes()).text


def test_of_a_regression_slopes_are_in_the_targets_unit(make):
    page = make.page(with_importances(make.numbers(), importances(metric="rmse")))
    assert "RMSE becomes worse by" in page.text
    assert "the answer moves by (of price)" in page.text


def test_many_columns_and_hostile_names(make):
    names = [f"<b>{k}</b>" for k in range(40)]
    each = np.arange(80.0).reshape(40, 2)
    page = make.page(with_importances(make.classes(), importances(names, each)))
    assert "Drawn are the first 15 columns" in page.text
    assert [row[0] for row in page.table("column")[1:]] == names[::-1]
