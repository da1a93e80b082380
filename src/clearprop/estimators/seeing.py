"""What a fitted estimator shows of itself: its working, its gradients, its loss curve, and what ails it."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from clearprop.batch import as_batch, input_gradients, output_gradients, step
from clearprop.maths.derivation import Working
from clearprop.network import Network, Parameters
from clearprop.train.doctor.columns import dense, some_rows

if (
    TYPE_CHECKING
):  # what a fit does not need is imported where it is used: a tenth of the time to a fitted network
    from clearprop.check.gradients import GradientCheck
    from clearprop.show.account.account import Account
    from clearprop.show.account.naming import Names
    from clearprop.show.curves import LossCurveDisplay
    from clearprop.train.doctor.case import Run, Scores
    from clearprop.train.doctor.diagnosis import Diagnosis


class Seeing(ABC):
    """The methods that look at a fitted network; the estimators say what their network and their rows are."""

    @property
    @abstractmethod
    def input_names_(self) -> list[str]:
        """The columns of a[0], layer 0."""

    @abstractmethod
    def _seen(self) -> tuple[Network, Parameters]:
        """The network and its parameters; raises NotFittedError."""

    @abstractmethod
    def _seen_rows(self, X: Any, y: Any = None) -> tuple[Any, Any]:
        """X as layer 0 takes it (an array, or a sparse matrix), and y as `step` does, or None."""

    @abstractmethod
    def _seen_weights(self, X: Any, w: Any) -> np.ndarray | None:
        """The weight of each row, checked."""

    def _seen_unit(self) -> float:
        """How much `predict` changes when p changes by 1."""
        return 1.0

    def _seen_classes(self) -> list[Any]:
        """The names of the classes, or of the labels; none of a regression."""
        return list(getattr(self, "classes_", []))

    @abstractmethod
    def _seen_run(self) -> "Run":
        """How the training went."""

    @abstractmethod
    def _seen_scores(self, X: Any, y: Any, w: np.ndarray | None) -> "Scores | None":
        """The score on these rows beside that in validation; None if there was no validation."""

    @abstractmethod
    def _seen_l2(self, m: float) -> float:
        """The derivation's lambda in a step of m rows."""

    def _seen_batch(self, X: Any, y: Any, w: Any) -> tuple[Any, ...]:
        """The arguments of `step`."""
        net, params = self._seen()
        X, y = self._seen_rows(X, y)
        return net, params, X.toarray() if hasattr(X, "toarray") else X, y, self._seen_weights(X, w)

    def working(self, X: Any, y: Any, sample_weight: Any = None) -> Working:
        """Every quantity of one step on X and y, by the derivation page (G2 to G9).

        Parameters
        ----------
        X, y, sample_weight
            Rows as `fit` takes them; a table is encoded first (`input_names_` are the columns of a[0]).

        Returns
        -------
        Working
            .z[l] .a[l] .p .losses .J .delta[l] .da[l] .dW[l] .db[l] .m, without the penalty. A TabularRegressor's
            y and p are in standard deviations of the target, from its mean.

        Examples
        --------
        >>> from clearprop import TabularClassifier
        >>> X, y = {"x": [0.0, 1.0] * 20}, ["a", "b"] * 20
        >>> working = TabularClassifier("fast", max_iter=2).fit(X, y).working(X, y)
        >>> working.p.shape, working.dW[1].shape
        ((40, 2), (1, 128))
        """
        return step(*self._seen_batch(X, y, sample_weight))

    @abstractmethod
    def _seen_names(self, X: Any) -> "Names":
        """What inputs, outputs and rows are called."""

    def explain(self, X: Any, y: Any, sample_weight: Any = None, **options: Any) -> "Account":
        """The working of one step on X and y at the fitted weights, in symbols and numbers; see `clearprop.explain`.

        Parameters
        ----------
        X, y, sample_weight
            Rows as `fit` takes them: a few. A table's own columns and classes name inputs and outputs, and its raw
            values stand beside what they were encoded to.
        **options
            Those of `clearprop.explain`: `lr`, `l2` (by default the estimator's own penalty for so many rows), `form`,
            `numbers`, `digits`, `lang`, `steps`, `loss`, `quantities`, `layers`, `units`, `samples`, `most`. Of a
            committee (`TabularClassifier`, `TabularRegressor`) also `member`: which of its networks, counted from 0.

        Examples
        --------
        >>> from clearprop import TabularClassifier
        >>> X, y = {"x": [0.0, 1.0] * 20}, ["a", "b"] * 20
        >>> model = TabularClassifier("fast", max_iter=2).fit(X, y)
        >>> account = model.explain({"x": [0.0, 1.0]}, ["a", "b"])
        >>> account.trace["batch"]["inputs"], account.trace["batch"]["outputs"]
        (['x'], ['a', 'b'])
        """
        net, params, rows, targets, w = self._seen_batch(X, y, sample_weight)
        m = len(rows) if w is None else float(np.sum(w))
        options = {"l2": self._seen_l2(m), "names": self._seen_names(X)} | options
        return self._explained(net, params, rows, targets, w, options)

    def _explained(self, net: Network, params: Parameters, X: Any, y: Any, w: Any, options: Any) -> "Account":
        from clearprop.show.account.explain import explain

        return explain(net, params, X, y, sample_weight=w, **options)

    def check_gradients(self, X: Any, y: Any, sample_weight: Any = None) -> "GradientCheck":
        """Compare dW, db and dc at the fitted weights with the complex step; see `clearprop.check_gradients`.

        Parameters
        ----------
        X, y, sample_weight
            Rows as `fit` takes them.

        Examples
        --------
        >>> from clearprop import TabularRegressor
        >>> X, y = {"x": [0.0, 1.0, 2.0] * 9}, [1.0, 2.0, 5.0] * 9
        >>> model = TabularRegressor("fast", hidden_layer_sizes=(4,), max_iter=2).fit(X, y)
        >>> model.check_gradients(X, y).ok
        True
        """
        from clearprop.check.gradients import check_gradients

        return check_gradients(*self._seen_batch(X, y, sample_weight))

    def input_gradients(self, X: Any, y: Any = None) -> np.ndarray:
        """How the loss of each row, or without y each output, changes with each input.

        Parameters
        ----------
        X : table or array of m rows
            As `predict` takes it.
        y : array of shape (m,) or (m, outputs), optional
            The targets.

        Returns
        -------
        ndarray
            With y dJ_i/dX of each row (delta(1) W(1)^T, G7, but for embeddings), (m, n[0]), not divided by m. Without y
            the derivatives of the outputs, (m, n[L], n[0]): of the probabilities (two classes in one logistic unit: of
            the second), or of the numbers that `predict` gives. The columns are `input_names_`; those of a table
            are the encoded ones.

        Examples
        --------
        >>> import numpy as np
        >>> from clearprop import MLPRegressor
        >>> X = np.linspace(-1, 1, 50)[:, None]
        >>> model = MLPRegressor(hidden_layer_sizes=(20,), solver="lbfgs", random_state=0).fit(X, 3 * X.ravel())
        >>> bool(abs(model.input_gradients(X) - 3).max() < 0.3)
        True
        """
        if y is not None:
            net, params, X, y, _ = self._seen_batch(X, y, None)
            return input_gradients(net, params, X, step(net, params, X, y).da[0])
        net, params, X, _, _ = self._seen_batch(X, None, None)
        return output_gradients(net, params, X) * params.flat.dtype.type(self._seen_unit())

    def diagnose(self, X: Any, y: Any = None, sample_weight: Any = None) -> "Diagnosis":
        """The doctor: what may be wrong with the data, the network and its training, with figures.

        Parameters
        ----------
        X : table or array of m rows
            Best those of training; of more than 10,000 rows evenly spaced ones are looked at.
        y : array of shape (m,) or (m, outputs), optional
            The targets; without them answers, losses and gradients are not judged.
        sample_weight : array of shape (m,), optional
            A weight for each row; those of weight 0 are left out.

        Returns
        -------
        Diagnosis
            .ok, .findings (name, severity, sentence, figures, advice), .looked_at; ``str()`` of it is readable. From
            where on each check speaks is said in `clearprop.train.doctor.case.Limits`.

        Examples
        --------
        >>> import numpy as np
        >>> from clearprop import MLPClassifier
        >>> X = np.random.default_rng(0).normal(size=(50, 2)) * [1, 1e5]
        >>> model = MLPClassifier((8,), tol=1e9).fit(X, X[:, 0] > 0)
        >>> print(model.diagnose(X).findings[0].sentence)
        The inputs are unscaled: column 1 has sd 9.9e4 against 0.93 for column 0.
        """
        from clearprop.train.doctor.case import Case
        from clearprop.train.doctor.examination import examine

        net, params = self._seen()
        X, targets = self._seen_rows(X, y)
        w = self._seen_weights(X, sample_weight)
        able = np.arange(X.shape[0]) if w is None else np.flatnonzero(w)
        rows = able[some_rows(X[able] if w is not None else X)]
        X = dense(X, rows)
        w = None if w is None else np.asarray(w, float)[rows]
        scores = None
        if targets is not None:
            scores = self._seen_scores(X, targets[rows], w)
            targets = as_batch(net, X, targets[rows], w, np.float64)[1]
        m = len(rows) if w is None else float(w.sum())
        names, params = self.input_names_, params.astype(np.float64)
        about = {"l2": self._seen_l2(m), "classes": self._seen_classes()}
        return examine(Case(net, params, X, targets, w, names, self._seen_run(), scores, **about))

    def plot_loss_curve(self, ax: Any = None) -> "LossCurveDisplay":
        """Draw J, and the validation score, by epoch; see `LossCurveDisplay`. It needs Matplotlib.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default a new figure.
        """
        from clearprop.show.curves import LossCurveDisplay

        return LossCurveDisplay.from_estimator(self, ax=ax)
