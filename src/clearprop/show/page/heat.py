"""Large matrices as heat maps: blue above zero, orange below, the deeper the larger."""

import base64
import struct
import zlib
from collections.abc import Mapping
from typing import Any

BLUE, ORANGE = (11, 98, 184), (224, 112, 0)


def picture(values: list[list[float]]) -> str:
    """A matrix as a PNG in a data address: one pixel a value, clear where it is zero.

    Examples
    --------
    >>> picture([[1.0, -1.0]])[:22]
    'data:image/png;base64,'
    """
    largest = max((abs(v) for row in values for v in row), default=0) or 1.0
    rows = b"".join(b"\x00" + b"".join(_pixel(v / largest) for v in row) for row in values)
    head = struct.pack(">IIBBBBB", len(values[0]), len(values), 8, 6, 0, 0, 0)
    body = _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


def _pixel(share: float) -> bytes:
    return bytes((*(ORANGE if share < 0 else BLUE), round(255 * abs(share) ** 0.8)))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def heat(q: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the template needs to draw the map of a cut quantity; None if it has none."""
    found = q.get("map")
    if not found:
        return None
    return {"picture": picture(found["values"])} | {
        name: found[name] for name in ("row_edges", "column_edges", "least", "most")
    }
