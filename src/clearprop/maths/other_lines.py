r"""The lines that the document does not have: other activations, heads, optimisers, and columns of tables.

An activation and its slope act on one number z; `_activation` puts the indices in. The other lines are
written for one entry, without indices.
"""

import re

from clearprop.maths.equation import Equation

DA = r"\frac{\partial J_{i}}{\partial a^{(l)}_{i,j}}"


def _indexed(latex: str) -> str:
    """z and a with the indices of one number: z^{(l)}_{i,j}."""
    return re.sub(r"(?<![\\A-Za-z])([az])(?![A-Za-z])", r"\1^{(l)}_{i,j}", latex)


def _activation(
    name: str, forward: str | None, slope: str, source: str | None, function: str | None = None
) -> tuple[Equation, ...]:
    """The line a = g(z), unless it stands elsewhere, and the line that undoes it."""
    g = r"\operatorname{" + name.replace("_", r"\_") + "}"
    back = Equation(
        f"A.{function or name + '_back'}",
        "activation",
        function or f"{name}_back",
        f"{name}, undone" if function is None else "relu, undone; its slope at 0 is taken to be 0",
        rf"\delta^{{(l)}}_{{i,j}} = {DA} {_indexed(slope)}".rstrip(),
        rf"\delta^{{(l)}}_{{i}} = \frac{{\partial J_{{i}}}}{{\partial a^{{(l)}}_{{i}}}} \odot {g}'(z^{{(l)}}_{{i}})",
        rf"\delta^{{(l)}} = \frac{{\partial J_{{\text{{sum}}}}}}{{\partial a^{{(l)}}}} \odot {g}'(z^{{(l)}})",
        layers="1..L-1",
        source=source,
    )
    if forward is None:
        return (back,)
    line = Equation(
        f"A.{name}",
        "activation",
        name,
        name,
        rf"a^{{(l)}}_{{i,j}} = {_indexed(forward)}",
        rf"a^{{(l)}}_{{i}} = {g}(z^{{(l)}}_{{i}})",
        rf"a^{{(l)}} = {g}(z^{{(l)}})",
        layers="1..L-1",
        source=source,
    )
    return line, back


def _entry(part: str, function: str, name: str, latex: str, source: str | None = None) -> Equation:
    """A line for one entry, the same for all entries."""
    return Equation(f"{part[0].upper()}.{function}", part, function, name, latex, source=source)


def _loss(function: str, name: str, term: str, source: str | None = None) -> Equation:
    """A loss of a row: the sum of its terms."""
    sample = rf"J_{{i}} = \sum_{{j=1}}^{{C}} {term}"
    return Equation(f"H.{function}", "head", function, name, sample, shapes=("1", "1", "1"), source=source)


def _update(function: str, name: str, latex: str, source: str | None = None) -> Equation:
    return Equation(f"U.{function}", "optimiser", function, name, latex, source=source)


CLEVERT = "Clevert, Unterthiner, Hochreiter, ICLR 2016"
KLAMBAUER = "Klambauer et al., NeurIPS 2017"
HENDRYCKS = "Hendrycks and Gimpel, arXiv:1606.08415"
ELFWING = "Elfwing, Uchibe, Doya, Neural Networks 107, 2018"
MISRA = "Misra, BMVC 2020"
GLOROT = "Glorot, Bordes, Bengio, AISTATS 2011"
JACOT = "Jacot, Gabriel, Hongler, NeurIPS 2018"
KINGMA = "Kingma and Ba, ICLR 2015, with the bias corrections in the rate"
SRIVASTAVA = "Srivastava et al., JMLR 15, 2014"
GUO = "Guo et al., ICML 2017"
HUBER = "Huber, Annals of Mathematical Statistics 35, 1964"
KOENKER = "Koenker and Bassett, Econometrica 46, 1978"
HOLZMULLER = "Holzmüller, Grinsztajn, Steinwart, NeurIPS 2024"

