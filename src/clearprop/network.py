"""A network and its parameters.

The `Network` is frozen and checked once, when it is made; `Parameters` are one flat vector whose parts
are seen as W[l] and b[l].
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from clearprop.errors import ShapeError, SpecError
from clearprop.maths import expressions
from clearprop.maths.derivation import ACTIVATIONS, HEADS

SCHEMES = ("glorot", "he", "ntk")
MOST_PARAMETERS = 2**31
WAVES, FURTHER = 16, 3  # of an embedded input: its waves, and the numbers that layer 1 reads beside it
OF_AN_INPUT = 2 * WAVES + WAVES * FURTHER + FURTHER  # the parameters of its embedding
FREQUENCY = 0.1  # the standard deviation of the frequencies at the start


@dataclass(frozen=True)
class Network:
    """A fully connected network: its layers' sizes, activations and head (G0).

    Parameters
    ----------
    sizes : sequence of int
        n[0] inputs, then the units of layers 1..L. Two or more.
    activation : str or sequence of str
        Of the hidden layers 1..L-1, one for all or one each: a key of `maths.derivation.ACTIVATIONS`, or an
        expression of `x` such as ``"x*tanh(softplus(x))"`` (see `maths.expressions`).
    head : {"softmax", "logistic", "identity", "exp", "absolute", "huber", "quantile"}
        What makes p of z[L], with its loss: softmax and cross-entropy; logistic and binary cross-entropy
        (one unit, or several for several labels); identity and half the squared error, summed over the
        outputs; exp and half the Poisson deviance; identity and the absolute error, Huber's loss, or the
        quantile loss. An expression of `p` and `y` such as ``"log(cosh(p-y))"`` is the identity with that loss.
    relu_grad_at_zero : {1, 0}
        relu'(0): 1 as in the derivation, 1(z >= 0); 0 as in scikit-learn, PyTorch and JAX.
    head_constants : float or sequence of float
        Where Huber's loss turns into lines (1 if not given), or which quantile is meant (the median): one for all
        outputs, or one each. Of the other heads there is none.
    blended : bool
        Whether each hidden unit learns a share c of its activation g: a = z + c (g(z) - z), c from 1 on.
    embedded : sequence of int
        The inputs that are embedded, in ascending order, counted from 0: of each, x, layer 1 reads besides x three
        affine steps of 16 waves cos(2 pi f x + s), all of whose numbers are learned (Holzmüller et al., NeurIPS 2024).

    Raises
    ------
    SpecError
        If a size, an activation, the head, `relu_grad_at_zero`, `blended` or `embedded` cannot be.

    Examples
    --------
    >>> net = Network((3, 4, 2))
    >>> net.L, net.n_parameters, net.activations
    (2, 26, ('relu',))
    """

    sizes: tuple[int, ...]
    activation: str | tuple[str, ...] = "relu"
    head: str = "softmax"
    relu_grad_at_zero: int = 1
    head_constants: tuple[float, ...] = ()
    blended: bool = False
    embedded: tuple[int, ...] = ()
    activations: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sizes", _checked_sizes(self.sizes))
        if isinstance(self.activation, Iterable) and not isinstance(self.activation, str):
            object.__setattr__(self, "activation", tuple(self.activation))
        object.__setattr__(self, "activations", _checked_activations(self.activation, self.L - 1))
        if self.head not in HEADS and expressions.is_meant(self.head, "py"):
            expressions.loss(self.head)
        elif self.head not in HEADS:
            msg = f"`head` must be one of {', '.join(HEADS)}; got {self.head!r}."
            raise SpecError(msg)
        if self.head == "softmax" and self.sizes[-1] < 2:
            msg = f"A softmax head needs 2 outputs or more; got {self.sizes[-1]}. Use `head='logistic'` for one."
            raise SpecError(msg)
        if self.relu_grad_at_zero not in (0, 1):
            msg = f"`relu_grad_at_zero` must be 0 or 1; got {self.relu_grad_at_zero!r}."
            raise SpecError(msg)
        if not isinstance(self.blended, bool | np.bool_):
            msg = f"`blended` must be True or False; got {self.blended!r}."
            raise SpecError(msg)
        object.__setattr__(self, "embedded", _checked_embedded(self.embedded, self.sizes[0]))
        constants = _checked_constants(self.head, self.head_constants, self.sizes[-1])
        object.__setattr__(self, "head_constants", constants)

    @property
    def out_activation(self) -> str:
        """The function h that makes p of z[L]: softmax, logistic, exp or identity."""
        return self.head if self.head in ("softmax", "logistic", "exp") else "identity"

    @property
    def L(self) -> int:
        """The number of layers, the input not counted (D1)."""
        return len(self.sizes) - 1

    @property
    def widths(self) -> tuple[int, ...]:
        """How many numbers a[0], ..., a[L] have: `sizes`, but a[0] has three more for each input that is embedded."""
        return self.sizes[0] + FURTHER * len(self.embedded), *self.sizes[1:]

    @cached_property
    def core(self) -> "Network":
        """The network from a[0] on: without embeddings it is the network itself."""
        return replace(self, sizes=self.widths, embedded=()) if self.embedded else self

    @property
    def n_weights(self) -> int:
        """How many entries all W[l] have together."""
        return sum(a * b for a, b in pairwise(self.widths))

    @property
    def n_parameters(self) -> int:
        """How many entries all W[l], b[l] and, where there are any, c[l] and embeddings have together."""
        shares = sum(self.sizes[1:-1]) if self.blended else 0
        return self.n_weights + sum(self.sizes[1:]) + shares + OF_AN_INPUT * len(self.embedded)

    def __str__(self) -> str:
        return f"{'-'.join(map(str, self.sizes))} network"

    def initialize(
        self,
        seed: int | np.random.Generator | None = None,
        *,
        scheme: str = "glorot",
        dtype: DTypeLike = np.float64,
    ) -> "Parameters":
        """Random parameters; the same seed gives the same bits.

        Parameters
        ----------
        seed : int, Generator or None
            Where the random numbers come from; None asks the system.
        scheme : {"glorot", "he", "ntk"}
            glorot: W[l] and b[l] uniform within sqrt(6 / (n[l-1] + n[l])), or sqrt(2 / ...) where the layer is
            logistic, as scikit-learn draws them (Glorot and Bengio, AISTATS 2010).
            he: W[l] normal with variance 2 / n[l-1], b[l] zero (He et al., ICCV 2015).
            ntk: W[l] normal with variance 1 / n[l-1], b[l] normal with variance 1: the function that the
            neural-tangent parametrisation starts from (Jacot et al., NeurIPS 2018).
        dtype : dtype
            float64 or float32; the numbers are drawn in float64.

        Examples
        --------
        >>> params = Network((3, 4, 2)).initialize(seed=0)
        >>> params.W[1].shape, params.b[2].shape
        ((3, 4), (2,))
        """
        if scheme not in SCHEMES:
            msg = f"`scheme` must be one of {', '.join(SCHEMES)}; got {scheme!r}."
            raise SpecError(msg)
        rng = np.random.default_rng(seed)
        params = Parameters(self, np.empty(self.n_parameters))
        for l in range(1, self.L + 1):
            params.W[l][...], params.b[l][...] = self._draw(rng, scheme, l)
            if params.c[l] is not None:
                params.c[l][...] = 1.0
        if params.embedding:
            params.embedding.draw(rng)
        return params.astype(dtype)

    def _draw(self, rng: np.random.Generator, scheme: str, l: int) -> tuple[np.ndarray, np.ndarray]:
        fan_in, fan_out = shape = self.widths[l - 1], self.sizes[l]
        if scheme == "he":
            return rng.standard_normal(shape) * np.sqrt(2 / fan_in), np.zeros(fan_out)
        if scheme == "ntk":
            return rng.standard_normal(shape) / np.sqrt(fan_in), rng.standard_normal(fan_out)
        logistic = (self.activations[l - 1] if l < self.L else self.head) == "logistic"
        bound = np.sqrt((2 if logistic else 6) / (fan_in + fan_out))
        return rng.uniform(-bound, bound, shape), rng.uniform(-bound, bound, fan_out)


class Embedding(NamedTuple):
    """The parameters of the q inputs that are embedded, or their gradients.

    f, s: (q, 16), the frequency and the shift of each wave; V: (q, 16, 3) and r: (q, 3), what makes three numbers of
    them (see `derivation.embed`).
    """

    f: Any
    s: Any
    V: Any
    r: Any

    @classmethod
    def of(cls, numbers: np.ndarray) -> "Embedding":
        """Views of (q, 83) numbers: of each input f, s, V as rows of 16, r."""
        q, end = len(numbers), 2 * WAVES + WAVES * FURTHER
        V = numbers[:, 2 * WAVES : end].reshape(q, FURTHER, WAVES).swapaxes(1, 2)
        return cls(numbers[:, :WAVES], numbers[:, WAVES : 2 * WAVES], V, numbers[:, end:])

    def draw(self, rng: np.random.Generator) -> None:
        """Random numbers in place: f normal, s over a whole turn, V and r uniform within 1 / sqrt(16)."""
        bound = 1 / math.sqrt(WAVES)
        self.f[...] = FREQUENCY * rng.standard_normal(self.f.shape)
        self.s[...] = rng.uniform(-math.pi, math.pi, self.s.shape)
        self.V[...] = rng.uniform(-bound, bound, self.V.shape)
        self.r[...] = rng.uniform(-bound, bound, self.r.shape)


class Parameters:
    """All numbers that a network learns: one flat vector, all W[l] first, then all b[l], all c[l], the embeddings.

    Parameters
    ----------
    net : Network
        What the vector is for.
    flat : ndarray of shape (net.n_parameters,)
        float64 or float32 (or complex, or objects, for the checks). It is kept, not copied.

    Attributes
    ----------
    flat : ndarray
        The vector.
    W, b : list of ndarray
        Views of it by layer: W[l] is (n[l-1], n[l]) (D3), b[l] is (n[l],) (D7); index 0 is None.
    c : list of ndarray
        Of a blended network the share of each hidden unit, (n[l],) for l = 1..L-1; else, and of 0 and L, None.
    embedding : Embedding or None
        Views of it for the inputs that are embedded, if there are any.

    Raises
    ------
    ShapeError, SpecError
        If the vector does not have `net.n_parameters` entries, or holds whole numbers.

    Examples
    --------
    >>> import numpy as np
    >>> params = Parameters(Network((2, 3, 2)), np.arange(17.0))
    >>> params.W[1][0], params.b[2]
    (array([0., 1., 2.]), array([15., 16.]))
    """

    def __init__(self, net: Network, flat: np.ndarray) -> None:
        if flat.shape != (net.n_parameters,):
            msg = f"A {net} has {net.n_parameters} parameters; `flat` is {flat.shape}."
            raise ShapeError(msg)
        if flat.dtype.kind not in "fcO":
            msg = f"`flat` must hold float32 or float64; got {flat.dtype}."
            raise SpecError(msg)
        self.net, self.flat = net, flat
        self.W: list[Any] = [None]
        self.b: list[Any] = [None]
        self.c: list[Any] = [None] * (net.L + 1)
        at, at_b = 0, net.n_weights
        for n_in, n_out in pairwise(net.widths):
            self.W.append(flat[at : at + n_in * n_out].reshape(n_in, n_out))
            self.b.append(flat[at_b : at_b + n_out])
            at, at_b = at + n_in * n_out, at_b + n_out
        for l, n in enumerate(net.sizes[1:-1] if net.blended else (), 1):
            self.c[l], at_b = flat[at_b : at_b + n], at_b + n
        self.embedding = Embedding.of(flat[at_b:].reshape(-1, OF_AN_INPUT)) if net.embedded else None

    @property
    def core(self) -> "Parameters":
        """The parameters from a[0] on, those of `net.core`: the same numbers, without the embeddings."""
        return Parameters(self.net.core, self.flat[: self.net.core.n_parameters]) if self.embedding else self

    @classmethod
    def from_layers(cls, net: Network, W: Sequence[Any], b: Sequence[Any]) -> "Parameters":
        """Parameters copied from arrays W[1..L] and b[1..L] (index 0 is not looked at); shares are 1, embeddings too.

        Examples
        --------
        >>> import numpy as np
        >>> net = Network((2, 2))
        >>> Parameters.from_layers(net, [None, np.eye(2)], [None, np.zeros(2)]).flat
        array([1., 0., 0., 1., 0., 0.])
        """
        for name, given in (("W", W), ("b", b)):
            if len(given) != net.L + 1:
                msg = (
                    f"`{name}` must have {net.L + 1} entries (index 0 unused) in a {net.sizes} network; "
                    f"got {len(given)}."
                )
                raise ShapeError(msg)
        arrays = [np.asarray(x) for x in (*W[1:], *b[1:])]
        params = cls(net, np.ones(net.n_parameters, np.result_type(*arrays, np.float32)))
        for name, mine, theirs in (("W", params.W, W), ("b", params.b, b)):
            for l in range(1, net.L + 1):
                given = np.asarray(theirs[l])
                if given.shape != mine[l].shape:
                    msg = (
                        f"`{name}[{l}]` must be {mine[l].shape} in a {net.sizes} network; got {given.shape}."
                    )
                    raise ShapeError(msg)
                mine[l][...] = given
        return params

    def copy(self) -> "Parameters":
        """The same numbers in a vector of their own."""
        return Parameters(self.net, self.flat.copy())

    def astype(self, dtype: DTypeLike) -> "Parameters":
        """The same numbers in another dtype, in a vector of their own."""
        return Parameters(self.net, self.flat.astype(dtype))

    def __repr__(self) -> str:
        return f"Parameters({self.net}, {self.flat.size:,} x {self.flat.dtype})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Parameters, (self.net, self.flat)


def _checked_sizes(sizes: Any) -> tuple[int, ...]:
    try:
        given = tuple(int(n) for n in sizes)
        whole = all(int(n) == n for n in sizes)
    except (TypeError, ValueError, OverflowError):
        given, whole = (), False
    if not whole or len(given) < 2 or min(given) < 1:
        msg = f"`sizes` must be two or more whole numbers, each 1 or more, such as (3, 4, 2); got {sizes!r}."
        raise SpecError(msg)
    if sum(a * b + b for a, b in pairwise(given)) > MOST_PARAMETERS:
        layers = "-".join(map(str, given))
        msg = f"The layers {layers} make more than {MOST_PARAMETERS:,} parameters. Use smaller `sizes`."
        raise SpecError(msg)
    return given


def _checked_embedded(given: Any, inputs: int) -> tuple[int, ...]:
    try:
        columns = tuple(int(k) for k in given)
        right = all(int(k) == k for k in given) and columns == tuple(sorted(set(columns)))
    except (TypeError, ValueError, OverflowError):
        columns, right = (), False
    if not right or (columns and not 0 <= columns[0] <= columns[-1] < inputs):
        msg = f"`embedded` must be inputs in ascending order, from 0 to {inputs - 1}; got {given!r}."
        raise SpecError(msg)
    return columns


def _checked_constants(head: str, given: Any, outputs: int) -> tuple[float, ...]:
    usual, rule, most = {
        "huber": (1.0, "finite and above 0", math.inf),
        "quantile": (0.5, "above 0 and below 1", 1.0),
    }.get(head, (None, "none", 0.0))
    constants = tuple(given) if np.iterable(given) else (given,)
    if usual is not None:
        constants = (
            (usual,) * outputs if not constants else constants * outputs if len(constants) == 1 else constants
        )
    elif not constants:
        return ()
    right = all(isinstance(c, Real) and 0 < float(c) < most for c in constants)
    if not right or len(constants) != outputs:
        msg = (
            f"`head_constants` of {head!r} must be {rule}, one for each of {outputs} outputs; got {given!r}."
        )
        raise SpecError(msg)
    return tuple(float(c) for c in constants)


def _checked_activations(activation: str | tuple[str, ...], hidden: int) -> tuple[str, ...]:
    names = activation if isinstance(activation, tuple) else (activation,) * hidden
    for name in activation if isinstance(activation, tuple) else (activation,):
        if name in ACTIVATIONS:
            continue
        if not expressions.is_meant(name):
            msg = f"`activation` must be one of {', '.join(ACTIVATIONS)}; got {name!r}."
            raise SpecError(msg)
        expressions.activation(name)
    if len(names) != hidden:
        msg = (
            f"`activation` must be one name, or one for each of the {hidden} hidden layers; got {len(names)}."
        )
        raise SpecError(msg)
    return names
