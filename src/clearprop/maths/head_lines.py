r"""The lines of heads: what the last layer gives, and the loss of it."""

from clearprop.maths.equation import Equation, entry

GUO = "Guo et al., ICML 2017"
HUBER = "Huber, Annals of Mathematical Statistics 35, 1964"
KOENKER = "Koenker and Bassett, Econometrica 46, 1978"


def _loss(function: str, name: str, term: str, source: str | None = None) -> Equation:
    """A loss of a row: the sum of its terms."""
    sample = rf"J_{{i}} = \sum_{{j=1}}^{{C}} {term}"
    return Equation(f"H.{function}", "head", function, name, sample, shapes=("1", "1", "1"), source=source)


HEAD_LINES = (
    entry(
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
    entry("head", "squared_term", "half the squared error of one output", r"\ell = \frac{1}{2} (z - y)^{2}"),
    _loss(
        "half_squared_error",
        "the loss of a sample: half the squared error, summed over the outputs",
        r"\frac{1}{2} (p_{i,j} - Y_{i,j})^{2}",
    ),
    entry(
        "head",
        "y_log_y",
        "y ln y, and 0 at y = 0",
        r"\ell = \begin{cases} y \ln y & y > 0 \\ 0 & \text{otherwise} \end{cases}",
    ),
    entry(
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
    entry("head", "absolute_term", "the absolute error of one output", r"\ell = |z - y|"),
    _loss(
        "absolute_error",
        "the loss of a sample: the absolute error, summed over the outputs",
        r"|p_{i,j} - Y_{i,j}|",
    ),
    entry(
        "head",
        "absolute_residual",
        "the residual of the absolute error; 0 where p = y",
        r"\delta = \begin{cases} w & p > y \\ -w & p < y \\ 0 & \text{otherwise} \end{cases}",
    ),
    entry(
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
    entry(
        "head",
        "huber_residual",
        "the residual of Huber's loss: that of the squared error, held within kappa",
        r"\delta = w \max(\min(p - y, \kappa), -\kappa)",
        HUBER,
    ),
    entry(
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
    entry(
        "head",
        "quantile_residual",
        "the residual of the quantile loss; 0 where p = y",
        r"\delta = \begin{cases} w (1 - \kappa) & p > y \\ -w \kappa & p < y \\ 0 & \text{otherwise} \end{cases}",
        KOENKER,
    ),
    entry(
        "head",
        "smoothed",
        "label smoothing: the share s of y is spread over the n classes",
        r"y \leftarrow (1 - s) y + \frac{s}{n}",
        "Szegedy et al., CVPR 2016",
    ),
    entry(
        "head",
        "agreed",
        "what a committee of k networks answers: the mean of p; s is the sum of its members' p",
        r"p = \frac{s}{k}",
        "Hansen and Salamon, IEEE PAMI 12, 1990",
    ),
    entry(
        "head",
        "tempered",
        "calibration: z before the softmax, divided by the temperature T",
        r"z \leftarrow \frac{z}{T}",
        GUO,
    ),
    entry(
        "head",
        "sharpness_term",
        "what one class adds to the derivative of the cross-entropy by x = 1 / T, where p is the softmax of x z",
        r"\ell = (p - y) z",
        GUO,
    ),
)
