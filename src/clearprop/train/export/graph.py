"""An ONNX graph in the making, and the derivation page in ONNX's words.

A `Value` stands for an array that the graph will compute; the page's own lines, read with the words below,
write their nodes into it. So what is exported is what was trained, line by line.
"""

from collections.abc import Callable, Iterable
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from clearprop.errors import SpecError
from clearprop.maths import languages, words

TEXT = np.dtype(object)
ML = "ai.onnx.ml"


class Value:
    """An array of the graph: its name and dtype (object for texts).

    Arithmetic with a number, an array or another value adds a node.
    """

    __array_ufunc__ = None  # NumPy's arrays leave arithmetic with a value to it

    def __init__(self, graph: "Graph", name: str, dtype: DTypeLike) -> None:
        self.graph, self.name, self.dtype = graph, name, np.dtype(dtype)

    def __neg__(self) -> "Value":
        return self.graph.add("Neg", self)

    def __add__(self, other: Any) -> "Value":
        return self.graph.add("Add", self, other)

    def __radd__(self, other: Any) -> "Value":
        return self.graph.add("Add", other, self)

    def __sub__(self, other: Any) -> "Value":
        return self.graph.add("Sub", self, other)

    def __rsub__(self, other: Any) -> "Value":
        return self.graph.add("Sub", other, self)

    def __mul__(self, other: Any) -> "Value":
        return self.graph.add("Mul", self, other)

    def __rmul__(self, other: Any) -> "Value":
        return self.graph.add("Mul", other, self)

    def __truediv__(self, other: Any) -> "Value":
        return self.graph.add("Div", self, other)

    def __rtruediv__(self, other: Any) -> "Value":
        return self.graph.add("Div", other, self)

    def cast(self, dtype: DTypeLike) -> "Value":
        """The same numbers in another dtype."""
        dtype = np.dtype(dtype)
        if dtype == self.dtype:
            return self
        return self.graph.add("Cast", self, dtype=dtype, to=_element_type(dtype))


class Graph:
    """Nodes and constants, under names that clash neither with each other nor with those of the columns.

    Parameters
    ----------
    taken : iterable of str
        Names that the graph must not use for what it computes.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.nodes: list[Any] = []
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self._constants: dict[tuple[Any, ...], Any] = {}
        self._taken = set(taken)

    def add(
        self, op: str, *inputs: Any, dtype: DTypeLike | None = None, domain: str = "", **attributes: Any
    ) -> Value:
        """A node; numbers and arrays among its inputs become constants of the first value's dtype."""
        from onnx import helper

        first = next(x for x in inputs if isinstance(x, Value))
        values = [x if isinstance(x, Value) else self.constant(x, first.dtype) for x in inputs]
        out = Value(self, self._name(op), first.dtype if dtype is None else dtype)
        names = [value.name for value in values]
        self.nodes.append(helper.make_node(op, names, [out.name], domain=domain, **attributes))
        return out

    def constant(self, array: Any, dtype: DTypeLike | None = None) -> Value:
        """An array that the graph holds; equal ones are held once."""
        from onnx import helper, numpy_helper

        array = np.asarray(array, dtype)
        texts = array.dtype.kind in "UO"
        key = (array.dtype.str, array.shape, tuple(array.flat) if texts else array.tobytes())
        if key not in self._constants:
            name = self._name("constant")
            if texts:
                data = [text.encode() for text in array.ravel().tolist()]
                self._constants[key] = helper.make_tensor(name, _element_type(TEXT), array.shape, data)
            else:
                self._constants[key] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return Value(self, self._constants[key].name, TEXT if texts else array.dtype)

    def input(self, name: str, dtype: DTypeLike, width: int) -> Value:
        """An input of the graph, (rows, width)."""
        from onnx import helper

        self.inputs.append(helper.make_tensor_value_info(name, _element_type(dtype), ["rows", width]))
        return Value(self, name, dtype)

    def output(self, name: str, value: Value, *shape: int) -> None:
        """An output of the graph, (rows, *shape); numbered if a column has its name."""
        from onnx import helper

        name = self._name(name)
        self.nodes.append(helper.make_node("Identity", [value.name], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, _element_type(value.dtype), ["rows", *shape]))

    def to_model(self, name: str, opset: int, ml_opset: int, ir_version: int, **about: Any) -> Any:
        """The graph as an `onnx.ModelProto`."""
        from onnx import helper

        graph = helper.make_graph(self.nodes, name, self.inputs, self.outputs, [*self._constants.values()])
        opsets = [helper.make_opsetid("", opset), helper.make_opsetid(ML, ml_opset)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=ir_version, **about)

    def _name(self, stem: str) -> str:
        name, n = stem, 0
        while name in self._taken:
            n += 1
            name = f"{stem}{n}"
        self._taken.add(name)
        return name


