"""Many networks at once: each is fitted as if it were alone, on Python threads over kernels that hold no lock."""

import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager, nullcontext, suppress
from itertools import pairwise
from threading import local
from typing import Any

import numpy as np
from sklearn.utils import _safe_indexing, column_or_1d

from clearprop.engine.team import available, crowd
from clearprop.errors import NotAllFittedError, ShapeError, SpecError
from clearprop.estimators.many_on_ray import fit_all_on_ray
from clearprop.estimators.perceptron import Perceptron
from clearprop.estimators.shared import Shared
from clearprop.estimators.tabular import TabularClassifier, TabularRegressor
from clearprop.train.memory import available_memory, needed, readable
from clearprop.train.progress import counted
from clearprop.train.workers.wanted import Workers, wanted

KINDS = (Perceptron, TabularClassifier, TabularRegressor)


def fit_many(
    estimators: Sequence[Any],
    X: Any,
    y: Any,
    *,
    sample_weight: Any = None,
    rows: Sequence[Any] | None = None,
    threads: int | None = None,
    workers: int | Workers | None = None,
    ray_address: str | None = None,
    progress: bool = False,
) -> list[Any]:
    """Fit several estimators at once, each to the bit as if it were fitted alone.

    Parameters
    ----------
    estimators : sequence of MLPClassifier, MLPRegressor, TabularClassifier or TabularRegressor
        They may differ in everything: seeds, rates, penalties, widths, activations. They are fitted in place.
    X : array, sparse matrix or table of m rows
        What all learn from.
    y : array of shape (m,) or (m, outputs), or a list of such arrays
        The target; or a list of targets, one for each estimator.
    sample_weight : array of shape (m,), optional
        A weight for each row.
    rows : sequence of index arrays, optional
        For each estimator the rows that it learns from: folds, or rows drawn with replacement.
    threads : int, optional
        How many are fitted side by side; by default as many as there are cores.
    workers : int, optional
        How many workers of Ray fit them, one network each at a time; by default none, and they are fitted here.
    ray_address : str, optional
        Of a Ray cluster; by default the one that is connected, else one that is started on this machine.
    progress : bool
        Whether to draw a bar on standard error, if that is a terminal.

    Returns
    -------
    list
        The estimators, fitted.

    Raises
    ------
    SpecError, ShapeError
        If the lists do not fit each other, or the networks do not fit into memory. Nothing is fitted then.
    NotAllFittedError
        If some could not be fitted: which, and why. The others are.

    Notes
    -----
    Warnings come in the order of the estimators, after the last fit. On Ctrl-C those that are done stay fitted.

    Examples
    --------
    >>> import numpy as np
    >>> from clearprop import MLPRegressor, fit_many
    >>> X = np.linspace(-1, 1, 40)[:, None]
    >>> nets = [MLPRegressor(hidden_layer_sizes=8, solver="lbfgs", random_state=seed) for seed in range(3)]
    >>> [net.score(X, X.ravel() ** 2) > 0.9 for net in fit_many(nets, X, X.ravel() ** 2)]
    [True, True, True]
    """
    estimators = list(estimators)
    n = _n_rows(X)
    _check_estimators(estimators)
    targets = _one_each(y, len(estimators), n)
    shares = _checked_rows(rows, len(estimators))
    threads = _checked_threads(threads)
    _check_memory(estimators, X, targets)
    parts = [(estimator, X, targets[i], sample_weight, shares[i]) for i, estimator in enumerate(estimators)]
    asked = wanted(workers, ray_address)
    if asked is None:
        with crowd(min(threads, len(estimators))), _heard() as ears:
            errors = _fit_all(parts, threads, progress, ears)
    elif asked.is_member:
        msg = f"`workers` of `fit_many` must be a number; got {asked.count!r}."
        raise SpecError(msg)
    else:
        errors, ears = fit_all_on_ray(parts, _longest_first(parts), asked, progress)
    for message in (message for ear in ears for message in ear):
        warnings.warn_explicit(*message)
    if errors:
        raise NotAllFittedError(_message(errors, estimators), errors) from next(iter(errors.values()))
    return estimators


def _fit_all(
    parts: list[tuple[Any, ...]], threads: int, progress: bool, ears: "_Ears"
) -> dict[int, Exception]:
    """All fits, the longest first; the errors by number."""
    order, shared = _longest_first(parts), Shared(ears.here_so_far)
    errors: dict[int, Exception] = {}
    with counted(len(parts), progress) as tell, ThreadPoolExecutor(threads, "clearprop-fit") as pool:
        numbers = {pool.submit(_fit_one, parts[i], shared, ears, i): i for i in order}
        try:
            for done in as_completed(numbers):
                tell(1)
                errors |= _failure(done, numbers[done])
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return dict(sorted(errors.items()))


def _longest_first(parts: list[tuple[Any, ...]]) -> list[int]:
    return sorted(range(len(parts)), key=lambda i: -_work(*parts[i]))


def _failure(done: Future[None], i: int) -> dict[int, Exception]:
    """What fit number `i` raised, if it did."""
    error = done.exception()
    if isinstance(error, Exception):
        return {i: error}
    if error is not None:
        raise error
    return {}


def _fit_one(part: tuple[Any, ...], shared: Shared, ears: "_Ears", i: int) -> None:
    ears.listen(i)
    estimator, _, _, _, share = part
    is_sharing = share is None and isinstance(estimator, Perceptron)
    with shared.known_to(estimator) if is_sharing else nullcontext():
        fit_part(part)


def fit_part(part: tuple[Any, ...]) -> None:
    """One fit: (estimator, X, y, weights or None, rows or None)."""
    estimator, X, y, w, share = part
    if share is not None:
        X, y = _safe_indexing(X, share), _safe_indexing(y, share)
        w = None if w is None else _safe_indexing(w, share)
    estimator.fit(X, y) if w is None else estimator.fit(X, y, w)


