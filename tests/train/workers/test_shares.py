"""Shares made for more workers than there are, and which workers are asked for."""

import numpy as np
import pytest

from clearprop.engine.engine import Batch
from clearprop.train.source import InMemory
from clearprop.train.workers.shares import joined
from clearprop.train.workers.wanted import wanted


@pytest.mark.parametrize(("made", "there"), [(3, 1), (3, 2), (4, 2), (5, 3)])
def test_fewer_workers_join_the_shares_of_more(made, there):
    """Any number of workers has the same rows in the same steps."""
    X = np.arange(23.0)[:, None]
    whole = InMemory(Batch(X, X.copy(), np.ones(23)), seed=1)
    shares = [whole.share(number, made) for number in range(made)]
    steps = None
    for rank in range(there):
        mine = shares[made * rank // there : made * (rank + 1) // there]
        (piece,) = joined(mine, rank, there).pieces(2, 1, 4)
        rows = [set(piece.batch.X[piece.rows(k, k + 1, 4), 0]) for k in range(piece.steps(4))]
        steps = rows if steps is None else [a | b for a, b in zip(steps, rows, strict=True)]
    (piece,) = whole.pieces(2, 1, 4)
    assert steps == [set(X[piece.rows(k, k + 1, 4), 0]) for k in range(piece.steps(4))]


def test_how_workers_are_asked_for():
    assert (wanted(3).count, wanted(3).fewest) == (3, 3)
    assert (wanted("3").count, wanted("3").fewest) == (3, 3)
    assert (wanted("2-5").count, wanted("2-5").fewest) == (5, 2)
    assert wanted("torchrun").is_member
    assert wanted(wanted(2)) == wanted(2)
