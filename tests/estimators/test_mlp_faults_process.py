"""MLPClassifier and MLPRegressor in odd processes: threads, forks, search in parallel, bad homes, odd interpreters."""

import inspect
import multiprocessing
import os
import shutil
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from joblib import parallel_backend
from joblib.externals.loky import get_reusable_executor
from sklearn.model_selection import GridSearchCV

from clearprop import MLPClassifier, MLPRegressor
from clearprop.engine import store

SHORT = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
RNG = np.random.default_rng(0)
X = RNG.standard_normal((150, 6))
Y = np.digitize(X[:, 0] * X[:, 1], [-0.3, 0.3])

pytestmark = pytest.mark.slow  # most of these start a process, and compile in it


# ---- several fits at once ------------------------------------------------------------------------------------

MODELS = [
    MLPClassifier((40, 20), random_state=0, max_iter=15),
    MLPRegressor(hidden_layer_sizes=(64,), solver="sgd", random_state=1, max_iter=20, early_stopping=True),
    MLPClassifier((30,), solver="lbfgs", random_state=2, max_iter=25),
    MLPRegressor(hidden_layer_sizes=(9, 9), activation="tanh", random_state=3, max_iter=20, batch_size=16),
]


def trained(model):
    """The bits of a fit."""
    model = type(model)(**model.get_params()).fit(X, Y)
    return b"".join(
        np.ascontiguousarray(w).tobytes() for w in (*model.coefs_, *model.intercepts_, model.predict(X))
    )


@SHORT
def test_threads_give_the_bits_that_each_gives_alone():
    alone = [trained(model) for model in MODELS]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(trained, MODELS * 3))
    assert together == alone * 3


@SHORT
def test_threads_predict_with_one_model():
    """Of more rows than one slice of a forward pass, over and over."""
    model = MLPClassifier((40, 20), random_state=0, max_iter=5).fit(X, Y)
    rows = np.random.default_rng(1).standard_normal((4, 700, 6))
    alone = [model.predict_proba(part) for part in rows]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(model.predict_proba, np.concatenate([rows] * 25)))
    for n, found in enumerate(together):
        np.testing.assert_array_equal(found, alone[n % 4])


def child(connection):
    connection.send([trained(model) for model in MODELS])


@SHORT
@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs fork")
def test_fork_after_fit():
    want = [trained(model) for model in MODELS]
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=child, args=(theirs,))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python and JAX warn of forks beside threads
        process.start()
    assert ours.poll(60), "the child hangs"
    assert ours.recv() == want
    process.join()
    assert process.exitcode == 0


def searched(kind, n_jobs):
    name = "hidden_layer_sizes"
    model = kind(max_iter=60, tol=1e-2, random_state=0)
    search = GridSearchCV(model, {name: [(4,), (16, 8)], "alpha": [1e-4, 1.0]}, cv=2, n_jobs=n_jobs)
    search.fit(X, Y)
    return search.cv_results_["mean_test_score"], search.predict(X)


