"""Estimators in a notebook: scikit-learn's HTML works, fitted or not, and links to no page of scikit-learn's."""

import warnings

import numpy as np
import pytest
from sklearn import config_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from clearprop import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor

X = np.random.default_rng(0).normal(size=(60, 3))
Y = (X[:, 0] > 0).astype(int)
KINDS = [MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor]
FITTED = "Fitted attributes"
each = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def fitted(model):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, Y)


@each
def test_html_before_and_after_fit(kind):
    model = kind(max_iter=2)
    before = model._repr_html_()
    after = fitted(model)._repr_html_()
    for page in (before, after):
        assert kind.__name__ in page
        assert "max_iter" in page
        assert "scikit-learn.org/" not in page.split("</style>", 1)[1], "a link to another library's page"
        assert page.count("<table") == page.count("</table>") > 0
    assert FITTED not in before
    assert FITTED in after
    for name in ("coefs_", "n_iter_", "loss_curve_", "n_features_in_"):
        assert name in after.split(FITTED, 1)[1]


@each
def test_mime_bundle(kind):
    model = fitted(kind(max_iter=2))
    bundle = model._repr_mimebundle_()
    assert bundle["text/plain"] == repr(model) == f"{kind.__name__}(max_iter=2)"
    assert bundle["text/html"].startswith("<style>")
    with config_context(display="text"):
        assert "text/html" not in model._repr_mimebundle_()


def test_html_within_a_pipeline():
    page = fitted(make_pipeline(StandardScaler(), MLPClassifier(max_iter=2)))._repr_html_()
    assert "MLPClassifier" in page
    assert "StandardScaler" in page
