r"""The steps on the way to the lines of the backward pass, each by the chain rule, as the document takes them."""

from clearprop.maths.equation import Equation, ids

CHAIN_LINES = (
    Equation(
        "G5.sum",
        "loss",
        "mean",
        "the sum of the losses of the samples: m times their mean",
        sample=r"J_{\text{sum}} = \sum_{i=1}^{m} J_{i}",
        shapes=("1", "1", "1"),
        requirements=("F17",),
    ),
    Equation(
        "G6.loss",
        "backward",
        "residual",
        "the loss of a sample by one probability",
        r"\frac{\partial J_{i}}{\partial p_{i,c}} = -\frac{Y_{i,c}}{p_{i,c}}",
        shapes=("1", "1 x C", "m x C"),
        lines="330-334",
        requirements=("B1",),
    ),
    Equation(
        "G6.quotient",
        "backward",
        "residual",
        "the derivative of softmax by the quotient rule; row c, column j",
        r"\frac{\partial p_{i,c}}{\partial z^{(L)}_{i,j}} = \frac{\mathbf{1}(c = j) \exp(z^{(L)}_{i,c})"
        r" (\sum_{s=1}^{C} \exp(z^{(L)}_{i,s})) - \exp(z^{(L)}_{i,c}) \exp(z^{(L)}_{i,j})}"
        r"{(\sum_{s=1}^{C} \exp(z^{(L)}_{i,s}))^{2}}",
        shapes=("1", "C x C", "m x C x C"),
        lines="336-349",
        requirements=("B2", "B3"),
    ),
    Equation(
        "G6.sum",
        "backward",
        "residual",
        "the same with the derivative of softmax put in",
        r"\delta^{(L)}_{i,j} = -\sum_{c=1}^{C} Y_{i,c} (\mathbf{1}(c = j) - p_{i,j})",
        shapes=("1", "1 x C", "m x C"),
        lines="351-363",
        requirements=("B4", "B5"),
    ),
    Equation(
        "G7.da.chain",
        "backward",
        "pull_back",
        "the chain rule through every unit of the layer after",
        r"\frac{\partial J_{i}}{\partial a^{(l)}_{i,k}} = \sum_{j=1}^{n^{(l+1)}}"
        r" \frac{\partial J_{i}}{\partial z^{(l+1)}_{i,j}} \frac{\partial z^{(l+1)}_{i,j}}{\partial a^{(l)}_{i,k}}",
        layers="0..L-1",
        lines="381-497",
        requirements=ids("B", 19, 22),
    ),
    Equation(
        "G7.chain",
        "backward",
        "relu_back_one",
        "the chain rule through the unit's own output",
        r"\frac{\partial J_{i}}{\partial z^{(l)}_{i,k}} ="
        r" \frac{\partial J_{i}}{\partial a^{(l)}_{i,k}} \frac{\partial a^{(l)}_{i,k}}{\partial z^{(l)}_{i,k}}",
        layers="1..L-1",
        lines="531-576",
        requirements=(*ids("B", 25, 29),),
    ),
    Equation(
        "G8.chain",
        "backward",
        "weight_grad",
        "the chain rule through the unit's input, in every sample",
        r"\frac{\partial J}{\partial W^{(l)}_{k,j}} = \frac{1}{m} \sum_{i=1}^{m}"
        r" \frac{\partial J_{i}}{\partial z^{(l)}_{i,j}} \frac{\partial z^{(l)}_{i,j}}{\partial W^{(l)}_{k,j}}",
        shapes=("1", "n(l-1) x n(l)", "n(l-1) x n(l)"),
        layers="1..L",
        lines="381-708",
        requirements=(*ids("B", 8, 17), *ids("B", 32, 35)),
    ),
    Equation(
        "G9.chain",
        "backward",
        "bias_grad",
        "the chain rule through the unit's input, whose derivative by the bias is 1",
        r"\frac{\partial J}{\partial b^{(l)}_{j}} = \frac{1}{m} \sum_{i=1}^{m}"
        r" \frac{\partial J_{i}}{\partial z^{(l)}_{i,j}} \frac{\partial z^{(l)}_{i,j}}{\partial b^{(l)}_{j}}",
        shapes=("1", "1 x n(l)", "1 x n(l)"),
        layers="1..L",
        requirements=("S8", "S12"),
    ),
    Equation(
        "G1.mean",
        "backward",
        "residual",
        "the derivative of the mean loss, as libraries with automatic derivatives give it",
        r"\frac{\partial J}{\partial z^{(l)}_{i,j}} = \frac{1}{m} \delta^{(l)}_{i,j}",
        r"\frac{\partial J}{\partial z^{(l)}_{i}} = \frac{1}{m} \delta^{(l)}_{i}",
        r"\frac{\partial J}{\partial z^{(l)}} = \frac{1}{m} \delta^{(l)}",
        layers="1..L",
        requirements=("G1",),
    ),
)
