"""Columns of numbers."""

import numpy as np
import pytest

from clearprop.tables.encoding import Encoding
from clearprop.tables.number import learn_number
from clearprop.tables.read import read_table


def learned(values):
    return learn_number(read_table({"x": values}).column("x"))


def encoded(train, test, dtype="float64"):
    encoding = Encoding.learn(read_table({"x": train}), dtype=dtype)
    return encoding.encode(read_table({"x": test}))


def clip(x):
    return x / np.sqrt(1 + (x / 3) ** 2)


def test_the_scale_is_one_over_the_quartile_range():
    x = np.array([0.0, 1.0, 2.0, 5.0, 100.0])
    assert learned(x).scale == 1 / (5 - 1)
    np.testing.assert_array_equal(encoded(x, x)[:, 0], clip((x - 2) / 4))


def test_without_quartile_range_it_is_two_over_the_range():
    x = [0.0] * 9 + [4.0]
    assert learned(x).scale == 0.5
    assert encoded(x, x)[9, 0] == clip(2.0)


def test_missing_numbers_are_the_median_and_have_an_indicator():
    X = encoded([1.0, 2.0, 3.0, None], [None, 2.0, 3.0])
    np.testing.assert_array_equal(X, [[0, 1], [0, 0], [clip(1.0), 0]])


def test_missing_only_when_predicted_is_the_median():
    np.testing.assert_array_equal(encoded([1.0, 2.0, 3.0], [None, np.nan]), [[0], [0]])


def test_one_value_and_missing_ones_leave_the_indicator():
    encoding = Encoding.learn(read_table({"x": [5.0, None, 5.0]}))
    assert encoding.feature_names == ["x is missing"]
    np.testing.assert_array_equal(encoding.encode(read_table({"x": [None, 6.0]})), [[1], [0]])


@pytest.mark.parametrize("infinity", [np.inf, -np.inf])
def test_infinity_says_its_row(refusal, infinity):
    values = np.zeros(100_000)
    values[77_000] = infinity
    wanted = (
        f"Numbers must be finite, but column `x` holds {infinity} at row 77,001 of the mapping. "
        "Correct it, or leave it empty if it is missing."
    )
    assert refusal(learned, values) == wanted
    assert refusal(encoded, [1.0, 2.0], values) == wanted


def test_a_text_where_training_had_numbers(refusal):
    assert refusal(encoded, [1.0, 2.0], ["3", "x"]) == (
        'Column `x` must hold numbers, as it did in training, but holds "x" at row 2 of the mapping. '
        "Correct it, or leave the field empty if it is missing."
    )
    np.testing.assert_array_equal(encoded([0, 1], ["007", "1"]), encoded([0, 1], [7, 1]))


def test_truth_values_where_training_had_numbers():
    np.testing.assert_array_equal(encoded([0, 1, 2], [True, False]), encoded([0, 1, 2], [1, 0]))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_far_values_stay_at_three(dtype):
    X = encoded([0.0, 1.0, 2.0], [1e300, -1e300, 1e20, 1.7e308], dtype)
    np.testing.assert_allclose(X[:, 0], [3, -3, 3, 3], rtol=1e-7)


@pytest.mark.parametrize(
    "values", [[-1.7e308, 1.7e308], [5e-324, 0.0], [-1.7e308, 0.0, 1.7e308], [1e-310, 2e-310, 3e-310, 9.0]]
)
def test_extreme_ranges_are_finite(values):
    number = learned(values)
    assert np.isfinite(number.scale)
    assert np.isfinite(encoded(values, values)).all()


def test_the_type_of_the_column_does_not_matter():
    x = np.arange(100)
    X = encoded(x.astype(np.float64), x.astype(np.float64))
    for kind in (np.float32, np.int8, np.uint64, np.float16):
        assert encoded(x.astype(kind), x.astype(kind)).tobytes() == X.tobytes()


def test_large_offsets_lose_nothing():
    x = 1.6e9 + np.arange(5.0)
    np.testing.assert_allclose(
        encoded(x, x, "float32")[:, 0], clip(np.array([-1, -0.5, 0, 0.5, 1])), rtol=1e-7
    )
