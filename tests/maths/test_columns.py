"""What the page does to the columns of a table before layer 0."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clearprop.maths import derivation as page
from oracles.close import assert_close

numbers = st.floats(-1e6, 1e6, allow_subnormal=False)
spreads = st.floats(1e-3, 1e3)


@given(numbers, numbers, spreads)
def test_unstandardise_undoes_standardise(y, mu, sd):
    back = page.unstandardise(page.standardise(y, mu, sd), mu, sd)
    assert abs(back - y) <= 4 * np.finfo(float).eps * max(abs(y), abs(mu))  # one rounding in each operation


def test_standardised_columns_have_mean_0_and_deviation_1():
    y = np.random.default_rng(0).gamma(2, 3, (50, 2))
    t = page.standardise(y, y.mean(axis=0), y.std(axis=0))
    assert_close(t.mean(axis=0), np.zeros(2))
    assert_close(t.std(axis=0), np.ones(2))


def test_robust_scale_puts_the_center_at_0_and_one_spread_at_1():
    assert page.robust_scale(7.0, 7.0, 0.25) == 0
    assert page.robust_scale(11.0, 7.0, 0.25) == 1
    assert page.robust_scale(3.0, 7.0, 0.25) == -1


@given(numbers)
def test_smooth_clip_is_odd_and_stays_within_3(x):
    clipped = page.smooth_clip(x)
    assert abs(clipped) <= 3
    assert page.smooth_clip(-x) == -clipped


def test_smooth_clip_grows_leaves_small_numbers_and_bends_at_3():
    x = np.linspace(-50, 50, 2001)
    assert (np.diff(page.smooth_clip(x)) > 0).all()
    assert abs(page.smooth_clip(1e-3) / 1e-3 - 1) < 1e-7  # 1 - x^2 / 18
    assert_close(page.smooth_clip(3.0), 3 / np.sqrt(2))


@given(st.floats(-10, 10))
def test_between_is_the_line_and_level_beyond(x):
    want = np.interp(x, [-1.0, 3.0], [0.5, -2.0])
    assert abs(page.between(x, -1.0, 3.0, 0.5, -2.0) - want) <= 1e-14  # a few roundings of numbers near 1


@given(st.floats(1e-3, 1e6), st.floats(0, 1e3))
def test_unlog_undoes_log_scale(y, c):
    back = page.unlog(page.log_scale(y, c), c)
    size = np.log(y + c)  # an error of one unit in the logarithm is one of `size` units in y + c
    assert abs(back - y) <= 4 * np.finfo(float).eps * (y + c) * max(1, abs(size))


def test_within_holds_predictions_in_the_range():
    assert page.within(np.array([-5.0, 0.5, 5.0]), -1.0, 2.0).tolist() == [-1.0, 0.5, 2.0]


@given(st.integers(-1000, 1000), st.sampled_from([7.0, 12.0, 24.0]))
def test_cyclic_is_cosine_and_sine_of_a_turn(x, n):
    turn = 2 * np.pi * x / n
    error = 8 * np.finfo(float).eps * (1 + abs(turn))  # the turn itself is rounded
    assert abs(page.cyclic(x, n, 0.0) - np.cos(turn)) <= error
    assert abs(page.cyclic(x, n, 0.25) - np.sin(turn)) <= error
