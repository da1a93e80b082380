"""The element-wise passes of a step, each compiled as a C function for one formula and one dtype.

The functions below are templates: their free names (`g`, `score`, `number`, ...) are filled in from the
derivation page as Numba reads it, so that each formula still stands once. A pass carries the ids of the
lines that it fuses.
"""

from functools import cache
from types import FunctionType
from typing import Any

import numpy as np
from numba import carray, types  # pyright: ignore[reportPrivateImportUsage]

from clearprop.engine import store
from clearprop.maths import expressions, languages

# The entries of `hyper`. L2 is that of the step: LAMBDA, and ALPHA over its m. L1, MAX_NORM and CLIP are 0 where
# they are not set. FACTOR: of the rate, for the layer at hand; SCALE_RATE: for the scales of the inputs; BLEND_RATE:
# for the shares of a blended network; EMBED_RATE: for embeddings. Behind them stand the head's constant of each
# output, what each layer 0..L-1 drops, and the factors of W[1..L] and of b[1..L].
RATE, MASS, SHARE, L2, DECAY, MU, BETA1, BETA2, EPS, STEPS, LAMBDA, ALPHA = range(12)
L1, MAX_NORM, CLIP, NORM, SEED, EACH_ITS_OWN, FACTOR, SCALE_RATE, BLEND_RATE, EMBED_RATE = range(12, 22)
N_HYPER = 22

g: Any = None
g_back: Any = None
score: Any = None
term: Any = None
back: Any = None
page: Any = None
page64: Any = None
number: Any = None


def forward(z_, b_, a_, m, n, scratch_):  # G2 (the bias) and G3, or the head's G4
    z, b, a = carray(z_, (m, n)), carray(b_, n), carray(a_, (m, n))
    for i in range(m):
        for j in range(n):
            z[i, j] += b[j]
            a[i, j] = g(z[i, j])


def forward_blended(z_, b_, c_, g_, a_, m, n):  # G2 (the bias) and the blended G3; g(z) is kept
    z, b, c = carray(z_, (m, n)), carray(b_, n), carray(c_, n)
    kept, a = carray(g_, (m, n)), carray(a_, (m, n))
    for i in range(m):
        for j in range(n):
            z[i, j] += b[j]
            inner = g(z[i, j])
            kept[i, j] = inner
            a[i, j] = page.blended(z[i, j], inner, c[j])


def backward_blended(delta_, z_, c_, g_, m, n):  # G7; delta holds da, and dJ_i/dc takes the place of g(z)
    delta, z, c, kept = carray(delta_, (m, n)), carray(z_, (m, n)), carray(c_, n), carray(g_, (m, n))
    for i in range(m):
        for j in range(n):
            da, inner = delta[i, j], kept[i, j]
            kept[i, j] = page.share_term(da, z[i, j], inner)
            delta[i, j] = page.blended_back(da, g_back(da, z[i, j], inner), c[j])


def backward(delta_, z_, a_, n):  # G7 (the mask); delta holds da
    delta, z, a = carray(delta_, n), carray(z_, n), carray(a_, n)
    for k in range(n):
        delta[k] = g_back(delta[k], z[k], a[k])


def head(z_, b_, y_, n_y, w_, delta_, m, n, hyper_, losses_, scratch_):  # G2 (the bias), G4, G5, G6
    z, b, y, w = carray(z_, (m, n)), carray(b_, n), carray(y_, (m, n_y)), carray(w_, m)
    delta, losses = carray(delta_, (m, n)), carray(losses_, m)
    for i in range(m):
        loss = 0.0
        for j in range(n):
            z[i, j] += b[j]
            loss += w[i] * term(z[i, j], y[i, j])
            delta[i, j] = back(score(z[i, j]), y[i, j], w[i])
        losses[i] = loss


