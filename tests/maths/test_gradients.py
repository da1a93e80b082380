"""dW, db and the input gradient of `step` against the complex step and against other libraries."""

from itertools import cycle

import numpy as np
import pytest

from clearprop import batch
from clearprop.maths import languages
from clearprop.maths.derivation import ACTIVATIONS, HEADS, Working
from clearprop.network import Network
from oracles import cases
from oracles.close import assert_close, relative_error
from oracles.complex_step import SUMS, gradient_faults

SIZES = [(3, 4), (3, 5, 2), (2, 4, 3, 2), (3, 2, 4, 3, 2), (2, 3, 3, 2, 3, 3), (3, 3, 2, 4, 2, 3, 2)]
ROWS = (1, 2, 7)
PAIRS = [(activation, head) for activation in ACTIVATIONS for head in HEADS]
SHAPES = [(sizes, m) for sizes in SIZES for m in ROWS]
SOME_PAIRS = [  # every activation, and every head
    *((activation, "softmax") for activation in ACTIVATIONS),
    *(("silu", head) for head in HEADS if head != "softmax"),
]
MIXED = ("tanh", "relu", "mish")


def assert_right(net, m, seed, weighted):
    params, X, y, w = cases.random_batch(net, m, seed, weighted)
    working = batch.step(net, params, X, y, w)
    assert gradient_faults(net, params, X, y, w, working) == []


@pytest.mark.parametrize(
    ("activation", "head", "shape"), [(*p, s) for p, s in zip(PAIRS, cycle(SHAPES), strict=False)]
)
def test_every_activation_with_every_head(activation, head, shape):
    sizes, m = shape
    sizes = sizes if len(sizes) > 2 else (3, 4, 3)  # one layer has no activation
    assert_right(Network(sizes, activation, head), m, seed=1, weighted=True)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("sizes", SIZES, ids=len)
def test_every_depth_with_every_number_of_rows(sizes, head):
    activation = tuple(name for name, _ in zip(cycle(MIXED), sizes[1:-1], strict=False))
    for m in ROWS:
        for weighted in (False, True):
            assert_right(Network(sizes, activation, head), m, seed=m, weighted=weighted)


@pytest.mark.parametrize(("activation", "head"), SOME_PAIRS)
def test_jax_differentiates_the_page_to_the_same_gradients(activation, head):
    import jax

    page, net = languages.in_jax(), Network((3, 5, 4, 2), activation, head)
    params, X, y, w = cases.random_batch(net, 7, seed=2, weighted=True)
    working, pairs = batch.step(net, params, X, y, w), batch.activation_pairs(net, page)
    with jax.enable_x64(True):
        gradient = jax.grad(lambda W, b, X: page.loss(W, b, X, y, w, pairs, head), argnums=(0, 1, 2))
        dW, db, dX = gradient([None, *map(np.array, params.W[1:])], [None, *map(np.array, params.b[1:])], X)
        assert dX.dtype == np.float64
    for l in range(1, net.L + 1):
        assert relative_error(dW[l], working.dW[l]) <= SUMS
        assert relative_error(db[l], working.db[l]) <= SUMS
    assert relative_error(dX, working.da[0] / working.m) <= SUMS


def fields(working):
    """Every array of a Working by its name."""
    for name, value in zip(Working._fields, working, strict=True):
        entries = enumerate(value) if isinstance(value, list) else [("", value)]
        yield from ((f"{name}[{at}]", entry) for at, entry in entries if entry is not None)


@pytest.mark.parametrize(("activation", "head"), SOME_PAIRS)
def test_the_array_api_standard_agrees(activation, head):
    import array_api_strict as xp

    page, net = languages.in_array_api(xp), Network((3, 5, 4, 2), activation, head)
    params, X, y, w = cases.random_batch(net, 7, seed=3, weighted=True)
    W, b = ([None, *(xp.asarray(x.copy()) for x in layers[1:])] for layers in (params.W, params.b))
    pairs = batch.activation_pairs(net, page)
    strict = page.step(W, b, xp.asarray(X), xp.asarray(y), xp.asarray(w), pairs, head)
    want = dict(fields(batch.step(net, params, X, y, w)))
    got = dict(fields(strict))
    assert got.keys() == want.keys()
    for name, value in got.items():
        assert_close(np.asarray(value), want[name])


@pytest.mark.parametrize(("activation", "head"), PAIRS)
def test_float32_stays_float32_everywhere(activation, head):
    net = Network((3, 5, 4, 2), activation, head)
    params, X, y, w = cases.random_batch(net, 7, seed=4, weighted=True)
    for weights in (w, None):
        working = batch.step(net, params.astype(np.float32), X, y, weights)
        assert {name: value.dtype for name, value in fields(working) if value.dtype != np.float32} == {}
    new = batch.descend(params.astype(np.float32), working, 0.1, 0.01)
    assert new.flat.dtype == np.float32


@pytest.mark.parametrize(("activation", "head"), SOME_PAIRS)
def test_torch_differentiates_the_page_to_the_same_gradients(activation, head):
    torch = pytest.importorskip("torch")
    page, net = languages.in_torch(), Network((3, 5, 4, 2), activation, head)
    params, X, y, w = cases.random_batch(net, 7, seed=5, weighted=True)
    working = batch.step(net, params, X, y, w)
    W, b = (
        [None, *(torch.tensor(x, requires_grad=True) for x in layers[1:])] for layers in (params.W, params.b)
    )
    tX, ty, tw = torch.tensor(X, requires_grad=True), torch.tensor(y), torch.tensor(w)
    page.loss(W, b, tX, ty, tw, batch.activation_pairs(net, page), head).backward()
    for l in range(1, net.L + 1):
        assert relative_error(W[l].grad.numpy(), working.dW[l]) <= SUMS
        assert relative_error(b[l].grad.numpy(), working.db[l]) <= SUMS
    assert relative_error(tX.grad.numpy(), working.da[0] / working.m) <= SUMS
