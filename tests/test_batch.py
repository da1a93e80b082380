"""`step` and `descend`: the batch they take, what they say when they do not, weights and the update."""

import numpy as np
import pytest

from clearprop import batch
from clearprop.errors import ClearpropError, ShapeError, SpecError
from clearprop.maths.derivation import HEADS, Working
from clearprop.network import Network
from oracles import cases
from oracles.close import assert_close

NET = Network((3, 4, 2))
PARAMS = NET.initialize(seed=0)
X = np.random.default_rng(0).standard_normal((5, 3))
LABELS = [0, 1, 1, 0, 1]
SUM_RULE = "With the softmax head `y` must hold rows that sum to 1, none negative."


def step(X=X, y=LABELS, w=None, net=NET):
    return batch.step(net, net.initialize(seed=0), X, y, w)


def with_head(head, sizes=(3, 4, 2)):
    return Network(sizes, head=head)


def assert_same(one, other):
    for name, mine, theirs in zip(Working._fields, one, other, strict=True):
        np.testing.assert_equal(mine, theirs, err_msg=name)


# ---- What a batch may be -------------------------------------------------------------------------------
def test_labels_and_one_hot_rows_are_the_same_batch():
    assert_same(step(y=LABELS), step(y=np.eye(2)[LABELS]))


@pytest.mark.parametrize("dtype", [np.int8, np.uint64, np.float32, bool])
def test_labels_of_any_dtype(dtype):
    assert_same(step(y=LABELS), step(y=np.array(LABELS, dtype)))


def test_lists_will_do():
    assert_same(step(X), step(X.tolist()))


def test_soft_labels_are_taken_as_they_are():
    y = np.array([[0.25, 0.75]] * 5)
    assert_close(step(y=y).delta[2], step().p - y)


@pytest.mark.parametrize("head", ["logistic", "identity", "exp"])
def test_one_output_takes_a_row_of_targets(head):
    net = with_head(head, (3, 4, 1))
    assert_same(step(y=LABELS, net=net), step(y=np.array(LABELS)[:, None], net=net))


def test_the_batch_follows_the_parameters_dtype():
    working = batch.step(NET, PARAMS.astype(np.float32), X, LABELS, np.ones(5))
    assert working.a[0].dtype == working.J.dtype == np.float32


def test_one_row_is_a_batch():
    working = step(X[:1], LABELS[:1])
    assert working.m == 1
    assert_close(working.J, working.losses[0])


def test_arguments_are_left_as_they_were():
    w, y, before = np.ones(5), np.eye(2)[LABELS], X.copy()
    step(X, y, w)
    np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(y, np.eye(2)[LABELS])
    np.testing.assert_array_equal(w, np.ones(5))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_in_X_is_refused_by_name(value):
    bad = X.copy()
    bad[2, 1] = value
    with pytest.raises(SpecError, match=rf"^`X` must hold finite numbers; got {value} at \[2, 1\]\.$"):
        step(bad)


@pytest.mark.parametrize(
    ("of", "place"),
    [
        (lambda p: p.W[2], "`W[2]` must hold finite numbers; got nan at [1, 0]."),
        (lambda p: p.b[1][:, None], "`b[1]` must hold finite numbers; got nan at [1]."),
        (lambda p: p.c[1][:, None], "`c[1]` must hold finite numbers; got nan at [1]."),
        (lambda p: p.embedding.s.T, "`embedding.s` must hold finite numbers; got nan at [0, 1]."),
    ],
)
def test_what_is_no_number_in_the_parameters_is_refused_by_name(of, place):
    net = Network((3, 4, 2), blended=True, embedded=(1,))
    params = net.initialize(seed=0)
    of(params)[1, 0] = np.nan
    with pytest.raises(SpecError) as raised:
        batch.step(net, params, X, LABELS)
    assert str(raised.value) == place


