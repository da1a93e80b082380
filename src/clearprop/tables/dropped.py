"""`Dropped`: a column that is not encoded, and why."""

from dataclasses import dataclass
from typing import Any

from clearprop.tables.stored import count, field, one_of

WHY = {
    "constant": "all values are the same",
    "empty": "all values are missing",
    "identifier": "almost every row has a value of its own",
}


@dataclass(frozen=True)
class Dropped:
    """A column that is not encoded.

    Args:
        name: the name of the column.
        kind: ``constant``, ``empty`` or ``identifier``.
        missing: how many values were missing in training.

    >>> Dropped("id", "identifier", 0).summary()["why"]
    'almost every row has a value of its own'
    """

    name: str
    kind: str
    missing: int

    features = ()

    def summary(self) -> dict[str, Any]:
        """What was learned, for the report.

        >>> Dropped("id", "empty", 3).summary()["width"]
        0
        """
        return {**self.to_dict(), "why": WHY[self.kind], "width": 0}

    def to_dict(self) -> dict[str, Any]:
        """What was learned, for the model file.

        >>> Dropped("id", "empty", 3).to_dict()
        {'kind': 'empty', 'name': 'id', 'missing': 3}
        """
        return {"kind": self.kind, "name": self.name, "missing": self.missing}

    @classmethod
    def from_dict(cls, data: object) -> "Dropped":
        """What `to_dict` gave.

        Raises:
            ModelFileError: it is damaged.

        >>> Dropped.from_dict({"kind": "empty", "name": "id", "missing": 3})
        Dropped(name='id', kind='empty', missing=3)
        """
        name = field(data, "name", str, "a column")
        what = f"column `{name[:60]}`"
        return cls(name, one_of(data, "kind", tuple(WHY), what), count(data, "missing", what))
