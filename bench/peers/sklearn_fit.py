"""scikit-learn: MLPClassifier or MLPRegressor, fitted for a number of epochs."""

import warnings
from typing import Any

import numpy as np
from nets import PASSES, Net, data, start
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from peers import NotSupportedError

warnings.simplefilter("ignore", ConvergenceWarning)  # max_iter is all we ask


class ScikitLearn:
    """One `fit` for all turns. Two classes are one logistic unit there: T is 3-4-1."""

    def __init__(self, net: Net, threads: int) -> None:  # BLAS has its threads from the environment
        if net.activation == "mish":
            msg = "it has no Mish and no AdamW"
            raise NotSupportedError(msg)
        self.net = net
        self.X, y = data(net)
        self.y = y.squeeze()  # one output is a vector there

    def turns(self, n: int) -> None:
        self._model(max_iter=n * PASSES if self.net.full_batch else n).fit(self.X, self.y)

    def loss_at(self, step: int) -> float:
        net = self.net
        if net.sizes[-1] == 2:
            msg = "two classes are one logistic unit there"
            raise NotSupportedError(msg)
        rows = net.rows if net.full_batch else step * net.batch
        model = self._model(max_iter=1, shuffle=False, warm_start=True).fit(self.X, self.y)
        model.coefs_, model.intercepts_ = map(list, zip(*start(net), strict=True))
        model.set_params(max_iter=step if net.full_batch else 1).fit(self.X[:rows], self.y[:rows])
        at = rows % net.rows
        return self._loss(model, self.X[at : at + net.batch], self.y[at : at + net.batch])

    def _model(self, **settings: Any) -> Any:
        net = self.net
        kind = MLPClassifier if net.head == "softmax" else MLPRegressor
        settings = {"shuffle": not net.full_batch, "momentum": 0.0, "random_state": 0} | settings
        return kind(
            hidden_layer_sizes=net.sizes[1:-1], activation=net.activation, solver=net.solver, batch_size=net.batch,
            alpha=net.l2 * net.batch, learning_rate_init=net.lr, tol=0.0, n_iter_no_change=10**9, **settings,
        )  # fmt: skip

    def _loss(self, model: Any, X: np.ndarray, y: np.ndarray) -> float:
        if self.net.head == "softmax":
            return float(-np.log(model.predict_proba(X)[np.arange(len(y)), y]).mean())
        return float(0.5 * ((model.predict(X) - y) ** 2).sum() / len(y))
