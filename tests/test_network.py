"""The network: what it accepts, what it says when it does not, and how it starts."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop.errors import ClearpropError, SpecError
from clearprop.maths.derivation import ACTIVATIONS, HEADS
from clearprop.network import SCHEMES, Network

SIZES_RULE = "`sizes` must be two or more whole numbers, each 1 or more, such as (3, 4, 2); got {}."
ACTIVATION_RULE = f"`activation` must be one of {', '.join(ACTIVATIONS)}; got 'rleu'."

MESSAGES = {
    "one size": (((3,),), {}, SIZES_RULE.format("(3,)")),
    "no size": (((),), {}, SIZES_RULE.format("()")),
    "a number": ((3,), {}, SIZES_RULE.format("3")),
    "zero units": (((3, 0, 2),), {}, SIZES_RULE.format("(3, 0, 2)")),
    "negative": (((3, -4, 2),), {}, SIZES_RULE.format("(3, -4, 2)")),
    "half a unit": (((3, 2.5, 2),), {}, SIZES_RULE.format("(3, 2.5, 2)")),
    "not a number": (((3, float("nan"), 2),), {}, SIZES_RULE.format("(3, nan, 2)")),
    "infinite": (((3, float("inf"), 2),), {}, SIZES_RULE.format("(3, inf, 2)")),
    "a word": (((3, "four", 2),), {}, SIZES_RULE.format("(3, 'four', 2)")),
    "nothing": ((None,), {}, SIZES_RULE.format("None")),
    "too large": (
        ((10**6, 10**6),),
        {},
        "The layers 1000000-1000000 make more than 2,147,483,648 parameters. Use smaller `sizes`.",
    ),
    "activation": (((3, 4, 2), "rleu"), {}, ACTIVATION_RULE),
    "activation without a hidden layer": (((3, 2), "rleu"), {}, ACTIVATION_RULE),
    "no activation": (((3, 4, 2), None), {}, ACTIVATION_RULE.replace("'rleu'", "None")),
    "one of the activations": (((3, 4, 4, 2), ("relu", "rleu")), {}, ACTIVATION_RULE),
    "too few activations": (
        ((3, 4, 4, 2), ("relu",)),
        {},
        "`activation` must be one name, or one for each of the 2 hidden layers; got 1.",
    ),
    "head": (
        ((3, 4, 2),),
        {"head": "sigmoid"},
        "`head` must be one of softmax, logistic, identity, exp, absolute, huber, quantile; got 'sigmoid'.",
    ),
    "softmax of one": (
        ((3, 4, 1),),
        {},
        "A softmax head needs 2 outputs or more; got 1. Use `head='logistic'` for one.",
    ),
    "relu_grad_at_zero": (
        ((3, 4, 2),),
        {"relu_grad_at_zero": 0.5},
        "`relu_grad_at_zero` must be 0 or 1; got 0.5.",
    ),
}


@pytest.mark.parametrize("what", MESSAGES)
def test_what_cannot_be_a_network_is_said(what):
    args, kwargs, message = MESSAGES[what]
    with pytest.raises(SpecError) as error:
        Network(*args, **kwargs)
    assert str(error.value) == message
    assert isinstance(error.value, ClearpropError)
    assert isinstance(error.value, ValueError)


def test_a_network_cannot_be_changed():
    with pytest.raises(AttributeError):
        Network((3, 4, 2)).sizes = (3, 5, 2)  # pyright: ignore


def test_equal_networks_are_one_key():
    net = Network((3, 4, 2), "tanh")
    same = Network([3, np.int64(4), 2.0], "tanh")  # pyright: ignore
    assert net == same
    assert {net: "found"}[same] == "found"
    assert same.sizes == (3, 4, 2)
    assert all(type(n) is int for n in same.sizes)


@pytest.mark.parametrize(
    "other",
    [
        Network((3, 5, 2)),
        Network((3, 4, 2), "tanh"),
        Network((3, 4, 2), head="logistic"),
        Network((3, 4, 2), relu_grad_at_zero=0),
    ],
    ids=["sizes", "activation", "head", "relu_grad_at_zero"],
)
def test_each_setting_tells_networks_apart(other):
    assert Network((3, 4, 2)) != other


def test_a_list_of_activations_can_be_hashed():
    for names in (["relu", "tanh"], np.array(["relu", "tanh"])):
        net = Network((3, 4, 5, 2), names)  # pyright: ignore
        assert hash(net) == hash(Network((3, 4, 5, 2), ("relu", "tanh")))
        assert net.activations == ("relu", "tanh")


def test_one_activation_is_for_every_hidden_layer():
    assert Network((3, 4, 5, 6, 2), "gelu").activations == ("gelu",) * 3
    assert Network((3, 2), "gelu").activations == ()


def test_a_network_can_be_pickled():
    net = Network((3, 4, 5, 2), ("relu", "tanh"), "logistic", 0)
    back = pickle.loads(pickle.dumps(net))
    assert back == net
    assert back.activations == net.activations


def test_a_network_is_printed_by_its_sizes():
    assert str(Network((3, 4, 2))) == "3-4-2 network"
    assert (
        repr(Network((3, 4, 2)))
        == "Network(sizes=(3, 4, 2), activation='relu', head='softmax', relu_grad_at_zero=1, head_constants=(), "
        "blended=False, embedded=())"
    )


@given(st.lists(st.integers(1, 9), min_size=2, max_size=6), st.sampled_from(sorted(set(HEADS) - {"softmax"})))
def test_parameters_are_counted(sizes, head):
    net = Network(tuple(sizes), head=head)
    params = net.initialize(seed=0)
    assert sum(W.size for W in params.W[1:]) == net.n_weights
    assert sum(b.size for b in params.b[1:]) == net.n_parameters - net.n_weights
    assert params.flat.size == net.n_parameters


# ---- The start -----------------------------------------------------------------------------------------
WIDE = Network((300, 200, 100), "tanh")
# A variance of n draws is off by sqrt(2 / n) of it: 1 % of 60,000 uniform or normal draws is 1.7 of those
# for the weights; biases are 200, so they get five.


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_same_seed_gives_the_same_bits(scheme):
    first, again, other = (WIDE.initialize(seed, scheme=scheme).flat for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first[: WIDE.n_weights] != other[: WIDE.n_weights]).all()


def test_a_generator_goes_on_where_it_stands():
    rng = np.random.default_rng(5)
    first, second = WIDE.initialize(rng).flat, WIDE.initialize(rng).flat
    np.testing.assert_array_equal(first, WIDE.initialize(5).flat)
    assert (first != second).any()


def test_no_seed_gives_new_numbers():
    assert (WIDE.initialize().flat != WIDE.initialize().flat).any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_drawn_in_float64(dtype):
    params = WIDE.initialize(3, dtype=dtype)
    assert params.flat.dtype == params.W[1].dtype == params.b[2].dtype == dtype
    np.testing.assert_array_equal(params.flat, WIDE.initialize(3).flat.astype(dtype))


def test_glorot_is_uniform_within_its_bound():
    params = WIDE.initialize(0)
    for l in (1, 2):
        bound = np.sqrt(6 / (WIDE.sizes[l - 1] + WIDE.sizes[l]))
        for values in (params.W[l], params.b[l]):
            assert 0.95 * bound < np.abs(values).max() <= bound
        assert params.W[l].var() == pytest.approx(bound**2 / 3, rel=0.02)
        assert abs(params.W[l].mean()) < 5 * bound / np.sqrt(3 * params.W[l].size)


@pytest.mark.parametrize(
    ("net", "factors"),
    [
        (Network((300, 200, 100), "logistic"), (2, 6)),
        (Network((300, 200, 100), "tanh", "logistic"), (6, 2)),
        (Network((300, 200, 100), "relu", "identity"), (6, 6)),
    ],
    ids=["logistic hidden layer", "logistic head", "neither"],
)
def test_glorot_is_narrower_where_a_layer_is_logistic(net, factors):
    params = net.initialize(0)
    for l, factor in enumerate(factors, 1):
        bound = np.sqrt(factor / (net.sizes[l - 1] + net.sizes[l]))
        assert 0.99 * bound < np.abs(params.W[l]).max() <= bound
        assert 0.9 * bound < np.abs(params.b[l]).max() <= bound


@pytest.mark.parametrize("activation", ["relu", "logistic"])
def test_glorot_has_scikit_learns_bounds(activation):
    """Against the bound that scikit-learn's own `_init_coef` keeps to."""
    from sklearn.neural_network import MLPRegressor

    theirs = MLPRegressor(activation=activation, random_state=0)
    theirs._random_state = np.random.RandomState(0)
    coef, intercept = theirs._init_coef(300, 200, np.float64)
    mine = Network((300, 200, 1), activation, "identity").initialize(0)
    assert np.abs(mine.W[1]).max() == pytest.approx(np.abs(coef).max(), rel=1e-3)  # the ends of 60,000 draws
    assert np.abs(mine.b[1]).max() == pytest.approx(np.abs(intercept).max(), rel=0.05)  # of 200


def test_he_is_normal_with_zero_biases():
    params = WIDE.initialize(0, scheme="he")
    for l in (1, 2):
        assert params.W[l].var() == pytest.approx(2 / WIDE.sizes[l - 1], rel=0.03)
        assert np.abs(params.W[l]).max() > 3.5 * np.sqrt(2 / WIDE.sizes[l - 1])  # no uniform reaches so far
        assert (params.b[l] == 0).all()


def test_ntk_is_normal_with_variance_1_over_the_inputs_and_biases_of_variance_1():
    params = WIDE.initialize(0, scheme="ntk")
    for l in (1, 2):
        assert params.W[l].var() == pytest.approx(1 / WIDE.sizes[l - 1], rel=0.03)
        assert np.abs(params.W[l]).max() > 3.5 * np.sqrt(1 / WIDE.sizes[l - 1])
    biases = np.concatenate(params.b[1:])
    assert biases.var() == pytest.approx(1, rel=5 * np.sqrt(2 / biases.size))


def test_an_unknown_scheme_is_said():
    with pytest.raises(SpecError) as error:
        WIDE.initialize(0, scheme="xavier")
    assert str(error.value) == "`scheme` must be one of glorot, he, ntk; got 'xavier'."
