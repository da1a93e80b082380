"""Numbers in words: what is printed is what was measured, to the digits printed."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop.show.wording import SUPERSCRIPTS, UNDEFINED, clipped, counted, duration, fixed, number, percent

BACK = {after: chr(before) for before, after in ((k, chr(v)) for k, v in SUPERSCRIPTS.items())}


def read(text):
    text = text.replace(",", "").replace("−", "-")
    text = re.sub("×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: "e" + "".join(BACK[c] for c in m[1]), text)
    return float(text)


@given(st.floats(-1e300, 1e300), st.booleans())
def test_numbers_read_back_to_four_digits(value, zeros):
    assert read(number(value, zeros=zeros)) == pytest.approx(value, rel=5.01e-4, abs=0)


@given(st.integers(-(10**6), 10**6))
def test_whole_numbers_are_kept_whole(n):
    assert read(number(n)) == n


def test_numbers_that_are_none():
    assert number(None) == number(math.nan) == percent(None) == percent(math.nan) == UNDEFINED
    assert (number(math.inf), number(-math.inf), number(0.0), number(-0.0)) == ("∞", "−∞", "0", "0")


@given(st.floats(0, 1))
def test_percent_is_near_and_not_whole_by_rounding(share):
    shown = float(percent(share).removesuffix("\xa0%"))
    assert shown == pytest.approx(100 * share, abs=0.0501)
    if 1e-7 < share < 1 - 1e-7:
        assert 0 < shown < 100


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
def test_fixed_keeps_its_decimals_and_no_negative_zero(value, decimals):
    text = fixed(value, decimals)
    assert len(text.partition(".")[2]) == decimals
    assert read(text) == pytest.approx(value, abs=0.51 * 10.0**-decimals)
    assert not (text.startswith("−") and read(text) == 0)


def test_counts_and_times():
    assert counted(0, "row") == "0\xa0rows"
    assert (duration(59.96), duration(3600)) == ("60\xa0s", "1\xa0h 0\xa0min")


@given(st.text(st.characters(exclude_characters="…"), max_size=40), st.integers(2, 30))
def test_clipped_keeps_both_ends(text, most):
    found = clipped(text, most)
    assert len(found) == min(len(text), most)
    start, _, end = found.partition("…") if len(text) > most else (text, "", "")
    assert text.startswith(start)
    assert text.endswith(end)
