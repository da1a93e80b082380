"""`save` and `load`: the same predictions, bit for bit, and clear errors."""

import json
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from clearprop import TabularClassifier, TabularRegressor, load, save
from clearprop.errors import ModelFileError, SpecError
from clearprop.train.files import write_model
from oracles.models import classes, classifier, regressor, table


@pytest.fixture(params=["classifier", "regressor"])
def model(request):
    return {"classifier": classifier, "regressor": regressor}[request.param]()


def outputs(model):
    return (
        model.predict_proba(table(70, 2)) if hasattr(model, "predict_proba") else model.predict(table(70, 2))
    )


def test_a_saved_model_predicts_the_same_bits(model, tmp_path):
    save(model, tmp_path / "m.safetensors")
    found = load(str(tmp_path / "m.safetensors"))
    assert type(found) is type(model)
    assert outputs(found).tobytes() == outputs(model).tobytes()
    np.testing.assert_array_equal(found.predict(table()), model.predict(table()))
    assert found.n_features_in_ == model.n_features_in_
    assert found.feature_names_in_.tolist() == model.feature_names_in_.tolist()
    assert (found.loss_curve_, found.best_epoch_) == (model.loss_curve_, model.best_epoch_)


def test_a_loaded_model_keeps_its_parameters_and_can_fit_again(tmp_path):
    given = {"max_iter": np.int64(2), "hidden_layer_sizes": (6, 5), "missing": ["x"], "random_state": 3}
    model = TabularClassifier("fast", **given).fit(table(), classes())
    save(model, tmp_path / "m")
    found = load(tmp_path / "m")
    assert found.get_params() == model.get_params() | {"missing": ("x",)}  # a list comes back as a tuple
    again = clone(found).fit(table(), classes())
    assert outputs(again).tobytes() == outputs(model).tobytes()


def test_a_generators_state_is_not_kept(tmp_path):
    model = TabularClassifier("fast", max_iter=1, random_state=np.random.RandomState(3)).fit(
        table(), classes()
    )
    save(model, tmp_path / "m")
    assert load(tmp_path / "m").random_state == 0


def test_saving_what_is_not_fitted_or_no_estimator(tmp_path):
    with pytest.raises(NotFittedError):
        save(TabularClassifier(), tmp_path / "m")
    with pytest.raises(
        SpecError,
        match=r"^`save` takes one of MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor; got dict\.$",
    ):
        save({}, tmp_path / "m")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"class": "Popen", "params": {}},
        {"class": "TabularRegressor", "params": {}},  # of another task
        {"class": "TabularClassifier", "params": {"unknown": 1}},
        {"class": "TabularClassifier", "params": 3},
        {"class": ["x"], "params": {}},
    ],
)
def test_a_file_that_names_no_estimator_of_its_task(tmp_path, about):
    from dataclasses import replace

    path = tmp_path / "m.safetensors"
    write_model(replace(classifier().model_, estimator=about), path)
    with pytest.raises(ModelFileError) as caught:
        load(path)
    assert str(caught.value) == (
        f"The model file {path} is damaged: it names no estimator of its task. Train or copy it again."
    )


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ModelFileError, match="There is no model file"):
        load(tmp_path / "absent")


def test_a_pickle_predicts_the_same_bits(model):
    found = pickle.loads(pickle.dumps(model))
    assert outputs(found).tobytes() == outputs(model).tobytes()


def test_the_header_tells_the_estimator_to_any_reader(tmp_path):
    save(regressor(), tmp_path / "m")
    data = (tmp_path / "m").read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    about = json.loads(header["__metadata__"]["model"])
    assert about["estimator"]["class"] == TabularRegressor.__name__
    assert about["network"]["sizes"] == list(regressor().model_.params.net.sizes)
