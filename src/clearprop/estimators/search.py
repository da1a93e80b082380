"""A grid search whose networks are fitted side by side in this process."""

from typing import Any, Self

from joblib import parallel_config
from sklearn.model_selection import GridSearchCV

from clearprop.engine.team import available, crowd


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

    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Fit every setting on every fold, and the best one on all rows: see GridSearchCV.

        Parameters
        ----------
        X, y : arrays
            As the estimator takes them.
        **params : dict
            Passed to its `fit`.
        """
        threads = self.n_jobs if self.n_jobs and self.n_jobs > 0 else available()
        with crowd(threads), parallel_config(backend="threading", n_jobs=threads):
            return super().fit(X, y, **params)