ACTIVATION_LINES = (
    *_activation("identity", "z", "", None),
    *_activation("relu", None, r"\mathbf{1}(z > 0)", GLOROT, "relu_back"),
    *_activation(
        "leaky_relu",
        r"\max(0, z) + 0.01 \min(0, z)",
        r"\begin{cases} 0.01 & z < 0 \\ 1 & \text{otherwise} \end{cases}",
        "Maas, Hannun, Ng, ICML 2013",
    ),
    *_activation(
        "elu",
        r"\begin{cases} \exp(z) - 1 & z < 0 \\ z & \text{otherwise} \end{cases}",
        r"\begin{cases} a + 1 & z < 0 \\ 1 & \text{otherwise} \end{cases}",
        CLEVERT,
    ),
    *_activation(
        "selu",
        r"1.0507009873554805"
        r" \begin{cases} 1.6732632423543772 (\exp(z) - 1) & z < 0 \\ z & \text{otherwise} \end{cases}",
        r"1.0507009873554805 \begin{cases} 1.6732632423543772 \exp(z) & z < 0 \\ 1 & \text{otherwise} \end{cases}",
        KLAMBAUER,
    ),
    *_activation(
        "gelu",
        r"\frac{z}{2} (1 + \operatorname{erf}(\frac{z}{\sqrt{2}}))",
        r"(\frac{1}{2} (1 + \operatorname{erf}(\frac{z}{\sqrt{2}})) + \frac{z}{\sqrt{2 \pi}} \exp(-\frac{(z)^{2}}{2}))",
        HENDRYCKS,
    ),
    Equation(
        "A.sigmoid",
        "activation",
        "sigmoid",
        "the logistic function of z, by e, which is never too large",
        r"\sigma(z) = \frac{1}{1 + e} \begin{cases} 1 & z > 0 \\ e & \text{otherwise} \end{cases},"
        r" \quad e = \exp(-|z|)",
    ),
    *_activation("logistic", r"\frac{1}{1 + \exp(-z)}", "a (1 - a)", None),
    *_activation("softplus", r"\ln(1 + \exp(z))", r"\sigma(z)", GLOROT),
    *_activation("silu", r"z \sigma(z)", r"(\sigma(z) + z \sigma(z) (1 - \sigma(z)))", ELFWING),
    _entry(
        "activation",
        "silu_slope",
        "the slope of silu, with s = logistic(z)",
        r"\operatorname{silu}'(z) = s + z s (1 - s)",
        ELFWING,
    ),
    *_activation(
        "mish",
        r"z \tanh(\ln(1 + \exp(z)))",
        r"(\tanh(\ln(1 + \exp(z))) + z (1 - (\tanh(\ln(1 + \exp(z))))^{2}) \sigma(z))",
        MISRA,
    ),
    _entry(
        "activation",
        "mish_slope",
        "the slope of mish, with t = tanh(softplus(z))",
        r"\operatorname{mish}'(z) = t + z (1 - t^{2}) \sigma(z)",
        MISRA,
    ),
    *_activation("tanh", None, r"(1 - (a)^{2})", None),
)

DROPOUT_LINES = (
    _entry(
        "activation",
        "drop_mask",
        "dropout: the mask of a unit, from u between 0 and 1; d is the share that is dropped",
        r"r = \begin{cases} 0 & u < d \\ \frac{1}{1 - d} & \text{otherwise} \end{cases}",
        SRIVASTAVA,
    ),
    _entry("activation", "dropped", "dropout: what the next layer reads", r"a \leftarrow a r", SRIVASTAVA),
    _entry(
        "activation",
        "dropped_back",
        "dropout, undone: the gradient with respect to a",
        r"g \leftarrow g r",
        SRIVASTAVA,
    ),
)

