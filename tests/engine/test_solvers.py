"""Each solver over several steps, against recursions written from the papers, and the settings' checks."""

from itertools import pairwise

import numpy as np
import pytest

from clearprop import batch as page
from clearprop.engine.engine import Engine
from clearprop.engine.solver import Solver
from clearprop.errors import SpecError
from clearprop.maths import languages
from clearprop.network import Network, Parameters
from oracles.engines import Twin, assert_near, batch_for, cast, engine_for, rounded

pytestmark = pytest.mark.usefixtures("either_kernel")
NET = Network((4, 6, 3), "tanh")
PLAIN = Network((4, 6, 3), "tanh", "identity")
RATES = np.array([0.1, 0.05, 0.2, 0.01, 0.1])
DTYPES = ("float64", "float32")
SOLVERS = {
    "sgd": Solver("sgd", l2=0.1),
    "momentum": Solver("sgd", momentum=0.9, l2=0.1),
    "nesterov": Solver("sgd", momentum=0.8, nesterov=True, l2=0.1),
    "adam": Solver("adam", l2=0.1, betas=(0.8, 0.95), eps=1e-4),
    "adamw": Solver("adamw", decay=0.3, l2=0.05, betas=(0.8, 0.95), eps=1e-4),
}


def gradient_at(params, batch, l2):
    """The gradient of J + l2/2 sum ||W||^2, flat: the penalty is of weights only."""
    working = page.step(NET, params, batch.X, batch.y, batch.w)
    g = np.concatenate([x.ravel() for x in (*working.dW[1:], *working.db[1:])])
    g[: NET.n_weights] += l2 * params.flat[: NET.n_weights]
    return g


def sgd(params, batch, solver, memory, lr, t):
    params.flat[:] -= lr * gradient_at(params, batch, solver.l2)


def momentum(params, batch, solver, memory, lr, t):
    """Sutskever et al., ICML 2013: v <- mu v - lr g, theta <- theta + v."""
    memory["v"] = solver.momentum * memory.get("v", 0.0) - lr * gradient_at(params, batch, solver.l2)
    params.flat[:] += memory["v"]


def nesterov(params, batch, solver, memory, lr, t):
    """theta <- theta + mu v - lr g, with v already moved."""
    g = gradient_at(params, batch, solver.l2)
    memory["v"] = solver.momentum * memory.get("v", 0.0) - lr * g
    params.flat[:] += solver.momentum * memory["v"] - lr * g


def adam(params, batch, solver, memory, lr, t):
    """Kingma and Ba, ICLR 2015, end of section 2: the two corrections in the rate."""
    g = gradient_at(params, batch, solver.l2)
    beta1, beta2 = solver.betas
    memory["m"] = beta1 * memory.get("m", 0.0) + (1 - beta1) * g
    memory["v"] = beta2 * memory.get("v", 0.0) + (1 - beta2) * g**2
    rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    params.flat[:] -= rate * memory["m"] / (np.sqrt(memory["v"]) + solver.eps)


def adamw(params, batch, solver, memory, lr, t):
    """Loshchilov and Hutter, ICLR 2019, algorithm 2; weights only decay."""
    g = gradient_at(params, batch, solver.l2)
    beta1, beta2 = solver.betas
    memory["m"] = beta1 * memory.get("m", 0.0) + (1 - beta1) * g
    memory["v"] = beta2 * memory.get("v", 0.0) + (1 - beta2) * g**2
    m_hat, v_hat = memory["m"] / (1 - beta1**t), memory["v"] / (1 - beta2**t)
    params.flat[: NET.n_weights] *= 1 - lr * solver.decay
    params.flat[:] -= lr * m_hat / (np.sqrt(v_hat) + solver.eps)


