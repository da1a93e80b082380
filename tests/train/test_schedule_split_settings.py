"""Rates step by step, rows set aside, and the settings' checks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearprop.errors import SpecError
from clearprop.train.schedule import SCHEDULES, rates
from clearprop.train.settings import Settings
from clearprop.train.split import split, split_groups


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_rates_of_parts_are_parts_of_the_rates(schedule):
    whole = rates(schedule, 0.1, 0, 40, 40)
    np.testing.assert_array_equal(
        np.concatenate([rates(schedule, 0.1, 0, 13, 40), rates(schedule, 0.1, 13, 40, 40)]), whole
    )
    assert ((whole >= 0) & (whole <= 0.1)).all()


def test_constant_and_cosine_rates():
    assert rates("constant", 0.1, 3, 6, 10).tolist() == [0.1] * 3
    t = np.arange(10) / 10
    np.testing.assert_allclose(rates("cosine", 0.1, 0, 10, 10), 0.1 * np.cos(np.pi * t / 2) ** 2, rtol=1e-14)


def test_coslog4_rests_four_times():
    at_rest = rates("coslog4", 1.0, 0, 16, 15)[[1, 3, 7, 15]]
    np.testing.assert_allclose(at_rest, 0, atol=1e-14)
    assert rates("coslog4", 1.0, 0, 150, 150).max() == pytest.approx(1, rel=1e-3)  # 150 points find the peaks


def test_split_is_seeded_and_sorted():
    kept, aside = split(100, 0.2, seed=1)
    again = split(100, 0.2, seed=1)
    np.testing.assert_array_equal(aside, again[1])
    assert not np.array_equal(aside, split(100, 0.2, seed=2)[1])
    assert (np.diff(kept) > 0).all()
    assert (np.diff(aside) > 0).all()


@settings(deadline=None)
@given(
    counts=st.lists(st.integers(1, 40), min_size=1, max_size=6),
    fraction=st.floats(0, 0.99),
    seed=st.integers(0, 2**32),
)
def test_every_row_is_on_one_side_and_no_class_leaves_training(counts, fraction, seed):
    labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    rows = len(labels)
    kept, aside = split(rows, fraction, seed, labels)
    np.testing.assert_array_equal(np.sort(np.concatenate([kept, aside])), np.arange(rows))
    assert set(labels[kept]) == set(labels)
    wanted = min(max(round(rows * fraction), int(fraction > 0)), rows - len(counts))
    assert len(aside) == wanted


@settings(deadline=None)
@given(rows=st.integers(1, 300), fraction=st.floats(0, 0.99), seed=st.integers(0, 2**32))
def test_sizes_without_classes(rows, fraction, seed):
    kept, aside = split(rows, fraction, seed)
    assert len(kept) + len(aside) == rows
    assert len(kept) >= 1
    assert len(aside) == min(max(round(rows * fraction), int(fraction > 0)), rows - 1)


def test_each_class_gives_its_share():
    labels = np.repeat([0, 1, 2], [600, 300, 100])
    _, aside = split(1000, 0.1, seed=0, labels=labels)
    shares = np.bincount(labels[aside])
    assert shares.sum() == 100
    assert (np.abs(shares - [60, 30, 10]) <= 1).all()


@pytest.mark.parametrize("fraction", [-0.1, 1.0, float("nan")])
def test_a_fraction_that_cannot_be(fraction):
    with pytest.raises(SpecError, match=r"The fraction of rows set aside must be from 0 to below 1; got"):
        split(10, fraction, seed=0)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"epochs": 0}, "`epochs` must be a whole number, 1 or more; got 0."),
        ({"epochs": None}, "`epochs` must be a whole number, 1 or more; got None."),
        ({"batch_size": 2.0}, "`batch_size` must be a whole number, 1 or more; got 2.0."),
        ({"patience": True}, "`patience` must be a whole number, 1 or more; got True."),
        ({"threads": -1}, "`threads` must be a whole number, 1 or more; got -1."),
        ({"lr": 0.0}, "`lr` must be a finite number above 0; got 0.0."),
        ({"lr": float("nan")}, "`lr` must be a finite number above 0; got nan."),
        ({"lr": "0.1"}, "`lr` must be a finite number above 0; got '0.1'."),
        ({"time_limit": float("inf")}, "`time_limit` must be a finite number above 0; got inf."),
        ({"schedule": "linear"}, f"`schedule` must be one of {', '.join(SCHEDULES)}; got 'linear'."),
    ],
)
def test_settings_that_cannot_be(given_, message):
    with pytest.raises(SpecError) as caught:
        Settings(**given_)
    assert str(caught.value) == message


def test_numpy_numbers_are_numbers():
    found = Settings(epochs=np.int64(3), patience=np.int32(2), lr=np.float32(0.5))
    assert (found.epochs, type(found.epochs), found.patience) == (3, int, 2)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("fraction", [0.1, 0.25, 0.5])
def test_groups_stay_whole_and_each_class_keeps_rows(fraction, seed):
    rng = np.random.default_rng(seed)
    groups, labels = rng.integers(0, 60, 600), rng.choice(4, 600, p=[0.9, 0.08, 0.01, 0.01])
    groups = np.unique(groups, return_inverse=True)[1]
    kept, aside = split_groups(groups, fraction, seed, labels)
    assert sorted([*kept, *aside]) == list(range(600))
    assert not set(groups[kept]) & set(groups[aside])
    assert set(labels[kept]) == set(labels)
    assert (
        abs(len(aside) - 600 * fraction) <= 10
    )  # half a group of ten rows, and what the rare classes forbid


def test_groups_that_are_few_or_one():
    kept, aside = split_groups(np.repeat([0, 1], [70, 30]), 0.1, seed=0)
    assert len(aside) == 30  # the smaller one, although it is too much
    kept, aside = split_groups(np.zeros(10, int), 0.1, seed=0)
    assert (len(kept), len(aside)) == (10, 0)
    kept, aside = split_groups(np.repeat([0, 1], 5), 0.2, seed=0, labels=np.repeat([0, 1], 5))
    assert len(aside) == 0  # each group holds a whole class