HEAD_LINES = (
    _entry(
        "head",
        "binary_term",
        "the loss of one logistic output: -y ln p - (1 - y) ln(1 - p)",
        r"\ell = -y \ln(\sigma(z)) - (1 - y) \ln(1 - \sigma(z)) = \ln(1 + \exp(z)) - y z",
    ),
    _loss(
        "binary_cross_entropy",
        "the loss of a sample: binary cross-entropy, summed over the outputs",
        r"(-Y_{i,j} \ln p_{i,j} - (1 - Y_{i,j}) \ln(1 - p_{i,j}))",
    ),
    _entry("head", "squared_term", "half the squared error of one output", r"\ell = \frac{1}{2} (z - y)^{2}"),
    _loss(
        "half_squared_error",
        "the loss of a sample: half the squared error, summed over the outputs",
        r"\frac{1}{2} (p_{i,j} - Y_{i,j})^{2}",
    ),
    _entry(
        "head",
        "y_log_y",
        "y ln y, and 0 at y = 0",
        r"\ell = \begin{cases} y \ln y & y > 0 \\ 0 & \text{otherwise} \end{cases}",
    ),
    _entry(
        "head",
        "poisson_term",
        "half the Poisson deviance of one output; p = exp(z)",
        r"\ell = \exp(z) - y - y z + \begin{cases} y \ln y & y > 0 \\ 0 & \text{otherwise} \end{cases}",
    ),
    _loss(
        "poisson_deviance",
        "the loss of a sample: half the Poisson deviance, summed over the outputs",
        r"(p_{i,j} - Y_{i,j} - Y_{i,j} \ln p_{i,j}"
        r" + \begin{cases} Y_{i,j} \ln Y_{i,j} & Y_{i,j} > 0 \\ 0 & \text{otherwise} \end{cases})",
    ),
    _entry("head", "absolute_term", "the absolute error of one output", r"\ell = |z - y|"),
    _loss(
        "absolute_error",
        "the loss of a sample: the absolute error, summed over the outputs",
        r"|p_{i,j} - Y_{i,j}|",
    ),
    _entry(
        "head",
        "absolute_residual",
        "the residual of the absolute error; 0 where p = y",
        r"\delta = \begin{cases} w & p > y \\ -w & p < y \\ 0 & \text{otherwise} \end{cases}",
    ),
    _entry(
        "head",
        "huber_term",
        "Huber's loss of one output: half the squared error up to kappa, then lines",
        r"\ell = \begin{cases} \frac{1}{2} (z - y)^{2} & |z - y| < \kappa"
        r" \\ \kappa (|z - y| - \frac{1}{2} \kappa) & \text{otherwise} \end{cases}",
        HUBER,
    ),
    _loss(
        "huber_loss",
        "the loss of a sample: Huber's, summed over the outputs",
        r"\begin{cases} \frac{1}{2} (p_{i,j} - Y_{i,j})^{2} & |p_{i,j} - Y_{i,j}| < \kappa"
        r" \\ \kappa (|p_{i,j} - Y_{i,j}| - \frac{1}{2} \kappa) & \text{otherwise} \end{cases}",
        HUBER,
    ),
    _entry(
        "head",
        "huber_residual",
        "the residual of Huber's loss: that of the squared error, held within kappa",
        r"\delta = w \max(\min(p - y, \kappa), -\kappa)",
        HUBER,
    ),
    _entry(
        "head",
        "quantile_term",
        "the quantile loss of one output, least at the quantile kappa of y",
        r"\ell = \begin{cases} \kappa (y - z) & y > z \\ (1 - \kappa) (z - y) & \text{otherwise} \end{cases}",
        KOENKER,
    ),
    _loss(
        "quantile_loss",
        "the loss of a sample: the quantile loss, summed over the outputs",
        r"\begin{cases} \kappa (Y_{i,j} - p_{i,j}) & Y_{i,j} > p_{i,j}"
        r" \\ (1 - \kappa) (p_{i,j} - Y_{i,j}) & \text{otherwise} \end{cases}",
        KOENKER,
    ),
    _entry(
        "head",
        "quantile_residual",
        "the residual of the quantile loss; 0 where p = y",
        r"\delta = \begin{cases} w (1 - \kappa) & p > y \\ -w \kappa & p < y \\ 0 & \text{otherwise} \end{cases}",
        KOENKER,
    ),
    _entry(
        "head",
        "smoothed",
        "label smoothing: the share s of y is spread over the n classes",
        r"y \leftarrow (1 - s) y + \frac{s}{n}",
        "Szegedy et al., CVPR 2016",
    ),
    _entry(
        "head",
        "agreed",
        "what a committee of k networks answers: the mean of p; s is the sum of its members' p",
        r"p = \frac{s}{k}",
        "Hansen and Salamon, IEEE PAMI 12, 1990",
    ),
    _entry(
        "head",
        "tempered",
        "calibration: z before the softmax, divided by the temperature T",
        r"z \leftarrow \frac{z}{T}",
        GUO,
    ),
    _entry(
        "head",
        "sharpness_term",
        "what one class adds to the derivative of the cross-entropy by x = 1 / T, where p is the softmax of x z",
        r"\ell = (p - y) z",
        GUO,
    ),
)

