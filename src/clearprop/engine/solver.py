"""How the parameters move: the settings of an optimiser, checked."""

import math
from dataclasses import dataclass
from numbers import Real

from clearprop.errors import SpecError
from clearprop.maths.derivation import tangent_rate
from clearprop.network import Network

NAMES = ("sgd", "adam", "adamw")


@dataclass(frozen=True)
class Solver:
    """An optimiser's settings; the learning rate is given step by step.

    Parameters
    ----------
    name : {"sgd", "adam", "adamw"}
        Stochastic gradient descent (G10, G11); Adam (Kingma and Ba, ICLR 2015), eps added before the bias
        correction as scikit-learn does; AdamW, with decoupled decay (Loshchilov and Hutter, ICLR 2019).
    l2 : float
        The derivation's lambda: the gradient of J + l2/2 sum ||W||^2. Weights only.
    decay : float
        AdamW's: W loses the share lr * decay a step. Weights only.
    momentum : float
        Of sgd; 0 for none.
    nesterov : bool
        Look ahead along the momentum.
    betas : (float, float)
        The averaging of Adam's two moments.
    eps : float
        Added to Adam's denominator.
    alpha : float
        scikit-learn's: lambda is l2 + alpha / m, with the m of each batch.
    l1 : float
        The penalty l1 sum |W| is added to J: after each update W moves towards 0 by at most l1 times the rate at
        which a lasting gradient moves it (of sgd lr / (1 - momentum); of Adam each weight has its own).
    max_norm : float or None
        After each update the weights into each unit have at most this norm.
    clip_norm : float or None
        Before each update dW and db have together at most this norm (that of J, without penalties).
    tangent : bool
        Of Adam and AdamW: W[l] moves as it does where the network is written z[l] = a[l-1] W[l] / sqrt(n[l-1]) + b[l]
        (the neural-tangent parametrisation: Jacot et al., NeurIPS 2018), at the rate lr / sqrt(n[l-1]).
    bias_rate : float
        Of Adam and AdamW: what multiplies lr for the biases.
    blend_rate : float
        Of Adam and AdamW: what multiplies lr for the shares of a blended network.
    embed_rate : float
        Of Adam and AdamW: what multiplies lr for the embeddings of inputs, which do not decay.
    scale_rate : float
        Of AdamW: above 0 each input has a scale of its own, from 1 on, that moves at scale_rate * lr: W[1] is learned
        as scale V (Holzmueller et al., NeurIPS 2024).

    Examples
    --------
    >>> Solver("sgd", momentum=0.9, nesterov=True).update
    'nesterov'
    """

    name: str = "adamw"
    l2: float = 0.0
    decay: float = 0.0
    momentum: float = 0.0
    nesterov: bool = False
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    alpha: float = 0.0
    l1: float = 0.0
    max_norm: float | None = None
    clip_norm: float | None = None
    tangent: bool = False
    bias_rate: float = 1.0
    scale_rate: float = 0.0
    blend_rate: float = 1.0
    embed_rate: float = 1.0

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            msg = f"The solver must be one of {', '.join(NAMES)}; got {self.name!r}."
            raise SpecError(msg)
        for name in (
            "l2",
            "alpha",
            "decay",
            "eps",
            "l1",
            "bias_rate",
            "scale_rate",
            "blend_rate",
            "embed_rate",
        ):
            _check(name, getattr(self, name), 0.0, math.inf)
        for name in ("max_norm", "clip_norm"):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, Real) and 0 < float(value) < math.inf):
                msg = f"`{name}` must be a finite number above 0, or None; got {value!r}."
                raise SpecError(msg)
        for name, value in (
            ("momentum", self.momentum),
            ("betas[0]", self.betas[0]),
            ("betas[1]", self.betas[1]),
        ):
            _check(name, value, 0.0, 1.0)
        if self.decay and self.name != "adamw":
            msg = f"`decay` belongs to the adamw solver; got decay={self.decay} with {self.name!r}. Use `l2`."
            raise SpecError(msg)
        rates = self.bias_rate, self.blend_rate, self.embed_rate
        if self.name == "sgd" and (self.tangent or rates != (1, 1, 1)):
            msg = (
                "`tangent`, `bias_rate`, `blend_rate` and `embed_rate` belong to the solvers adam and adamw; "
            )
            msg += "got the solver 'sgd'."
            raise SpecError(msg)
        if self.scale_rate and (self.name != "adamw" or self.l2 or self.settles):
            msg = "`scale_rate` belongs to the solver adamw, without `l2`, `l1` and `max_norm`."
            raise SpecError(msg)

    def factors(self, net: Network) -> tuple[list[float], list[float]]:
        """What multiplies the rate of W[1..L], and of b[1..L].

        Examples
        --------
        >>> Solver(tangent=True, bias_rate=0.1).factors(Network((4, 16, 2)))
        ([0.5, 0.25], [0.1, 0.1])
        """
        weights = [float(tangent_rate(1.0, n)) if self.tangent else 1.0 for n in net.widths[:-1]]
        return weights, [self.bias_rate] * net.L

    @property
    def update(self) -> str:
        """The pass that moves the flat vector."""
        if self.name == "sgd" and self.momentum:
            return "nesterov" if self.nesterov else "momentum"
        return self.name

    @property
    def settles(self) -> bool:
        """Whether W is settled after an update: its L1 penalty taken, its columns held to a norm."""
        return self.l1 > 0 or self.max_norm is not None

    @property
    def in_one_product(self) -> bool:
        """Whether W moves inside the product that makes dW: plain descent is one GEMM, if dW is not clipped."""
        return self.update == "sgd" and self.clip_norm is None


def _check(name: str, value: object, low: float, high: float) -> None:
    if not isinstance(value, Real) or not low <= float(value) < high:
        msg = f"`{name}` must be a number from {low:g} to below {high:g}; got {value!r}."
        raise SpecError(msg)
