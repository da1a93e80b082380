"""The time that a fit may take, from its beginning: reading, compiling and encoding count."""

import math
import time
from dataclasses import replace
from numbers import Real

from clearprop.engine.committee import Committee
from clearprop.engine.engine import Engine
from clearprop.engine.team import available
from clearprop.errors import SpecError
from clearprop.train.cost import cost
from clearprop.train.settings import Settings

SPARE = 0.95  # of the time is planned with: the machine is not as fast in each second


class Deadline:
    """When a fit must have ended; a limit of None is never.

    Examples
    --------
    >>> Deadline(None).left() is None, 0 < Deadline(10.0).left() <= 10
    (True, True)
    """

    def __init__(self, limit: float | None) -> None:
        if limit is not None and not (isinstance(limit, Real) and 0 < float(limit) < math.inf):
            msg = f"`time_limit` must be a finite number above 0; got {limit!r}."
            raise SpecError(msg)
        self.limit, self.begun = limit, time.perf_counter()

    def left(self, share: float = 1.0) -> float | None:
        """Seconds, a share of what is left; a little is always there, so that a fit has a first step."""
        if self.limit is None:
            return None
        return max(share * (self.limit - (time.perf_counter() - self.begun)), 1e-3)


def in_time(
    settings: Settings, engine: Engine | Committee, rows: int, deadline: Deadline, share: float = 1.0
) -> Settings:
    """Settings with as many epochs as there is time for, so that the schedule comes to its end.

    Some steps are timed for it; training stops at the limit all the same.
    """
    if deadline.limit is None:
        return settings
    members = engine.members if isinstance(engine, Committee) else [engine]
    side_by_side = min(settings.threads or available(), len(members))
    alone = cost(
        members[0], rows, 1, settings.threads if len(members) == 1 else 1
    ).seconds  # this compiles, too
    epoch = alone * len(members) / side_by_side
    left = deadline.left(share)
    assert left is not None
    fit = int(SPARE * left / epoch)
    return replace(settings, epochs=max(1, min(settings.epochs, fit)), time_limit=left)
