"""What a machine finds where the document has a slip: both forms of a formula, and what it must be."""

from typing import NamedTuple

import numpy as np

from clearprop import Network, Parameters, step
from clearprop.batch import activation_pairs
from clearprop.maths import languages
from clearprop.maths.derivation import Working

H = 1e-30  # the complex step


class Found(NamedTuple):
    """The value of a formula and what it must be, as printed and as corrected."""

    what: str
    printed: float
    right: float
    truth: float
    other_truth: float | None = None
    where: str = "a random 3-4-2 network and 3 samples"

    @property
    def printed_truth(self) -> float:
        return self.truth

    @property
    def right_truth(self) -> float:
        return self.truth if self.other_truth is None else self.other_truth


class Case(NamedTuple):
    """A random network, a batch, and its step."""

    net: Network
    params: Parameters
    X: np.ndarray
    y: np.ndarray
    Y: np.ndarray
    working: Working

    def losses(self, changed: tuple[str, int, tuple[int, ...]] | None = None) -> np.ndarray:
        """The loss of each sample by the forward pass alone; one entry of W, b or z moved by a complex step."""
        page = languages.in_complex()
        pairs = activation_pairs(self.net, page)
        params, a = self.params.astype(complex), self.X.astype(complex)
        name, layer, at = changed or ("", 0, ())
        if name in ("W", "b"):
            getattr(params, name)[layer][at] += 1j * H
        z = a
        for l in range(1, self.net.L + 1):
            z = page.affine(a, params.W[l], params.b[l])
            if name == "z" and l == layer:
                z[at] += 1j * H
            a = pairs[l][0](z) if l < self.net.L else z
        return page.cross_entropy(z, self.Y)

    def slope(self, name: str, layer: int, at: tuple[int, ...]) -> float:
        """The derivative of the sum of the losses by one entry."""
        return float(self.losses((name, layer, at)).imag.sum() / H)


def case(seed: int, sizes: tuple[int, ...] = (3, 4, 2), m: int = 3) -> Case:
    """A random network with a batch whose samples are of all classes, if m allows."""
    rng = np.random.default_rng(seed)
    net = Network(sizes)
    params = net.initialize(rng)
    X, y = rng.normal(size=(m, sizes[0])), np.arange(m)[::-1] % sizes[-1]
    return Case(net, params, X, y, np.eye(sizes[-1])[y], step(net, params, X, y))


# ---- What a machine computes
def e1(seed: int) -> Found:
    c = case(seed)
    sums = c.X[0] @ c.params.W[1][:, 1]
    return Found(
        "z(1) of sample 1, unit 2", sums + c.params.b[2][1], sums + c.params.b[1][1], c.working.z[1][0, 1]
    )


def e2(seed: int) -> Found:
    c = case(seed)
    log_p = np.log(c.working.p)
    right = -sum(log_p[i, c.y[i]] for i in range(3))
    return Found("the sum of the losses", -3 * log_p[-1, c.y[-1]], right, c.losses().real.sum())


def e3(seed: int) -> Found:
    c = case(seed)
    gradient, truth = c.working.dW[2][0, 0], c.slope("W", 2, (0, 0))
    return Found("the derivative of J by W(2) at (1,1)", gradient, gradient, truth, truth / 3)


def e4(seed: int) -> Found:
    c = case(seed)
    d, a = c.working.delta[2], c.working.a[1]
    truth = c.slope("W", 2, (0, 1)) / 3
    return Found(
        "row 1, column 2 of the gradient of W(2)",
        np.mean(d[:, 0] * a[:, 1]),
        np.mean(d[:, 1] * a[:, 0]),
        truth,
    )


def e5(seed: int) -> Found:
    c = case(seed)
    product = (c.working.a[1].T @ c.working.delta[2])[0, 0]
    return Found(
        "row 1, column 1 of the gradient of W(2)", 3 * product / 3, product / 3, c.slope("W", 2, (0, 0)) / 3
    )


def e6(seed: int) -> Found:
    c = case(seed)
    d, W, mask = c.working.delta[2], c.params.W[2], c.working.z[1][0, 0] >= 0
    what = "the derivative by z(1) of sample 1, unit 1, the lost index read as sample 3"
    printed = (d[0, 0] * W[0, 0] + d[2, 1] * W[0, 1]) * mask
    return Found(what, printed, (d[0] @ W[0]) * mask, c.slope("z", 1, (0, 0)))


def e7(seed: int) -> Found:
    c = case(seed)
    d, a = c.working.delta[2], c.working.a[1]
    what = "row 1, column 2 of the gradient of W(2), the lost index read as sample 3"
    return Found(what, np.mean(d[:, 1] * a[2, 0]), np.mean(d[:, 1] * a[:, 0]), c.slope("W", 2, (0, 1)) / 3)


def e8(seed: int) -> Found:
    c = case(seed)
    j = int(np.argmax(c.working.a[1][0, :3]))
    right = max(0.0, c.X[0] @ c.params.W[1][:, j] + c.params.b[1][j])
    return Found(f"a(1) of sample 1, unit {j + 1}", c.X[0, j], right, c.working.a[1][0, j])


def e9(seed: int) -> Found:
    c = case(seed, (3, 4, 2, 2))
    e = [None, *(np.exp(z[0]) for z in c.working.z[1:])]
    where = "a random 3-4-2-2 network and 3 samples"
    p = float(np.exp(-c.losses()[0].real))
    p = p if c.y[0] == 0 else 1 - p
    return Found("p of sample 1, class 1", e[2][0] / e[2].sum(), e[3][0] / e[3].sum(), p, where=where)


def e10(seed: int) -> Found:
    c = case(seed, (3, 4, 3))
    terms = c.Y * np.log(c.working.p)
    where = "a random 3-4-3 network and 3 samples"
    return Found(
        "the sum of the losses", -terms[:, :2].sum(), -terms.sum(), c.losses().real.sum(), where=where
    )


def e11(seed: int) -> Found:
    c = case(seed)
    z = c.working.z[2]
    losses = [-np.log(np.exp(x)[range(3), c.y] / np.exp(x).sum(axis=1)).sum() for x in (np.maximum(z, 0), z)]
    return Found("the sum of the losses", *losses, c.losses().real.sum())


def e12(seed: int) -> Found:
    c = case(seed)
    d, truth = c.working.p[0, 0] - c.Y[0, 0], c.slope("z", 2, (0, 0))
    return Found("delta(2) of sample 1, unit 1", d, d, truth / 3, truth)


def e13(seed: int) -> Found:
    c, l2 = case(seed), 0.1
    truth = c.slope("W", 2, (0, 0)) / 3 + l2 * c.params.W[2][0, 0]
    printed, right = truth + l2 * c.params.W[2][0, 0], c.working.dW[2][0, 0] + l2 * c.params.W[2][0, 0]
    return Found("the gradient of J with its penalty, lambda = 0.1, by W(2) at (1,1)", printed, right, truth)


def e14(seed: int) -> Found:
    a = case(seed).working.a[1]
    return Found("the rows of a(1)", np.hstack(list(a))[None].T.shape[0], np.vstack(list(a)).shape[0], 3)
