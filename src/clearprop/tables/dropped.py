"""`Dropped`: a column that is not encoded, and why."""

from dataclasses import dataclass
from typing import Any

from clearprop.tables.stored import count, field, one_of

LIKE_DATES = "it looks like dates, but in no form that is read; write them like 2020-12-31"
WHY = {
    "constant": "all values are the same",
    "empty": "all values are missing",
    "identifier": "almost every row has a value of its own",
    "dates": LIKE_DATES,
    "repeated": "the same values as column",
}


@dataclass(frozen=True)
class Dropped:
    """A column that is not encoded.

    Args:
        name: the name of the column.
        kind: ``constant``, ``empty``, ``identifier``, ``dates`` (an identifier that looks like them) or ``repeated``.
        missing: how many values were missing in training.
        of: the column that one of kind ``repeated`` repeats; else empty.

    >>> Dropped("id", "identifier", 0).summary()["why"]
    'almost every row has a value of its own'
    """

    name: str
    kind: str
    missing: int
    of: str = ""

    features = ()

    @property
    def why(self) -> str:
        """Why it is dropped.

        >>> Dropped("b", "repeated", 0, "a").why
        'the same values as column `a`'
        """
        return f"{WHY[self.kind]} `{self.of}`" if self.of else WHY[self.kind]

    def summary(self) -> dict[str, Any]:
        """What was learned, for the report.

        >>> Dropped("id", "empty", 3).summary()["width"]
        0
        """
        return {**self.to_dict(), "why": self.why, "width": 0}

    def to_dict(self) -> dict[str, Any]:
        """What was learned, for the model file.

        >>> Dropped("id", "empty", 3).to_dict()
        {'kind': 'empty', 'name': 'id', 'missing': 3}
        """
        known = {"kind": self.kind, "name": self.name, "missing": self.missing}
        return known | {"of": self.of} if self.of else known

    @classmethod
    def from_dict(cls, data: object) -> "Dropped":
        """What `to_dict` gave.

        Raises:
            ModelFileError: it is damaged.

        >>> Dropped.from_dict({"kind": "empty", "name": "id", "missing": 3})
        Dropped(name='id', kind='empty', missing=3, of='')
        """
        name = field(data, "name", str, "a column")
        what = f"column `{name[:60]}`"
        kind, missing = one_of(data, "kind", tuple(WHY), what), count(data, "missing", what)
        return cls(name, kind, missing, field(data, "of", str, what) if kind == "repeated" else "")
