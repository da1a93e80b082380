"""What of an estimator's parameters JSON takes."""

from typing import Any

import numpy as np


def plain_entries(found: dict[str, Any]) -> dict[str, Any]:
    """What JSON takes of them, as it gives them back; a generator's state is not kept."""
    plain = {name: _plain(value) for name, value in found.items()}
    return {name: value for name, value in plain.items() if value is not NotImplemented}


def _plain(value: Any) -> Any:
    """A value of JSON, or NotImplemented."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        values = [_plain(x) for x in value]
        return NotImplemented if any(x is NotImplemented for x in values) else values
    return value if value is None or isinstance(value, bool | int | float | str) else NotImplemented
