"""A committee: each member moves as if alone, on its own rows; together they answer with the mean of p."""

import numpy as np
import pytest

from clearprop.engine.committee import Aside, Committee, agreed
from clearprop.engine.engine import Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.maths import derivation
from clearprop.network import Network
from oracles.engines import batch_for

NET = Network((4, 6, 3), "tanh")
ROWS = 12
ASIDE = np.arange(ROWS) % 3 == np.arange(3)[:, None]


def engines(net=NET, k=3):
    return [Engine(net.initialize(seed=j), Solver("adamw"), 4, "float64") for j in range(k)]


def rows(net=NET):
    return batch_for(net, ROWS, weighted=True)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_each_member_has_the_bits_that_it_has_alone(threads):
    batch, order, rates = rows(), np.random.default_rng(0).permutation(ROWS), np.array([0.1, 0.2, 0.05])
    committee = Committee(engines(), ASIDE)
    committee.threads = threads
    found = committee.epoch(batch, order[:8], rates[:2])
    found = committee.epoch(batch, order[8:], rates[2:], so_far=found)
    total = 0.0
    for j, alone in enumerate(engines()):
        seen = Batch(batch.X, batch.y, np.where(ASIDE[j], 0.0, batch.w))
        total += alone.epoch(seen, (order + 4 * j) % ROWS, rates).total
        np.testing.assert_array_equal(committee.flat[j], alone.params.flat)
    assert found.total == pytest.approx(total, rel=1e-14)
    assert found.weight == pytest.approx(2 * batch.w.sum(), rel=1e-14)  # a third is aside, of three members


def test_a_row_that_is_aside_teaches_a_member_nothing():
    batch, order, rates = rows(), np.arange(ROWS), np.full(3, 0.1)
    committee, other = Committee(engines(), ASIDE), Committee(engines(), ASIDE)
    committee.epoch(batch, order, rates)
    other.epoch(batch._replace(y=np.where(ASIDE[1][:, None], batch.y[::-1], batch.y)), order, rates)
    np.testing.assert_array_equal(committee.flat[1], other.flat[1])
    assert (committee.flat[0] != other.flat[0]).any()


def test_without_rows_aside_all_step_over_the_same_batches():
    batch, committee = rows(), Committee(engines())
    committee.epoch(batch, np.arange(8), np.full(2, 0.1))
    for j, alone in enumerate(engines()):
        alone.epoch(batch, np.arange(8), np.full(2, 0.1))
        np.testing.assert_array_equal(committee.flat[j], alone.params.flat)


def test_its_answer_is_the_mean_of_p():
    X, committee = rows().X, Committee(engines())
    p = [derivation.softmax(engine.logits(X)) for engine in engines()]
    np.testing.assert_allclose(committee.predict(X), np.mean(p, axis=0), rtol=1e-14)
    np.testing.assert_allclose(np.exp(committee.logits(X)), np.mean(p, axis=0), rtol=1e-14)


def test_of_numbers_the_answer_is_the_mean():
    net = Network((4, 5, 2), "tanh", "identity")
    X, committee = rows(net).X, Committee(engines(net))
    want = np.mean([engine.logits(X) for engine in engines(net)], axis=0)
    np.testing.assert_allclose(committee.predict(X), want, rtol=1e-14)
    np.testing.assert_allclose(committee.logits(X), want, rtol=1e-14)


def test_one_member_answers_as_it_does_alone():
    z = np.array([[3.0, -1.0]])
    np.testing.assert_array_equal(agreed(Network((1, 2)), [z]), z)


def test_rows_aside_are_answered_by_those_that_did_not_see_them():
    X, committee = rows().X, Committee(engines(), np.vstack([ASIDE[:2], ASIDE[:1]]))
    p, aside = [derivation.softmax(engine.logits(X)) for engine in engines()], Aside(committee)
    np.testing.assert_array_equal(aside.rows, np.flatnonzero(~ASIDE[2]))
    found = np.zeros_like(p[0])
    found[aside.rows] = aside.predict(X[aside.rows])
    np.testing.assert_allclose(found[ASIDE[0]], (p[0] + p[2])[ASIDE[0]] / 2, rtol=1e-14)
    np.testing.assert_allclose(found[ASIDE[1]], p[1][ASIDE[1]], rtol=1e-14)


def test_the_member_that_fails_is_found():
    batch, members = rows(), engines()
    members[1].params.b[2][...] = np.inf
    committee = Committee(members)
    assert committee.epoch(batch, np.arange(8), np.full(2, 0.1)).failed_at == 0
    assert committee.first_not_finite(4, 3) == 2
