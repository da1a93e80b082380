"""Embedded inputs: what layer 1 reads beside them, the way back, and the gradients of the embeddings' numbers.

A pass takes some rows of a batch forward or backward, or sums over all rows for one input: no sum is divided between
threads. The numbers of an input lie side by side, as `network.Embedding` has them: f, s, V as rows of waves, r.
"""

from functools import cache
from typing import Any

from numba import carray  # pyright: ignore[reportPrivateImportUsage]

from clearprop.engine.calls import call
from clearprop.engine.layout import (
    AT_A,
    AT_DELTA,
    AT_MASK,
    AT_W,
    BACKWARD,
    COLUMNS,
    DE,
    FORWARD,
    GRADIENT,
    INPUTS,
    LINE,
    MASKED,
    OWN,
    SIZE,
    H,
    Q,
    T,
)  # fmt: skip
from clearprop.engine.passes import MASS, compiled
from clearprop.engine.plan import GRAD, THETA, at_layer, at_state
from clearprop.engine.products import multiply
from clearprop.engine.store import kernel
from clearprop.network import FURTHER, OF_AN_INPUT, WAVES

page: Any = None
number: Any = None
V_AT, R_AT = 2 * WAVES, OF_AN_INPUT - FURTHER  # where an input's numbers hold V and r


def forward(a_, own_, at_, t_, h_, m, n, inputs, q):  # phase, wave, and G2 of the waves, into a[0]
    a, own, at = carray(a_, (m, n)), carray(own_, (q, OF_AN_INPUT)), carray(at_, q)
    t, h, waves = carray(t_, (m, q, WAVES)), carray(h_, (m, q, WAVES)), carray(h_, m * q * WAVES)
    phases = carray(t_, m * q * WAVES)
    for i in range(m):
        for k in range(q):
            x = a[i, at[k]]
            for w in range(WAVES):
                t[i, k, w] = page.phase(x, own[k, w], own[k, WAVES + w])
    for v in range(m * q * WAVES):
        waves[v] = page.wave(phases[v])
    for i in range(m):
        for k in range(q):
            for j in range(FURTHER):
                e = own[k, R_AT + j]
                for w in range(WAVES):
                    e += h[i, k, w] * own[k, V_AT + j * WAVES + w]
                a[i, inputs + k * FURTHER + j] = e


def backward(de_, own_, t_, h_, m, q):  # G7 of the waves, and wave_back; t holds dt afterwards
    de, own, t = carray(de_, (m, q, FURTHER)), carray(own_, (q, OF_AN_INPUT)), carray(t_, (m, q, WAVES))
    phases, waves, one = carray(t_, m * q * WAVES), carray(h_, m * q * WAVES), number(1)
    for v in range(m * q * WAVES):
        phases[v] = page.wave_back(one, phases[v], waves[v])
    for i in range(m):
        for k in range(q):
            for w in range(WAVES):
                dh = number(0)
                for j in range(FURTHER):
                    dh += de[i, k, j] * own[k, V_AT + j * WAVES + w]
                t[i, k, w] *= dh


def gradient(a_, de_, dt_, h_, grad_, at, k, m, n, q, hyper_):  # G8 and G9 for f, s, V and r of one input
    a, de, h = carray(a_, (m, n)), carray(de_, (m, q, FURTHER)), carray(h_, (m, q, WAVES))
    dt, grad, m_ = (
        carray(dt_, (m, q, WAVES)),
        carray(grad_, OF_AN_INPUT),
        number(carray(hyper_, MASS + 1)[MASS]),
    )
    for p in range(OF_AN_INPUT):
        grad[p] = number(0)
    for i in range(m):
        x = a[i, at]
        for w in range(WAVES):
            grad[w] += page.frequency_term(dt[i, k, w], x)
            grad[WAVES + w] += dt[i, k, w]
        for j in range(FURTHER):
            d = de[i, k, j]
            for w in range(WAVES):
                grad[V_AT + j * WAVES + w] += h[i, k, w] * d
            grad[R_AT + j] += d
    for p in range(OF_AN_INPUT):
        grad[p] /= m_


