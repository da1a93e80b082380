"""Models to export, and exported models run by others: onnxruntime, and NumPy in PyTorch's clothes."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.special import erf, expit

from clearprop.network import Network, Parameters
from clearprop.tables.category import Category
from clearprop.tables.classes import Classes
from clearprop.tables.dropped import Dropped
from clearprop.tables.encoding import Encoding
from clearprop.tables.moment import Moment
from clearprop.tables.number import Number
from clearprop.tables.scale import Scale
from clearprop.train.array_model import ArrayModel
from clearprop.train.held_out import HeldOut
from clearprop.train.model import Model
from clearprop.train.record import Record

# Of probabilities and of numbers near 1. Sums of a few dozen float32 products differ by their order alone.
ABSOLUTE = {"float32": 1e-6, "float64": 1e-12}


def array_model(
    sizes: tuple[int, ...] = (5, 7, 6, 3), activation: Any = "relu", head: str = "softmax",
    dtype: Any = np.float64, task: str = "classification", classes: Any = None,
) -> ArrayModel:  # fmt: skip
    """An untrained network as a model of arrays."""
    params = Network(sizes, activation, head, 0).initialize(seed=1, dtype=dtype)
    return of_parameters(params, task, classes)


def of_parameters(params: Parameters, task: str = "classification", classes: Any = None) -> ArrayModel:
    classes = np.arange(params.net.sizes[-1]) if classes is None else np.asarray(classes)
    about = {"class": "MLPClassifier", "params": {}}
    return ArrayModel(params, task, classes if task != "regression" else np.array([]), None, False, {}, about)


COLUMNS = (
    Number("age", 40.0, 30.0, 50.0, 17.0, 90.0, 0.05, 3),
    Number("year", 20_240_101.0, 20_240_000.0, 20_240_200.0, 20_200_101.0, 20_250_101.0, 0.005, 0),
    Number("height", 1.0, 0.5, 2.0, 0.0, 9.0, 0.5, 2, (0.0, 0.5, 1.0, 9.0), (-2.0, -1.0, 0.25, 2.0)),
    Dropped("id", "identifier", 0),
    Moment(
        Number("when", 1.7e9, 1.6e9, 1.75e9, 1.5e9, 1.8e9, 2e-8, 3),
        ("time of day", "day of week", "day of year"),
    ),
    Number("known", 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 5),
    Category("town", ("Lima", "Oslo", "東京"), (5, 6, 7), 2, 0),
    Category("sex", ("f", "m"), (5, 7), 0, 0),
    Category("word", ("a", "b", "c"), (5, 7, 9), 4, 20),
    Category("rooms", (1, 2, 3), (5, 7, 9), 0, 1),
    Category("grade", (1, 2, 3), (5, 7, 9), 2, 0),
    Category("step", (0.5, 1.5), (5, 7), 0, 0),
    Category("flag", (False, True), (5, 7), 0, 0),
    Category("maybe", (False, True), (5, 7), 3, 0),
    Category("only", ("x",), (5,), 3, 0),
)


def table_model(
    dtype: str = "float32", numbers: bool = False, missing: tuple[str, ...] = (), plain: bool = False
) -> Model:
    """An untrained network behind every kind of column, before a temperature or a logarithm, unless `plain`."""
    encoding = Encoding(COLUMNS, dtype, 100)
    scale = Scale(17.5, 2.25, 0.0, 40.0) if plain else Scale(1.5, 0.5, 2.5, 6.0, shift=0.5)
    target = scale if numbers else Classes(("no", "perhaps", "yes"))
    held = HeldOut() if plain or numbers else HeldOut(temperature=1.7)
    head, n_out = ("identity", 1) if numbers else ("softmax", 3)
    net = Network((encoding.n_outputs, 9, 8, n_out), "silu", head, 0)
    about = {"class": "TabularRegressor" if numbers else "TabularClassifier", "params": {"missing": missing}}
    params = net.initialize(seed=1, dtype=dtype)
    return Model(params, encoding, target, "answer", Record(), [1 / n_out] * n_out, about, held=held)


def committee_model(dtype: str = "float32", numbers: bool = False) -> Model:
    """`table_model` with two further members."""
    model = table_model(dtype, numbers)
    others = [model.params.net.initialize(seed=j, dtype=dtype) for j in (2, 3)]
    return replace(model, others=others)


def rows(n: int = 200, seed: int = 0) -> dict[str, Any]:
    """Rows for `table_model`: with missing values, unknown categories and numbers far off."""
    rng = np.random.default_rng(seed)

    def some(*values: Any) -> list[Any]:
        return [values[i] for i in rng.integers(0, len(values), n)]

    age = rng.normal(40, 15, n)
    age[::7], age[3], age[4] = np.nan, 1e300, -1e300
    return {
        "age": age,
        "year": rng.integers(20_200_101, 20_250_101, n).astype(float),
        "height": np.where(rng.random(n) < 0.2, np.nan, rng.exponential(3.0, n)),
        "when": np.where(rng.random(n) < 0.2, np.nan, rng.uniform(-1e8, 2e9, n)),
        "known": np.where(rng.random(n) < 0.3, np.nan, 1.0),
        "town": some("Lima", "Oslo", "東京", "Rome", None, "?"),
        "sex": some("f", "m", "other", None),
        "word": some("a", "b", "c", "z", None, "NA"),
        "rooms": some(1, 2, 3, 4),
        "grade": some(1.0, 2.0, 3.0, 7.0, np.nan),
        "step": some(0.5, 1.5, 2.5),
        "flag": some(False, True),
        "maybe": some(False, True, None),
        "only": some("x", "y", None),
    }


def feed(columns: dict[str, Any], model: Any) -> dict[str, np.ndarray]:
    """Raw columns as the inputs of an ONNX model: (rows, 1), missing texts empty, missing numbers NaN."""
    from onnx import TensorProto

    fed = {}
    for x in model.graph.input:
        kind = x.type.tensor_type.elem_type
        values = list(columns[x.name])
        if kind == TensorProto.STRING:
            array = np.array(["" if v is None else v for v in values], object)
        else:
            numpy = {TensorProto.INT64: np.int64, TensorProto.BOOL: np.bool_}.get(kind, np.float64)
            array = np.array([np.nan if v is None else v for v in values]).astype(numpy)
        fed[x.name] = array[:, None]
    return fed


def run_onnx(model: Any, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The outputs of an ONNX model by name, by onnxruntime."""
    import onnxruntime

    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [x.name for x in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs), strict=True))