# ---- What it says --------------------------------------------------------------------------------------
INPUTS_RULE = "Layer 1 takes 3 inputs (`sizes[0]`), so `X` must be (rows, 3); got {}."
TARGETS_RULE = "`y` must be (5,) or (5, 2) for 5 rows and 2 outputs; got {}."
WEIGHTS_RULE = "`sample_weight` must be finite, not negative, and not all zero."
MESSAGES = {
    "X narrow": (ShapeError, {"X": X[:, :2]}, INPUTS_RULE.format("(5, 2)")),
    "X flat": (ShapeError, {"X": X[0]}, INPUTS_RULE.format("(3,)")),
    "X deep": (ShapeError, {"X": X[None]}, INPUTS_RULE.format("(1, 5, 3)")),
    "no rows": (ShapeError, {"X": X[:0], "y": []}, "A batch needs one row or more; `X` is (0, 3)."),
    "w short": (
        ShapeError,
        {"w": np.ones(4)},
        "`sample_weight` must be (5,), one number a row of `X`; got (4,).",
    ),
    "w a column": (
        ShapeError,
        {"w": np.ones((5, 1))},
        "`sample_weight` must be (5,), one number a row of `X`; got (5, 1).",
    ),
    "w negative": (SpecError, {"w": [1, 1, -1, 1, 1]}, WEIGHTS_RULE),
    "w all zero": (SpecError, {"w": np.zeros(5)}, WEIGHTS_RULE),
    "w nan": (SpecError, {"w": [1, 1, np.nan, 1, 1]}, WEIGHTS_RULE),
    "w infinite": (SpecError, {"w": [1, 1, np.inf, 1, 1]}, WEIGHTS_RULE),
    "label too large": (
        SpecError,
        {"y": [0, 1, 2, 0, 1]},
        "`y` must hold labels 0..1 for 2 outputs; got 2.",
    ),
    "label negative": (
        SpecError,
        {"y": [0, 1, -1, 0, 1]},
        "`y` must hold labels 0..1 for 2 outputs; got -1.",
    ),
    "label a half": (
        SpecError,
        {"y": [0, 1, 0.5, 0, 1]},
        "`y` must hold labels 0..1 for 2 outputs; got 0.5.",
    ),
    "label nan": (
        SpecError,
        {"y": [0, 1, np.nan, 0, 1]},
        "`y` must hold labels 0..1 for 2 outputs; got nan.",
    ),
    "y short": (ShapeError, {"y": [0, 1]}, TARGETS_RULE.format("(2,)")),
    "y wide": (ShapeError, {"y": np.eye(3)[LABELS]}, TARGETS_RULE.format("(5, 3)")),
    "y not one-hot": (SpecError, {"y": np.ones((5, 2))}, SUM_RULE),
    "y negative": (SpecError, {"y": [[2, -1]] * 5}, SUM_RULE),
    "logistic above 1": (
        SpecError,
        {"y": np.full((5, 2), 1.5), "net": with_head("logistic")},
        "With the logistic head `y` must hold numbers from 0 to 1.",
    ),
    "logistic flat for two": (
        ShapeError,
        {"y": LABELS, "net": with_head("logistic")},
        TARGETS_RULE.format("(5,)"),
    ),
    "identity nan": (
        SpecError,
        {"y": np.full((5, 2), np.nan), "net": with_head("identity")},
        "With the identity head `y` must hold finite numbers.",
    ),
    "exp negative": (
        SpecError,
        {"y": np.full((5, 2), -1.0), "net": with_head("exp")},
        "With the exp head `y` must hold finite numbers, none negative.",
    ),
    "exp infinite": (
        SpecError,
        {"y": np.full((5, 2), np.inf), "net": with_head("exp")},
        "With the exp head `y` must hold finite numbers, none negative.",
    ),
}


@pytest.mark.parametrize("what", MESSAGES)
def test_what_cannot_be_a_batch_is_said(what):
    kind, arguments, message = MESSAGES[what]
    with pytest.raises(ClearpropError) as error:
        step(**arguments)
    assert str(error.value) == message
    assert type(error.value) is kind


# ---- Weights -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("head", HEADS)
def test_whole_weights_are_repeated_rows(head):
    net, times = Network((3, 5, 4, 2), "silu", head), np.array([1, 3, 0, 2, 4])
    params, X, y, _ = cases.random_batch(net, 5, seed=1)
    weighted = batch.step(net, params, X, y, times)
    repeated = batch.step(net, params, X.repeat(times, axis=0), y.repeat(times, axis=0))
    assert weighted.m == repeated.m == 10
    assert_close(weighted.J, repeated.J)
    for l in range(1, net.L + 1):
        assert_close(weighted.dW[l], repeated.dW[l])
        assert_close(weighted.db[l], repeated.db[l])


