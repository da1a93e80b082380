"""Charts: marks where the numbers are, round ticks, and no number that breaks them."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop.show import charts
from clearprop.show.axes import Axis, span
from clearprop.show.svg import tag
from html_reader import Page

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e200, max_value=1e200)


def places(svg, class_):
    """Centres of circles."""
    return [(float(a["cx"]), float(a["cy"])) for a in Page(svg).all("circle", class_)]


def test_tags_are_escaped():
    assert tag("text", "<&>", class_='"') == '<text class="&#34;">&lt;&amp;&gt;</text>'
    assert tag("g", tag("title", "<")) == "<g><title>&lt;</title></g>"


@given(st.lists(FINITE, min_size=1, max_size=8))
def test_axes_hold_their_values_between_round_ticks_in_different_words(values):
    axis = Axis.over(values, 0, 100)
    assert axis.ticks == tuple(sorted(set(axis.ticks)))
    assert 2 <= len(axis.ticks) <= 9
    assert len(set(axis.labels)) == len(axis.labels)
    tiny = 1e-6 * (axis.high - axis.low)
    assert all(axis.low - tiny <= v <= axis.high + tiny for v in values)


@given(st.lists(st.floats(min_value=1e-290, max_value=1e290), min_size=1, max_size=8))
def test_logarithmic_axes(values):
    axis = Axis.over(values, 100, 0, log=True)
    low, high = span(values)
    assert axis.low <= low * (1 + 1e-9)
    assert axis.high >= high * (1 - 1e-9)
    assert len(axis.ticks) <= 12
    assert all(0 <= axis.at(v) <= 100 for v in values)


@pytest.mark.parametrize(
    ("first", "last", "ticks"), [(1, 1, (1,)), (1, 4, (1, 2, 3, 4)), (1, 24, (5, 10, 15, 20))]
)
def test_epochs_are_whole(first, last, ticks):
    assert Axis.whole(first, last, 0, 1).ticks == ticks


def test_curve_puts_points_where_they_are():
    found = places(charts.curve("J", [1, 2, 3], [1.0, 0.5, 0.75], 2, "J"), "point")
    (x1, y1), (x2, y2), (x3, y3) = found
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.2)
    assert y2 - y3 == pytest.approx((y2 - y1) / 2, abs=0.2)
    assert y2 > y3 > y1  # down the page is less


def test_curve_marks_the_kept_epoch_once():
    svg = charts.curve("J", [1, 2, 3], [1.0, 0.5, 0.75], 2, "J")
    assert places(svg, "ring") == [places(svg, "point")[1]]
    assert "epoch 2 kept: 0.5" in svg


@given(st.lists(NUMBERS, max_size=6), st.integers(0, 7))
def test_curve_of_any_numbers(values, kept):
    svg = charts.curve("J", range(1, len(values) + 1), values, kept, "J")
    Page(svg)
    assert not re.search(r'"[^"]*(nan|inf)[^"]*"', svg)


@given(st.lists(st.tuples(FINITE, FINITE), max_size=6))
def test_scatter_of_any_numbers(pairs):
    true, predicted = [t for t, _ in pairs], [p for _, p in pairs]
    svg = charts.scatter(true, predicted, "<price>")
    assert len(places(svg, "cloud")) == len(pairs)
    assert not re.search(r'"[^"]*(nan|inf)[^"]*"', svg)


def test_scatter_agrees_on_the_diagonal():
    svg = charts.scatter([1.0, 9.0], [1.0, 9.0], "price")
    x1, y1, x2, y2 = map(
        float, re.search(r'd="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)" class="ideal"', svg).groups()
    )
    for x, y in places(svg, "cloud"):
        assert (y - y1) / (y2 - y1) == pytest.approx((x - x1) / (x2 - x1), abs=1e-3)


def test_histogram_heights_are_in_proportion():
    bars = Page(charts.histogram("errors", [-2.0, -1.0, 0.0, 1.0], [4, 2, 0], "error")).all("rect", "bar")
    heights = [float(bar["height"]) for bar in bars]
    assert heights[0] == pytest.approx(2 * heights[1], abs=0.2)
    assert heights[2] == 0


def test_reliability_shows_shares_and_rows():
    bins = [{"said": 0.05, "seen": 0.0, "rows": 90}, {"said": 1.0, "seen": 1.0, "rows": 10}]
    svg = charts.reliability(bins, "said", "seen")
    assert len(places(svg, "bin")) == 2
    bars = Page(svg).all("rect", "bar")
    assert float(bars[0]["height"]) == pytest.approx(9 * float(bars[1]["height"]), abs=1)
    assert float(bars[1]["x"]) > places(svg, "bin")[0][0]
    Page(charts.reliability([], "said", "seen"))


def test_wilson_interval():
    """Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    table = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (n, rows), expected in table.items():
        assert charts.wilson(n / rows, rows) == pytest.approx(expected, abs=5e-5)  # as printed


@pytest.mark.parametrize("n", [2, 3, 7, 8, 40])
def test_network_drawing(n):
    svg = charts.network(range(1, n + 1), ["silu"] * n)
    layers = [float(a["x"]) for a in Page(svg).all("rect", "layer")]
    assert len(layers) == min(n, 7 if n <= 7 else 6)
    assert all(b > a for a, b in itertools.pairwise(layers))
    assert ("…" in svg) == (n > 7)


@given(st.lists(FINITE, min_size=5, max_size=5))
def test_little_drawings_of_any_numbers(five):
    svg = charts.spread(*sorted(five))
    assert not re.search(r"nan|inf", svg)


def test_strip_of_levels_ends_where_it_should():
    for counts in ([1], [3, 1], [1000] + [1] * 50, [0, 0]):
        bars = Page(charts.shares(counts)).all("rect")
        assert max((float(b["x"]) + float(b["width"]) for b in bars), default=0) <= 118.1