RECURSIONS = {f.__name__: f for f in (sgd, momentum, nesterov, adam, adamw)}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SOLVERS)
def test_G10_G11_five_steps_at_rates_of_their_own(name, dtype):
    solver = SOLVERS[name]
    batch = rounded(batch_for(NET, 18, weighted=True), dtype)
    engine = engine_for(NET, solver, size=4, dtype=dtype)
    twin, params, memory = Twin(engine), engine.params.astype(np.float64), {}
    order = np.random.default_rng(1).permutation(18)  # four batches of 4, one of 2
    for t, lr in enumerate(RATES, 1):
        rows = order[4 * (t - 1) : 4 * t]
        RECURSIONS[name](params, type(batch)(*(part[rows] for part in batch)), solver, memory, lr, t)
    engine.epoch(cast(batch, dtype), order, RATES)
    twin.epoch(batch, order, RATES)
    # Adam divides by the root of small second moments: relative errors of the gradient pass to the step.
    assert_near(engine.params.flat, params.flat, dtype, times=20)
    assert_near(twin.params.flat, params.flat, "float64", times=20)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_tangent_moves_W_as_in_the_network_written_with_the_root_of_n(decay, dtype):
    """AdamW on V of z = a V / sqrt(n) + b, whose gradient is dW / sqrt(n); W is V / sqrt(n). Biases at lr / 4."""
    solver = Solver("adamw", decay=decay, betas=(0.8, 0.95), eps=0.0, tangent=True, bias_rate=0.25)
    batch = rounded(batch_for(NET, 18, weighted=True), dtype)
    engine = engine_for(NET, solver, size=6, dtype=dtype)
    twin, params, n = Twin(engine), engine.params.astype(np.float64), NET.n_weights
    roots = np.ones(NET.n_parameters)
    roots[:n] = np.repeat(np.sqrt(NET.sizes[:-1]), [a * b for a, b in pairwise(NET.sizes)])
    V, u, v = params.flat * roots, 0.0, 0.0
    for t, lr in enumerate(RATES[:3], 1):
        part = type(batch)(*(column[6 * (t - 1) : 6 * t] for column in batch))
        g = gradient_at(params, part, 0.0) / roots
        u, v = 0.8 * u + 0.2 * g, 0.95 * v + 0.05 * g**2
        V[:n] *= 1 - lr * decay
        move = lr * (u / (1 - 0.8**t)) / np.sqrt(v / (1 - 0.95**t))
        V -= np.where(np.arange(len(V)) < n, move, 0.25 * move)
        params.flat[:] = V / roots
    engine.epoch(cast(batch, dtype), np.arange(18), RATES[:3])
    twin.epoch(batch, np.arange(18), RATES[:3])
    # without eps a gradient near 0 moves as far as any: its relative rounding error is the step's
    assert_near(engine.params.flat, params.flat, dtype, times=500)
    assert_near(twin.params.flat, params.flat, "float64", times=500)


@pytest.mark.parametrize("dtype", DTYPES)
def test_scaled_inputs_move_as_a_layer_of_scales_before_the_first_does(dtype):
    """AdamW on V and s of z[1] = (a[0] s) V + b[1], by the complex step of J; W[1] is s V."""
    solver = Solver("adamw", decay=0.3, betas=(0.8, 0.95), eps=1e-4, scale_rate=3.0)
    batch = rounded(batch_for(PLAIN, 18, weighted=True), dtype)
    engine = engine_for(PLAIN, solver, size=6, dtype=dtype)
    twin, params, n = Twin(engine), engine.params.astype(np.float64), PLAIN.n_weights
    theta = np.r_[params.flat, np.ones(4)]  # V in the place of W[1], and the scales behind
    times = np.r_[np.ones(PLAIN.n_parameters), np.full(4, 3.0)]
    decays = (np.arange(len(theta)) < n) | (np.arange(len(theta)) >= PLAIN.n_parameters)
    u, v = np.zeros_like(theta), np.zeros_like(theta)
    for t, lr in enumerate(RATES[:3], 1):
        part = type(batch)(*(column[6 * (t - 1) : 6 * t] for column in batch))

        g = np.array([_complex_slope(theta, k, part) for k in range(len(theta))])
        u, v = 0.8 * u + 0.2 * g, 0.95 * v + 0.05 * g**2
        theta = theta * (1 - lr * times * 0.3 * decays)
        theta -= lr * times * (u / (1 - 0.8**t)) / (np.sqrt(v / (1 - 0.95**t)) + 1e-4)
    params.flat[:] = theta[:-4]
    params.W[1][...] *= theta[-4:, None]
    engine.epoch(cast(batch, dtype), np.arange(18), RATES[:3])
    twin.epoch(batch, np.arange(18), RATES[:3])
    assert_near(engine.params.flat, params.flat, dtype, times=100)
    assert_near(twin.params.flat, params.flat, "float64", times=100)


def _complex_slope(theta, k, part):
    """dJ/dtheta[k] of the network of `PLAIN` whose inputs are multiplied by the last four of theta."""
    moved, lines = theta.astype(complex), languages.in_complex()
    moved[k] += 1e-30j
    seen = Parameters(PLAIN, moved[:-4])
    pairs = page.activation_pairs(PLAIN, lines)
    return lines.loss(seen.W, seen.b, part.X * moved[-4:], part.y, part.w, pairs, "identity").imag / 1e-30


@pytest.mark.parametrize("threads", [2, 3])
def test_scales_have_the_same_bits_on_any_number_of_threads(threads):
    net = Network((40, 7, 2), "tanh")
    batch, solver = batch_for(net, 24), Solver("adamw", tangent=True, scale_rate=6.0)
    engines = [Engine(net.initialize(seed=1), solver, 8, "float64", threads=n) for n in (1, threads)]
    for engine in engines:
        engine.epoch(batch, np.arange(24), np.full(3, 0.1))
    np.testing.assert_array_equal(engines[0].state, engines[1].state)


def test_new_parameters_begin_with_scales_of_1():
    engine = engine_for(NET, Solver("adamw", scale_rate=6.0))
    engine.epoch(batch_for(NET, 8), np.arange(8), RATES[:2])
    other = NET.initialize(seed=9)
    engine.start_from(other.flat)
    np.testing.assert_array_equal(engine.params.flat, other.flat)
    assert (engine.state[5, :4] == 1).all()


