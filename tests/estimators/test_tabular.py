"""The Tabular estimators: what they take, what they give, and what they say."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning, NotFittedError

from clearprop import TabularClassifier, TabularRegressor
from clearprop.engine.engine import Engine
from clearprop.errors import ClearpropError, DivergedError, ShapeError, SpecError, TableError
from oracles.models import SMALL, classes, classifier, numbers, regressor, table


def quick(**options):
    return TabularClassifier(**(SMALL | options))


def bits(model):
    return b"".join(w.tobytes() for w in (*model.coefs_, *model.intercepts_))


FRAMES = {
    "pandas": pd.DataFrame,
    "polars": lambda t: pl.DataFrame({name: column.tolist() for name, column in t.items()}),
    "dict": dict,
}


@pytest.mark.parametrize("kind", FRAMES)
def test_any_kind_of_table_gives_the_same_bits(kind):
    frame = FRAMES[kind](table())
    model = quick().fit(frame, classes())
    assert bits(model) == bits(classifier())
    np.testing.assert_array_equal(model.predict(frame), classifier().predict(table()))
    assert model.feature_names_in_.tolist() == ["age", "height", "town"]


def test_an_array_gets_names_by_place():
    X = np.column_stack([table()["height"], table()["age"]])
    model = quick().fit(X, classes())
    assert model.feature_names_in_.tolist() == ["x0", "x1"]
    assert model.predict(X).shape == (120,)
    assert model.predict_proba(X.astype(np.float32)).dtype == np.float64


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (["no", "yes"], "U"),
        ([3, 11], "i"),
        ([False, True], "b"),
        ([1.0, 2.0], "f"),
        (pd.Categorical(["no", "yes"]), "U"),
    ],
)
def test_classes_come_back_in_their_own_type(labels, kind):
    y = np.asarray(labels)[(table()["height"] > 170).astype(int)]
    y = pd.Categorical(y) if isinstance(labels, pd.Categorical) else y
    model = quick().fit(table(), y)
    assert model.classes_.tolist() == list(labels)
    assert model.predict(table()).dtype.kind == kind
    assert set(model.predict(table())) <= set(labels)


@pytest.mark.parametrize(
    "y",
    [
        list(classes()),
        pd.Series(classes(), name="grade"),
        pl.Series("grade", classes().tolist()),
        pd.DataFrame({"name": classes()}),
        pl.DataFrame({"grade": classes().tolist()}),
    ],
    ids=["list", "Series", "polars Series", "DataFrame", "polars DataFrame"],
)
def test_any_kind_of_target_and_its_name(y):
    model = quick().fit(table(), y)
    assert bits(model) == bits(classifier())
    name = {"Series": "grade", "DataFrame": "name", "list": "y"}[type(y).__name__]
    assert model.model_.target_name == (name if not isinstance(y, pl.DataFrame) else "grade")


def test_a_column_vector_is_taken_with_a_warning():
    with pytest.warns(DataConversionWarning, match="A column-vector y was passed"):
        model = quick().fit(table(), classes()[:, None])
    assert bits(model) == bits(classifier())


def test_missing_and_unknown_categories_at_predict():
    p = classifier().predict_proba({"age": [np.nan, 30.0], "height": [170.0, np.nan], "town": [None, "Bonn"]})
    assert p.shape == (2, 3)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)


def test_columns_are_found_by_name_and_others_ignored():
    reordered = {"extra": np.zeros(120)} | {name: table()[name] for name in ("town", "age", "height")}
    np.testing.assert_array_equal(classifier().predict_proba(reordered), classifier().predict_proba(table()))


def test_a_missing_column_is_named():
    with pytest.raises(TableError) as caught:
        classifier().predict({"age": [30.0], "heights": [170.0], "town": ["Oslo"]})
    assert str(caught.value).startswith("The model needs column `height`, which is not in the mapping: ")
    assert str(caught.value).endswith(". Add it, or rename a column.")


def test_texts_that_mean_missing_are_those_of_the_fit(tmp_path):
    """A file read in training with `missing=["unknown"]` is read so to predict, too."""
    path = tmp_path / "t.csv"
    path.write_text("age\n" + "unknown\n" * 10 + "".join(f"{age}\n" for age in range(20, 130)))
    for missing in (["unknown"], "unknown"):
        model = quick(missing=missing).fit(path, classes())
        assert model.model_.encoding.feature_names[-1] == "age is missing"
        assert model.predict(path).shape == (120,)


def test_weights_change_the_result():
    w = np.where(classes() == "low", 5.0, 1.0)
    weighted = quick(max_iter=8).fit(table(), classes(), w)
    plain = quick(max_iter=8).fit(table(), classes())
    assert (weighted.predict(table()) == "low").sum() > (plain.predict(table()) == "low").sum()


def test_rows_without_weight_are_rows_removed():
    w = np.ones(120)
    w[::5] = 0
    some = w > 0
    rest = {name: column[some] for name, column in table().items()}
    a = quick().fit(table(), classes(), w)
    b = quick().fit(rest, classes()[some])
    assert bits(a) == bits(b)


@pytest.mark.parametrize("factor", [2.0, 3.7, 1e-50, 1e50])
def test_only_the_ratios_of_weights_count(factor):
    assert bits(quick().fit(table(), classes(), np.full(120, factor))) == bits(classifier())


@pytest.mark.parametrize(
    ("w", "error", "message"),
    [
        (np.ones(119), ShapeError, "`sample_weight` must have one entry a row of `X`: `X` has 120 rows, "),
        (np.ones((120, 2)), ShapeError, "`sample_weight` must be one column, (rows,); got (120, 2)."),
        (np.float64(1), ShapeError, "`sample_weight` must be one column"),
        (np.zeros(120), TableError, "Weights must not all be zero"),
        (np.r_[-1.0, np.ones(119)], TableError, "holds -1.0 at row 1"),
        (np.r_[np.nan, np.ones(119)], TableError, "holds nothing at row 1"),
        (["x"] * 120, TableError, "Weights must be numbers"),
        (np.r_[1.0, np.zeros(119)], SpecError, "Training needs two rows or more with a weight above 0"),
    ],
)
def test_weights_that_cannot_be(w, error, message):
    with pytest.raises(error) as caught:
        quick().fit(table(), classes(), w)
    assert message in str(caught.value)


def test_rows_that_choose_the_epoch():
    held = {"X_val": table(40, 1), "y_val": classes(40, 1)}
    model = quick(max_iter=6).fit(table(), classes(), **held)
    y = np.searchsorted(model.classes_, classes(40, 1).astype(str))
    p = model.predict_proba(table(40, 1))
    assert max(model.validation_scores_) == pytest.approx(
        np.log(p[np.arange(40), y]).mean(), rel=1e-6
    )  # float32
    assert model.best_epoch_ == 1 + int(np.argmax(model.validation_scores_))
    weighted = quick(max_iter=6).fit(table(), classes(), **held, sample_weight_val=np.arange(1, 41))
    assert weighted.validation_scores_ != model.validation_scores_


def test_without_early_stopping_all_rows_train_and_the_last_epoch_is_kept():
    model = quick(early_stopping=False).fit(table(), classes())
    assert (model.n_iter_, model.best_epoch_, model.validation_scores_) == (3, 3, [])
    assert model.model_.encoding.rows == 120
    assert len(model.loss_curve_) == 3


@pytest.mark.parametrize("preset", ["best", "accurate", "fast", "plain"])
def test_presets_and_what_overrides_them(preset):
    sizes = (100,) if preset == "plain" else (128, 128)
    model = TabularClassifier(preset, max_iter=1).fit(table(), classes())
    assert model.model_.params.net.sizes[1:-1] == sizes
    for given, wanted in (((9, 5), (9, 5)), (7, (7,)), ((), ()), (np.array([4, 3]), (4, 3))):
        model = TabularClassifier(preset, max_iter=1, hidden_layer_sizes=given, activation="tanh")
        assert model.fit(table(), classes()).model_.params.net.sizes[1:-1] == wanted
    assert model.model_.params.net.activations == ("tanh", "tanh")
    assert (len(model.model_.members) > 1) == (preset != "plain")
    assert len(TabularClassifier(preset, max_iter=1, members=2).fit(table(), classes()).model_.members) == 2


def test_a_committee_learns_from_all_rows_and_each_row_judges():
    model = quick(members=4, validation_fraction=0.25).fit(table(), classes())
    assert model.model_.encoding.rows == 120
    assert model.model_.estimator["judges"] == 117  # all but the first of each of three classes
    assert len(model.validation_scores_) == 3
    p = np.mean(
        [
            Engine(m).predict(model.model_.encoding.encode(model._table(table())))
            for m in model.model_.members
        ],
        0,
    )
    np.testing.assert_allclose(model.predict_proba(table()), p / p.sum(axis=1, keepdims=True), atol=1e-6)


def test_the_number_of_threads_leaves_the_bits_of_a_committee():
    one, two = (quick(members=3, threads=n).fit(table(), classes()) for n in (1, 2))
    np.testing.assert_array_equal(one.predict_proba(table()), two.predict_proba(table()))
    assert one.loss_curve_ == two.loss_curve_


def test_a_committee_with_rows_to_judge_by_learns_from_all():
    model = quick(members=2).fit(table(), classes(), X_val=table(), y_val=classes())
    assert model.model_.estimator["judges"] == 120


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"preset": "good"}, "`preset` must be one of plain, fast, accurate, best; got 'good'."),
        ({"members": 0}, "`members` must be a whole number, 1 or more; got 0."),
        ({"members": 2.5}, "`members` must be a whole number, 1 or more; got 2.5."),
        ({"max_iter": 0}, "`max_iter` must be a whole number, 1 or more; got 0."),
        ({"learning_rate_init": -1.0}, "`learning_rate_init` must be a finite number above 0; got -1.0."),
        (
            {"learning_rate": "x"},
            "`learning_rate` must be one of constant, cosine, coslog4, one_cycle; got 'x'.",
        ),
        ({"n_iter_no_change": 0.5}, "`n_iter_no_change` must be a whole number, 1 or more; got 0.5."),
        ({"weight_decay": -1.0}, "`weight_decay` must be a number from 0 to below inf; got -1.0."),
        (
            {"weight_decay": -1.0, "solver": "adam"},
            "`weight_decay` must be a number from 0 to below inf; got",
        ),
        ({"solver": "lbfgs"}, "The solver must be one of sgd, adam, adamw; got 'lbfgs'."),
        ({"batch_size": "all"}, "`batch_size` must be \"auto\" or a whole number, 1 or more; got 'all'."),
        ({"batch_size": 0}, "`batch_size` must be a whole number, 1 or more; got 0."),
        ({"threads": 0}, "`threads` must be a whole number, 1 or more; got 0."),
        ({"time_limit": 0.0}, "`time_limit` must be a finite number above 0; got 0.0."),
        ({"metric": "r2"}, "`metric` of a classification must be auto or one of accuracy,"),
        ({"validation_fraction": 1.0}, "The fraction of rows set aside must be from 0 to below 1; got 1.0."),
        ({"dtype": "int8"}, "`dtype` must be float32 or float64, but is int8."),
        ({"activation": "sine"}, "`activation` must be one of identity, relu,"),
        ({"hidden_layer_sizes": (5, 0)}, "`hidden_layer_sizes` must be whole numbers, each 1 or more"),
        ({"categorical": ["twon"]}, "`categorical` names `twon`, which is not a column"),
    ],
)
def test_parameters_that_cannot_be(given, message):
    model = TabularClassifier(**{"preset": "fast"} | given)
    with pytest.raises(ClearpropError) as caught:
        model.fit(table(), classes())
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.ones((5, 3)) * 1j, "Complex data not supported"),
        (np.ones(5), "Reshape your data"),
        (np.ones((5, 0)), "0 feature(s) (shape=(5, 0)) while a minimum of 1 is required."),
        ({"x": np.ones(5)}, "No column of the mapping is left to learn from"),
        ({"x": [1.0, np.inf, 3.0, 4.0, 5.0]}, "inf"),
        ({"x": [1.0] * 4}, "`y` must have one entry a row of `X`: `X` has 4 rows, `y` has 5."),
    ],
)
def test_rows_that_cannot_be(X, message):
    with pytest.raises(ClearpropError) as caught:
        quick().fit(X, [0, 1, 0, 1, 0])
    assert message in str(caught.value)


def test_an_array_of_another_width_at_predict():
    X = np.random.default_rng(0).standard_normal((120, 4))
    model = quick().fit(X, classes())
    for width in (3, 5):
        with pytest.raises(ShapeError) as caught:
            model.predict(np.ones((2, width)))
        assert (
            str(caught.value)
            == f"X has {width} features, but TabularClassifier is expecting 4 features as input."
        )


def test_an_estimator_that_is_not_fitted_says_so():
    for name in ("predict", "predict_proba"):
        with pytest.raises(NotFittedError):
            getattr(TabularClassifier(), name)(table())
    with pytest.raises(NotFittedError):
        _ = TabularRegressor().loss_curve_


@pytest.mark.parametrize("make", [quick, lambda **o: TabularRegressor(**(SMALL | o))])
def test_the_same_seed_gives_the_same_bits(make):
    y = classes() if make is quick else numbers()
    a, b, other = (make(random_state=seed).fit(table(), y) for seed in (4, 4, 5))
    assert bits(a) == bits(b) != bits(other)
    assert a.loss_curve_ == b.loss_curve_
    assert bits(make(random_state=np.random.RandomState(4)).fit(table(), y)) == bits(a)
    make(random_state=None).fit(table(), y)


def test_silent_where_there_is_no_terminal(capsys):
    quick(verbose=True).fit(table(), classes())
    assert capsys.readouterr() == ("", "")


def test_a_watch_is_told():
    told = []
    quick().fit(table(), classes(), watch=told.append)
    assert told[-1].done == 3


def test_an_interrupt_warns_and_keeps_the_weights():
    def watch(now):
        if now.done >= 2:
            raise KeyboardInterrupt

    with pytest.warns(ConvergenceWarning, match="Training was interrupted"):
        model = quick(max_iter=9).fit(table(), classes(), watch=watch)
    assert model.n_iter_ in (1, 2)
    assert model.predict(table()).shape == (120,)


def test_divergence_without_a_score_is_an_error():
    model = TabularRegressor(
        "fast", solver="sgd", learning_rate_init=1e9, activation="relu", early_stopping=False
    )
    with pytest.raises(DivergedError, match="The learning rate of 1e\\+09 is likely too large"):
        model.fit(table(), numbers())


def test_divergence_after_a_scored_epoch_is_a_warning(monkeypatch):
    real, calls = Engine.epoch, []

    def epoch(engine, *args, **options):
        calls.append(engine)
        if len(calls) == 6:  # after some epochs of one or two calls each
            engine.params.W[1][...] = np.nan
        return real(engine, *args, **options)

    monkeypatch.setattr(Engine, "epoch", epoch)
    with pytest.warns(ConvergenceWarning, match=r"J became infinite in epoch .* is kept\."):
        model = TabularRegressor("fast", members=1, max_iter=9).fit(table(), numbers())
    assert np.isfinite(model.predict(table())).all()
    assert model.best_epoch_ <= model.n_iter_ < 9


def test_a_caller_who_makes_NumPy_raise_is_not_raised_upon():
    with np.errstate(all="raise"):
        model = quick().fit(table(), classes())
        model.predict_proba(table())
    assert bits(model) == bits(classifier())


def test_predictions_of_numbers_are_in_the_targets_units():
    p = regressor().predict(table())
    assert p.dtype == np.float64
    assert abs(p.mean() - numbers().mean()) < 1


def test_log_probabilities():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        logs = classifier().predict_log_proba(table())
    np.testing.assert_array_equal(np.exp(logs).round(12), classifier().predict_proba(table()).round(12))