def test_m_is_the_sum_of_the_weights_and_the_only_divisor():
    w = np.array([0.5, 2.0, 0.25, 1.0, 3.0])
    working = step(w=w)
    assert working.m == 6.75
    assert_close(working.J, w @ working.losses / 6.75)
    assert_close(working.delta[2], w[:, None] * (working.p - np.eye(2)[LABELS]))
    assert_close(working.losses, step().losses)  # J_i carries no weight


def test_scaling_all_weights_changes_no_mean():
    w = np.array([0.5, 2.0, 0.25, 1.0, 3.0])
    one, other = step(w=w), step(w=8 * w)  # a power of two: no rounding
    assert one.J == other.J
    np.testing.assert_array_equal(one.dW[1], other.dW[1])
    np.testing.assert_array_equal(8 * one.delta[1], other.delta[1])


def test_no_weights_are_weights_of_1():
    assert_same(step(), step(w=np.ones(5)))


# ---- The update ----------------------------------------------------------------------------------------
def test_descend_leaves_the_old_parameters_and_the_working():
    params = PARAMS.copy()
    working = batch.step(NET, params, X, LABELS)
    dW, before = working.dW[1].copy(), params.flat.copy()
    new = batch.descend(params, working, lr=0.5, l2=0.1)
    np.testing.assert_array_equal(params.flat, before)
    np.testing.assert_array_equal(working.dW[1], dW)
    assert not np.shares_memory(new.flat, params.flat)
    assert (new.flat != before).any()


def test_biases_do_not_decay_and_weights_do():
    working = step()
    plain, decayed = (batch.descend(PARAMS, working, 0.5, l2) for l2 in (0.0, 0.1))
    for l in (1, 2):
        np.testing.assert_array_equal(plain.b[l], decayed.b[l])
        assert_close(plain.W[l] - decayed.W[l], 0.5 * 0.1 * PARAMS.W[l])


def test_the_penalty_is_not_divided_by_m():
    twice = step(np.vstack([X, X]), LABELS * 2)
    assert_close(batch.descend(PARAMS, twice, 0.5, 0.1).flat, batch.descend(PARAMS, step(), 0.5, 0.1).flat)


def test_no_learning_rate_no_change():
    np.testing.assert_array_equal(batch.descend(PARAMS, step(), 0.0, 0.1).flat, PARAMS.flat)


def test_descending_lowers_J():
    params, net = PARAMS, NET
    losses = []
    for _ in range(20):
        working = batch.step(net, params, X, LABELS)
        losses.append(working.J)
        params = batch.descend(params, working, 0.1)
    assert (np.diff(losses) < 0).all()


@pytest.mark.parametrize("relu0", [1, 0])
def test_pairs_follow_the_networks_convention_at_zero(relu0):
    pairs = batch.activation_pairs(Network((3, 4, 4, 2), ("relu", "tanh"), relu_grad_at_zero=relu0))
    assert pairs[0] is pairs[3] is None
    assert pairs[1][1](1.0, 0.0, 0.0) == relu0
    assert pairs[2][0] is np.tanh


def test_parameters_of_another_network_are_refused():
    params = Network((3, 4, 2)).initialize(seed=0)
    with pytest.raises(ShapeError, match="`params` are those of a 3-4-2 network, `net` is a 3-5-2 network"):
        batch.step(Network((3, 5, 2)), params, np.zeros((1, 3)), [0])


@pytest.mark.parametrize(
    "rates",
    [
        {"lr": np.nan},
        {"lr": -1.0},
        {"lr": 0.1, "l2": -1.0},
        {"lr": np.inf},
        {"lr": "0.1"},
        {"lr": 0.1, "l2": None},
    ],
)
def test_rates_that_cannot_be_are_refused(rates):
    net = Network((3, 4, 2))
    params = net.initialize(seed=0)
    with pytest.raises(SpecError, match="must be a finite number, not negative"):
        batch.descend(params, batch.step(net, params, np.ones((1, 3)), [0]), **rates)


def test_a_working_is_short_in_a_console():
    working = step()
    fields = "z, a, p, losses, J, delta, da, dW, db, m"
    assert repr(working) == f"Working(3-4-2 network, m = {working.m}, J = {working.J}: {fields})"
