"""`save` and `load` of the estimators on arrays: the same bits, and clear errors."""

import json
import warnings

import numpy as np
import pytest
from safetensors.numpy import load as tensors_of
from safetensors.numpy import save as file_of
from scipy.sparse import csr_array, issparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from clearprop import MLPClassifier, MLPRegressor, load, save
from clearprop.errors import ModelFileError
from clearprop.train.files import _digest, read_model

pytestmark = pytest.mark.filterwarnings(f"ignore::{ConvergenceWarning.__module__}.ConvergenceWarning")
X = np.random.default_rng(0).normal(size=(80, 4))
TWO = np.array(["no", "ja 是"])[(X[:, 0] > 0).astype(int)]
LABELS = (X[:, :3] > 0).astype(int)


def mlp(**given):
    return MLPClassifier((6,), random_state=0, max_iter=5, **given)


@pytest.fixture(
    params=[
        "two",
        "three",
        "objects",
        "truth",
        "float32",
        "labels",
        "sparse",
        "lbfgs",
        "early",
        "numbers",
        "poisson",
    ]
)
def model(request):
    three = (X[:, 0] > 0).astype(np.int16) + (X[:, 1] > 0.5)
    regressor = MLPRegressor(hidden_layer_sizes=(6,), random_state=0, max_iter=5)
    return {
        "two": lambda: mlp().fit(X, TWO),
        "three": lambda: mlp().fit(X, three),
        "objects": lambda: mlp().fit(X, TWO.astype(object)),
        "truth": lambda: mlp().fit(X, X[:, 0] > 0),
        "float32": lambda: mlp().fit(X.astype(np.float32), TWO),
        "labels": lambda: mlp().fit(X, LABELS),
        "sparse": lambda: mlp().fit(X, csr_array(LABELS)),
        "lbfgs": lambda: mlp(solver="lbfgs").fit(X, three),
        "early": lambda: mlp(early_stopping=True).fit(X, TWO),
        "numbers": lambda: regressor.fit(X, X[:, :2]),
        "poisson": lambda: regressor.set_params(loss="poisson").fit(X, X[:, 0] ** 2),
    }[request.param]()


def plain(value):
    return value.toarray() if issparse(value) else value


def test_a_saved_model_predicts_the_same_bits(model, tmp_path):
    save(model, tmp_path / "m.safetensors")
    found = load(tmp_path / "m.safetensors")
    assert type(found) is type(model)
    assert issparse(found.predict(X)) == issparse(model.predict(X))
    np.testing.assert_array_equal(plain(found.predict(X)), plain(model.predict(X)))
    assert plain(found.predict(X)).dtype == plain(model.predict(X)).dtype
    if hasattr(model, "predict_proba"):
        assert found.predict_proba(X).tobytes() == model.predict_proba(X).tobytes()
        np.testing.assert_array_equal(found.classes_, model.classes_)
        assert found.classes_.dtype == model.classes_.dtype


def test_the_attributes_of_the_training_come_back(model, tmp_path):
    save(model, tmp_path / "m")
    found = load(tmp_path / "m")
    numbers = [k for k in vars(model) if k.endswith("_") and not k.startswith("_")]
    assert {"n_iter_", "loss_", "n_features_in_", "n_layers_", "n_outputs_", "t_"} <= set(numbers)
    for name in numbers:
        np.testing.assert_equal(getattr(found, name), getattr(model, name))


def test_training_can_go_on(tmp_path):
    first = mlp().fit(X, TWO)
    save(first, tmp_path / "m")
    found = load(tmp_path / "m").partial_fit(X, TWO)
    assert found.t_ == first.t_ + len(X)
    assert found.coefs_[0].tobytes() != first.coefs_[0].tobytes()


def test_a_loaded_model_keeps_its_parameters_and_can_fit_again(tmp_path):
    model = mlp(n_iter_no_change=np.inf, activation=["tanh"]).fit(X, TWO)
    save(model, tmp_path / "m")
    found = load(tmp_path / "m")
    assert found.get_params() == model.get_params() | {"activation": ("tanh",)}
    again = clone(found).fit(X, TWO)
    assert again.predict_proba(X).tobytes() == model.predict_proba(X).tobytes()


