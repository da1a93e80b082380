r"""The lines of activations that the document does not have, and of dropout.

An activation and its slope act on one number z; `_activation` puts the indices in.
"""

import re

from clearprop.maths.equation import Equation, entry

CLEVERT = "Clevert, Unterthiner, Hochreiter, ICLR 2016"
KLAMBAUER = "Klambauer et al., NeurIPS 2017"
HENDRYCKS = "Hendrycks and Gimpel, arXiv:1606.08415"
ELFWING = "Elfwing, Uchibe, Doya, Neural Networks 107, 2018"
MISRA = "Misra, BMVC 2020"
HOLZMULLER = "Holzmüller, Grinsztajn, Steinwart, NeurIPS 2024"
GLOROT = "Glorot, Bordes, Bengio, AISTATS 2011"
SRIVASTAVA = "Srivastava et al., JMLR 15, 2014"

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
        r"\begin{cases} 1.7580993408473766 (\exp(z) - 1) & z < 0"
        r" \\ 1.0507009873554805 z & \text{otherwise} \end{cases}",
        r"\begin{cases} 1.7580993408473766 \exp(z) & z < 0 \\ 1.0507009873554805 & \text{otherwise} \end{cases}",
        KLAMBAUER,
    ),
    *_activation(
        "gelu",
        r"\frac{z}{2} (1 + \operatorname{erf}(\frac{z}{\sqrt{2}}))",
        r"(\frac{1}{2} (1 + \operatorname{erf}(\frac{z}{\sqrt{2}})) + \frac{z}{\sqrt{2 \pi}} \exp(-\frac{(z)^{2}}{2}))",
        HENDRYCKS,
    ),
    entry(
        "activation",
        "folded",
        "minus the size of z",
        r"-|z| = \begin{cases} z & z < 0 \\ -z & \text{otherwise} \end{cases}",
    ),
    entry(
        "activation",
        "sigmoid",
        "x times the logistic function of z, by e, which is never too large",
        r"x \sigma(z) = \frac{x}{1 + e} \begin{cases} e & z < 0 \\ 1 & \text{otherwise} \end{cases},"
        r" \quad e = \exp(-|z|)",
    ),
    *_activation("logistic", r"\frac{1}{1 + \exp(-z)}", "a (1 - a)", None),
    *_activation("softplus", r"\ln(1 + \exp(z))", r"\sigma(z)", GLOROT),
    *_activation("silu", r"z \sigma(z)", r"(\sigma(z) + z \sigma(z) (1 - \sigma(z)))", ELFWING),
    entry(
        "activation",
        "silu_slope",
        "the slope of silu, with s = logistic(z)",
        r"\operatorname{silu}'(z) = s + z s (1 - s)",
        ELFWING,
    ),
    entry(
        "activation",
        "tanh_softplus",
        "x times the tanh of softplus, by e, which is never too large",
        r"x \tanh(\ln(1 + \exp(z))) = x \begin{cases} \frac{e + \frac{1}{2} e^{2}}{1 + e + \frac{1}{2} e^{2}} & z < 0"
        r" \\ \frac{1 + 2 e}{1 + 2 e + 2 e^{2}} & \text{otherwise} \end{cases}, \quad e = \exp(-|z|)",
        MISRA,
    ),
    *_activation(
        "mish",
        r"z \tanh(\ln(1 + \exp(z)))",
        r"(\tanh(\ln(1 + \exp(z))) + z (1 - (\tanh(\ln(1 + \exp(z))))^{2}) \sigma(z))",
        MISRA,
    ),
    entry(
        "activation",
        "mish_slope",
        "the slope of mish, with t = tanh(softplus(z))",
        r"\operatorname{mish}'(z) = t + z (1 - t^{2}) \sigma(z)",
        MISRA,
    ),
    *_activation("tanh", None, r"(1 - (a)^{2})", None),
)


BLENDING_LINES = (
    entry(
        "activation",
        "blended",
        "the output of a unit that has a share c of its activation: 1 at the start, then learned; v = g(z)",
        r"a = z + c (v - z)",
        HOLZMULLER,
    ),
    entry(
        "activation",
        "blended_back",
        "the same, undone, from g = dJ_i/da; b is what the activation alone would make of g",
        r"\delta = g + c (b - g)",
        HOLZMULLER,
    ),
    entry(
        "activation", "share_term", "dJ_i/dc, from g = dJ_i/da; its mean is dc", r"h = g (v - z)", HOLZMULLER
    ),
)


EMBEDDING_LINES = (
    entry(
        "activation",
        "phase",
        "embedding of an input x: the phase of a wave, which has a frequency f and a shift s",
        r"t = 2 \pi f x + s",
        HOLZMULLER,
    ),
    entry(
        "activation",
        "phase_back",
        "the phase, undone, from g = dJ_i/dt: its sum over the waves is what the embedding adds to dJ_i/dx",
        r"d = 2 \pi f g",
        HOLZMULLER,
    ),
    entry(
        "activation",
        "frequency_term",
        "dJ_i/df, from g = dJ_i/dt: its mean is df, as the mean of g is ds",
        r"d = 2 \pi x g",
        HOLZMULLER,
    ),
    entry(
        "activation",
        "wave",
        "embedding: the wave; three affine steps of its waves are what layer 1 reads beside x",
        r"h = \cos(t)",
        HOLZMULLER,
    ),
    entry(
        "activation",
        "wave_back",
        "the wave, undone, from g = dJ_i/dh: the cosine a quarter further on is minus the sine",
        r"d = g \cos(t + \frac{\pi}{2})",
        HOLZMULLER,
    ),
)


DROPOUT_LINES = (
    entry(
        "activation",
        "drop_mask",
        "dropout: the mask of a unit, from u between 0 and 1; d is the share that is dropped",
        r"r = \begin{cases} 0 & u < d \\ \frac{1}{1 - d} & \text{otherwise} \end{cases}",
        SRIVASTAVA,
    ),
    entry("activation", "dropped", "dropout: what the next layer reads", r"a \leftarrow a r", SRIVASTAVA),
    entry(
        "activation",
        "dropped_back",
        "dropout, undone: the gradient with respect to a",
        r"g \leftarrow g r",
        SRIVASTAVA,
    ),
)
