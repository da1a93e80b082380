"""Parameters: one flat vector, seen by layer."""

import pickle

import numpy as np
import pytest

from clearprop.errors import ShapeError, SpecError
from clearprop.network import Network, Parameters

NET = Network((3, 4, 2))


@pytest.fixture
def params():
    return NET.initialize(seed=0)


def test_the_vector_holds_all_W_first_then_all_b():
    params = Parameters(NET, np.arange(26.0))
    assert [None if W is None else W.ravel().tolist() for W in params.W] == [
        None,
        list(range(12)),
        list(range(12, 20)),
    ]
    assert [None if b is None else b.tolist() for b in params.b] == [None, list(range(20, 24)), [24, 25]]
    assert params.W[1][1].tolist() == [4, 5, 6, 7]  # row by row


def test_layers_are_views_that_write_through(params):
    params.W[2][3, 1] = 7
    params.b[1][...] = [1, 2, 3, 4]
    assert params.flat[19] == 7
    assert params.flat[20:24].tolist() == [1, 2, 3, 4]
    params.flat[0] = -5
    assert params.W[1][0, 0] == -5


def test_the_vector_is_kept_not_copied():
    flat = np.zeros(26)
    Parameters(NET, flat).b[2][...] = 1
    assert flat[24:].tolist() == [1, 1]


@pytest.mark.parametrize("twin", [Parameters.copy, lambda p: p.astype(np.float64)], ids=["copy", "astype"])
def test_a_copy_is_independent(params, twin):
    before = params.flat.copy()
    other = twin(params)
    np.testing.assert_array_equal(other.flat, before)
    other.flat[...] = 0
    np.testing.assert_array_equal(params.flat, before)
    assert other.net is params.net


def test_astype_converts(params):
    assert params.astype(np.float32).W[1].dtype == np.float32
    assert params.flat.dtype == np.float64


def test_from_layers_copies(params):
    W, b = [None, *(x.copy() for x in params.W[1:])], [None, *(x.copy() for x in params.b[1:])]
    other = Parameters.from_layers(NET, W, b)
    np.testing.assert_array_equal(other.flat, params.flat)
    W[1][...] = 0
    np.testing.assert_array_equal(other.flat, params.flat)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.complex64, np.complex64),
        (np.int64, np.float64),
    ],
)
def test_from_layers_keeps_the_dtype(params, given, kept):
    W, b = [None, *(x.astype(given) for x in params.W[1:])], [None, *(x.astype(given) for x in params.b[1:])]
    assert Parameters.from_layers(NET, W, b).flat.dtype == kept


@pytest.mark.parametrize("at", range(4))
def test_from_layers_takes_the_widest_dtype(params, at):
    narrow = params.astype(np.float32)
    layers = [*narrow.W[1:], *narrow.b[1:]]
    layers[at] = layers[at].astype(np.float64)
    assert Parameters.from_layers(NET, [None, *layers[:2]], [None, *layers[2:]]).flat.dtype == np.float64


def test_from_layers_takes_lists():
    params = Parameters.from_layers(Network((1, 2)), [None, [[1, 2]]], [None, [3, 4]])
    assert params.flat.tolist() == [1, 2, 3, 4]


def test_from_layers_says_which_layer_does_not_fit(params):
    W, b = list(params.W), list(params.b)
    with pytest.raises(ShapeError) as error:
        Parameters.from_layers(NET, [None, W[1], W[2].T], b)
    assert str(error.value) == "`W[2]` must be (4, 2) in a (3, 4, 2) network; got (2, 4)."
    with pytest.raises(ShapeError) as error:
        Parameters.from_layers(NET, W, [None, b[1][None, :], b[2]])
    assert str(error.value) == "`b[1]` must be (4,) in a (3, 4, 2) network; got (1, 4)."


@pytest.mark.parametrize("missing", ["W", "b"])
def test_from_layers_says_when_layers_are_missing(params, missing):
    layers = {"W": list(params.W), "b": list(params.b)}
    layers[missing] = layers[missing][:2]
    with pytest.raises(ShapeError) as error:
        Parameters.from_layers(NET, **layers)
    assert (
        str(error.value) == f"`{missing}` must have 3 entries (index 0 unused) in a (3, 4, 2) network; got 2."
    )


def test_from_layers_says_when_there_are_layers_too_many(params):
    with pytest.raises(ShapeError, match=r"`W` must have 3 entries .* got 4\."):
        Parameters.from_layers(NET, [*params.W, params.W[2]], params.b)


@pytest.mark.parametrize("dtype", [np.int64, bool])
def test_whole_numbers_are_refused_since_a_step_would_round_the_batch_to_them(dtype):
    with pytest.raises(SpecError) as error:
        Parameters(NET, np.ones(26, dtype))
    assert str(error.value) == f"`flat` must hold float32 or float64; got {np.dtype(dtype)}."


@pytest.mark.parametrize("shape", [(25,), (27,), (26, 1), ()])
def test_a_vector_of_another_length_is_said(shape):
    with pytest.raises(ShapeError) as error:
        Parameters(NET, np.zeros(shape))
    assert str(error.value) == f"A 3-4-2 network has 26 parameters; `flat` is {shape}."


def test_parameters_can_be_pickled(params):
    back = pickle.loads(pickle.dumps(params))
    np.testing.assert_array_equal(back.flat, params.flat)
    assert back.net == params.net
    back.flat[0] = 9
    assert back.W[1][0, 0] == 9  # still views


def test_parameters_are_printed_by_network_size_and_dtype(params):
    assert repr(params) == "Parameters(3-4-2 network, 26 x float64)"