@SHORT
@pytest.mark.parametrize(
    ("backend", "kind"),
    [
        ("threading", MLPClassifier), ("threading", MLPRegressor), ("multiprocessing", MLPRegressor),
        ("loky", MLPClassifier), pytest.param("loky", MLPRegressor, marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_grid_search_in_parallel_gives_what_it_gives_alone(monkeypatch, backend, kind):
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")  # of the workers, which warn where training is short
    alone = searched(kind, 1)
    try:
        with warnings.catch_warnings(), parallel_backend(backend):
            warnings.simplefilter("ignore")  # as above, of multiprocessing
            together = searched(kind, 2)
    finally:
        if backend == "loky":
            get_reusable_executor().shutdown(wait=True)
    for got, want in zip(together, alone, strict=True):
        np.testing.assert_array_equal(got, want)


# ---- odd processes ---------------------------------------------------------------------------------------------


def fits():
    """A digest of fits by the three solvers, of what they predict, and the sum of the weights."""
    import hashlib
    import warnings

    import numpy as np
    from sklearn.exceptions import ConvergenceWarning

    from clearprop import MLPClassifier, MLPRegressor

    warnings.simplefilter("ignore", ConvergenceWarning)
    X = np.random.default_rng(0).standard_normal((60, 3))
    options = {"hidden_layer_sizes": (4,), "activation": "identity", "random_state": 0, "max_iter": 5}
    digest, total = hashlib.sha256(), 0.0
    for solver in ("sgd", "lbfgs"):
        classifier = MLPClassifier(solver=solver, **options).fit(X, X[:, 0] > 0)
        regressor = MLPRegressor(solver=solver, **options).fit(X, X[:, 0])
        found = [classifier.predict_proba(X), regressor.predict(X)]
        found += [w for model in (classifier, regressor) for w in (*model.coefs_, *model.intercepts_)]
        digest.update(b"".join(np.ascontiguousarray(w).tobytes() for w in found))
        total += sum(float(np.abs(w).sum()) for w in found)
    return digest.hexdigest(), total


SCRIPT = inspect.getsource(fits) + "\nprint(*fits())\n"


@pytest.fixture(scope="module")
def plain():
    """What this process finds."""
    with warnings.catch_warnings():
        return fits()


def run(*flags, script=SCRIPT, cwd=None, **environment):
    """A digest and a sum found by another process, and its messages."""
    done = subprocess.run(
        [sys.executable, *flags, "-c", script],
        env=os.environ | environment,
        cwd=cwd,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert not done.stderr, done.stderr.decode()
    digest, total = done.stdout.decode().split()
    return digest, float(total)


def cache_in(place, spoil):
    """A copy of the compiled code in a folder, some of it spoilt; these files."""
    folder = place / "clearprop" / store.cache_folder().name
    shutil.copytree(store.cache_folder(), folder)
    for made in (folder, folder.parent, place):
        made.chmod(0o700)
    files = [
        file for file in folder.rglob("*.nbc") if "kernels.forward" in file.name or "passes" in file.name
    ]
    assert files
    for file in files:
        spoil(file)
    return files


def test_without_a_home_to_write_to(plain, tmp_path):
    """Neither the cache's place nor the home can be written to: the next place is read and written."""
    home = tmp_path / "home"
    home.write_text("a file")  # no folder can be made in it, not even by root
    files = cache_in(tmp_path / f"clearprop-{os.getuid()}", Path.unlink)
    assert run(XDG_CACHE_HOME=str(home), HOME=str(home), TMPDIR=str(tmp_path)) == plain
    assert any(file.exists() for file in files)


def test_truncated_compiled_code(plain, tmp_path):
    files = cache_in(tmp_path, lambda file: file.write_bytes(file.read_bytes()[:1000]))
    assert run(XDG_CACHE_HOME=str(tmp_path)) == plain
    assert any(file.stat().st_size > 1000 for file in files)


def test_without_the_compiler(plain):
    """The page itself runs: sums in another order, enlarged by lbfgs."""
    _, total = run(NUMBA_DISABLE_JIT="1")
    assert total == pytest.approx(plain[1], rel=1e-9)


def test_optimised_python(plain):
    assert run("-O") == plain


def test_warnings_as_errors(plain):
    """And Python's own checks: files left open, wrong memory calls."""
    assert run("-X", "dev", "-W", "error") == plain


@pytest.mark.parametrize("name", ["tr_TR.UTF-8", pytest.param("de_DE.UTF-8", marks=pytest.mark.slow)])
def test_another_locale(plain, name):
    """Where the system lacks it Python takes C."""
    assert run(LC_ALL=name, LANG=name, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0") == plain


def test_a_decimal_comma_changes_nothing(plain):
    import locale

    before = locale.setlocale(locale.LC_ALL)
    names = ("de_DE.UTF-8", "de_DE.utf8", "tr_TR.UTF-8", "tr_TR.utf8", "C.UTF-8", "C")
    for name in names:
        try:
            locale.setlocale(locale.LC_ALL, name)
        except locale.Error:
            continue
        break
    try:
        with warnings.catch_warnings():
            assert fits() == plain
    finally:
        locale.setlocale(locale.LC_ALL, before)


def test_folders_with_spaces_and_chinese_names(plain, tmp_path):
    place = tmp_path / "a b 神经 网络"
    place.mkdir()
    shutil.copytree(store.cache_folder(), place / "clearprop" / store.cache_folder().name)
    assert run(cwd=place, XDG_CACHE_HOME=str(place)) == plain


CLOSED = """
import sys, warnings
import numpy as np
from clearprop import MLPClassifier
warnings.simplefilter("ignore")
X = np.random.default_rng(0).standard_normal((60, 3))
model = MLPClassifier((4,), max_iter=5, verbose=True, random_state=0).fit(X, X[:, 0] > 0)
sys.stderr.write(f"{model.n_iter_}\\n")
"""


@pytest.mark.parametrize("how", [">&-", "> /dev/full"])
def test_a_closed_standard_output(how):
    """`verbose=True` has nowhere to print to: said or not, the fit is not lost."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -u -c "$1" {how}', sys.executable, CLOSED],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "5\n")


# ---- floating-point errors that raise ------------------------------------------------------------------------

KINDS = [
    (MLPClassifier, np.where(Y > 0, "a", "b")), (MLPClassifier, Y), (MLPClassifier, np.eye(3, dtype=int)[Y]),
    (MLPRegressor, 1e3 * X[:, 0]), (MLPRegressor, X[:, :2]),
]  # fmt: skip


@SHORT
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize(
    ("kind", "targets"), KINDS, ids=["binary", "multiclass", "multilabel", "one", "several"]
)
@pytest.mark.parametrize("early_stopping", [False, True])
def test_numpy_that_raises_floating_point_errors(kind, targets, solver, early_stopping):
    """Rows of 1e3 saturate units, so that exponentials underflow inside."""
    options = {"hidden_layer_sizes": (20,), "activation": "tanh", "random_state": 0, "max_iter": 20}
    model = kind(solver=solver, early_stopping=early_stopping, **options)
    rows = X * np.array([1e3, 1, 1e-3, 1e-160, 1, 1])
    want = type(model)(**model.get_params()).fit(rows, targets)
    with np.errstate(all="raise"):
        model.fit(rows, targets)
        found = model.predict(rows)
        assert np.isfinite(model.score(rows, targets))
        if kind is MLPClassifier:
            model.predict_proba(1e3 * rows)
            assert (model.predict_log_proba(1e3 * rows) <= 0).all()
    np.testing.assert_array_equal(found, want.predict(rows))
    np.testing.assert_array_equal(model.coefs_[0], want.coefs_[0])


@SHORT
def test_logarithms_of_probabilities_that_are_zero():
    """Minus infinity, without a warning."""
    model = MLPClassifier((), solver="lbfgs", alpha=0.0, random_state=0).fit(X, X[:, 0] > 0)
    logs = model.predict_log_proba(1e6 * X)
    assert np.isneginf(logs).any()
    assert not np.isnan(logs).any()
