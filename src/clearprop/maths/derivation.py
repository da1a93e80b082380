"""The derivation: every formula of clearprop, once, in the order in which a step uses them.

A row is a sample, so a batch of m rows with n units is an (m, n) array. Layers are numbered 1..L and
layer 0 is the input. ``delta[l]``, ``da[l]`` and the losses are per row; ``J``, ``dW[l]`` and ``db[l]``
are means over the batch: the only division is by ``m``, the sum of the row weights ``w``.
The ids G2..G11 are those of the general derivation, for any number of layers.

The page uses array words only (`words`), so that `languages` can read the same file in NumPy, SymPy,
JAX, Torch, the array API and, one number at a time, Numba. A line named ``g_back`` undoes the line
named ``g``: it takes the gradient with respect to the output ``a = g(z)`` and returns the gradient with
respect to the input ``z``.
"""

from typing import NamedTuple

from clearprop.maths.words import (
    INV_SQRT_2PI, PI, SQRT_HALF, absolute, cos, erf, exp, expm1, greater, largest, less, less_equal, log, log1p,
    matmul, maximum, minimum, ratio, sqrt, tanh, total, where,
)


# ---- Layers: (m, n[l-1]) -> (m, n[l]) -----------------------------------------------------------------
def affine(a, W, b):            return matmul(a, W) + b                                     # G2   z[l]
def pull_back(delta, W):        return matmul(delta, W.T)                                   # G7   da[l-1]
def weight_grad(a, delta, m):   return matmul(a.T, delta) / m                               # G8   dW[l]
def bias_grad(delta, m):        return total(delta, axis=0) / m                             # G9   db[l]


# ---- Activations, one number at a time: a = g(z), and g_back(da, z, a) = da * g'(z) -------------------
def identity(z):                return z
def identity_back(da, z, a):    return da

def relu(z):                    return maximum(z, 0.0)                                      # G3   a[l]
def relu_back(da, z, a):        return where(less_equal(z, 0.0), 0.0, da)                   # relu'(0) = 0
def relu_back_one(da, z, a):    return where(less(z, 0.0), 0.0, da)                         # G7   relu'(0) = 1: 1(z >= 0)

def leaky_relu(z):              return maximum(z, 0.0) + 0.01 * minimum(z, 0.0)
def leaky_relu_back(da, z, a):  return where(less(z, 0.0), 0.01 * da, da)

def elu(z):                     return maximum(z, 0.0) + expm1(minimum(z, 0.0))
def elu_back(da, z, a):         return where(less(z, 0.0), da * (a + 1.0), da)

def selu(z):                    return 1.0507009873554805 * maximum(z, 0.0) + 1.7580993408473766 * expm1(minimum(z, 0.0))
def selu_back(da, z, a):        return da * where(less(z, 0.0), 1.7580993408473766 * exp(minimum(z, 0.0)), 1.0507009873554805)

def gelu(z):                    return 0.5 * z * (1.0 + erf(SQRT_HALF * z))
def gelu_back(da, z, a):        return da * (0.5 * (1.0 + erf(SQRT_HALF * z)) + INV_SQRT_2PI * z * exp(-0.5 * z * z))

def folded(z):                  return where(less(z, 0.0), z, -z)                           # -|z|: its exp is never too large
def sigmoid(x, z, e):           return ratio(x, where(less(z, 0.0), e, 1.0), 0.0, 1.0, e)   # x / (1 + exp(-z)); e = exp(-|z|)
def logistic(z):                return sigmoid(1.0, z, exp(folded(z)))
def logistic_back(da, z, a):    return da * a * (1.0 - a)

def softplus(z):                return maximum(z, 0.0) + log1p(exp(-absolute(z)))
def softplus_back(da, z, a):    return da * logistic(z)

def silu(z):                    return sigmoid(z, z, exp(folded(z)))                        # z logistic(z)
def silu_slope(z, s):           return s + z * s * (1.0 - s)                                # s = logistic(z)
def silu_back(da, z, a):        return da * silu_slope(z, logistic(z))

def tanh_softplus(x, z, e):                                                                 # x tanh(softplus(z)); e = exp(-|z|)
    below, half, twice = less(z, 0.0), 0.5 * e * e, e + e
    return ratio(x, where(below, e, 1.0), where(below, half, twice), 1.0, where(below, e + half, twice + twice * e))

def mish(z):                    return tanh_softplus(z, z, exp(folded(z)))                  # z tanh(softplus(z))
def mish_slope(z, t):           return t + z * (1.0 - t * t) * logistic(z)                  # t = tanh(softplus(z))
def mish_back(da, z, a):        return da * mish_slope(z, tanh_softplus(1.0, z, exp(folded(z))))

