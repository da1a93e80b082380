"""Sizes of memory as people write them."""

import re

from clearprop.errors import SpecError

UNITS = {
    "": 1,
    "k": 10**3,
    "m": 10**6,
    "g": 10**9,
    "t": 10**12,
    "ki": 2**10,
    "mi": 2**20,
    "gi": 2**30,
    "ti": 2**40,
}
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(k|m|g|t|ki|mi|gi|ti|)b?", re.IGNORECASE)


def size_of(given: int | str) -> int:
    """Bytes.

    Raises:
        SpecError: it is no size.

    >>> size_of("1GiB"), size_of("500MB"), size_of("2G"), size_of(4096)
    (1073741824, 500000000, 2000000000, 4096)
    """
    found = SIZE.fullmatch(str(given).strip())
    if found is None or not float(found[1]):
        msg = f"`memory` must be a size such as 1GiB or 500MB; got {given!r}."
        raise SpecError(msg)
    return int(float(found[1]) * UNITS[found[2].lower()])
