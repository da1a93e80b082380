"""Classes come back to the letter: nothing is stripped, and no text of a target means missing."""

import numpy as np
import pytest

from clearprop import TabularClassifier


@pytest.mark.parametrize(
    ("yes", "no"), [(" yes", " no"), ("yes ", "no"), ("a", " a"), ("NA", "?"), ("", "x")]
)
def test_classes_come_back_to_the_letter(yes, no):
    X = np.random.default_rng(0).standard_normal((120, 3))
    y = np.where(X[:, 0] > 0, yes, no)
    model = TabularClassifier("fast", max_iter=8).fit(X, y)
    assert set(model.classes_) == {yes, no}
    assert model.score(X, y) > 0.9
