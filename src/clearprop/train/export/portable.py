"""`Portable`: what every format needs of a model, whichever estimator made it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from clearprop.errors import SpecError
from clearprop.maths.derivation import ACTIVATIONS
from clearprop.network import Network, Parameters
from clearprop.tables.classes import Classes
from clearprop.tables.encoding import Encoding
from clearprop.tables.scale import Scale
from clearprop.train.array_model import ArrayModel
from clearprop.train.model import Model


@dataclass(frozen=True)
class Portable:
    """A model to be written for others.

    Attributes
    ----------
    params : Parameters
        The weights, finite.
    task : {"classification", "multilabel", "regression"}
        What the outputs are.
    classes : ndarray
        Of a classification, in the order of the probabilities; else empty.
    encoding : Encoding or None
        Of the raw columns; None if the input is an array of numbers.
    scale : Scale or None
        What turns the output into the target's units; None if it is in them.
    missing : tuple of str
        The texts that the user calls missing.
    features : list of str or None
        The names of the columns of an array.
    made_by : str
        The estimator's class.
    temperature : float
        What z[L] of a classification is divided by before the softmax.
    """

    params: Parameters
    task: str
    classes: np.ndarray
    encoding: Encoding | None
    scale: Scale | None
    missing: tuple[str, ...]
    features: list[str] | None
    made_by: str
    others: tuple[Parameters, ...] = ()
    temperature: float = 1.0

    @property
    def net(self) -> Network:
        """The network of the weights."""
        return self.params.net

    @property
    def members(self) -> tuple[Parameters, ...]:
        """The weights of all networks that answer together."""
        return (self.params, *self.others)

    def named_activations(self, what: str) -> tuple[str, ...]:
        """The activations of layers 1..L-1.

        Raises
        ------
        SpecError
            If one is an expression of the user's, or units blend it with z, or inputs are embedded, which `what`
            cannot say.
        """
        if self.net.embedded:
            msg = f"{what} has no word for inputs that are embedded. Export to ONNX, or fit with embedded=False."
            raise SpecError(msg)
        if self.net.blended:
            msg = f"{what} has no word for units that learn a share of their activation. "
            msg += "Export to ONNX, or fit with blended=False."
            raise SpecError(msg)
        for l, name in enumerate(self.net.activations, 1):
            if name not in ACTIVATIONS:
                msg = (
                    f"{what} has no word for the activation {name!r} of layer {l}. "
                    f"Use one of {', '.join(ACTIVATIONS)}."
                )
                raise SpecError(msg)
        return self.net.activations


def portable(model: Model | ArrayModel) -> Portable:
    """What the formats need of a model.

    Raises
    ------
    SpecError
        If a weight is not finite.
    """
    others = () if isinstance(model, ArrayModel) else tuple(model.others)
    for l, params in ((l, p) for p in (model.params, *others) for l in range(1, p.net.L + 1)):
        if not (np.isfinite(params.W[l]).all() and np.isfinite(params.b[l]).all()):
            msg = f"All weights must be finite to be exported, but those of layer {l} are not. Fit again."
            raise SpecError(msg)
    if any(p.embedding and not np.isfinite(p.flat).all() for p in (model.params, *others)):
        msg = "All numbers of embeddings must be finite to be exported, but some are not. Fit again."
        raise SpecError(msg)
    made_by = str(model.estimator.get("class", ""))
    if isinstance(model, ArrayModel):
        classes = model.classes if model.task == "classification" else np.array([])
        return Portable(model.params, model.task, classes, None, None, (), model.features, made_by)
    target, classes, scale = model.target, np.array([]), None
    if isinstance(target, Classes):
        classes = target.decode(np.arange(len(target.classes)))
    else:
        scale = target
    missing = _texts(model.estimator.get("params", {}))
    return Portable(
        model.params, model.task, classes, model.encoding, scale, missing, None, made_by, others, model.held.temperature
    )  # fmt: skip


def _texts(params: Any) -> tuple[str, ...]:
    given = params.get("missing", ()) if isinstance(params, dict) else ()
    return (given,) if isinstance(given, str) else tuple(str(text).strip() for text in given)
