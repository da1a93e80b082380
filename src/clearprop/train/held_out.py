"""What the rows that were set aside taught beside the epoch: temperature, residuals."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

import numpy as np

from clearprop.errors import SpecError
from clearprop.tables.stored import count, field, refuse

MOST = 2000  # residuals that are kept
WHAT = "the held-out rows"


@dataclass(frozen=True)
class HeldOut:
    """What held-out rows taught.

    Attributes
    ----------
    rows : int
        How many; 0 if none were held out.
    temperature : float
        Of a classification; 1 leaves the probabilities as the network gives them.
    log_loss : tuple of float
        Of a classification: on these rows at temperature 1, and at `temperature`.
    residuals : tuple of float
        Of a regression: |true - predicted|, both standardised, in order; of very many rows at most `MOST`, each
        standing for as many others, none larger than it.
    notes : tuple of str
        What was settled by these rows, in sentences.
    """

    rows: int = 0
    temperature: float = 1.0
    log_loss: tuple[float, ...] = ()
    residuals: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()

    def margin(self, coverage: float) -> float:
        """How far below and above a standardised prediction an interval of this coverage reaches.

        It is the k-th smallest residual, k = ceil((n + 1) coverage) of n (split conformal prediction: Lei et al.,
        JASA 113, 2018). If the held-out rows and a new row are exchangeable, and the network does not depend on
        these rows, the new number is in the interval with a probability of at least `coverage`.

        Raises
        ------
        SpecError
            If the coverage is not between 0 and 1, or there are too few held-out rows for it.

        Examples
        --------
        >>> HeldOut(residuals=(0.1, 0.2, 0.3, 0.4)).margin(0.8)
        0.4
        """
        if not 0 < coverage < 1:
            msg = f"`coverage` must be above 0 and below 1; got {coverage!r}."
            raise SpecError(msg)
        n = len(self.residuals)
        k = ceil(round((n + 1) * coverage, 9))
        if k > n:
            needed = ceil(round(coverage / (1 - coverage), 9))
            msg = (
                f"An interval of coverage {coverage:g} needs {needed:,} held-out rows or more; the model has {n:,}. "
                "Fit with `early_stopping=True` and a larger `validation_fraction`, or ask for less."
            )
            raise SpecError(msg)
        return self.residuals[k - 1]

    def to_dict(self) -> dict[str, Any]:
        """For the model file."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }

    @classmethod
    def from_dict(cls, data: object) -> "HeldOut":
        """What `to_dict` gave; nothing is assumed of it.

        Raises
        ------
        ModelFileError
            If it is damaged.
        """
        found = cls(
            count(data, "rows", WHAT),
            field(data, "temperature", float, WHAT),
            _numbers(data, "log_loss"),
            _numbers(data, "residuals"),
            tuple(str(note) for note in field(data, "notes", list, WHAT)),
        )
        if found.temperature <= 0:
            refuse(f"The `temperature` of {WHAT} must be above 0", found.temperature)
        if any(a > b for a, b in zip(found.residuals, found.residuals[1:], strict=False)):
            refuse(f"The `residuals` of {WHAT} must be in order", "not so")
        return found


def thinned(residuals: np.ndarray) -> tuple[float, ...]:
    """Residuals in order, at most `MOST`; of each stretch of them the largest stays, so that no margin shrinks.

    Examples
    --------
    >>> thinned(np.array([0.3, 0.1, 0.2]))
    (0.1, 0.2, 0.3)
    """
    ordered = np.sort(residuals)
    if len(ordered) > MOST:
        ordered = ordered[np.ceil(np.arange(1, MOST + 1) * len(ordered) / MOST).astype(int) - 1]
    return tuple(ordered.tolist())


def _numbers(data: object, key: str) -> tuple[float, ...]:
    assert isinstance(data, Mapping)
    values = field(data, key, list, WHAT)
    return tuple(field({key: value}, key, float, WHAT) for value in values)