# ---- PyTorch's names in NumPy --------------------------------------------------------------------------

SELU = (1.0507009873554805, 1.6732632423543772)


class Linear:
    """y = x W^T + b."""

    def __init__(self, n_in: int, n_out: int, dtype: str = "float32") -> None:
        self.shape, self.dtype = (n_out, n_in), dtype

    def take(self, weight: np.ndarray, bias: np.ndarray) -> None:
        assert (weight.shape, bias.shape) == (self.shape, self.shape[:1])
        assert (weight.dtype.name, bias.dtype.name) == (self.dtype, self.dtype)
        self.weight, self.bias = weight, bias

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return x @ self.weight.T + self.bias


class Sequential:
    """Modules one after the other, numbered from 0."""

    def __init__(self, *modules: Any) -> None:
        self.modules = modules

    def load_state_dict(self, tensors: dict[str, np.ndarray]) -> None:
        names = {int(name.split(".")[0]) for name in tensors}
        assert names == {i for i, module in enumerate(self.modules) if isinstance(module, Linear)}
        for i in names:
            self.modules[i].take(tensors[f"{i}.weight"], tensors[f"{i}.bias"])

    def __call__(self, x: np.ndarray) -> np.ndarray:
        for module in self.modules:
            x = module(x)
        return x


def _softplus(z: np.ndarray, threshold: float = 20) -> np.ndarray:
    return np.where(z > threshold, z, np.log1p(np.exp(np.minimum(z, threshold))))


def _elu(z: np.ndarray) -> np.ndarray:
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


def _of(function: Any, *defaults: Any) -> Any:
    return lambda *given, **named: lambda z: function(z, *(given or defaults), **named)


def _softmax(z: np.ndarray, dim: int) -> np.ndarray:
    e = np.exp(z - z.max(axis=dim, keepdims=True))
    return e / e.sum(axis=dim, keepdims=True)


TORCH = SimpleNamespace(
    float64="float64",
    softmax=_softmax,
    sigmoid=expit,
    exp=np.exp,
    clamp=np.clip,
    nn=SimpleNamespace(
        Sequential=Sequential,
        Linear=Linear,
        Identity=_of(lambda z: z),
        ReLU=_of(lambda z: np.maximum(z, 0)),
        LeakyReLU=_of(lambda z, slope: np.where(z > 0, z, slope * z)),
        ELU=_of(_elu),
        SELU=_of(lambda z: SELU[0] * np.where(z > 0, z, SELU[1] * _elu(z))),
        GELU=_of(lambda z: z * 0.5 * (1 + erf(z / 2**0.5))),
        SiLU=_of(lambda z: z * expit(z)),
        Mish=_of(lambda z: z * np.tanh(_softplus(z))),
        Tanh=_of(np.tanh),
        Sigmoid=_of(expit),
        Softplus=_of(_softplus),
    ),
)


def run_lines(module: str, output: str, tensors: Any, X: Any, torch: Any = TORCH) -> Any:
    """The two lines of a `TorchExport`, run with PyTorch or with NumPy in its place."""
    made = eval(module, {"torch": torch})
    made.load_state_dict(tensors)
    return eval(output, {"torch": torch, "module": made, "X": X})
