r"""The lines of optimisers: how W moves, and at what rate."""

from clearprop.maths.equation import Equation

JACOT = "Jacot, Gabriel, Hongler, NeurIPS 2018"
KINGMA = "Kingma and Ba, ICLR 2015, with the bias corrections in the rate"
SRIVASTAVA = "Srivastava et al., JMLR 15, 2014"
HOLZMULLER = "Holzmüller, Grinsztajn, Steinwart, NeurIPS 2024"


def _update(function: str, name: str, latex: str, source: str | None = None) -> Equation:
    return Equation(f"U.{function}", "optimiser", function, name, latex, source=source)


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