OPTIMISER_LINES = (
    _update(
        "velocity",
        "momentum: W then moves by v; with Nesterov's by the next v",
        r"v \leftarrow \mu v - \alpha g",
        "Sutskever et al., ICML 2013",
    ),
    _update(
        "first_moment",
        "Adam: the mean of the gradients",
        r"u \leftarrow \beta_{1} u + (1 - \beta_{1}) g",
        KINGMA,
    ),
    _update(
        "second_moment",
        "Adam: the mean of their squares",
        r"v \leftarrow \beta_{2} v + (1 - \beta_{2}) g^{2}",
        KINGMA,
    ),
    _update(
        "adam_rate",
        "Adam: the rate of step t = 1, 2, ...",
        r"\alpha_{t} = \alpha \frac{\sqrt{1 - \beta_{2}^{t}}}{1 - \beta_{1}^{t}}",
        KINGMA,
    ),
    _update("adam", "Adam: the update", r"W \leftarrow W - \alpha_{t} \frac{u}{\sqrt{v} + \epsilon}", KINGMA),
    _update(
        "adamw_eps",
        "the eps that Adam's update then takes, for eps to be added after the correction of v",
        r"\epsilon_{t} = \epsilon \sqrt{1 - \beta_{2}^{t}}",
    ),
    _update(
        "tangent_rate",
        "Adam: the rate of W(l) that makes of a W + b what the rate alpha makes of a W / sqrt(n) + b, n = n(l-1)",
        r"\alpha_{W} = \frac{\alpha}{\sqrt{n}}",
        JACOT,
    ),
    _update(
        "scaled_rows",
        "the first W where each input has a scale s of its own: V is learned, and s",
        r"W \leftarrow s V",
        HOLZMULLER,
    ),
    _update("scaled_rows_back", "the gradient of V, from g, that of W", r"g \leftarrow s g", HOLZMULLER),
    _update(
        "scale_term", "what one unit adds to the gradient of s, from g, that of W", r"h = V g", HOLZMULLER
    ),
    _update(
        "decoupled",
        "AdamW: the decay, before Adam's update",
        r"W \leftarrow W - \alpha \lambda W",
        "Loshchilov and Hutter, ICLR 2019",
    ),
    _update("absolute_penalty", "the L1 penalty of one weight", r"\ell = |W| \lambda_{1}"),
    _update(
        "far_rate",
        "the rate that momentum adds up to while the gradient stays",
        r"r = \frac{\alpha}{1 - \mu}",
    ),
    _update(
        "own_rate",
        "the rate of one weight that Adam comes to while the gradient stays",
        r"r = \alpha \frac{\sqrt{1 - \beta_{2}^{t}}}{\sqrt{v} + \epsilon}",
        KINGMA,
    ),
    _update(
        "shrunk",
        "the L1 penalty taken from W after its update, at the rate of the step: what is small becomes 0",
        r"W \leftarrow \max(W - \alpha \lambda_{1}, 0) + \min(W + \alpha \lambda_{1}, 0)",
        "Beck and Teboulle, SIAM Journal on Imaging Sciences 2, 2009",
    ),
    _update(
        "bounded",
        "x of norm N, held to the norm c: all gradients together, or the weights into one unit",
        r"x \leftarrow x \frac{c}{\max(N, c)}",
        "Pascanu, Mikolov, Bengio, ICML 2013; " + SRIVASTAVA,
    ),
    _update(
        "warm",
        "warm-up: the share of the rate at the end of a step, s being that of the training it takes",
        r"\frac{\alpha_{t}}{\alpha} = \min(\frac{t}{s}, 1)",
        "Goyal et al., arXiv:1706.02677",
    ),
    _update("lowered", "the rate after a plateau", r"\alpha \leftarrow \frac{\alpha}{5}"),
    _update(
        "one_cycle",
        "a schedule of one rise and one fall: the share of the rate at the share t of the training",
        r"\frac{\alpha_{t}}{\alpha} = \begin{cases} 1 - 0.48 (1 + \cos(\pi \frac{t}{0.3})) & t < 0.3"
        r" \\ 0.000004 + 0.499998 (1 + \cos(\pi \frac{t - 0.3}{0.7})) & \text{otherwise} \end{cases}",
        "Smith and Topin, arXiv:1708.07120",
    ),
    _update(
        "cosine",
        "a schedule: the share of the rate at the share t of the training",
        r"\frac{\alpha_{t}}{\alpha} = \frac{1}{2} (1 + \cos(\pi t))",
        "Loshchilov and Hutter, ICLR 2017",
    ),
    _update(
        "coslog4",
        "a schedule of four waves: the share of the rate at the share t of the training",
        r"\frac{\alpha_{t}}{\alpha} = \frac{1}{2} (1 - \cos(2 \pi \frac{\ln(1 + 15 t)}{\ln(2)}))",
        HOLZMULLER,
    ),
)