def tanh_back(da, z, a):        return da * (1.0 - a * a)

def blended(z, v, part):        return z + part * (v - z)                                   # a, where a unit learns the part c of its activation; v = g(z)
def blended_back(da, back, part): return da + part * (back - da)                            # back = g_back(da, z, v)
def share_term(da, z, v):       return da * (v - z)                                         # dJ_i/dc; dc[l] is its mean, as G9


# ---- Embeddings: of some inputs x layer 1 reads further numbers, affine(h, V, r), where h = wave(phase(x, f, s)) ------
def phase(x, f, s):             return 2.0 * PI * f * x + s                                 # t; f, s: of each wave
def phase_back(dt, f):          return 2.0 * PI * f * dt                                    # the sum over the waves is dJ_i/dx
def frequency_term(dt, x):      return 2.0 * PI * x * dt                                    # dJ_i/df; df is its mean, as G9; ds that of dt
def wave(t):                    return cos(t)                                               # h
def wave_back(dh, t, h):        return dh * cos(t + 0.5 * PI)                               # dt


# ---- Dropout, in training alone: the next layer reads dropped(a, mask); on average that is a ----------
def drop_mask(u, drop):         return where(less(u, drop), 0.0, 1.0 / (1.0 - drop))        # u: uniform from 0 to 1
def dropped(a, mask):           return a * mask
def dropped_back(da, mask):     return da * mask


# ---- Heads: p = h(z[L]), the loss of each row, and the residual, the same for the first four ----------
def log_softmax(z):
    top = largest(z)
    e, below = exp(z - top), less(z, top)
    others = total(where(below, e, 0.0), axis=1, keepdims=True)                             # sum of exp(z - top) but for the top
    ties = total(where(below, 0.0, e), axis=1, keepdims=True) - 1.0                         # 0, or how many more share the top
    return z - top - log1p(others + ties)

def softmax(z):                 return exp(log_softmax(z))                                  # G4   p
def cross_entropy(z, y):        return -total(y * log_softmax(z), axis=1)                   # G5   J_i

def binary_term(z, y):          return softplus(z) - y * z                                  # -y ln p - (1 - y) ln (1 - p)
def binary_cross_entropy(z, y): return total(binary_term(z, y), axis=1)

def squared_term(z, y):         return 0.5 * (z - y) * (z - y)
def half_squared_error(z, y):   return total(squared_term(z, y), axis=1)

def y_log_y(y):                 return y * log(where(greater(y, 0.0), y, y + 1.0))          # 0 at y = 0
def poisson_term(z, y):         return exp(z) - y - y * z + y_log_y(y)                      # half the Poisson deviance, p = exp(z)
def poisson_deviance(z, y):     return total(poisson_term(z, y), axis=1)

def absolute_term(z, y):        return absolute(z - y)
def absolute_error(z, y):       return total(absolute_term(z, y), axis=1)

def huber_term(z, y, c=1.0):    return minimum(absolute(z - y), c) * (absolute(z - y) - 0.5 * minimum(absolute(z - y), c))
def huber_loss(z, y, c=1.0):    return total(huber_term(z, y, c), axis=1)                   # a parabola up to |z - y| = c, then lines

def quantile_term(z, y, c=0.5): return where(greater(y, z), c * (y - z), (1.0 - c) * (z - y))
def quantile_loss(z, y, c=0.5): return total(quantile_term(z, y, c), axis=1)                # least at the quantile c of y

def smoothed(y, share, n):      return (1.0 - share) * y + share / n                        # n classes: y for cross_entropy
def agreed(s, k):               return s / k                                                # a committee of k members: p; s: the sum of their p
def tempered(z, T):             return z / T                                                # calibration: p = softmax(tempered(z, T))
def sharpness_term(p, y, z):    return (p - y) * z                                          # summed over the classes: dJ_i/dx, p = softmax(x z)
def residual(p, y, w):          return w * (p - y)                                          # G6   delta[L]; w: (m, 1)
def absolute_residual(p, y, w): return where(greater(p, y), w, where(less(p, y), -w, 0.0 * w))
def huber_residual(p, y, w, c=1.0): return w * maximum(minimum(p - y, c), -c)
def quantile_residual(p, y, w, c=0.5): return where(greater(p, y), w * (1.0 - c), where(less(p, y), -w * c, 0.0 * w))
def mean(losses, w, m):         return total(w * losses) / m                                # G5   J
def penalty(W, l2):             return 0.5 * l2 * total(W * W)                              # J_total = J + sum over l of penalty(W[l])
def absolute_penalty(W, l1):    return l1 * total(absolute(W))                              # and of this one, where l1 is set


