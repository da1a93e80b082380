"""`LossCurveDisplay`: what is drawn, and what is refused."""

import builtins
import sys

import matplotlib as mpl
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from clearprop import MLPClassifier, TabularClassifier
from clearprop.errors import ShapeError, SpecError
from clearprop.show.curves import LossCurveDisplay
from oracles.models import classes, classifier, table

X = np.random.default_rng(0).normal(size=(80, 3))
Y = (X[:, 0] > 0).astype(int)
LOSS, SCORE = [0.9, 0.6, 0.5, 0.45], [0.5, 0.8, 0.9, 0.7]


@pytest.fixture(autouse=True)
def plt():
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


def test_the_loss_alone():
    display = LossCurveDisplay(LOSS, name="Net").plot()
    [line] = display.lines_
    assert line.get_xdata().tolist() == [1, 2, 3, 4]
    assert line.get_ydata().tolist() == LOSS
    assert display.ax_.lines[0] is line
    assert display.figure_ is display.ax_.figure
    assert display.ax_score_ is None
    assert display.ax_.get_legend() is None
    said = display.ax_.get_xlabel(), display.ax_.get_ylabel(), display.ax_.get_title()
    assert said == ("epoch", "J", "Net")


def test_the_score_has_an_axis_of_its_own_and_the_best_epoch_a_mark():
    display = LossCurveDisplay(LOSS, score=SCORE, best_epoch=3).plot()
    loss, score, mark = display.lines_
    assert score.axes is display.ax_score_ is not display.ax_
    assert loss.axes is display.ax_
    assert score.get_ydata().tolist() == SCORE
    assert list(mark.get_xdata()) == [3, 3]
    labels = [text.get_text() for text in display.ax_score_.get_legend().get_texts()]
    assert labels == ["J", "validation score", "best: epoch 3"]
    assert display.ax_score_.get_ylabel() == "validation score"
    assert score.get_color() != loss.get_color()


def test_a_given_axis_is_drawn_on(plt):
    _, axes = plt.subplots(1, 2)
    display = LossCurveDisplay(LOSS).plot(ax=axes[1])
    assert display.ax_ is axes[1]
    assert not axes[0].lines
    assert display.plot() is display
    assert display.ax_ is not axes[1]


def test_a_loss_that_falls_far_is_drawn_on_a_logarithmic_axis():
    assert LossCurveDisplay([1.0, 0.04]).plot().ax_.get_yscale() == "linear"
    display = LossCurveDisplay([1.0, 0.03]).plot()
    assert display.ax_.get_yscale() == "log"
    assert display.ax_.get_ylabel() == "J, logarithmic"
    assert LossCurveDisplay([1.0, 0.0]).plot().ax_.get_yscale() == "linear"


def test_one_epoch_is_a_point_and_epochs_are_whole():
    display = LossCurveDisplay([0.5]).plot()
    assert display.lines_[0].get_marker() == "o"
    ticks = LossCurveDisplay(LOSS).plot().ax_.get_xticks()
    assert (ticks == np.round(ticks)).all()


def test_from_an_estimator_with_early_stopping():
    model = MLPClassifier((8,), early_stopping=True, random_state=0, tol=0.01, max_iter=300).fit(X, Y)
    display = model.plot_loss_curve()
    assert isinstance(display, LossCurveDisplay)
    assert display.loss.tolist() == model.loss_curve_
    assert display.score.tolist() == model.validation_scores_
    assert model.validation_scores_[display.best_epoch - 1] == max(model.validation_scores_)
    assert display.name == "MLPClassifier"


def test_from_an_estimator_without_validation():
    model = MLPClassifier((8,), random_state=0, tol=0.1).fit(X, Y)
    display = LossCurveDisplay.from_estimator(model)
    assert (display.score, display.best_epoch) == (None, None)
    assert display.loss.tolist() == model.loss_curve_


def test_from_a_table_estimator(plt):
    model = classifier()
    _, ax = plt.subplots()
    display = model.plot_loss_curve(ax)
    assert display.ax_ is ax
    assert display.best_epoch == model.best_epoch_
    assert display.score.tolist() == model.validation_scores_
    alone = TabularClassifier("fast", max_iter=2, early_stopping=False).fit(table(), classes())
    assert alone.plot_loss_curve().score is None


def test_a_score_that_did_not_exist_is_a_gap():
    model = MLPClassifier((8,), random_state=0, tol=0.1).fit(X, Y)
    model.loss_curve_, model.validation_scores_ = LOSS, [0.5, 0.7]  # early stopping in the last epochs only
    display = LossCurveDisplay.from_estimator(model)
    np.testing.assert_array_equal(display.score, [np.nan, np.nan, 0.5, 0.7])
    assert display.best_epoch == 4


def test_an_estimator_that_is_not_fitted_or_has_no_epochs():
    with pytest.raises(NotFittedError):
        LossCurveDisplay.from_estimator(MLPClassifier())
    model = MLPClassifier((3,), solver="lbfgs", max_iter=1000, random_state=0).fit(X, Y)
    with pytest.raises(SpecError) as error:
        model.plot_loss_curve()
    assert str(error.value) == (
        "A loss curve needs epochs, but MLPClassifier (solver='lbfgs') kept none. Use solver='adam' or 'sgd'."
    )


def test_without_matplotlib(monkeypatch):
    monkeypatch.delitem(sys.modules, "matplotlib.pyplot", raising=False)
    real = builtins.__import__

    def absent(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ModuleNotFoundError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ImportError) as error:
        LossCurveDisplay(LOSS).plot()
    assert str(error.value) == "Drawing a loss curve needs Matplotlib. Install it: `pip install matplotlib`."


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"loss": []}, ShapeError, "`loss` must hold a number an epoch, (epochs,); got (0,)."),
        (
            {"loss": LOSS, "score": [1.0]},
            ShapeError,
            "`score` must have one number an epoch, as `loss` has: (4,); got (1,).",
        ),
        (
            {"loss": LOSS, "best_epoch": 5},
            SpecError,
            "`best_epoch` must be from 1 to 4, the epochs of `loss`; got 5.",
        ),
    ],
)
def test_curves_that_cannot_be(arguments, error, words):
    with pytest.raises(error) as caught:
        LossCurveDisplay(**arguments)
    assert str(caught.value) == words
