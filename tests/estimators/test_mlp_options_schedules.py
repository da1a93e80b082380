"""Rates step by step, the solver adamw, and clipping: each fit against its recursion, written out in NumPy."""

import numpy as np
import pytest

from clearprop import step
from clearprop.errors import SpecError
from clearprop.train.schedule import rates
from oracles.close import assert_close
from oracles.mlps import assert_same_bits, classifier, flat, numbers, regressor, three_classes

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, Y = numbers(60)
STEPS = 1e-12  # some dozen steps, each of a few dozen sums; adam divides by the roots of small numbers
FIRST = {
    "max_iter": 1,
    "learning_rate_init": 1e-300,
    "solver": "sgd",
    "momentum": 0.0,
}  # the weights as drawn


def written_out(lrs, options, move):
    """Steps of 20 rows in order at the rates `lrs`; `move(params, g, lr, t, memory)` moves the flat vector."""
    start = regressor(shuffle=False, **FIRST).fit(X, Y)
    params, net, memory = start._parameters().copy(), start._network(), {}
    weights = slice(net.n_weights)
    for t, lr in enumerate(lrs, 1):
        rows = np.arange(20) + 20 * ((t - 1) % 3)
        working = step(net, params, X[rows], Y[rows])
        g = np.concatenate([d.ravel() for d in (*working.dW[1:], *working.db[1:])])
        if options.get("clip_norm"):
            g = g * min(1.0, options["clip_norm"] / np.linalg.norm(g))
        g[weights] += options.get("alpha", 1e-4) / 20 * params.flat[weights]
        move(params, g, lr, t, memory)
    return params


def plain_sgd(params, g, lr, t, memory):
    params.flat[:] -= lr * g


def adam(params, g, lr, t, memory, eps_inside=True):
    memory["m"] = 0.9 * memory.get("m", 0.0) + 0.1 * g
    memory["v"] = 0.999 * memory.get("v", 0.0) + 0.001 * g**2
    rate = lr * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    params.flat[:] -= rate * memory["m"] / (np.sqrt(memory["v"]) + 1e-8)


def adamw(params, g, lr, t, memory, decay=0.1):
    """As `torch.optim.AdamW` documents it: decay, moments, corrections, eps after them; weights alone decay here."""
    weights = slice(params.net.n_weights)
    params.flat[weights] -= lr * decay * params.flat[weights]
    memory["m"] = 0.9 * memory.get("m", 0.0) + 0.1 * g
    memory["v"] = 0.999 * memory.get("v", 0.0) + 0.001 * g**2
    m_hat, v_hat = memory["m"] / (1 - 0.9**t), memory["v"] / (1 - 0.999**t)
    params.flat[:] -= lr * m_hat / (np.sqrt(v_hat) + 1e-8)


MOVES = {"sgd": plain_sgd, "adam": adam, "adamw": adamw}


def assert_is(lrs, move, **options):
    model = regressor(shuffle=False, **options).fit(X, Y)
    want = written_out(lrs, options, move)
    assert_close(flat(model), want.flat, STEPS)


T = np.arange(12) / 12  # four epochs of three steps
FORMULAS = {
    "constant": np.ones(12),
    "cosine": 0.5 * (1 + np.cos(np.pi * T)),
    "coslog4": 0.5 * (1 - np.cos(2 * np.pi * np.log2(1 + 15 * T))),
    "one_cycle": np.where(
        T < 0.3,
        0.04 + (1 - 0.04) * 0.5 * (1 - np.cos(np.pi * T / 0.3)),
        4e-6 + (1 - 4e-6) * 0.5 * (1 + np.cos(np.pi * (T - 0.3) / 0.7)),
    ),
}


@pytest.mark.parametrize("schedule", FORMULAS)
@pytest.mark.parametrize("solver", MOVES)
def test_each_step_has_the_rate_of_the_schedule(solver, schedule):
    options = {"solver": solver, "learning_rate": schedule, "learning_rate_init": 0.02, "max_iter": 4}
    options |= {"momentum": 0.0, "weight_decay": 0.1}
    assert_is(0.02 * FORMULAS[schedule], MOVES[solver], **options)


def test_a_function_of_the_share_of_the_training():
    options = {"solver": "adam", "learning_rate_init": 0.02, "max_iter": 4}
    assert_is(0.02 * (1 - T) ** 2, adam, learning_rate=lambda t: (1 - t) ** 2, **options)