class _Ears(list[list[tuple[Any, ...]]]):
    """The warnings of each fit: category and place, as `warnings.warn_explicit` takes them."""

    def __init__(self) -> None:
        super().__init__()
        self.here = local()

    def listen(self, i: int) -> None:
        """This thread now fits estimator `i`."""
        self.extend([] for _ in range(i + 1 - len(self)))
        self.here.ear = self[i]

    def here_so_far(self) -> int:
        """How many came from the fit of this thread."""
        return len(self.here.ear)

    def hear(
        self, message: Any, category: Any, filename: str, lineno: int, file: Any = None, line: Any = None
    ) -> None:
        """In place of `warnings.showwarning`."""
        getattr(self.here, "ear", []).append((message, category, filename, lineno))


@contextmanager
def _heard() -> Iterator[_Ears]:
    """Warnings of all threads kept, not shown."""
    ears = _Ears()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = ears.hear
        yield ears


def _n_rows(X: Any) -> int | None:
    """The rows of X, where it can say."""
    shape = getattr(X, "shape", None)
    return shape[0] if shape else len(X) if isinstance(X, list) else None


def _check_estimators(estimators: list[Any]) -> None:
    seen: dict[int, int] = {}
    for i, estimator in enumerate(estimators):
        if not isinstance(estimator, KINDS):
            msg = f"`estimators` must be networks of clearprop; number {i} is a {type(estimator).__name__}."
            raise SpecError(msg)
        random = estimator.random_state
        for what, thing in (("estimator", estimator), ("generator `random_state`", random)):
            if what != "estimator" and not isinstance(thing, np.random.RandomState):
                continue
            if id(thing) in seen:
                msg = f"Numbers {seen[id(thing)]} and {i} of `estimators` are one {what}. Give each its own."
                raise SpecError(msg)
            seen[id(thing)] = i


def _one_each(y: Any, n: int, n_rows: int | None) -> list[Any]:
    """A target for each estimator: `y` for all, or the entries of a list of targets."""
    if (
        not isinstance(y, list | tuple)
        or not len(y)
        or np.ndim(y[0]) == 0
        or (n_rows is not None and len(y) == n_rows)
    ):
        return [y] * n
    if len(y) != n:
        msg = f"`y` must be one target, or a list of {n} targets, one for each estimator; got a list of {len(y)}."
        raise ShapeError(msg)
    return list(y)


def _checked_rows(rows: Any, n: int) -> list[Any]:
    if rows is None:
        return [None] * n
    shares = [None if share is None else column_or_1d(share) for share in rows]
    if len(shares) != n:
        msg = f"`rows` must have an entry for each of the {n} estimators; got {len(shares)}."
        raise ShapeError(msg)
    return [np.flatnonzero(s) if s is not None and s.dtype == bool else s for s in shares]


def _checked_threads(threads: int | None) -> int:
    if threads is None:
        return available()
    if not isinstance(threads, int | np.integer) or isinstance(threads, bool) or threads < 1:
        msg = f"`threads` must be a whole number, 1 or more; got {threads!r}."
        raise SpecError(msg)
    return int(threads)


def _work(estimator: Any, X: Any, _y: Any, _w: Any, share: Any) -> int:
    """What the time of a fit grows with: weights times rows times epochs; those of a preset are as for one unit."""
    given, shape = estimator.hidden_layer_sizes, getattr(X, "shape", ())
    try:
        sizes = [
            shape[1] if len(shape) == 2 else 1,
            *(int(n) for n in np.atleast_1d(1 if given is None else given)),
        ]
        rows = (_n_rows(X) or 1) if share is None else len(share)
        return sum(a * b for a, b in pairwise(sizes)) * rows * int(estimator.max_iter or 1)
    except (ValueError, TypeError):  # what cannot be: said by its own fit
        return 0


def _check_memory(estimators: list[Any], X: Any, targets: list[Any]) -> None:
    """All networks of arrays together: each keeps its optimiser, so that `fit_more` can go on."""
    free, shape = available_memory(), getattr(X, "shape", (0,))
    if free is None or len(shape) != 2:
        return
    need, outputs = 0, dict[int, int]()
    for estimator, y in zip(estimators, targets, strict=True):
        if not isinstance(estimator, Perceptron):
            continue
        with suppress(ValueError, TypeError):  # sizes that cannot be: said by its own fit
            if id(y) not in outputs:
                outputs[id(y)] = _outputs(y)
            lbfgs = estimator.solver == "lbfgs"
            sizes = (shape[1], *estimator._hidden_layer_sizes(), outputs[id(y)])
            rows = shape[0] if lbfgs else estimator._batch_rows(shape[0])
            need += needed(sizes, rows, getattr(X, "dtype", np.float64), lbfgs=lbfgs)
    if need > free:
        msg = f"{len(estimators)} networks need about {readable(need)} of memory; {readable(free)} are free. Fit fewer "
        msg += "at once, or smaller ones."
        raise SpecError(msg)


def _outputs(y: Any) -> int:
    """At most so many outputs."""
    y = np.asarray(y)
    return y.shape[1] if y.ndim == 2 else len(np.unique(y)) if y.dtype.kind not in "fc" else 1


def _message(errors: dict[int, Exception], estimators: list[Any]) -> str:
    shown = "; ".join(f"number {i}, {estimators[i]!r}: {errors[i]}" for i in list(errors)[:3])
    more = f"; and {len(errors) - 3} more" if len(errors) > 3 else ""
    return f"{len(errors)} of {len(estimators)} estimators were not fitted, the others are. {shown}{more}"
