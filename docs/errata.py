"""The slips of the document: what is printed, what is right, and a machine's counter-example where there is one."""

from collections.abc import Callable
from typing import NamedTuple

from errata_checks import Found, e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11, e12, e13, e14


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
