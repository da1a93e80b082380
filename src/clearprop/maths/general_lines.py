r"""The lines of the general derivation, G1..G11, with the slips of the document mended.

Row weights are 1 in the document. The lines `G5.weighted` and `G6.weighted` hold with weights; in the
others J_i then stands for w_i times the loss of sample i.
"""

from clearprop.maths.equation import Equation, ids

ONE = ("1", "1", "1")

FORWARD = (
    Equation(
        "G2",
        "forward",
        "affine",
        "the affine step: the input of every unit; b is added to every row",
        r"z^{(l)}_{i,j} = \sum_{k=1}^{n^{(l-1)}} a^{(l-1)}_{i,k} W^{(l)}_{k,j} + b^{(l)}_{j}",
        r"z^{(l)}_{i} = a^{(l-1)}_{i} \cdot W^{(l)} + b^{(l)}",
        r"z^{(l)} = a^{(l-1)} \cdot W^{(l)} + b^{(l)}",
        layers="1..L",
        lines="790-793",
        requirements=(
            *ids("D", 1, 8),
            "D11",
            "D12",
            "D16",
            *ids("N", 1, 4),
            *ids("N", 6, 8),
            *ids("F", 1, 6),
            *ids("F", 10, 13),
            "S1",
            "S3",
            "G0",
            "G2",
        ),
    ),
    Equation(
        "G3",
        "forward",
        "relu",
        "the activation of a hidden layer, here relu; the last layer has none",
        r"a^{(l)}_{i,j} = \max(0, z^{(l)}_{i,j})",
        r"a^{(l)}_{i} = \operatorname{relu}(z^{(l)}_{i})",
        r"a^{(l)} = \operatorname{relu}(z^{(l)})",
        layers="1..L-1",
        lines="790-793",
        requirements=("D9", "D10", "D13", "D17", "N5", *ids("F", 7, 9), "S2", "G3"),
    ),
    Equation(
        "G4",
        "forward",
        "softmax",
        "softmax: the probability of each class",
        r"p_{i,j} = \frac{\exp(z^{(L)}_{i,j})}{\sum_{c=1}^{C} \exp(z^{(L)}_{i,c})}",
        r"p_{i} = \frac{1}{\sum_{c=1}^{C} \exp(z^{(L)}_{i,c})} \exp(z^{(L)}_{i})",
        r"p = \operatorname{softmax}(z^{(L)})",
        ("1", "1 x C", "m x C"),
        lines="797-809",
        requirements=("D14", "N9", *ids("F", 14, 16), "S4", "G4"),
    ),
    Equation(
        "G4.log",
        "forward",
        "log_softmax",
        "softmax's logarithm, by the largest logit, so that no exp is too large",
        r"\ln p_{i,j} = z^{(L)}_{i,j} - t_{i} - \ln(\sum_{c=1}^{C} \exp(z^{(L)}_{i,c} - t_{i})),"
        r" \quad t_{i} = \max_{c} z^{(L)}_{i,c}",
        shapes=("1", "1 x C", "m x C"),
        requirements=("G4",),
    ),
)

LOSS = (
    Equation(
        "G5.row",
        "loss",
        "cross_entropy",
        "the loss of one sample: cross-entropy",
        r"J_{i} = -\sum_{j=1}^{C} Y_{i,j} \ln p_{i,j}",
        r"J_{i} = -Y_{i} \cdot (\ln p_{i})^{\top}",
        shapes=ONE,
        lines="813-815",
        requirements=("F17", "S5", "G5"),
    ),
    Equation(
        "G5",
        "loss",
        "mean",
        "the loss of the batch: the mean of the losses of its samples",
        r"J = -\frac{1}{m} \sum_{i=1}^{m} \sum_{j=1}^{C} Y_{i,j} \ln p_{i,j}",
        r"J = \frac{1}{m} \sum_{i=1}^{m} J_{i}",
        r"J = -\frac{1}{m} \mathbf{1}_{m}^{\top} \cdot (Y \odot \ln p) \cdot \mathbf{1}_{C}",
        ONE,
        lines="813-815",
        requirements=("D15", "N10", "F17", "S5", "G5"),
    ),
    Equation(
        "G5.weighted",
        "loss",
        "mean",
        "the same with a weight for each row; m is then the sum of the weights",
        sample=r"J = \frac{1}{m} \sum_{i} w_{i} J_{i}, \quad m = \sum_{i} w_{i}",
        shapes=ONE,
        requirements=("G5",),
    ),
    Equation(
        "G5.penalty",
        "loss",
        "penalty",
        "the penalty, which is not divided by m and leaves the biases alone",
        batch=r"J_{\text{total}} = J + \frac{\lambda}{2}"
        r" \sum_{l=1}^{L} \sum_{k=1}^{n^{(l-1)}} \sum_{j=1}^{n^{(l)}} (W^{(l)}_{k,j})^{2}",
        shapes=ONE,
        requirements=("G10",),
    ),
)