COLUMN_LINES = (
    _entry(
        "column",
        "robust_scale",
        "a numeric column, about its centre c",
        r"x \leftarrow (x - c) s",
        HOLZMULLER,
    ),
    _entry(
        "column",
        "between",
        "a column's place among its values in training, on a line between two of their quantiles; level beyond them",
        r"x \leftarrow q + (r - q) \frac{\min(\max(x, a), b) - a}{b - a}",
        "the sum of the pieces of Gorishniy, Rubachev, Babenko, NeurIPS 2022",
    ),
    _entry(
        "column",
        "smooth_clip",
        "a column held within -3 and 3",
        r"x \leftarrow \frac{x}{\sqrt{1 + (\frac{x}{3})^{2}}}",
        HOLZMULLER,
    ),
    _entry("column", "standardise", "a target, for training", r"t = \frac{y - \mu}{\sigma}"),
    _entry("column", "unstandardise", "a prediction, back in the unit of the target", r"y = \sigma t + \mu"),
    _entry(
        "column", "log_scale", "a target with a heavy tail, before it is standardised", r"t = \ln(y + \kappa)"
    ),
    _entry("column", "unlog", "the logarithm, undone", r"y = \exp(t) - \kappa"),
    _entry(
        "column",
        "within",
        "a prediction held within the range of the target in training",
        r"x \leftarrow \max(\min(x, c), b)",
    ),
    _entry(
        "column",
        "cyclic",
        "a part of a date that comes again after n: its cosine, and with s = 1/4 its sine",
        r"x \leftarrow \cos(2 \pi (\frac{x}{n} - s))",
    ),
)

OTHER_LINES = ACTIVATION_LINES + DROPOUT_LINES + HEAD_LINES + OPTIMISER_LINES + COLUMN_LINES