@pytest.mark.parametrize("name", SOLVERS)
def test_moments_go_on_in_the_next_epoch(name):
    batch = batch_for(NET, 12)
    engine = engine_for(NET, SOLVERS[name])
    whole = engine_for(NET, SOLVERS[name])
    order = np.arange(12)
    engine.epoch(batch, order[:8], RATES[:2])
    engine.epoch(batch, order[8:], RATES[2:3])
    whole.epoch(batch, order, RATES[:3])
    np.testing.assert_array_equal(engine.params.flat, whole.params.flat)


@pytest.mark.parametrize("name", SOLVERS)
def test_biases_do_not_decay(name):
    """With a gradient of zero only the penalty moves: weights shrink, biases stay."""
    solver = SOLVERS[name]
    net = Network((2, 2), (), "identity")
    engine = engine_for(net, solver, size=3)
    engine.params.W[1][...] = [[1.0, -2.0], [0.5, 3.0]]
    engine.params.b[1][...] = [1.0, 2.0]
    batch = batch_for(net, 3)._replace(X=np.zeros((3, 2)), y=np.tile([1.0, 2.0], (3, 1)))
    before = engine.params.copy()
    engine.epoch(batch, np.arange(3), np.array([0.1]))
    np.testing.assert_array_equal(engine.params.b[1], before.b[1])
    assert (np.abs(engine.params.W[1]) < np.abs(before.W[1])).all()


@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_G10_alpha_is_divided_by_the_m_of_each_batch(name):
    """scikit-learn's penalty: lambda = alpha / m; and the sums that its loss of an epoch is made of."""
    batch = batch_for(NET, 10, weighted=True)
    solver = Solver(name, alpha=0.5)
    engine, params, memory = engine_for(NET, solver), engine_for(NET).params, {}
    means = penalties = 0.0
    for t in range(1, 4):
        part = type(batch)(*(column[4 * (t - 1) : 4 * t] for column in batch))
        m, rows = part.w.sum(), len(part.w)
        means += rows * page.step(NET, params, *part).J
        penalties += rows * 0.5 * 0.5 / m * (params.flat[: NET.n_weights] ** 2).sum()
        RECURSIONS[name](params, part, Solver(name, l2=0.5 / m), memory, 0.1, t)
    found = engine.epoch(batch, np.arange(10), np.full(3, 0.1))
    assert_near(engine.params.flat, params.flat, "float64", times=20)
    assert found.means == pytest.approx(means, rel=1e-13)
    assert found.penalties == pytest.approx(penalties, rel=1e-13)


def test_a_gradient_alone_is_no_step_of_adam():
    batch = batch_for(NET, 8)
    engine, untouched = engine_for(NET, SOLVERS["adam"]), engine_for(NET, SOLVERS["adam"])
    engine.epoch(batch, np.arange(8), RATES[:2], gradient_only=True)
    for one in (engine, untouched):
        one.epoch(batch, np.arange(8), RATES[:2])
    np.testing.assert_array_equal(engine.params.flat, untouched.params.flat)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "sdg"}, "The solver must be one of sgd, adam, adamw; got 'sdg'."),
        ({"l2": -1.0}, "`l2` must be a number from 0 to below inf; got -1.0."),
        ({"decay": float("nan")}, "`decay` must be a number from 0 to below inf; got nan."),
        ({"momentum": 1.0}, "`momentum` must be a number from 0 to below 1; got 1.0."),
        ({"betas": (0.9, 1.5)}, "`betas[1]` must be a number from 0 to below 1; got 1.5."),
        ({"eps": float("inf")}, "`eps` must be a number from 0 to below inf; got inf."),
        ({"l2": "0.1"}, "`l2` must be a number from 0 to below inf; got '0.1'."),
        (
            {"name": "sgd", "decay": 0.1},
            "`decay` belongs to the adamw solver; got decay=0.1 with 'sgd'. Use `l2`.",
        ),
        (
            {"name": "sgd", "tangent": True},
            "`tangent`, `bias_rate`, `blend_rate` and `embed_rate` belong to the solvers adam and adamw; "
            "got the solver 'sgd'.",
        ),
        (
            {"name": "adam", "scale_rate": 6.0},
            "`scale_rate` belongs to the solver adamw, without `l2`, `l1` and `max_norm`.",
        ),
    ],
)
def test_settings_that_cannot_be(given, message):
    with pytest.raises(SpecError) as caught:
        Solver(**given)
    assert str(caught.value) == message


def test_which_pass_a_solver_takes():
    assert [s.update for s in SOLVERS.values()] == list(SOLVERS)
    assert [s.in_one_product for s in SOLVERS.values()] == [True, False, False, False, False]
    assert Solver("sgd", nesterov=True).update == "sgd"  # nothing to look ahead along