def masked(de_, mask_, m, n, inputs, width):  # dropped_back, where dropout acts on a[0]
    de, mask = carray(de_, (m, width)), carray(mask_, (m, n))
    for i in range(m):
        for j in range(width):
            de[i, j] = page.dropped_back(de[i, j], mask[i, inputs + j])


PASSES = {
    "forward": (forward, "pplppiiii"),
    "backward": (backward, "ppppii"),
    "gradient": (gradient, "pppppiiiiih"),
    "masked": (masked, "ppiiii"),
}


@cache
def wave_pass(name: str, dtype: str) -> Any:
    """One of the functions above for numbers of a dtype; `at` are the inputs that are embedded."""
    template, arguments = PASSES[name]
    return compiled(template, "waves", dtype, arguments)


@kernel
def embed(rows: Any, plan: Any, memory: Any) -> None:
    """The further numbers of some rows of a[0]; nothing where no input is embedded."""
    waves = plan.waves
    q, m, n = waves[Q], rows[1] - rows[0], plan.layers[0, SIZE]
    if q == 0:
        return
    a, own = at_layer(AT_A, 0, rows[0], plan, memory), _own(THETA, 0, plan, memory)
    t, h = _at(T, rows[0] * q * WAVES, plan, memory), _at(H, rows[0] * q * WAVES, plan, memory)
    call(waves[FORWARD], (a, own, waves.ctypes.data + 8 * COLUMNS, t, h, m, n, waves[INPUTS], q))


@kernel
def embed_back(rows: Any, plan: Any, memory: Any) -> None:
    """de and dt of some rows, from delta[1] and the old W[1] (G7); nothing where no input is embedded."""
    waves, layers, size = plan.waves, plan.layers, memory.block.itemsize
    q, m = waves[Q], rows[1] - rows[0]
    if q == 0:
        return
    width, n, inputs = q * FURTHER, layers[1, SIZE], waves[INPUTS]
    delta, de = at_layer(AT_DELTA, 1, rows[0], plan, memory), _at(DE, rows[0] * width, plan, memory)
    W = at_state(THETA, AT_W, 1, plan, memory) + inputs * n * size
    multiply(plan.product, size, 0, 1, m, width, n, 1.0, delta, W, 0.0, de, memory.scratch.ctypes.data + LINE)
    if plan.passes[2, 0] != 0:
        mask = at_layer(AT_MASK, 0, rows[0], plan, memory)
        call(waves[MASKED], (de, mask, m, layers[0, SIZE], inputs, width))
    t, h = _at(T, rows[0] * q * WAVES, plan, memory), _at(H, rows[0] * q * WAVES, plan, memory)
    call(waves[BACKWARD], (de, _own(THETA, 0, plan, memory), t, h, m, q))


@kernel
def embedding_gradient(k: Any, m: Any, plan: Any, memory: Any) -> None:
    """df, ds, dV, dr of one input, from all rows of a batch (G8, G9)."""
    waves, hyper = plan.waves, memory.hyper.ctypes.data
    a, grad = at_layer(AT_A, 0, 0, plan, memory), _own(GRAD, k, plan, memory)
    de, t, h = _at(DE, 0, plan, memory), _at(T, 0, plan, memory), _at(H, 0, plan, memory)
    n, q = plan.layers[0, SIZE], waves[Q]
    call(waves[GRADIENT], (a, de, t, h, grad, waves[COLUMNS + k], k, m, n, q, hyper))


@kernel
def _at(what: Any, numbers: Any, plan: Any, memory: Any) -> Any:
    """The address of t, h or de of a row in the block, so many numbers further on."""
    return memory.block.ctypes.data + memory.block.itemsize * (plan.waves[what] + numbers)


@kernel
def _own(row: Any, k: Any, plan: Any, memory: Any) -> Any:
    """The address of what a row of the state holds for the embedding of input k."""
    state = memory.state
    return state.ctypes.data + state.itemsize * (row * state.shape[1] + plan.waves[OWN] + k * OF_AN_INPUT)
