"""The slips of the document: what is printed, what is right, and a machine's counter-example where there is one."""

from collections.abc import Callable
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


class Slip(NamedTuple):
    """One slip. `kind` is what follows from it; `check` computes both forms, or is None."""

    id: str
    title: str
    where: str
    kind: str
    printed: str | None
    right: str | None
    why: str
    check: Callable[[int], Found] | None = None


def counter_example(slip: Slip) -> tuple[int, Found]:
    """The first seed on which the printed form is off, and what was found there."""
    if slip.check is None:
        msg = f"{slip.id} is a slip of notation: there is nothing to compute."
        raise ValueError(msg)
    for seed in range(20):
        found = slip.check(seed)
        if abs(found.printed - found.printed_truth) > 1e-3:
            return seed, found
    msg = f"{slip.id}: no counter-example on 20 networks."
    raise AssertionError(msg)


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
    right = max(0.0, c.X[0] @ c.params.W[1][:, 0] + c.params.b[1][0])
    return Found("a(1) of sample 1, unit 1", c.X[0, 0], right, c.working.a[1][0, 0])


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


WRONG, UNCLEAR, WORDING = "Wrong number", "Unclear notation", "Wording"
SUM = r"-\sum_{i=1}^{m} \sum_{j=1}^{2}"
D1, D2 = r"(p_{i,1} - Y_{i,1})", r"(p_{i,2} - Y_{i,2})"
SLIPS = (
    Slip(
        "E1",
        "the bias of another layer",
        "Line 75",
        WRONG,
        r"z^{(1)}_{1,2} = b^{(2)}_{2} + \ldots",
        r"z^{(1)}_{1,2} = b^{(1)}_{2} + \ldots",
        "The bias of layer 2 is added in layer 1.",
        e1,
    ),
    Slip(
        "E2",
        "a fixed sample inside the sum",
        "Lines 197, 323, 738, 814",
        WRONG,
        SUM + r" 1(y_{m,j}=1) \ln p(y_{m,j}=1)",
        SUM + r" 1(y_{i}=j) \ln p(y_{i}=j)",
        "The sum runs over i, but the term has the index m: it is m times the loss of the last sample.",
        e2,
    ),
    Slip(
        "E3",
        "a sum whose gradient is a mean",
        "Lines 197, 323, 738, 814 against 383-463, 621-708, 754-779",
        WRONG,
        r"J = -\sum_{i=1}^{m} \ldots, \quad \frac{\partial J}{\partial W} = \frac{1}{m} \sum_{i=1}^{m} \ldots",
        r"J = -\frac{1}{m} \sum_{i=1}^{m} \ldots,"
        r" \quad \frac{\partial J}{\partial W} = \frac{1}{m} \sum_{i=1}^{m} \ldots",
        "J is a sum over the samples, its gradients carry 1/m. With the mean they agree; the residuals are then those "
        "of the loss of each sample.",
        e3,
    ),
    Slip(
        "E4",
        "entries in the wrong places",
        "Lines 439-446",
        WRONG,
        r"\frac{\partial J}{\partial W^{(2)}_{1,2}} = \frac{1}{m} \sum_{i=1}^{m} " + D1 + r" a^{(1)}_{i,2}",
        r"\frac{\partial J}{\partial W^{(2)}_{1,2}} = \frac{1}{m} \sum_{i=1}^{m} " + D2 + r" a^{(1)}_{i,1}",
        "Of the eight entries two are in place. Row k, column j is for unit k of layer 1, unit j of layer 2.",
        e4,
    ),
    Slip(
        "E5",
        "a sum that is done already",
        "Line 461",
        WRONG,
        r"\frac{1}{m} \sum_{i=1}^{m} (a^{(1)})^{\top} \cdot \frac{\partial J}{\partial z^{(2)}}",
        r"\frac{1}{m} (a^{(1)})^{\top} \cdot \frac{\partial J}{\partial z^{(2)}}",
        "The product of the matrices of the batch is the sum over its samples.",
        e5,
    ),
    Slip(
        "E6",
        "a lost sample index",
        "Line 535",
        WRONG,
        r"(p(y=2) - 1(y=2)) W^{(2)}_{1,2}",
        r"(p(y_{i}=2) - 1(y_{i}=2)) W^{(2)}_{1,2}",
        "Without its index the term would be the same for every sample.",
        e6,
    ),
    Slip(
        "E7",
        "a lost sample index",
        "Lines 407, 413, 419, 425",
        WRONG,
        r"\frac{\partial z^{(2)}_{2}}{\partial W^{(2)}_{k,2}}",
        r"\frac{\partial z^{(2)}_{i,2}}{\partial W^{(2)}_{k,2}}",
        "Without its index the factor would be the same for every sample.",
        e7,
    ),
    Slip(
        "E8",
        "the layer of the entries",
        "Lines 142-144, 151-153, 177, 179",
        UNCLEAR,
        r"a^{(1)} = (a^{(0)}_{i,j}), \quad z^{(1)} = (z^{(0)}_{i,j})",
        r"a^{(1)} = (a^{(1)}_{i,j}), \quad z^{(1)} = (z^{(1)}_{i,j})",
        "Read as printed, the output of layer 1 is the input of the network. z(0) does not exist. In z(2) only the "
        "second column is so.",
        e8,
    ),
    Slip(
        "E9",
        "the layer of the logits",
        "Lines 805-807",
        WRONG,
        r"h(z^{(L)}) = \frac{\exp(z^{(2)}_{i,j})}{\sum_{c} \exp(z^{(2)}_{i,c})}",
        r"h(z^{(L)}) = \frac{\exp(z^{(L)}_{i,j})}{\sum_{c} \exp(z^{(L)}_{i,c})}",
        "Right for two layers only; the section is on any number.",
        e9,
    ),
    Slip(
        "E10",
        "two classes instead of C",
        "Line 814",
        WRONG,
        r"\sum_{j=1}^{2}",
        r"\sum_{j=1}^{C}",
        "The section is on C classes; the samples of the others are left out.",
        e10,
    ),
    Slip(
        "E11",
        "an activation on the last layer",
        "Lines 67, 791-792",
        WRONG,
        r"a^{(l)} = \operatorname{relu}(z^{(l)})",
        r"a^{(l)} = \operatorname{relu}(z^{(l)}), \quad l = 1, \ldots, L - 1",
        "No range is given. Applied to the last layer, relu changes the probabilities.",
        e11,
    ),
    Slip(
        "E12",
        "the residual of which loss",
        "Lines 784, 822, 845",
        WRONG,
        r"\delta^{(l)} = \frac{\partial J}{\partial z^{(l)}}",
        r"\delta^{(l)}_{i} = \frac{\partial J_{i}}{\partial z^{(l)}_{i}}",
        "If J is the mean, as its gradients say (E3), its derivative by z is delta divided by m.",
        e12,
    ),
    Slip(
        "E13",
        "a penalty that is never defined",
        "Lines 784, 845-846, 852",
        UNCLEAR,
        r"\nabla J(W, b) + \lambda W",
        r"\frac{\partial J}{\partial W} + \lambda W",
        "Where J(W, b) already holds the penalty, as in the tutorial that the document cites, the update would count "
        "it twice. Here J is without it, and the sum is the gradient of "
        r"{math}`J + \frac{\lambda}{2} \sum_{l} \lVert W^{(l)} \rVert^{2}`.",
        e13,
    ),
    Slip(
        "E14",
        "a row of rows, transposed",
        "Lines 64, 71",
        UNCLEAR,
        r"a^{(l)} = [a^{(l)}_{1}, a^{(l)}_{2}, \ldots, a^{(l)}_{m}]^{T}",
        r"a^{(l)} = \begin{bmatrix} a^{(l)}_{1} \\ \vdots \\ a^{(l)}_{m} \end{bmatrix}",
        "The parts are rows already: side by side and transposed they make one long column.",
        e14,
    ),
    Slip(
        "E15",
        "one symbol for two things",
        "Line 68 against 100 and 258",
        UNCLEAR,
        r"a^{(l)}_{i}",
        r"a^{(l)}_{i,j}",
        "First the output of unit i, later the row of sample i. Here a single index is a sample.",
    ),
    Slip(
        "E16",
        "an output called an input",
        "Line 69",
        WORDING,
        None,
        None,
        "a(1) at unit 3 is called the input value of the unit. It is its output; z(1) is its input.",
    ),
    Slip(
        "E17",
        "two ways to index a bias",
        "Lines 205-232, 270-284",
        UNCLEAR,
        r"b^{(1)}_{1} \ldots b^{(1)}_{1,1}",
        r"b^{(1)}_{j}",
        "Both stand in one equation for the same number.",
    ),
    Slip(
        "E18",
        "a stray dot",
        "Lines 197, 323, 738, 814",
        UNCLEAR,
        r"\sum_{j=1}^{2} \cdot \, 1(\ldots)",
        r"\sum_{j=1}^{2} 1(\ldots)",
        "A dot has nothing before it to multiply.",
    ),
    Slip(
        "E19",
        "a sum without an index",
        "Lines 301-318, 337-349, 797-809",
        UNCLEAR,
        r"\sum \exp(z_{i})",
        r"\sum_{c=1}^{C} \exp(z_{i,c})",
        "What it runs over is left to the reader.",
    ),
    Slip(
        "E20",
        "a set in place of a value",
        "Lines 461-462, 525-526, 574-575, 591-592, 613-614, 706-707",
        UNCLEAR,
        r"= R^{4 \times m} \cdot R^{m \times 2} = R^{4 \times 2}",
        r"\in R^{4 \times 2}",
        "A matrix is not equal to a set, and the 1/m before it is dropped.",
    ),
    Slip(
        "E21",
        "phi for the partial sign",
        "Lines 835-838",
        WORDING,
        r"\frac{\varphi J}{\varphi z^{(l)}}",
        r"\frac{\partial J_{i}}{\partial z^{(l)}_{i}}",
        "And the derivative of z(l+1) by a(l) acts as a product with the transposed weights; that is not said.",
    ),
    Slip(
        "E22",
        "three signs for three products",
        "Throughout",
        UNCLEAR,
        r"* \quad \ast \quad \cdot",
        r"\cdot \quad \odot",
        "The dot stands for the product of numbers, of vectors and of matrices. Here it is that of matrices.",
    ),
    Slip(
        "E23",
        "the layer's letter as an index",
        "Lines 636-640",
        UNCLEAR,
        r"\frac{\partial J}{\partial W^{(1)}_{k,l}}",
        r"\frac{\partial J}{\partial W^{(1)}_{k,j}}",
        "l is the layer everywhere else.",
    ),
    Slip(
        "E24",
        "small things",
        "Lines 51, 74, 609, 784 and others",
        WORDING,
        None,
        None,
        "A missing word, dots in two of four columns, a weighted sum that omits its bias, an input called a residual, "
        "exp set in italics.",
    ),
)