BACKWARD = (
    Equation(
        "G1",
        "backward",
        "residual",
        "the residual, by definition: per sample, not divided by m",
        r"\delta^{(l)}_{i,j} = \frac{\partial J_{i}}{\partial z^{(l)}_{i,j}}",
        r"\delta^{(l)}_{i} = \frac{\partial J_{i}}{\partial z^{(l)}_{i}}",
        r"\delta^{(l)} = \frac{\partial J_{\text{sum}}}{\partial z^{(l)}}",
        layers="1..L",
        lines="784",
        requirements=("G1",),
    ),
    Equation(
        "G6.chain",
        "backward",
        "residual",
        "the chain rule through every probability of a sample",
        r"\frac{\partial J_{i}}{\partial z^{(L)}_{i,j}} ="
        r" -\sum_{c=1}^{C} \frac{Y_{i,c}}{p_{i,c}} \frac{\partial p_{i,c}}{\partial z^{(L)}_{i,j}}",
        shapes=("1", "1 x C", "m x C"),
        lines="330-334",
        requirements=("B1",),
    ),
    Equation(
        "G6.jacobian",
        "backward",
        "residual",
        "the derivative of softmax; row c, column j",
        r"\frac{\partial p_{i,c}}{\partial z^{(L)}_{i,j}} = p_{i,c} (\mathbf{1}(c = j) - p_{i,j})",
        r"\frac{\partial p_{i}}{\partial z^{(L)}_{i}} = \operatorname{diag}(p_{i}) - (p_{i})^{\top} \cdot p_{i}",
        shapes=("1", "C x C", "m x C x C"),
        lines="336-349",
        requirements=("B2", "B3"),
    ),
    Equation(
        "G6",
        "backward",
        "residual",
        "the residual of the last layer",
        r"\delta^{(L)}_{i,j} = p_{i,j} - Y_{i,j}",
        r"\delta^{(L)}_{i} = p_{i} - Y_{i}",
        r"\delta^{(L)} = p - Y",
        ("1", "1 x C", "m x C"),
        lines="821-829",
        requirements=(*ids("B", 4, 7), "S6", "G6"),
    ),
    Equation(
        "G6.weighted",
        "backward",
        "residual",
        "the same with a weight for each row",
        r"\delta^{(L)}_{i,j} = w_{i} (p_{i,j} - Y_{i,j})",
        r"\delta^{(L)}_{i} = w_{i} (p_{i} - Y_{i})",
        r"\delta^{(L)} = \operatorname{diag}(w) \cdot (p - Y)",
        ("1", "1 x C", "m x C"),
        requirements=("G6",),
    ),
    Equation(
        "G7.da",
        "backward",
        "pull_back",
        "the gradient of a layer's output, pulled back through the weights after it",
        r"\frac{\partial J_{i}}{\partial a^{(l)}_{i,k}} = \sum_{j=1}^{n^{(l+1)}} \delta^{(l+1)}_{i,j} W^{(l+1)}_{k,j}",
        r"\frac{\partial J_{i}}{\partial a^{(l)}_{i}} = \delta^{(l+1)}_{i} \cdot (W^{(l+1)})^{\top}",
        r"\frac{\partial J_{\text{sum}}}{\partial a^{(l)}} = \delta^{(l+1)} \cdot (W^{(l+1)})^{\top}",
        layers="0..L-1",
        lines="833-840",
        requirements=(*ids("B", 19, 24), "S9", "G7"),
    ),
    Equation(
        "G7",
        "backward",
        "relu_back_one",
        "the residual of a hidden layer of relu; its slope at 0 is taken to be 1",
        r"\delta^{(l)}_{i,k} ="
        r" (\sum_{j=1}^{n^{(l+1)}} \delta^{(l+1)}_{i,j} W^{(l+1)}_{k,j}) \mathbf{1}(z^{(l)}_{i,k} \ge 0)",
        r"\delta^{(l)}_{i} = (\delta^{(l+1)}_{i} \cdot (W^{(l+1)})^{\top}) \odot \mathbf{1}(z^{(l)}_{i} \ge 0)",
        r"\delta^{(l)} = (\delta^{(l+1)} \cdot (W^{(l+1)})^{\top}) \odot \mathbf{1}(z^{(l)} \ge 0)",
        layers="1..L-1",
        lines="833-840",
        requirements=(*ids("B", 25, 31), "S10", "G7"),
    ),
    Equation(
        "G8",
        "backward",
        "weight_grad",
        "the gradient of the weights: a mean over the batch",
        r"\frac{\partial J}{\partial W^{(l)}_{k,j}} = \frac{1}{m} \sum_{i=1}^{m} a^{(l-1)}_{i,k} \delta^{(l)}_{i,j}",
        r"\frac{\partial J}{\partial W^{(l)}} ="
        r" \frac{1}{m} \sum_{i=1}^{m} (a^{(l-1)}_{i})^{\top} \cdot \delta^{(l)}_{i}",
        r"\frac{\partial J}{\partial W^{(l)}} = \frac{1}{m} (a^{(l-1)})^{\top} \cdot \delta^{(l)}",
        ("1", "n(l-1) x n(l)", "n(l-1) x n(l)"),
        "1..L",
        lines="844-847",
        requirements=(*ids("B", 8, 18), *ids("B", 32, 35), "S7", "S11", "G8"),
    ),
    Equation(
        "G9",
        "backward",
        "bias_grad",
        "the gradient of the biases: a mean over the batch",
        r"\frac{\partial J}{\partial b^{(l)}_{j}} = \frac{1}{m} \sum_{i=1}^{m} \delta^{(l)}_{i,j}",
        r"\frac{\partial J}{\partial b^{(l)}} = \frac{1}{m} \sum_{i=1}^{m} \delta^{(l)}_{i}",
        r"\frac{\partial J}{\partial b^{(l)}} = \frac{1}{m} \mathbf{1}_{m}^{\top} \cdot \delta^{(l)}",
        ("1", "1 x n(l)", "1 x n(l)"),
        "1..L",
        lines="844-847",
        requirements=("S8", "S12", "G9"),
    ),
)

