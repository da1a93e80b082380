"""Workers of Ray agree with one process; slow, and skipped where Ray is not installed."""

import warnings

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearprop import GridSearch, MLPClassifier, Stream, TabularClassifier, TabularRegressor, fit_many
from clearprop.errors import NotAllFittedError, WorkersError
from clearprop.train.workers.ray_cluster import _ray

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore")]
CLOSE = 1e-12
HOW = {"max_iter": 3, "dtype": "float64", "batch_size": 64}


@pytest.fixture(scope="module")
def ray():
    """A cluster that believes it has four CPUs, so that three workers fit."""
    pytest.importorskip("ray", reason="Ray is not installed: pip install clearprop[ray]")
    ray = _ray()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ray.init("local", num_cpus=4, include_dashboard=False, log_to_driver=False)
    yield ray
    ray.shutdown()


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1001, 5))
    return X, np.where(X[:, 0] * X[:, 1] > 0, "a", "b")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_workers_agree_with_one_process(ray, data, count):
    """1,001 rows do not divide."""
    one = TabularClassifier("fast", **HOW).fit(*data)
    found = TabularClassifier("fast", **HOW).fit(*data, workers=count)
    for ours, wanted in zip(found.coefs_, one.coefs_, strict=True):
        np.testing.assert_allclose(ours, wanted, rtol=CLOSE, atol=CLOSE)
    np.testing.assert_allclose(found.validation_scores_, one.validation_scores_, rtol=CLOSE)


def test_a_worker_may_have_no_rows(ray):
    X = np.array([[0.0], [1.0], [2.0]])
    how = {"early_stopping": False, **HOW}
    one = TabularRegressor("fast", **how).fit(X[:2], [0.0, 1.0])
    found = TabularRegressor("fast", **how).fit(X[:2], [0.0, 1.0], workers=3)
    np.testing.assert_allclose(found.coefs_[0], one.coefs_[0], rtol=CLOSE, atol=CLOSE)


def test_a_stream_over_workers(ray, data, tmp_path):
    X, y = data
    pq.write_table(
        pa.table({**{f"x{k}": X[:, k] for k in range(5)}, "y": y}), tmp_path / "t.parquet", row_group_size=90
    )
    stream = Stream(tmp_path / "t.parquet", target="y")
    one = TabularClassifier("accurate", **HOW).fit(stream)
    found = TabularClassifier("accurate", **HOW).fit(stream, workers="1-2")
    np.testing.assert_allclose(found.coefs_[0], one.coefs_[0], rtol=CLOSE, atol=CLOSE)


def test_many_networks_and_a_grid_on_workers(ray, data):
    def nets():
        return [MLPClassifier((8,), max_iter=5, random_state=seed) for seed in range(4)]

    for ours, wanted in zip(fit_many(nets(), *data, workers=2), fit_many(nets(), *data), strict=True):
        np.testing.assert_array_equal(ours.coefs_[0], wanted.coefs_[0])
    broken = [*nets(), MLPClassifier((8,), solver="sgd", learning_rate_init=1e30, random_state=0)]
    with pytest.raises(NotAllFittedError) as error:
        fit_many(broken, *data, workers=2)
    assert list(error.value.errors) == [4]
    grid = {"alpha": [1e-4, 1.0]}
    found = [GridSearch(nets()[0], grid, cv=3).fit(*data, **how) for how in ({"workers": 2}, {})]
    scores = [search.cv_results_["mean_test_score"] for search in found]
    np.testing.assert_array_equal(*scores)


def test_what_the_cluster_cannot_give_is_refused(ray, data):
    with pytest.raises(WorkersError, match=r"9 workers need as many CPUs; the Ray cluster has 4\. Use 4"):
        TabularClassifier("fast", **HOW).fit(*data, workers=9)
