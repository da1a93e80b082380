"""Numbers in words: what is printed is what was measured, to the digits printed."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop.show.wording import (
    SUPERSCRIPTS,
    UNDEFINED,
    apart,
    clipped,
    counted,
    duration,
    fixed,
    number,
    percent,
)

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


@given(st.lists(st.text("ab :", min_size=1, max_size=30)), st.integers(8, 20))
def test_different_names_are_cut_to_different_texts(names, most):
    cut = apart(names, most)
    assert set(cut) == set(names)
    for one in names:
        assert cut[one] == one or len(cut[one]) <= most
        alike = [other for other in names if clipped(other, most) == clipped(one, most)]
        assert len({cut[other] for other in alike}) == len(set(alike))


def test_parts_of_a_date_are_told_apart():
    names = [
        f"published at: day of {unit}, {turn}" for unit in ("week", "year") for turn in ("cosine", "sine")
    ]
    assert list(apart(names, 18).values()) == [
        "publi…week, cosine", "publish…week, sine", "publi…year, cosine", "publish…year, sine",
    ]  # fmt: skip
