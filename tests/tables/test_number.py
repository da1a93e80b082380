"""Columns of numbers."""

import json

import numpy as np
import pytest

from clearprop.errors import ModelFileError
from clearprop.tables.encoding import Encoding
from clearprop.tables.number import Number, learn_number
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


def placed(values):
    return learn_number(read_table({"x": values}).column("x"), places=True)


def test_a_place_is_the_rank_among_the_values_of_training():
    values = np.random.default_rng(0).exponential(size=4001)
    number = placed(values)
    assert number.features[:2] == ("x", "place of x")
    assert len(number.features) == 6
    ranks = np.argsort(np.argsort(values)) / 4000
    # between two of the 33 quantiles the rank is a line: at most a stretch of 1/32 off, in places 4/32
    assert np.abs(number.place(values) - (4 * ranks - 2)).max() < 4 / 32
    assert abs(np.corrcoef(number.place(values), ranks)[0, 1]) > 0.999
    assert number.place(np.array([-9.0, values.min(), values.max(), 1e9])).tolist() == [-2, -2, 2, 2]


def test_equal_values_share_the_middle_of_their_ranks():
    number = placed([1.0] * 50 + [2.0] * 20 + [3.0] * 20 + [4.0] * 10)
    places = number.place(np.array([1.0, 2.0, 3.0, 4.0]))
    assert np.abs(places - (4 * np.array([0.25, 0.6, 0.8, 0.95]) - 2)).max() < 4 / 32


@pytest.mark.parametrize("values", [[0.0, 1.0] * 20, [0.0, 1.0, 2.0] * 20, [5.0] * 9])
def test_few_different_values_have_no_place(values):
    assert placed(values).knots == ()


def test_a_missing_number_has_the_place_of_the_median():
    values = np.append(np.arange(101.0), np.nan)
    number = placed(values)
    out = np.empty((102, 7))
    number.encode(read_table({"x": values}).column("x"), out)
    assert out[101].tolist() == [0.0, 0.0, 1.0, 1.0, -1.0, -1.0, 1.0]


def test_each_stretch_between_the_quartiles_rises_from_minus_one_to_one():
    values, out = np.arange(101.0), np.empty((101, 6))
    placed(values).encode(read_table({"x": values}).column("x"), out)
    for k in range(4):
        want = np.clip((values - 25 * k) / 25, 0, 1) * 2 - 1
        np.testing.assert_allclose(out[:, 2 + k], want, atol=1e-15)


def test_places_are_kept_by_the_model_file_exactly():
    number = placed(np.random.default_rng(1).normal(size=500))
    assert Number.from_dict(json.loads(json.dumps(number.to_dict()))) == number


@pytest.mark.parametrize(
    "change",
    [
        {"knots": [1.0, 1.0]},
        {"knots": [2.0, 1.0, 3.0]},
        {"places": [0.0]},
        {"knots": "x"},
        {"places": [None] * 33},
    ],
)
def test_damaged_knots_are_refused(change):
    data = placed(np.arange(100.0)).to_dict() | change
    with pytest.raises(ModelFileError):
        Number.from_dict(data)