MATRIX, ROW = ("1", "n(l-1) x n(l)", "n(l-1) x n(l)"), ("1", "1 x n(l)", "1 x n(l)")
UPDATE = (
    Equation(
        "G10.decayed",
        "update",
        "decayed",
        "the gradient with the penalty",
        r"\frac{\partial J_{\text{total}}}{\partial W^{(l)}_{k,j}} ="
        r" \frac{\partial J}{\partial W^{(l)}_{k,j}} + \lambda W^{(l)}_{k,j}",
        batch=r"\frac{\partial J_{\text{total}}}{\partial W^{(l)}} ="
        r" \frac{\partial J}{\partial W^{(l)}} + \lambda W^{(l)}",
        shapes=MATRIX,
        layers="1..L",
        lines="851-854",
        requirements=("G10",),
    ),
    Equation(
        "G10",
        "update",
        "descend",
        "the update of the weights; every gradient is taken at the old ones",
        r"W^{(l)}_{k,j} \leftarrow"
        r" W^{(l)}_{k,j} - \alpha (\frac{\partial J}{\partial W^{(l)}_{k,j}} + \lambda W^{(l)}_{k,j})",
        batch=r"W^{(l)} \leftarrow W^{(l)} - \alpha (\frac{\partial J}{\partial W^{(l)}} + \lambda W^{(l)})",
        shapes=MATRIX,
        layers="1..L",
        lines="851-854",
        requirements=("G10",),
    ),
    Equation(
        "G11",
        "update",
        "descend_bias",
        "the update of the biases, which do not decay",
        r"b^{(l)}_{j} \leftarrow b^{(l)}_{j} - \alpha \frac{\partial J}{\partial b^{(l)}_{j}}",
        batch=r"b^{(l)} \leftarrow b^{(l)} - \alpha \frac{\partial J}{\partial b^{(l)}}",
        shapes=ROW,
        layers="1..L",
        lines="851-854",
        requirements=("G11",),
    ),
)

PROCEDURES = (
    Equation(
        "P.activation_pair",
        "procedure",
        "activation_pair",
        "an activation with its slope; relu'(0) is 0 or 1",
    ),
    Equation(
        "P.blended_pair",
        "procedure",
        "blended_pair",
        "an activation with its slope, where each unit has a share of it",
    ),
    Equation(
        "P.embed", "procedure", "embed", "the embedding of an input: phases, waves, and G2 of the waves"
    ),
    Equation(
        "P.embed_back",
        "procedure",
        "embed_back",
        "the same, undone: G7, then G8 and G9 for its weights, shifts and frequencies",
    ),
    Equation("P.head_lines", "procedure", "head_lines", "a head: p, the loss of a row, and its residual"),
    Equation(
        "P.forward",
        "procedure",
        "forward",
        "the forward pass: G2 and G3 for every layer, then G4",
        lines="714-739",
        requirements=(*ids("S", 1, 4),),
    ),
    Equation("P.loss", "procedure", "loss", "J alone: the forward pass, then G5", requirements=("S5",)),
    Equation(
        "P.step",
        "procedure",
        "step",
        "a step: the forward pass, G5, G6, then G8, G9 and G7 from the last layer down",
        lines="714-780",
        requirements=(*ids("S", 1, 12),),
    ),
)

GENERAL_LINES = FORWARD + LOSS + BACKWARD + UPDATE + PROCEDURES