def test_names_of_columns_come_back(tmp_path):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=list("abcd"))
    model = mlp().fit(frame, TWO)
    save(model, tmp_path / "m")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(load(tmp_path / "m").predict(frame), model.predict(frame))


def test_commands_on_tables_say_that_it_is_of_arrays(tmp_path):
    save(mlp().fit(X, TWO), tmp_path / "m")
    with pytest.raises(ModelFileError) as caught:
        read_model(tmp_path / "m")
    assert str(caught.value) == (
        f"A model of tables is needed, but {tmp_path / 'm'} is one of arrays. Use `clearprop.load`, and its `predict`."
    )


def damaged(model, path, change):
    """The file with its description changed, and a checksum that agrees."""
    save(model, path)
    data = path.read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    about, tensors = json.loads(header["__metadata__"]["model"]), tensors_of(data)
    change(about["arrays"])
    text = json.dumps(about)
    seal = {"model": text, "sha256": _digest(tensors, text)}
    path.write_bytes(file_of(tensors, metadata=header["__metadata__"] | seal))
    with pytest.raises(ModelFileError) as caught:
        load(path)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"The model file {path} is damaged: ")
    return str(caught.value)


CHANGES = [
    (
        {"task": "regression"},
        "its network has 1 logistic outputs, which do not fit a regression with 2 classes",
    ),
    ({"task": "multilabel"}, "do not fit a multilabel with 2 classes"),
    ({"task": "ranking"}, "must be one of classification, multilabel, regression"),
    ({"classes": [0, 1, 2], "dtype": "<i8"}, "do not fit a classification with 3 classes"),
    ({"classes": []}, "do not fit a classification with 0 classes"),
    ({"classes": ["a", "a"]}, "one occurs twice"),
    ({"classes": ["a", 1]}, "all of one type"),
    ({"classes": [1, 300], "dtype": "|u1"}, ""),
    ({"classes": ["abc", "abd"], "dtype": "<U2"}, "must hold them"),
    ({"dtype": "<M8[s]"}, ""),
    ({"dtype": "V8"}, "must be of truth values"),
    ({"dtype": "<U99999999"}, ""),
    ({"dtype": 7}, "must be a text"),
    ({"features": ["a"]}, "its names of columns are not 4 texts"),
    ({"features": [1, 2, 3, 4]}, "its names of columns are not 4 texts"),
    ({"sparse": 1}, "must be true or false"),
    ({"record": 3}, "must be a mapping"),
    ({"record": {"loss_": {}}}, "must hold numbers"),
    ({"record": {"loss_": [[1.0]]}}, "must hold numbers"),
    ({"record": {"loss_": "text"}}, ""),
    ({"record": {"predict": 1.0}}, "names no estimator"),
    ({"record": {"__class__": 1.0}}, "names no estimator"),
    ({"estimator": {"class": "MLPRegressor", "params": {}}}, "names no estimator"),
    ({"estimator": {"class": "TabularClassifier", "params": {}}}, "names no estimator"),
    ({"estimator": {"class": "MLPClassifier", "params": {"unknown": 1}}}, "names no estimator"),
    ({"estimator": {"class": "MLPClassifier"}}, "its description is not valid"),
    ({"estimator": {"class": "MLPClassifier", "params": 3}}, "its description is not valid"),
    ({"estimator": 3}, "its description is not valid"),
]


@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_damaged_descriptions(tmp_path, change, said):
    assert said in damaged(mlp().fit(X, TWO), tmp_path / "m", lambda about: about.update(change))


@pytest.mark.parametrize("key", ["task", "classes", "dtype", "features", "sparse", "record", "estimator"])
def test_descriptions_that_lack_a_part(tmp_path, key):
    damaged(mlp().fit(X, TWO), tmp_path / "m", lambda about: about.pop(key))
