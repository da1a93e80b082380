"""A target given beside the path of the table that holds it: it is never an input."""

import re

import numpy as np
import pandas as pd
import pytest

from clearprop import Stream, TabularClassifier, TabularRegressor
from clearprop.errors import TableError

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame({"x": RNG.normal(size=60), "y": RNG.normal(size=60), "price": RNG.integers(0, 9, 60)})
FRAME["town"] = RNG.choice(["Lima", "Oslo"], 60)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "houses.csv"
    FRAME.to_csv(path, index=False)
    return path


def regressor():
    return TabularRegressor("fast", max_iter=1, hidden_layer_sizes=(2,), random_state=0)


@pytest.mark.parametrize("as_text", [True, False])
@pytest.mark.parametrize(
    ("y", "why"),
    [
        (FRAME["price"].to_numpy(), "holds the same"),
        (FRAME["price"].astype(float).tolist(), "holds the same"),
        (FRAME["price"], "is called as `y` is"),
        (np.log1p(FRAME["price"]), "is called as `y` is"),
        (FRAME[["price"]], "is called as `y` is"),
    ],
)
def test_a_column_of_the_file_is_refused(path, y, why, as_text):
    X = str(path) if as_text else path
    message = (
        f"`y` must not be among the inputs, but houses.csv has a column `price` that {why}. Pass "
        f"`Stream({str(path)!r}, target='price')` alone, or a table without that column."
    )
    with pytest.raises(TableError, match=f"^{re.escape(message)}$"):
        regressor().fit(X, y)


def test_classes_are_found_too(path):
    with pytest.raises(TableError, match="a column `town` that holds the same"):
        TabularClassifier("fast", max_iter=1).fit(path, FRAME["town"].to_numpy())


def test_rows_to_choose_by_are_looked_at_too(path):
    X = FRAME[["x", "y"]]
    with pytest.raises(TableError, match="a column `price` that holds the same"):
        regressor().fit(X, FRAME["price"], X_val=path, y_val=FRAME["price"].to_numpy())


def test_what_the_message_advises_works(path):
    model = regressor().fit(Stream(str(path), target="price"))
    assert list(model.feature_names_in_) == ["x", "y", "town"]


def test_another_target_beside_a_path_is_taken(path):
    """Also where a column is called y, as a target without a name is."""
    model = regressor().fit(path, FRAME["price"].to_numpy() + 0.5)
    assert list(model.feature_names_in_) == ["x", "y", "price", "town"]


def test_a_frame_with_such_a_column_is_the_users_own():
    assert "price" in regressor().fit(FRAME, FRAME["price"]).feature_names_in_


def test_a_name_is_no_target(path):
    message = r"^`y` must be the target of each row, \(rows,\); got 'price'\. To predict a column of that file, pass "
    with pytest.raises(
        TableError, match=message + r"`Stream\('.*houses\.csv', target=\.\.\.\)` alone, with its name\.$"
    ):
        regressor().fit(path, "price")
    with pytest.raises(TableError, match=r"got 'price'\. Pass the column itself, and a table without it\.$"):
        regressor().fit(FRAME, "price")
