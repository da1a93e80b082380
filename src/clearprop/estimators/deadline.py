"""The time that a fit may take, from its beginning: reading, compiling and encoding count."""

import math
from numbers import Real

from clearprop.errors import SpecError
from clearprop.train.clock import CLOCK, Clock

GRACE = 0.08  # of the time that is spent already is left in any case


class Deadline:
    """When a fit must have ended; a limit of None is never.

    Parameters
    ----------
    limit : float or None
        Seconds from now on.
    clock : callable
        What tells the seconds.

    Examples
    --------
    >>> Deadline(None).left() is None, 0 < Deadline(10.0).left() <= 10
    (True, True)
    """

    def __init__(self, limit: float | None, clock: Clock = CLOCK) -> None:
        if limit is not None and not (isinstance(limit, Real) and 0 < float(limit) < math.inf):
            msg = f"`time_limit` must be a finite number above 0; got {limit!r}."
            raise SpecError(msg)
        self.limit, self.clock, self.begun = limit, clock, clock()

    @property
    def spent(self) -> float:
        """Seconds since the beginning."""
        return self.clock() - self.begun

    def left(self, share: float = 1.0) -> float | None:
        """Seconds, a share of what is left.

        A little always is, so that nobody waits long, as for a first fit that compiles, and then has nothing: the
        whole fit takes at most 1 + `GRACE` times the limit, or what had gone by before the first step.
        """
        return None if self.limit is None else share * max(self.limit - self.spent, GRACE * self.spent)