@pytest.mark.parametrize(("warmup", "steps"), [(2, 6), (0.25, 3)])
def test_warm_up_rises_in_a_line_and_the_schedule_takes_the_rest(warmup, steps):
    rise = np.arange(1, steps + 1) / steps
    rest = 0.5 * (1 + np.cos(np.pi * np.arange(12 - steps) / (12 - steps)))
    options = {"solver": "adam", "learning_rate": "cosine", "learning_rate_init": 0.02, "max_iter": 4}
    assert_is(0.02 * np.concatenate([rise, rest]), adam, warmup=warmup, **options)
    flat_rest = np.concatenate([rise, np.ones(12 - steps)])
    assert_is(0.02 * flat_rest, adam, warmup=warmup, **(options | {"learning_rate": "constant"}))


def test_one_cycle_is_continuous_and_warm_ends_at_1():
    lr = rates("one_cycle", 1.0, 0, 10001, 10000)
    assert lr.max() == pytest.approx(1.0, abs=1e-12)
    assert (lr[0], lr[-1]) == (pytest.approx(1 / 25), pytest.approx(1 / 25 / 1e4))
    assert np.abs(np.diff(lr)).max() < 6e-4  # pi / 2 / 3000 steps of the rise


def test_adam_ignores_the_two_schedules_of_sgd_as_in_scikit_learn():
    constant = regressor().fit(X, Y)
    for name in ("invscaling", "adaptive"):
        assert_same_bits(regressor(learning_rate=name).fit(X, Y), constant)


@pytest.mark.parametrize("solver", MOVES)
def test_a_plateau_divides_the_rate_by_5_until_it_is_too_small(solver):
    options = {
        "solver": solver,
        "learning_rate": "plateau",
        "tol": 1e9,
        "n_iter_no_change": 2,
        "max_iter": 200,
    }
    model = regressor(**options).fit(X, Y)
    assert (
        model.n_iter_ == 3 + 6 * 3 - 2
    )  # 1e-3 / 5^5 is below 1e-6; the first epoch alone improves on infinity
    assert model._optimizer.learning_rate == pytest.approx(1e-3 / 5**5)


def test_plateau_is_adaptive_for_sgd():
    options = {"solver": "sgd", "tol": 1e-2, "n_iter_no_change": 2, "max_iter": 60}
    one = regressor(learning_rate="plateau", **options).fit(X, Y)
    assert_same_bits(one, regressor(learning_rate="adaptive", **options).fit(X, Y))


def test_adamw_is_not_adam_with_a_penalty():
    options = {
        "solver": "adamw",
        "weight_decay": 0.1,
        "learning_rate_init": 0.01,
        "max_iter": 4,
        "alpha": 0.5,
    }
    assert_is(np.full(12, 0.01), adamw, **options)


@pytest.mark.parametrize("solver", MOVES)
@pytest.mark.parametrize("clip_norm", [0.05, 1e3])
def test_clipping_of_the_global_norm(solver, clip_norm):
    options = {
        "solver": solver,
        "clip_norm": clip_norm,
        "learning_rate_init": 0.02,
        "max_iter": 4,
        "alpha": 0.1,
    }
    options |= {"momentum": 0.0, "weight_decay": 0.1}
    assert_is(np.full(12, 0.02), MOVES[solver], **options)


def test_partial_fit_counts_its_calls_as_epochs():
    X, y = three_classes()
    seen = []
    model = classifier(learning_rate=lambda t: seen.append(t) or 1.0, max_iter=2, batch_size=45)
    for _ in range(3):
        model.partial_fit(X, y, classes=list("abc"))
    assert seen == [0, 0.25, 0.5, 0.75, 2 / 3, 5 / 6]  # beyond max_iter the training is as long as it is


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"solver": "adamw", "learning_rate": "adaptive"},
            "`learning_rate` of adamw must be constant, cosine, coslog4, one_cycle, plateau or a function; got "
            "'adaptive', which belongs to solver='sgd'.",
        ),
        (
            {"learning_rate": lambda t: -1.0},
            "A schedule must give factors that are finite and not negative; it gave -1.0 at t=0.",
        ),
        (
            {"learning_rate": lambda t: "fast"},
            "A schedule must give a number for each share t from 0 to 1 of the training; it failed: could not "
            "convert string to float: 'fast'.",
        ),
        (
            {"solver": "lbfgs", "clip_norm": 1.0},
            "`clip_norm` needs a solver that takes steps; got clip_norm=1.0 with solver='lbfgs'. Use solver='adam', "
            "'adamw' or 'sgd'.",
        ),
    ],
)
def test_what_cannot_be_is_said(options, message):
    with pytest.raises(SpecError) as caught:
        regressor(**options).fit(X, Y)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "wrong", [{"learning_rate": "linear"}, {"warmup": -1}, {"warmup": 1.5}, {"clip_norm": 0}]
)
def test_scikit_learn_checks_the_parameters(wrong):
    with pytest.raises(ValueError, match=f"The '{next(iter(wrong))}' parameter of MLPRegressor must be"):
        regressor(**wrong).fit(X, Y)
