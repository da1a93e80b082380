"""Momentum, Nesterov, Adam, AdamW and the two schedules against the formulas of their papers."""

import numpy as np
import pytest

from clearprop.maths import derivation as page
from oracles.close import assert_close

LR, MU, BETA1, BETA2, EPS, DECAY = 0.05, 0.9, 0.9, 0.999, 1e-8, 0.02
STEPS = 30
SHAPE = (3, 2)
ROUNDING = 1e-13  # thirty steps, each with a few roundings of 2.2e-16


def slope(W):
    """The gradient of an uneven bowl; the methods need a gradient that changes with W."""
    return np.array([[1.0, 4.0], [0.3, 2.0], [9.0, 0.01]]) * W + np.sin(W)


@pytest.fixture
def start():
    return np.random.default_rng(0).standard_normal(SHAPE)


def test_momentum_is_polyaks_heavy_ball(start):
    """W[t+1] = W[t] - lr g(W[t]) + mu (W[t] - W[t-1]), which names no velocity (Polyak, 1964)."""
    W, v = start, np.zeros(SHAPE)
    before, now = start, start
    for _ in range(STEPS):
        v = page.velocity(v, slope(W), LR, MU)
        W = W + v
        before, now = now, now - LR * slope(now) + MU * (now - before)
    assert_close(W, now, ROUNDING)


def test_nesterov_is_the_look_ahead_written_at_the_point_looked_at(start):
    """v = mu v - lr g(x + mu v), x = x + v (Sutskever et al., ICML 2013); the page follows W = x + mu v."""
    W, v = start, np.zeros(SHAPE)
    x, u = start, np.zeros(SHAPE)
    for _ in range(STEPS):
        g = slope(W)
        v = page.velocity(v, g, LR, MU)
        W = W + page.velocity(v, g, LR, MU)
        u = MU * u - LR * slope(x + MU * u)
        x = x + u
    assert_close(W, x + MU * u, ROUNDING)


def page_adam(W, steps, eps_at=lambda t: EPS, decay=0.0):
    u, v = np.zeros(SHAPE), np.zeros(SHAPE)
    for t in range(1, steps + 1):
        g = slope(W)
        u, v = page.first_moment(u, g, BETA1), page.second_moment(v, g, BETA2)
        W = page.decoupled(W, LR, decay) if decay else W
        W = page.adam(W, u, v, page.adam_rate(LR, t, BETA1, BETA2), eps_at(t))
    return W


def published_adam(W, steps, eps_is_hat, decay=0.0):
    """Kingma and Ba (ICLR 2015), by entry; its end of section 2 puts eps before the correction of v."""
    W = W.copy()
    for k in np.ndindex(W.shape):
        u = v = 0.0
        for t in range(1, steps + 1):
            g = slope(W)[k]
            u = BETA1 * u + (1 - BETA1) * g
            v = BETA2 * v + (1 - BETA2) * g**2
            u_hat, v_hat = u / (1 - BETA1**t), v / (1 - BETA2**t)
            eps = EPS if eps_is_hat else EPS / np.sqrt(1 - BETA2**t)
            W[k] = W[k] * (1 - LR * decay) - LR * u_hat / (np.sqrt(v_hat) + eps)
    return W


def test_adam(start):
    assert_close(page_adam(start, STEPS), published_adam(start, STEPS, eps_is_hat=False), ROUNDING)


def test_adamw_adds_eps_after_the_correction_and_decays_apart(start):
    """Loshchilov and Hutter (ICLR 2019)."""
    mine = page_adam(start, STEPS, lambda t: page.adamw_eps(EPS, t, BETA2), DECAY)
    assert_close(mine, published_adam(start, STEPS, eps_is_hat=True, decay=DECAY), ROUNDING)


def test_the_place_of_eps_shows_when_gradients_are_small():
    u, v, t = 0.1 * 1e-7, 0.001 * 1e-14, 1
    rate = page.adam_rate(LR, t, BETA1, BETA2)
    before, after = (page.adam(0.0, u, v, rate, eps) for eps in (EPS, page.adamw_eps(EPS, t, BETA2)))
    assert after == pytest.approx(
        -LR * 1e-7 / (1e-7 + EPS), rel=1e-12
    )  # a few roundings, magnified by 1 - beta
    assert abs(before - after) > 0.1 * LR


def test_the_first_step_of_adam_is_the_learning_rate(start):
    moved = page_adam(start, 1, lambda t: 0.0) - start
    assert_close(moved, -LR * np.sign(slope(start)), ROUNDING)


def test_descend_with_no_penalty_is_plain_descent(start):
    assert_close(page.descend(start, slope(start), LR, 0.0), start - LR * slope(start))
    assert_close(page.descend_bias(start, slope(start), LR), start - LR * slope(start))


def test_decoupled_shrinks_and_nothing_else(start):
    assert_close(page.decoupled(start, LR, DECAY), (1 - LR * DECAY) * start)


def test_cosine_falls_from_1_to_0_through_a_half():
    t = np.linspace(0, 1, 101)
    rate = page.cosine(t)
    assert_close(rate[[0, 50, 100]], [1, 0.5, 0])
    assert (np.diff(rate) < 0).all()
    assert_close(rate + rate[::-1], np.ones(101))
    assert_close(rate, np.cos(np.pi * t / 2) ** 2)


def test_coslog4_rises_and_rests_four_times():
    """0.5 (1 - cos(2 pi log2(1 + 15 t))), the schedule of RealMLP (Holzmüller et al., NeurIPS 2024)."""
    rests = np.array([0, 1, 3, 7, 15]) / 15
    tops = (2.0 ** (np.arange(4) + 0.5) - 1) / 15
    assert_close(page.coslog4(rests), np.zeros(5))
    assert_close(page.coslog4(tops), np.ones(4))
    for start, top, end in zip(rests[:-1], tops, rests[1:], strict=True):
        assert (np.diff(page.coslog4(np.linspace(start, top, 50))) > 0).all()
        assert (np.diff(page.coslog4(np.linspace(top, end, 50))) < 0).all()
