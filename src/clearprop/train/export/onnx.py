"""A model as ONNX, opset 17, with the names that skl2onnx gives: X; label and probabilities, or variable."""

from importlib.util import find_spec
from typing import Any

import numpy as np

from clearprop.errors import SpecError
from clearprop.maths import expressions
from clearprop.maths.derivation import ACTIVATIONS
from clearprop.network import Parameters
from clearprop.train.array_model import ArrayModel
from clearprop.train.export.columns import encoded
from clearprop.train.export.graph import Graph, Value, greater, page
from clearprop.train.export.portable import Portable, portable
from clearprop.train.model import Model
from clearprop.version import __version__

OPSET, ML_OPSET, IR = 17, 3, 8  # of one release, 1.12
LARGEST = 2**31 - 2**20  # bytes of weights: a Protobuf message stays below 2 GiB


def onnx_model(model: Model | ArrayModel, dtype: str | None = None) -> Any:
    """A model as an `onnx.ModelProto`.

    Parameters
    ----------
    model : Model or ArrayModel
        Trained.
    dtype : {"float32", "float64"}, optional
        Of the network; by default that of its weights.

    Raises
    ------
    SpecError
        If the package onnx is not installed, or ONNX cannot say the model.
    """
    if find_spec("onnx") is None:
        msg = "Exporting to ONNX needs the package onnx, which is not installed: pip install clearprop[onnx]"
        raise SpecError(msg)
    found = portable(model)
    number = np.dtype(_dtype(dtype, found))
    size = found.net.n_parameters * number.itemsize
    if size > LARGEST:
        msg = f"An ONNX file holds less than 2 GiB, but the weights have {size:,} bytes. Use `to_torch`."
        raise SpecError(msg)
    graph = Graph([] if found.encoding is None else found.encoding.needed)
    _answer(graph, found, _outputs(found, _inputs(graph, found, number)))
    return graph.to_model(
        found.made_by or "network",
        OPSET,
        ML_OPSET,
        IR,
        producer_name="clearprop",
        producer_version=__version__,
    )


def _dtype(dtype: str | None, found: Portable) -> str:
    if dtype is None:
        return found.params.flat.dtype.name
    if dtype not in ("float32", "float64"):
        msg = f"`dtype` must be float32 or float64; got {dtype!r}."
        raise SpecError(msg)
    return dtype


def _inputs(graph: Graph, found: Portable, dtype: np.dtype[Any]) -> Value:
    if found.encoding is None:
        return graph.input("X", dtype, found.net.sizes[0])
    return encoded(graph, found.encoding, found.missing, dtype)


def _outputs(found: Portable, a: Value) -> Value:
    """p of each row; of a committee the mean of its members'."""
    first, *others = (_forward(params, a) for params in found.members)
    p = page().agreed(sum(others, first), float(len(found.members))) if others else first
    if found.temperature == 1:
        return p
    least = float(np.finfo(p.dtype.name).tiny)  # a p of 0 has no logarithm
    return page().softmax(page().tempered(page().log(page().maximum(p, least)), found.temperature))


def _forward(params: Parameters, a: Value) -> Value:
    """p of each row by one network: the forward pass (G2 to G4)."""
    net, a = params.net, _embedded(params, a)
    names = (*net.activations, net.out_activation)
    for l, name in enumerate(names, 1):
        z = page().affine(a, params.W[l], params.b[l])
        is_line = l == net.L or name in ACTIVATIONS
        g = getattr(page(), name)(z) if is_line else expressions.pair(name, 0, page())[0](z)
        a = g if params.c[l] is None else page().blended(z, g, params.c[l])
    return a


def _embedded(params: Parameters, X: Value) -> Value:
    """a[0] from the inputs; each is told apart by its place, as the lines of the page take columns."""

    def column(k: int) -> Value:
        return X.graph.add("Gather", X, X.graph.constant(np.array([k])), axis=1)

    if params.embedding is None:
        return X
    each = zip(params.net.embedded, zip(*params.embedding, strict=True), strict=True)
    return X.graph.add("Concat", X, *(page().embed(column(k), *own)[2] for k, own in each), axis=1)


def _answer(graph: Graph, found: Portable, p: Value) -> None:
    """The outputs of the graph."""
    n = found.net.sizes[-1]
    if found.task == "regression":
        graph.output("variable", _number(found, p), n)
    elif found.task == "multilabel":
        graph.output("label", greater(p, 0.5).cast(np.int64), n)
        graph.output("probabilities", p, n)
    elif n > 1:
        best = graph.add("ArgMax", p, dtype=np.int64, axis=1, keepdims=0)
        _classes(graph, found, best, p)
    else:
        second = graph.add("Squeeze", greater(p, 0.5).cast(np.int64), np.array([1]))
        _classes(graph, found, second, graph.add("Concat", 1.0 - p, p, axis=1))


def _classes(graph: Graph, found: Portable, place: Value, p: Value) -> None:
    classes = _plain(found.classes)
    classes = np.repeat(classes, 2) if len(classes) == 1 else classes  # one class: it is the answer anyway
    held = graph.constant(classes)
    graph.output("label", graph.add("Gather", held, place))
    graph.output("probabilities", p, 2 if found.net.sizes[-1] == 1 else found.net.sizes[-1])


def _plain(classes: np.ndarray) -> np.ndarray:
    """Classes as ONNX keeps them: truth values, int64, float64 or texts."""
    kind = {"b": np.bool_, "i": np.int64, "u": np.int64, "f": np.float64}.get(classes.dtype.kind, object)
    plain = classes.astype(kind)
    if plain.tolist() != classes.tolist() or (kind is object and not all(type(x) is str for x in plain)):
        msg = (
            f"ONNX keeps classes that are texts, truth values, float64 or int64; got {classes[:4].tolist()}."
        )
        raise SpecError(msg)
    return plain


def _number(found: Portable, p: Value) -> Value:
    if found.scale is None:
        return p
    scale, number = found.scale, page().unstandardise(p.cast(np.float64), found.scale.mean, found.scale.sd)
    number = number if scale.shift is None else page().unlog(number, scale.shift)
    return page().within(number, scale.least, scale.most)
