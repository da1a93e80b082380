"""A grid search whose networks are fitted side by side in this process."""

from typing import Any, Self

from joblib import parallel_config
from sklearn.model_selection import GridSearchCV

from clearprop.engine.team import available, crowd
from clearprop.errors import SpecError
from clearprop.train.workers.ray_cluster import cluster
from clearprop.train.workers.wanted import Workers, wanted


class GridSearch(GridSearchCV):
    """scikit-learn's GridSearchCV, on Python threads: X is not copied to other processes, nothing is started.

    Parameters, attributes and methods are those of GridSearchCV, and so are the numbers; only `n_jobs` counts
    threads, and is by default as many as there are cores. It pays where the fits release the interpreter's lock,
    as those of this package do.

    Examples
    --------
    >>> import numpy as np
    >>> from clearprop import GridSearch, MLPRegressor
    >>> X = np.linspace(-1, 1, 60)[:, None]
    >>> search = GridSearch(MLPRegressor(solver="lbfgs", random_state=0), {"alpha": [1e-4, 10.0]}, cv=3)
    >>> search.fit(X[::-1], X.ravel()[::-1]).best_params_
    {'alpha': 0.0001}
    >>> sorted(search.cv_results_)[:3]
    ['mean_fit_time', 'mean_score_time', 'mean_test_score']
    """

    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        workers: int | Workers | None = None,
        ray_address: str | None = None,
        **params: Any,
    ) -> Self:
        """Fit every setting on every fold, and the best one on all rows: see GridSearchCV.

        Parameters
        ----------
        X, y : arrays
            As the estimator takes them.
        workers : int, optional
            How many workers of Ray take the fits, in place of threads of this process.
        ray_address : str, optional
            Of a Ray cluster; by default the one that is connected, else one that is started on this machine.
        **params : dict
            Passed to its `fit`.
        """
        asked = wanted(workers, ray_address)
        if asked is not None:
            return self._fit_on_ray(asked, X, y, params)
        threads = self.n_jobs if self.n_jobs and self.n_jobs > 0 else available()
        with crowd(threads), parallel_config(backend="threading", n_jobs=threads):
            return super().fit(X, y, **params)

    def _fit_on_ray(self, workers: Workers, X: Any, y: Any, params: dict[str, Any]) -> Self:
        if workers.is_member:
            msg = f"`workers` of a search must be a number; got {workers.count!r}."
            raise SpecError(msg)
        with cluster(workers):
            from ray.util.joblib import register_ray  # pyright: ignore[reportMissingImports]

            register_ray()
            with parallel_config(backend="ray", n_jobs=int(workers.count)):
                return super().fit(X, y, **params)
