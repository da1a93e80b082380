"""The temperature: where the cross-entropy is least, never worse, the same each time."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from clearprop.maths import derivation
from clearprop.train.calibration import COLDEST, HOTTEST, loss, temperature


def rows(m=400, C=3, sure=3.0, seed=0):
    """Logits that are `sure` times too large, labels that follow the honest ones, and weights."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(m, C)) * 1.5
    y = np.array([rng.choice(C, p=p) for p in derivation.softmax(z)])
    return sure * z, y, rng.uniform(0.2, 3, m)


@pytest.mark.parametrize("C", [2, 3, 7])
@pytest.mark.parametrize("sure", [0.3, 3.0, 8.0])
def test_it_is_the_minimum_that_a_general_search_finds(sure, C):
    z, y, w = rows(C=C, sure=sure)
    known = derivation.smoothed(np.eye(C)[y], 1 / (w.sum() ** 2 / (w @ w) + 1), C)
    best = minimize_scalar(lambda x: loss(z, known, w, 1 / x), bounds=(1 / HOTTEST, 1 / COLDEST), method="bounded",
                           options={"xatol": 1e-9})  # fmt: skip
    assert 1 / temperature(z, y, w) == pytest.approx(best.x, rel=1e-4)  # the search's own accuracy


def test_it_undoes_what_made_the_logits_too_large():
    z, y, _ = rows(m=4000, sure=4.0)
    assert temperature(z, y) == pytest.approx(4.0, rel=0.15)  # the error of 4000 rows


@pytest.mark.parametrize("seed", range(20))
def test_it_is_never_worse_on_its_rows(seed):
    z, y, w = rows(m=12, sure=np.random.default_rng(seed).uniform(0.2, 5), seed=seed)
    truth = np.eye(3)[y]
    assert loss(z, truth, w, temperature(z, y, w)) <= loss(z, truth, w, 1.0)


def test_rows_that_are_all_right_do_not_make_certain():
    z = np.array([[1.0, 0.0], [0.0, 1.0]] * 10)
    T = temperature(z, np.array([0, 1] * 10))
    p = derivation.softmax(z / T)[0, 0]
    assert p == pytest.approx(1 - 0.5 / 21, abs=1e-5)  # one row more, half of it wrong


def test_logits_that_do_not_differ_and_those_that_are_hopeless():
    assert temperature(np.zeros((4, 3)), np.array([0, 1, 2, 0])) == 1.0
    wrong = np.array([[5.0, 0.0]] * 9)
    assert temperature(wrong, np.ones(9, int)) == pytest.approx(HOTTEST)


def test_only_the_ratios_of_weights_count_and_a_weight_is_so_many_rows():
    z, y, _ = rows(m=60)
    n = np.random.default_rng(1).integers(1, 4, 60)
    assert temperature(z, y, 7.0 * n) == pytest.approx(temperature(z, y, n), rel=1e-9)
    truth, repeated = np.eye(3)[y], np.repeat(np.arange(60), n)
    one = np.ones(len(repeated))
    assert loss(z, truth, n, 2.0) == pytest.approx(loss(z[repeated], truth[repeated], one, 2.0), rel=1e-12)


def test_classes_and_the_ranking_of_two_stay():
    z, y, _ = rows(C=2)
    p = derivation.softmax(derivation.tempered(z, temperature(z, y)))
    np.testing.assert_array_equal(p.argmax(axis=1), z.argmax(axis=1))
    np.testing.assert_array_equal(np.argsort(p[:, 1]), np.argsort(z[:, 1] - z[:, 0]))


def test_the_same_bits_each_time():
    z, y, w = rows()
    assert temperature(z, y, w).hex() == temperature(z.copy(), y, w).hex()
