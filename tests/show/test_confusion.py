"""The confusion matrix as it is printed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop.show.confusion import by_class, matrix, mistakes

CLASSES = ["a", "b", "c", "d"]
COUNTS = [[50, 0, 0, 0], [0, 5, 3, 0], [0, 1, 7, 2], [0, 0, 0, 9]]


def test_all_classes():
    found = matrix(CLASSES, COUNTS)
    assert [[cell.rows for cell in row] for row in found.cells] == COUNTS
    assert found.truths == [50, 8, 10, 9]
    assert found.answers == [50, 6, 10, 11]
    assert found.cells[1][2].share == 3 / 8
    assert {cell.kind for row in found.cells for cell in row} == {"right", "wrong"}
    assert found.note == ""


def test_the_most_confused_are_shown_and_the_rest_taken_together():
    found = matrix(CLASSES, COUNTS, most=2)
    assert found.names == ["b", "c", "2\xa0other classes"]
    assert [[cell.rows for cell in row] for row in found.cells] == [[5, 3, 0], [1, 7, 2], [0, 0, 59]]
    assert found.cells[2][2].kind == "mixed"
    assert found.note.replace("\xa0", " ").endswith(
        "the other 2 classes, with 59 rows, are taken together as one."
    )


@given(st.integers(2, 40), st.integers(1, 12), st.integers(0, 99))
def test_no_row_is_lost(n, most, seed):
    counts = np.random.default_rng(seed).integers(0, 4, (n, n))
    found = matrix([str(k) for k in range(n)], counts.tolist(), most)
    assert sum(found.truths) == sum(found.answers) == counts.sum()
    assert sum(cell.rows for row in found.cells for cell in row) == counts.sum()


def test_class_without_rows():
    found = matrix(["a", "b"], [[0, 0], [1, 1]])
    assert found.cells[0][0].share is None
    assert found.cells[0][0].depth == 0
    assert by_class(["a", "b"], [[0, 0], [0, 2]])[0] == {
        "name": "a", "rows": "0", "found": "no rows", "answers": "0", "right": "never answered",
    }  # fmt: skip


def test_most_frequent_mistakes():
    found = mistakes(CLASSES, COUNTS, most=2)
    assert [(one["truth"], one["answer"]) for one in found] == [("b", "c"), ("c", "d")]
    assert found[0]["share"] == "37.5\xa0%"
    assert mistakes(["a", "b"], [[1, 0], [0, 1]]) == []


@pytest.mark.parametrize("k", range(4))
def test_by_class(k):
    one = by_class(CLASSES, COUNTS)[k]
    right, truths, answers = COUNTS[k][k], sum(COUNTS[k]), sum(row[k] for row in COUNTS)
    assert float(one["found"].split("\xa0")[0]) == pytest.approx(100 * right / truths, abs=0.05)
    assert float(one["right"].split("\xa0")[0]) == pytest.approx(100 * right / answers, abs=0.05)
