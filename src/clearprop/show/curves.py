"""`LossCurveDisplay`: the loss curve of a fitted estimator, drawn with Matplotlib."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from clearprop.errors import ShapeError, SpecError

FOLDS = 30.0  # largest J over smallest from which its axis is logarithmic
BLUE, ORANGE = "#0b62b8", "#b25000"


class LossCurveDisplay:
    """J after each epoch, and the validation score on an axis of its own, with the best epoch marked.

    Made by `from_estimator`; drawn, again if need be, by `plot`. It needs Matplotlib.

    Parameters
    ----------
    loss : sequence of float of shape (epochs,)
        J after each epoch.
    score : sequence of float of shape (epochs,), optional
        The validation score after each epoch, higher is better; NaN where there is none.
    best_epoch : int, optional
        The epoch to mark, counted from 1.
    name : str, optional
        What was trained: the title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Of the loss.
    ax_score_ : matplotlib Axes or None
        Of the score, to the right.
    figure_ : matplotlib Figure
        Of both.
    lines_ : list of matplotlib Line2D
        The loss, then the score, then the mark, as far as there are such.

    Examples
    --------
    >>> display = LossCurveDisplay([0.9, 0.5, 0.4], score=[0.6, 0.8, 0.7], best_epoch=2)
    >>> display.loss.tolist(), display.best_epoch
    ([0.9, 0.5, 0.4], 2)
    """

    ax_: Any
    ax_score_: Any
    figure_: Any
    lines_: list[Any]

    def __init__(
        self,
        loss: Sequence[float] | np.ndarray,
        *,
        score: Sequence[float] | np.ndarray | None = None,
        best_epoch: int | None = None,
        name: str | None = None,
    ) -> None:
        self.loss = np.asarray(loss, float)
        self.score = None if score is None else np.asarray(score, float)
        self.best_epoch, self.name = best_epoch, name
        if self.loss.ndim != 1 or not len(self.loss):
            msg = f"`loss` must hold a number an epoch, (epochs,); got {self.loss.shape}."
            raise ShapeError(msg)
        if self.score is not None and self.score.shape != self.loss.shape:
            msg = f"`score` must have one number an epoch, as `loss` has: {self.loss.shape}; got {self.score.shape}."
            raise ShapeError(msg)
        if best_epoch is not None and not 1 <= best_epoch <= len(self.loss):
            msg = f"`best_epoch` must be from 1 to {len(self.loss)}, the epochs of `loss`; got {best_epoch}."
            raise SpecError(msg)

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = None) -> Self:
        """Draw the loss curve of a fitted estimator.

        Parameters
        ----------
        estimator : MLPClassifier, MLPRegressor, TabularClassifier or TabularRegressor
            Fitted; anything with `loss_curve_` will do.
        ax : matplotlib Axes, optional
            Where to draw; by default a new figure.

        Raises
        ------
        NotFittedError
            If it is not fitted.
        SpecError
            If it keeps no loss curve: solver="lbfgs" takes no epochs.
        ImportError
            If Matplotlib is not installed.
        """
        check_is_fitted(estimator)
        loss = list(getattr(estimator, "loss_curve_", None) or [])
        if not loss:
            solver = getattr(estimator, "solver", None)
            msg = (
                f"A loss curve needs epochs, but {type(estimator).__name__} (solver={solver!r}) kept none. "
                "Use solver='adam' or 'sgd'."
            )
            raise SpecError(msg)
        score = _scores(estimator, len(loss))
        best = getattr(estimator, "best_epoch_", None)
        if best is None and score is not None and np.isfinite(score).any():
            best = int(np.nanargmax(score)) + 1
        return cls(loss, score=score, best_epoch=best or None, name=type(estimator).__name__).plot(ax=ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw; `ax` is where, by default a new figure.

        Raises
        ------
        ImportError
            If Matplotlib is not installed.
        """
        ax = _new_axes() if ax is None else ax
        epochs = np.arange(1, len(self.loss) + 1)
        marker = "o" if len(epochs) < 3 else None
        self.ax_, self.figure_, self.ax_score_ = ax, ax.figure, None
        self.lines_ = [*ax.plot(epochs, self.loss, color=BLUE, marker=marker, label="J")]
        log = self.loss.min() > 0 and self.loss.max() > FOLDS * self.loss.min()
        ax.set(xlabel="epoch", ylabel="J, logarithmic" if log else "J", title=self.name or "")
        if marker:
            ax.set_xlim(0, len(epochs) + 1)  # room for whole numbers at the ticks
        ax.set_yscale("log" if log else "linear")
        ax.xaxis.get_major_locator().set_params(integer=True)
        if self.score is not None:
            self._plot_score(epochs, marker)
        if self.best_epoch is not None:
            label = f"best: epoch {self.best_epoch}"
            self.lines_.append(ax.axvline(self.best_epoch, color="0.5", linestyle=":", label=label))
        if len(self.lines_) > 1:
            self._explain()
        return self

    def _explain(self) -> None:
        """Which line is which, above the curves, where it hides none; the axes of values in their colours."""
        place = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": 3, "frameon": False}
        (self.ax_score_ or self.ax_).legend(handles=self.lines_, fontsize="small", **place)
        self.ax_.set_title(self.name or "", pad=26)
        for axis, color in ((self.ax_, BLUE), (self.ax_score_, ORANGE)):
            if axis is not None and self.ax_score_ is not None:
                axis.yaxis.label.set_color(color)

    def _plot_score(self, epochs: np.ndarray, marker: str | None) -> None:
        self.ax_score_ = self.ax_.twinx()
        self.ax_score_.set_ylabel("validation score")
        style = {"color": ORANGE, "linestyle": "--", "marker": marker}
        self.lines_ += self.ax_score_.plot(epochs, self.score, label="validation score", **style)


def _scores(estimator: Any, epochs: int) -> np.ndarray | None:
    """The score after each epoch, NaN where it is missing; None if there was no validation."""
    record = getattr(getattr(estimator, "model_", None), "record", None)
    if record is not None:
        found = [np.nan if row.score is None else row.score for row in record.rows]
    else:
        found = list(getattr(estimator, "validation_scores_", None) or [])
    if not np.isfinite(found).any():
        return None
    return np.r_[np.full(max(epochs - len(found), 0), np.nan), found[-epochs:]]


def _new_axes() -> Any:
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        msg = "Drawing a loss curve needs Matplotlib. Install it: `pip install matplotlib`."
        raise ImportError(msg) from error
    return plt.subplots(layout="constrained")[1]
