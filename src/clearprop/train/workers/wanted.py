"""Which workers a fit asks for."""

import re
from dataclasses import dataclass
from typing import Any

from clearprop.errors import SpecError

RANGE = re.compile(r"(?:(\d{1,6})-)?(\d{1,6})")
MEMBERS = ("torchrun", "mpi")  # this process is a worker already, started together with others


@dataclass(frozen=True)
class Workers:
    """The workers of a fit.

    Parameters
    ----------
    count : int or str
        How many Ray is to start; "2-4" for as many as there is room for, also after some are lost; or what started
        this process and the others: "torchrun" or "mpi".
    address : str, optional
        Of a Ray cluster; by default the one that is connected, else one that is started on this machine.
    restarts : int
        How often lost workers are replaced.
    timeout : float
        Seconds that a worker waits for the others, before it counts them as lost.
    """

    count: int | str
    address: str | None = None
    restarts: int = 10
    timeout: float = 300.0
    fewest: int = 0  # 0: as many as `count`

    def __post_init__(self) -> None:
        count = self.count
        if isinstance(count, str) and (found := RANGE.fullmatch(count)):
            object.__setattr__(self, "count", int(found[2]))
            object.__setattr__(self, "fewest", int(found[1] or found[2]))
        elif not (count in MEMBERS or (isinstance(count, int) and not isinstance(count, bool))):
            self._refuse()
        if isinstance(self.count, int):
            object.__setattr__(self, "fewest", self.fewest or self.count)
            if not 1 <= self.fewest <= self.count:
                self._refuse()
        if not self.timeout > 0 or self.restarts < 0:
            msg = f"`timeout` must be above 0 and `restarts` not negative; got {self.timeout} and {self.restarts}."
            raise SpecError(msg)

    @property
    def is_member(self) -> bool:
        """Whether this process is one of them."""
        return isinstance(self.count, str)

    def _refuse(self) -> None:
        msg = f"`workers` must be a whole number, 1 or more, or {' or '.join(map(repr, MEMBERS))}; got {self.count!r}."
        raise SpecError(msg)


def wanted(given: Any, address: str | None = None) -> Workers | None:
    """What was given as `workers`: a number, the name of a starter, `Workers`, or None.

    Raises
    ------
    SpecError
        If it is none of these.

    Examples
    --------
    >>> wanted("4").count, wanted("2-4").fewest, wanted("mpi").is_member, wanted(None)
    (4, 2, True, None)
    """
    if given is None:
        if address is not None:
            msg = "`ray_address` needs `workers`, the number of workers there; got none."
            raise SpecError(msg)
        return None
    return given if isinstance(given, Workers) else Workers(given, address)