def head_with_constants(
    z_, b_, y_, n_y, w_, delta_, m, n, hyper_, losses_, scratch_
):  # `head`, with c for each output
    z, b, y, w = carray(z_, (m, n)), carray(b_, n), carray(y_, (m, n_y)), carray(w_, m)
    delta, losses, hyper = carray(delta_, (m, n)), carray(losses_, m), carray(hyper_, N_HYPER + n)
    for i in range(m):
        loss = 0.0
        for j in range(n):
            c = number(hyper[N_HYPER + j])
            z[i, j] += b[j]
            loss += w[i] * term(z[i, j], y[i, j], c)
            delta[i, j] = back(score(z[i, j]), y[i, j], w[i], c)
        losses[i] = loss


def sgd(theta_, grad_, u_, v_, n, hyper_):  # G10, and G11 where SHARE is 0
    theta, grad, hyper = carray(theta_, n), carray(grad_, n), carray(hyper_, N_HYPER)
    lr, l2 = number(hyper[RATE]), number(hyper[L2] * hyper[SHARE])
    for k in range(n):
        theta[k] = page.descend(theta[k], grad[k], lr, l2)


def momentum(theta_, grad_, u_, v_, n, hyper_):
    theta, grad, v, hyper = carray(theta_, n), carray(grad_, n), carray(v_, n), carray(hyper_, N_HYPER)
    lr, l2, mu = number(hyper[RATE]), number(hyper[L2] * hyper[SHARE]), number(hyper[MU])
    for k in range(n):
        v[k] = page.velocity(v[k], page.decayed(grad[k], theta[k], l2), lr, mu)
        theta[k] += v[k]


def nesterov(theta_, grad_, u_, v_, n, hyper_):
    theta, grad, v, hyper = carray(theta_, n), carray(grad_, n), carray(v_, n), carray(hyper_, N_HYPER)
    lr, l2, mu = number(hyper[RATE]), number(hyper[L2] * hyper[SHARE]), number(hyper[MU])
    for k in range(n):
        slope = page.decayed(grad[k], theta[k], l2)
        v[k] = page.velocity(v[k], slope, lr, mu)
        theta[k] += page.velocity(v[k], slope, lr, mu)


def adam(theta_, grad_, u_, v_, n, hyper_):
    theta, grad, hyper = carray(theta_, n), carray(grad_, n), carray(hyper_, N_HYPER)
    u, v = carray(u_, n), carray(v_, n)
    beta1, beta2, l2 = number(hyper[BETA1]), number(hyper[BETA2]), number(hyper[L2] * hyper[SHARE])
    rate = number(page64.adam_rate(hyper[RATE] * hyper[FACTOR], hyper[STEPS], hyper[BETA1], hyper[BETA2]))
    eps = number(hyper[EPS])
    for k in range(n):
        slope = page.decayed(grad[k], theta[k], l2)
        u[k] = page.first_moment(u[k], slope, beta1)
        v[k] = page.second_moment(v[k], slope, beta2)
        theta[k] = page.adam(theta[k], u[k], v[k], rate, eps)


def adamw(theta_, grad_, u_, v_, n, hyper_):
    theta, grad, hyper = carray(theta_, n), carray(grad_, n), carray(hyper_, N_HYPER)
    u, v = carray(u_, n), carray(v_, n)
    beta1, beta2, lr = number(hyper[BETA1]), number(hyper[BETA2]), number(hyper[RATE])
    rate = number(page64.adam_rate(hyper[RATE] * hyper[FACTOR], hyper[STEPS], hyper[BETA1], hyper[BETA2]))
    eps = number(page64.adamw_eps(hyper[EPS], hyper[STEPS], hyper[BETA2]))
    l2, decay = number(hyper[L2] * hyper[SHARE]), number(hyper[DECAY] * hyper[SHARE])
    for k in range(n):
        slope = page.decayed(grad[k], theta[k], l2)
        u[k] = page.first_moment(u[k], slope, beta1)
        v[k] = page.second_moment(v[k], slope, beta2)
        theta[k] = page.adam(page.decoupled(theta[k], lr, decay), u[k], v[k], rate, eps)


