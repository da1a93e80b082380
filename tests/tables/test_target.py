"""Targets and weights."""

import copy
import json

import numpy as np
import pandas as pd
import pytest

from clearprop.errors import ModelFileError, SpecError
from clearprop.tables.classes import Classes
from clearprop.tables.read import read_table
from clearprop.tables.scale import Scale
from clearprop.tables.target import learn_target, target_from_dict, task_of
from clearprop.tables.weights import weights


def column(values):
    return read_table({"y": values}).column("y")


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["a", "b"], "classification"),
        ([True, False], "classification"),
        (pd.Categorical([1, 2, 3]), "classification"),
        ([0.5, 1.0], "regression"),
        ([0, 1], "classification"),
        ([-1.0, 1.0], "classification"),
        (list(range(5)) * 5, "classification"),
        (list(range(5)) * 4, "regression"),
        (list(range(20)) * 5, "classification"),
        (list(range(21)) * 100, "regression"),
    ],
)
def test_task(values, task):
    assert task_of(column(values)) == task
    assert learn_target(column(values)).task == task


@pytest.mark.parametrize(
    ("values", "classes", "kind"),
    [
        (["b", "a"], ["a", "b"], "U"),
        ([10, 9], [9, 10], "i"),
        ([True, False], [False, True], "b"),
        ([2.0, 1.0], [1.0, 2.0], "f"),
        (pd.Categorical(["b", "a"]), ["a", "b"], "U"),
    ],
)
def test_classes_keep_their_type(values, classes, kind):
    target = Classes.learn(column(values))
    assert list(target.classes) == classes
    labels = target.encode(column(values))
    assert labels.dtype == np.int64
    assert labels.tolist() == [1, 0]
    assert target.decode(labels).dtype.kind == kind
    assert target.decode(labels).tolist() == list(values)
    stored = target_from_dict(json.loads(json.dumps(target.to_dict())))
    assert stored == target
    assert type(stored.classes[0]) is type(target.classes[0])


def test_one_class_only(refusal):
    assert refusal(learn_target, column(["a", "a"])) == (
        'A classification needs two classes, but column `y` holds "a" in all 2 rows of the mapping. '
        "Add rows of another class."
    )


def test_a_class_that_training_did_not_have(refusal):
    target = Classes.learn(column(["a", "b"]))
    assert refusal(target.encode, column(["a", "c"])) == (
        'Column `y` holds the class "c" at row 2 of the mapping, which the rows of training do not have '
        '(they have "a", "b"). Add such rows to training, or remove it.'
    )


def test_classes_with_fractions(refusal):
    assert refusal(learn_target, column([1.0, 2.5]), "classification") == (
        "Classes must be texts, whole numbers or truth values, but column `y` holds 2.5 at row 2 of the mapping. "
        "Choose regression, or round the column."
    )


@pytest.mark.parametrize("values", [["a", None, "b", None], [1.5, np.nan, 2.5, None]])
def test_missing_targets_are_counted(refusal, values):
    wanted = (
        "The target `y` must be known in every row, but 2 rows have none, the first at row 2 of the mapping. "
        "Remove these rows, or fill them in."
    )
    assert refusal(learn_target, column(values)) == wanted
    assert refusal(learn_target(column([values[0], values[2]])).encode, column(values)) == wanted
    assert "1 row has none, at row 3 of" in refusal(learn_target, column([1, 2, None]))


def test_the_scale_standardises():
    y = np.array([1.0, 2.0, 6.0])
    target = Scale.learn(column(y))
    t = target.encode(column(y))
    np.testing.assert_allclose([t.mean(), t.std()], [0, 1], atol=1e-15)
    np.testing.assert_allclose(target.decode(t), y, rtol=1e-15)
    assert (target.least, target.most) == (1.0, 6.0)
    assert target_from_dict(json.loads(json.dumps(target.to_dict()))) == target


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([2.5, 2.5], "A regression needs a target that varies, but column `y` holds 2.5 in all 2 rows of the mapping. "
            "Choose another target."),
        (["a", "b"], "A regression needs numbers, but column `y` of the mapping holds texts. Choose classification, "
            "or another target."),
        ([True, False], "A regression needs numbers, but column `y` of the mapping holds truth values. "
            "Choose classification, or another target."),
        ([1.0, np.inf], "Numbers must be finite, but column `y` holds inf at row 2 of the mapping. "
            "Correct it, or leave it empty if it is missing."),
        ([-1.7e308, 1.7e308], "The target must have a finite mean and spread, but column `y` of the mapping ranges "
            "from -1.7e+308 to 1.7e+308. Divide it by a large number, or take logarithms."),
    ],
)  # fmt: skip
def test_targets_that_cannot_be_a_regression(refusal, values, message):
    assert refusal(learn_target, column(values), "regression") == message


def test_infinity_is_no_class(refusal):
    assert "column `y` holds inf" in refusal(learn_target, column([1.0, np.inf, 1.0]))


def test_unknown_task():
    with pytest.raises(SpecError, match="`task` must be classification, regression or auto, but is 'rank'"):
        learn_target(column([1, 2]), "rank")


def test_absent_target(refusal):
    assert refusal(read_table({"income": [1]}).column, "incone") == (
        "There is no column `incone` in the mapping: the nearest name is `income`."
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": "rank"}, "`task` of the target must be one of classification, regression, but is 'rank'"),
        ({"sd": 0.0}, "`sd` of the target must be positive, but is 0.0"),
        ({"sd": float("nan")}, "`sd` of the target must be a finite number, but is nan"),
        ({"least": 7.0}, "`least` of the target must not be above its `most`"),
        ({"task": "classification"}, "must hold `classes`"),
        ({"task": "classification", "classes": ["a"]}, "must be 2 or more, but is 1"),
        ({"task": "classification", "classes": [0.5, 1.5]}, "must be whole, but is 'a fraction'"),
        ({"task": "classification", "classes": [1, True]}, "all of one type, but is True"),
    ],
)
def test_damaged_targets(change, message):
    good = Scale.learn(column([1.0, 2.5])).to_dict()
    with pytest.raises(ModelFileError) as caught:
        target_from_dict({**copy.deepcopy(good), **change})
    assert message in str(caught.value)


def test_weights():
    assert weights(column([0, 2])).tolist() == [0.0, 2.0]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1, -2], "Weights must be finite and not negative, but column `y` holds -2.0 at row 2 of the mapping. "
            "Correct it, or remove the row."),
        ([1.0, None], "Weights must be finite and not negative, but column `y` holds nothing at row 2 of the mapping. "
            "Correct it, or remove the row."),
        ([np.inf, 1.0], "Weights must be finite and not negative, but column `y` holds inf at row 1 of the mapping. "
            "Correct it, or remove the row."),
        ([0, 0], "Weights must not all be zero, but those in column `y` of the mapping are."),
        (["a", "b"], "Weights must be numbers, but column `y` of the mapping holds texts."),
    ],
)  # fmt: skip
def test_weights_that_cannot_be(refusal, values, message):
    assert refusal(weights, column(values)) == message