# ---- Updates: from the old W everywhere; biases do not decay ------------------------------------------
def decayed(dW, W, l2):         return dW + l2 * W                                          # gradient of J_total
def descend(W, dW, lr, l2):     return W - lr * decayed(dW, W, l2)                          # G10
def descend_bias(b, db, lr):    return b - lr * db                                          # G11

def velocity(v, g, lr, mu):     return mu * v - lr * g                                      # momentum: W + v; Nesterov: W + velocity(v, g)
def first_moment(u, g, beta1):  return beta1 * u + (1.0 - beta1) * g                        # Adam
def second_moment(v, g, beta2): return beta2 * v + (1.0 - beta2) * g * g
def adam_rate(lr, t, beta1, beta2): return lr * sqrt(1.0 - beta2**t) / (1.0 - beta1**t)     # t = 1, 2, ...
def adam(W, u, v, rate, eps):   return W - rate * u / (sqrt(v) + eps)
def adamw_eps(eps, t, beta2):   return eps * sqrt(1.0 - beta2**t)                           # so that eps is added after the correction of v
def tangent_rate(lr, n):        return lr / sqrt(n)                                         # of W in a W + b: what Adam at lr makes of it in a W / sqrt(n) + b
def scaled_rows(V, scale):      return scale * V                                            # W[1] where inputs are scaled: (a scale) V = a W; scale: of each row
def scaled_rows_back(g, scale): return scale * g                                            # dV, where g is dW
def scale_term(V, g):           return V * g                                                # the sum over a row is its dscale
def decoupled(W, lr, decay):    return W - lr * decay * W                                   # AdamW, before adam

def bounded(x, norm, most):     return x * (most / maximum(norm, most))                     # a gradient, or a column of W, held to a norm of `most`
def far_rate(lr, mu):           return lr / (1.0 - mu)                                      # what momentum adds up to, under one g
def own_rate(lr, t, v, eps, beta2): return lr * sqrt(1.0 - beta2**t) / (sqrt(v) + eps)      # what Adam comes to, under one g, for this W
def shrunk(W, lr, l1):          return maximum(W - lr * l1, 0.0) + minimum(W + lr * l1, 0.0)  # least of (V - W)^2 / 2 + absolute_penalty(V, lr l1)

def cosine(t):                  return 0.5 * (1.0 + cos(PI * t))                            # rate at the share t of the training
def coslog4(t):                 return 0.5 * (1.0 - cos(2.0 * PI * log(1.0 + 15.0 * t) / log(2.0)))  # zero at t = 1/15, 3/15, 7/15, 1
def one_cycle(t):               return where(less(t, 0.3), 1.0 - 0.96 * cosine(t / 0.3), 4e-6 + (1.0 - 4e-6) * cosine((t - 0.3) / 0.7))
def warm(t, share):             return minimum(t / share, 1.0)                              # a factor, at the end of each step
def lowered(lr):                return lr / 5.0                                             # after a plateau


# ---- Columns: what a table becomes before layer 0 sees it ---------------------------------------------
def robust_scale(x, center, scale): return (x - center) * scale
def between(x, x0, x1, y0, y1): return y0 + (y1 - y0) * ((minimum(maximum(x, x0), x1) - x0) / (x1 - x0))  # the line from (x0, y0) to (x1, y1), level beyond
def smooth_clip(x):             return x / sqrt(1.0 + (x / 3.0) * (x / 3.0))
def standardise(y, mu, sd):     return (y - mu) / sd
def unstandardise(t, mu, sd):   return t * sd + mu
def log_scale(y, c):            return log(y + c)                                           # a target with a heavy tail
def unlog(t, c):                return exp(t) - c
def within(x, least, most):     return maximum(minimum(x, most), least)                     # a prediction: no further than training went
def cyclic(x, n, s):            return cos(2.0 * PI * (x / n - s))                          # a part of a date that comes again after n; s = 1/4: the sine


ACTIVATIONS = {
    "identity": (identity, identity_back), "relu": (relu, relu_back), "leaky_relu": (leaky_relu, leaky_relu_back),
    "elu": (elu, elu_back), "selu": (selu, selu_back), "gelu": (gelu, gelu_back), "silu": (silu, silu_back),
    "mish": (mish, mish_back), "tanh": (tanh, tanh_back), "logistic": (logistic, logistic_back),
    "softplus": (softplus, softplus_back),
}
HEADS = {                                                                                   # h, loss of each row, delta[L]
    "softmax": (softmax, cross_entropy, residual), "logistic": (logistic, binary_cross_entropy, residual),
    "identity": (identity, half_squared_error, residual), "exp": (exp, poisson_deviance, residual),
    "absolute": (identity, absolute_error, absolute_residual), "huber": (identity, huber_loss, huber_residual),
    "quantile": (identity, quantile_loss, quantile_residual),
}