def _element_type(dtype: DTypeLike) -> int:
    from onnx import helper

    return helper.np_dtype_to_tensor_dtype(np.dtype(dtype))


def apply(op: str, *inputs: Any, **more: Any) -> Value:
    """A node in the graph of the first value among the inputs."""
    graph = next(x.graph for x in inputs if isinstance(x, Value))
    return graph.add(op, *inputs, **more)


def less(x: Any, y: Any) -> Value:
    """Whether x < y."""
    return apply("Less", x, y, dtype=bool)


def greater(x: Any, y: Any) -> Value:
    """Whether x > y."""
    return apply("Greater", x, y, dtype=bool)


def equal(x: Any, y: Any) -> Value:
    """Whether x = y."""
    return apply("Equal", x, y, dtype=bool)


def where(condition: Value, x: Any, y: Any) -> Value:
    """x where the condition holds, else y; one of them is a value."""
    dtype = next(v.dtype for v in (x, y) if isinstance(v, Value))
    x, y = (v if isinstance(v, Value) else condition.graph.constant(v, dtype) for v in (x, y))
    return apply("Where", condition, x, y, dtype=dtype)


def _total(x: Value, axis: int | None = None, keepdims: bool = False) -> Value:
    axes = [] if axis is None else [x.graph.constant(np.array([axis]))]
    return x.graph.add("ReduceSum", x, *axes, keepdims=int(keepdims))


def _erf(x: Value) -> Value:
    if x.dtype != np.float32:
        msg = "`erf` (of gelu) is ONNX's Erf, which onnxruntime has in float32 only. Pass `dtype` float32."
        raise SpecError(msg)
    return apply("Erf", x)


def _node(op: str) -> Callable[..., Value]:
    return lambda *inputs: apply(op, *inputs)


def _unknown(word: str) -> Callable[..., Any]:
    def refuse(*inputs: Any, **more: Any) -> Any:
        msg = f"ONNX has no word for `{word}`."
        raise SpecError(msg)

    return refuse


@cache
def page() -> ModuleType:
    """The derivation page in ONNX's words; its lines take and give `Value`.

    Three lines are one operator each, which onnxruntime has in float32 and float64. ONNX has no expm1 and log1p:
    they are exp(x) - 1 and log(1 + x), right to the last digits of 1.
    """
    known = {w: x for w in words.__all__ if isinstance(x := getattr(words, w), float)}
    same = {"absolute": "Abs", "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "tanh": "Tanh", "cos": "Cos"}
    same |= {"matmul": "MatMul", "maximum": "Max", "minimum": "Min"}
    module: Any = languages.read(
        "onnx",
        {w: _unknown(w) for w in words.__all__}
        | known
        | {word: _node(op) for word, op in same.items()}
        | {
            "erf": _erf,
            "expm1": lambda x: apply("Exp", x) - 1.0,
            "log1p": lambda x: apply("Log", 1.0 + x),
            "less": less,
            "greater": greater,
            "less_equal": lambda x, y: apply("LessOrEqual", x, y, dtype=bool),
            "largest": lambda x: x.graph.add("ReduceMax", x, axes=[1], keepdims=1),
            "ratio": words.ratio,
            "total": _total,
            "where": where,
        },
    )
    module.relu, module.logistic = _node("Relu"), _node("Sigmoid")
    module.softmax = lambda z: apply("Softmax", z, axis=1)
    return module
