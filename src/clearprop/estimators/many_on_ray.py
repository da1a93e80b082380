"""Many networks on the workers of Ray: each fit is a task, and one whose worker is lost is done again."""

import warnings
from typing import Any

from clearprop.errors import WorkersError
from clearprop.train.progress import counted
from clearprop.train.workers.ray_cluster import cluster
from clearprop.train.workers.wanted import Workers

Said = list[tuple[Any, ...]]  # warnings: message, category and place, as `warnings.warn_explicit` takes them


def fit_all_on_ray(
    parts: list[tuple[Any, ...]], order: list[int], workers: Workers, progress: bool
) -> tuple[dict[int, Exception], list[Said]]:
    """Fit each (estimator, X, y, weights, rows) of `parts`, in `order`; errors by number, and warnings of each."""
    errors: dict[int, Exception] = {}
    said: list[Said] = [[] for _ in parts]
    with cluster(workers) as ray, counted(len(parts), progress) as tell:
        put = _once_each(ray)
        task = ray.remote(num_cpus=1, max_retries=workers.restarts)(_fitted)
        left, waiting = list(reversed(order)), {}
        while left or waiting:
            while left and len(waiting) < int(workers.count):
                i = left.pop()
                estimator, X, y, w, rows = parts[i]
                waiting[task.remote(estimator, put(X), put(y), put(w), rows)] = i
            done, _ = ray.wait(list(waiting))
            for reference in done:
                i = waiting.pop(reference)
                errors |= _take(ray, reference, i, parts[i][0], said)
            tell(len(done))
    return dict(sorted(errors.items())), said


def _once_each(ray: Any) -> Any:
    """Puts a thing where all workers can read it, once however often it is asked for."""
    known: dict[int, Any] = {}

    def put(thing: Any) -> Any:
        if thing is None:
            return None
        if id(thing) not in known:
            known[id(thing)] = ray.put(thing)
        return known[id(thing)]

    return put


def _take(ray: Any, reference: Any, i: int, estimator: Any, said: list[Said]) -> dict[int, Exception]:
    """The estimator becomes what its task made of it."""
    try:
        state, said[i], error = ray.get(reference)
    except ray.exceptions.RayError as lost:
        why = " ".join(str(lost).split())[:160]
        return {i: WorkersError(f"The worker that fitted it was lost: {why}")}
    if error is not None:
        return {i: error}
    estimator.__setstate__(state)
    return {}


def _fitted(estimator: Any, X: Any, y: Any, w: Any, rows: Any) -> tuple[Any, Said, Exception | None]:
    """One fit, in a worker: the state of the estimator, the warnings, and the error."""
    from clearprop.estimators.many import fit_part

    error = None
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            fit_part((estimator, X, y, w, rows))
        except Exception as failed:
            error = failed
    said = [(str(one.message), one.category, one.filename, one.lineno) for one in heard]
    return estimator.__getstate__(), said, error