def activation_pair(name, relu_grad_at_zero):
    """The pair (g, g_back) of an activation; `relu_grad_at_zero` (0 or 1) settles relu'(0)."""
    if name == "relu" and relu_grad_at_zero == 1:
        return relu, relu_back_one
    return ACTIVATIONS[name]


def blended_pair(pair, c):
    """The pair (g, g_back) of a layer whose units blend the activation of `pair` with z, by their shares c: (n[l],)."""
    g, g_back = pair
    return lambda z: blended(z, g(z), c), lambda da, z, a: blended_back(da, g_back(da, z, g(z)), c)


def head_lines(head):
    """The lines (h, loss of each row, residual) of a head: of a key of HEADS; of (key, c), where the lines take
    a constant c (a number, or one for each output); or as they are given.
    """
    if isinstance(head, str):
        return HEADS[head]
    if len(head) == 3:
        return head
    (h, losses, back), c = HEADS[head[0]], head[1]
    return h, lambda z, y: losses(z, y, c), lambda p, y, w: back(p, y, w, c)


def embed(x, f, s, V, r):
    """What an input is embedded in: t, h and the numbers e that layer 1 reads beside x.

    x: (m, 1); f, s: (n,), a frequency and a shift of each wave; V: (n, k), r: (k,). Returns t, h: (m, n), e: (m, k).
    """
    t = phase(x, f, s)
    h = wave(t)
    return t, h, affine(h, V, r)


def embed_back(de, x, t, h, f, V, m):
    """The gradients of an embedding from de = dJ_i/de: (m, k), per row. Undoes: `embed`.

    Returns df, ds, dV, dr, means over the batch, and what the embedding adds to dJ_i/dx: (m,), per row.
    """
    dt = wave_back(pull_back(de, V), t, h)
    df, ds = bias_grad(frequency_term(dt, x), m), bias_grad(dt, m)
    return df, ds, weight_grad(h, de, m), bias_grad(de, m), total(phase_back(dt, f), axis=1)


class Working(NamedTuple):
    """Everything one step computes. Lists are indexed by layer; entries that do not exist are None.

    z[l], a[l], delta[l]: (m, n[l]); da[l] = dJ_i/da[l], per row, l = 0..L-1; p = h(z[L]): (m, n[L]);
    losses: J_i, (m,); J: their mean; dW[l], db[l]: gradients of J, shaped as W[l], b[l]; m: the sum of w.
    """

    z: list
    a: list
    p: object
    losses: object
    J: object
    delta: list
    da: list
    dW: list
    db: list
    m: object

    def __repr__(self):
        """One line; the numbers stand in the fields."""
        sizes = "-".join(str(a.shape[-1]) for a in self.a)
        return f"Working({sizes} network, m = {self.m}, J = {self.J}: {', '.join(self._fields)})"


def forward(W, b, X, activations, head):
    """The forward pass (G2 to G4): the lists z and a; a[L] is p."""
    L = len(W) - 1
    z, a = [None] * (L + 1), [X] + [None] * L
    for l in range(1, L + 1):
        z[l] = affine(a[l - 1], W[l], b[l])                                                 # G2
        a[l] = activations[l][0](z[l]) if l < L else head_lines(head)[0](z[l])              # G3, G4
    return z, a


def loss(W, b, X, y, w, activations, head):
    """J alone (G5), of a forward pass; arguments as in `step`."""
    z, _ = forward(W, b, X, activations, head)
    return mean(head_lines(head)[1](z[-1], y), w, total(w))


def step(W, b, X, y, w, activations, head):
    """One forward and one backward pass (G2 to G9) over a batch.

    W[l]: (n[l-1], n[l]), b[l]: (n[l],), index 0 unused; X: (m, n[0]); y: (m, n[L]), one-hot for softmax;
    w: (m,), a weight for each row; activations[l]: a pair (g, g_back) for l = 1..L-1; head: see `head_lines`.
    """
    L, m = len(W) - 1, total(w)
    z, a = forward(W, b, X, activations, head)
    _, row_loss, last_back = head_lines(head)
    p, losses = a[L], row_loss(z[L], y)                                                     # G5
    delta, da, dW, db = ([None] * (L + 1) for _ in range(4))
    for l in range(L, 0, -1):
        delta[l] = activations[l][1](da[l], z[l], a[l]) if l < L else last_back(p, y, w[:, None])  # G7, G6
        dW[l] = weight_grad(a[l - 1], delta[l], m)                                          # G8
        db[l] = bias_grad(delta[l], m)                                                      # G9
        da[l - 1] = pull_back(delta[l], W[l])                                               # G7
    return Working(z, a, p, losses, mean(losses, w, m), delta, da, dW, db, m)