UPDATES = {"sgd": sgd, "momentum": momentum, "nesterov": nesterov, "adam": adam, "adamw": adamw}
TERMS = {
    "logistic": "binary_term", "identity": "squared_term", "exp": "poisson_term", "absolute": "absolute_term",
    "huber": "huber_term", "quantile": "quantile_term",
}  # fmt: skip
WITH_CONSTANTS = ("huber", "quantile")


@cache
def forward_pass(name: str, dtype: str) -> Any:
    """z += b, a = g(z): (z, b, a, m, n, scratch). `name` is an activation, or the head `exp`."""
    language = languages.in_numba(dtype)
    g = language.exp if name == "exp" else expressions.pair(name, 0, language)[0]
    return compiled(forward, expressions.file_name(name), dtype, "pppiip", g=g)


@cache
def backward_pass(name: str, relu_grad_at_zero: int, dtype: str) -> Any:
    """delta = g_back(da, z, a) in place: (delta, z, a, n)."""
    pair = expressions.pair(name, relu_grad_at_zero, languages.in_numba(dtype))
    said = f"{expressions.file_name(name)}_{relu_grad_at_zero}"
    return compiled(backward, said, dtype, "pppi", g_back=pair[1])


@cache
def blended_forward_pass(name: str, dtype: str) -> Any:
    """z += b, a = z + c (g(z) - z): (z, b, c, g(z), a, m, n)."""
    g = expressions.pair(name, 0, languages.in_numba(dtype))[0]
    return compiled(forward_blended, expressions.file_name(name), dtype, "pppppii", g=g)


@cache
def blended_backward_pass(name: str, relu_grad_at_zero: int, dtype: str) -> Any:
    """delta from da in place, and what each row adds to dc in the place of g(z): (delta, z, c, g(z), m, n)."""
    pair = expressions.pair(name, relu_grad_at_zero, languages.in_numba(dtype))
    said = f"{expressions.file_name(name)}_{relu_grad_at_zero}"
    return compiled(backward_blended, said, dtype, "ppppii", g_back=pair[1])


@cache
def head_pass(name: str, dtype: str) -> Any:
    """z += b, delta = w (p - y), and w J_i of each row: (z, b, y, n_y, w, delta, m, n, hyper, losses, scratch)."""
    template = head_with_constants if name in WITH_CONSTANTS else head
    words = head_words(name, dtype)
    return compiled(template, expressions.file_name(name), dtype, "pppippiihhp", **words)


def head_words(name: str, dtype: str) -> dict[str, Any]:
    """What fills in the template of a head other than softmax."""
    language = languages.in_numba(dtype)
    if name not in language.HEADS:
        term, back = expressions.loss_lines(name, language)
        return {"score": language.identity, "term": term, "back": back}
    score, _, back = language.HEADS[name]
    return {"score": score, "term": getattr(language, TERMS[name]), "back": back}


@cache
def update_pass(name: str, dtype: str) -> Any:
    """One update of n entries of the flat vector: (theta, grad, u, v, n, hyper)."""
    return compiled(UPDATES[name], name, dtype, "ppppih")


def compiled(template: Any, name: str, dtype: str, arguments: str, **words: Any) -> Any:
    """A template with its words filled in, compiled.

    arguments: a letter each, p for a pointer to numbers, h for one to float64, l for one to counts, i for a
    count, d for a float64.
    """
    real = types.float32 if dtype == "float32" else types.float64
    kinds = {
        "p": types.CPointer(real),
        "h": types.CPointer(types.float64),
        "l": types.CPointer(types.int64),
        "i": types.intp,
        "d": types.float64,
    }
    words |= {
        "number": np.dtype(dtype).type,
        "page": languages.in_numba(dtype),
        "page64": languages.in_numba("float64"),
    }
    function = FunctionType(template.__code__, template.__globals__ | words, template.__name__)
    function.__qualname__ = f"{template.__name__}_{name}_{dtype}"  # Numba names its cache file after it
    return store.c_function(types.void(*(kinds[a] for a in arguments)), function)
