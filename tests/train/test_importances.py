"""Importances of raw columns, against what is done by hand to the raw rows."""

from dataclasses import replace

import numpy as np
import pytest

from clearprop.cli.printing import importances_text
from clearprop.errors import ModelFileError
from clearprop.tables.read import read_table
from clearprop.train.examined import Examined
from clearprop.train.importances import Importances
from clearprop.train.scores import score
from clearprop.train.shuffling import affordable, importances
from oracles import models

RAW = models.table(80, seed=1)
W = np.random.default_rng(3).uniform(0.5, 2.0, 80)


def rows_of(model, y, **options):
    parts = model.members, model.encoding, model.target, model.held.temperature
    return Examined(*parts, read_table(RAW), y, **options)


def labelled():
    model = models.classifier().model_
    return model, model.target.encode(read_table({"y": models.classes(80, seed=1)}).column("y"))


@pytest.mark.parametrize("metric", ["log_loss", "accuracy", "auc"])
def test_a_shuffled_column_is_a_shuffled_raw_column(metric):
    model, y = labelled()
    found = importances(rows_of(model, y, w=W), metric, repeats=3, seed=5)
    rng, sign = np.random.default_rng(5), 1 if metric == "log_loss" else -1
    orders = [rng.permutation(80) for _ in range(3)]
    plain = score(metric, y, model.predict_proba(read_table(RAW)), W)
    assert found.score == plain
    for k, name in enumerate(found.columns):
        for r, order in enumerate(orders):
            changed = read_table(RAW | {name: RAW[name][order]})
            worse = sign * (score(metric, y, model.predict_proba(changed), W) - plain)
            assert found.each[k, r] == pytest.approx(worse, abs=1e-12)  # the same sums, in the same order
    assert found.each.any(axis=1).all()


def moved(model, name, by):
    return model.predict_number(read_table(RAW | {name: RAW[name] + by}))


@pytest.mark.parametrize("name", ["age", "height"])
def test_slopes_are_those_of_differences_of_raw_numbers(name):
    """Through scale, clip, indicator, network, committee and the target's unit."""
    model = models.regressor().model_
    model = replace(model, others=[replace_flat(model.params, 1.1), replace_flat(model.params, 0.7)])
    found = importances(rows_of(model, models.numbers(80, seed=1), w=W), "rmse", repeats=1)
    column = next(c for c in model.encoding.columns if c.name == name)
    spread, h = 1 / column.scale, 1e-6
    slopes = np.abs(moved(model, name, h * spread) - moved(model, name, -h * spread)) / (2 * h)
    present = ~np.isnan(RAW[name])
    by_hand = np.average(slopes[present], weights=W[present])
    assert found.gradient[found.columns.index(name)] == pytest.approx(
        by_hand, rel=1e-6
    )  # float64, divided by h


def replace_flat(params, factor):
    return type(params)(params.net, params.flat * factor)


def test_slopes_of_probabilities_are_half_the_sum_over_the_classes_behind_the_temperature():
    model, y = labelled()
    model = replace(
        model, params=model.params.astype(np.float64), encoding=replace(model.encoding, dtype="float64")
    )
    model = replace(model, held=replace(model.held, temperature=1.7))
    found = importances(rows_of(model, y), "log_loss", repeats=1)
    column, h = model.encoding.columns[1], 1e-6
    p = [
        model.predict_proba(read_table(RAW | {"height": RAW["height"] + s * h / column.scale}))
        for s in (1, -1)
    ]
    by_hand = np.abs(p[0] - p[1]).sum(axis=1).mean() / (2 * h) / 2
    assert found.gradient[1] == pytest.approx(by_hand, rel=1e-6)


def test_a_category_moves_by_what_the_slopes_say_of_another_rows_value():
    model = models.regressor().model_
    found = importances(rows_of(model, models.numbers(80, seed=1)), "rmse", repeats=2, seed=9)
    X, rng = model.encoding.encode(read_table(RAW)), np.random.default_rng(9)
    block = [k for k, name in enumerate(model.encoding.feature_names) if name.startswith("town")]
    slopes = models.regressor().input_gradients(RAW)[:, 0, block]
    orders = [rng.permutation(80) for _ in range(2)]
    moves = [np.abs((slopes * (X[order][:, block] - X[:, block])).sum(axis=1)).mean() for order in orders]
    assert found.gradient[found.columns.index("town")] == pytest.approx(np.mean(moves), rel=1e-9)


def test_of_many_rows_evenly_spaced_ones_are_taken():
    model, y = labelled()
    rows = rows_of(model, y, w=W, aside=np.ones((1, 80), bool))
    few = rows.thinned(8)
    assert few.table.names == rows.table.names
    assert few.m == few.table.n_rows == len(few.w) == few.aside.shape[1] == 8
    assert few.y.tolist() == y[[0, 11, 23, 34, 45, 56, 68, 79]].tolist()
    assert rows.thinned(80) is rows
    assert affordable(rows) is rows


def test_they_pass_through_json_and_are_read_as_text():
    found = importances(rows_of(*labelled()), "accuracy", repeats=2)
    again = Importances.from_dict(found.to_dict())
    np.testing.assert_array_equal(again.each, found.each)
    np.testing.assert_array_equal(again.gradient, found.gradient)
    assert str(again) == str(found)
    lines = str(found).splitlines()
    assert lines[1].split()[0] == found.columns[found.order[0]]
    assert lines[-1].startswith("shuffled: how much worse accuracy becomes")
    assert found.lines(1)[2] == "  (2 more columns)"


def test_columns_that_the_answers_do_not_depend_on_are_not_among_those_that_matter():
    each = np.array([[0.0, 0.0], [0.5, 0.1], [0.0, 0.0], [-0.1, -0.2]])
    found = Importances(tuple("abcd"), "rmse", 2.0, each, np.array([0.0, 1.0, 0.2, 0.1]), 50)
    assert [found.columns[k] for k in found.ranked] == ["b", "c", "d"]
    assert [line.split()[0] for line in found.lines()[1:4]] == ["b", "c", "d"]
    assert found.lines()[4] == "  (1 that the answers do not depend on)"
    assert importances_text(found).endswith(": b 0.3")
    none = replace(found, each=0 * each, gradient=np.zeros(4))
    assert importances_text(none).endswith(": none")


def test_a_score_that_does_not_exist_is_told_as_none():
    model, y = labelled()
    found = importances(rows_of(model, np.zeros_like(y)), "auc", repeats=1)
    assert np.isnan(found.mean).all()
    assert found.to_dict()["columns"][0]["mean"] is None
    assert np.isnan(Importances.from_dict(found.to_dict()).score)


@pytest.mark.parametrize(
    "damage",
    [
        {"columns": []},
        {"columns": "age"},
        {
            "columns": [
                {"name": "a", "each": [1.0], "gradient": 0.0},
                {"name": "b", "each": [], "gradient": 0.0},
            ]
        },
        {"columns": [{"name": "a", "each": ["x"], "gradient": 0.0}]},
        {"columns": [{"name": 3, "each": [1.0], "gradient": 0.0}]},
        {"rows": -1},
        {"metric": None},
    ],
)
def test_damaged_ones_are_refused(damage):
    whole = importances(rows_of(*labelled()), "accuracy", repeats=1).to_dict()
    with pytest.raises(ModelFileError, match="The model file is damaged"):
        Importances.from_dict(whole | damage)
