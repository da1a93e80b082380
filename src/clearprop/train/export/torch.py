"""A model as PyTorch reads it: a state_dict in .safetensors, and the line that makes its module."""

import json
from typing import NamedTuple

import numpy as np
from safetensors.numpy import save

from clearprop.tables.scale import Scale
from clearprop.train.array_model import ArrayModel
from clearprop.train.export.json import about
from clearprop.train.export.portable import Portable, portable
from clearprop.train.files import member_tensors, sorted_header
from clearprop.train.model import Model

MODULES = {
    "identity": "Identity()",
    "relu": "ReLU()",
    "leaky_relu": "LeakyReLU(0.01)",
    "elu": "ELU()",
    "selu": "SELU()",
    "gelu": "GELU()",
    "silu": "SiLU()",
    "mish": "Mish()",
    "tanh": "Tanh()",
    "logistic": "Sigmoid()",
    "softplus": "Softplus(threshold=40)",  # by default it is the identity from 20 on, 2e-9 off
}
OUTPUTS = {
    "softmax": "torch.softmax(module(X), dim=1)",
    "logistic": "torch.sigmoid(module(X))",
    "identity": "module(X)",
    "exp": "torch.exp(module(X))",
}


class TorchExport(NamedTuple):
    """A network in PyTorch's terms; made without torch.

    Attributes
    ----------
    module : str
        The Python expression of the module that takes the tensors: ``torch.nn.Sequential(...)``.
    output : str
        The Python expression of the probabilities or numbers, from ``module`` and ``X``.
    tensors : dict of str to ndarray
        The state_dict: ``0.weight`` (out, in), ``0.bias``, ``2.weight``, ...
    metadata : dict of str to str
        What the file says besides: ``module``, ``output``, and the classes and the encoding as JSON.
    """

    module: str
    output: str
    tensors: dict[str, np.ndarray]
    metadata: dict[str, str]

    def __str__(self) -> str:
        return f"module = {self.module}\np = {self.output}"

    def to_bytes(self) -> bytes:
        """The .safetensors file, for ``safetensors.torch.load_file``."""
        return sorted_header(save(self.tensors, metadata=self.metadata))


def torch_export(model: Model | ArrayModel) -> TorchExport:
    """The tensors of a model under PyTorch's names, and the lines of Python that use them.

    Parameters
    ----------
    model : Model or ArrayModel
        Trained.

    Raises
    ------
    SpecError
        If an activation is an expression: PyTorch has no module for it.
    """
    found = portable(model)
    module, output = _module(found), _output(found)
    if found.scale is not None:
        output = _number(output, found.scale)
    described = json.dumps(about(found), ensure_ascii=False, allow_nan=False)
    metadata = {"format": "pt", "module": module, "output": output, "model": described}
    return TorchExport(module, output, member_tensors(found.members), metadata)


def _output(found: Portable) -> str:
    """p from the module and X."""
    one = OUTPUTS[found.net.out_activation]
    if found.others:
        mean = f"torch.stack([{one.replace('module', 'net')} for net in module]).mean(dim=0)"
        return (
            mean
            if found.temperature == 1
            else f"torch.softmax(torch.log({mean}) / {found.temperature!r}, dim=1)"
        )
    return one if found.temperature == 1 else one.replace("module(X)", f"module(X) / {found.temperature!r}")


def _number(output: str, scale: Scale) -> str:
    """The prediction in the target's units, within the range of training."""
    output = f"{output} * {scale.sd!r} + {scale.mean!r}"
    if scale.shift is not None:
        output = f"torch.exp({output}) - {scale.shift!r}"
    return f"torch.clamp({output}, {scale.least!r}, {scale.most!r})"


def _module(found: Portable) -> str:
    """A Sequential, or a ModuleList of them."""
    if not found.others:
        return _sequential(found)
    return f"torch.nn.ModuleList([{', '.join([_sequential(found)] * len(found.members))}])"


def _sequential(found: Portable) -> str:
    sizes, dtype = found.net.sizes, found.params.flat.dtype.name
    kind = "" if dtype == "float32" else f", dtype=torch.{dtype}"  # else load_state_dict would round
    modules = [f"torch.nn.Linear({sizes[0]}, {sizes[1]}{kind})"]
    for l, name in enumerate(found.named_activations("PyTorch"), 1):
        modules += [f"torch.nn.{MODULES[name]}", f"torch.nn.Linear({sizes[l]}, {sizes[l + 1]}{kind})"]
    return f"torch.nn.Sequential({', '.join(modules)})"
