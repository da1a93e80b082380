"""What the doctor found: findings with their figures, as text and as HTML."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

SEVERITIES = ("serious", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or likely so.

    Attributes
    ----------
    name : str
        Which: a key of `clearprop.train.doctor.examination.CHECKS`.
    severity : {"serious", "warning", "note"}
        Serious: the network is of little use as it is. Warning: it would be better without. Note: worth knowing.
    sentence : str
        What was seen, with figures.
    figures : dict
        The same figures by name, as JSON takes them.
    advice : str
        What to do.
    """

    name: str
    severity: str
    sentence: str
    figures: dict[str, Any]
    advice: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.name}. {self.sentence} {self.advice}"


@dataclass(frozen=True)
class Diagnosis:
    """The findings, the worst first; it is iterated over and measured as their list.

    Attributes
    ----------
    findings : tuple of Finding
        Empty if nothing was found.
    rows : int
        How many rows were looked at.
    looked_at : tuple of str
        The names of the checks that could be made with what there was (y, a loss curve, enough rows).

    Examples
    --------
    >>> print(Diagnosis((), 150, ("dead units",)))
    Nothing found on 150 rows in 1 check.
    """

    findings: tuple[Finding, ...]
    rows: int
    looked_at: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def named(self, name: str) -> tuple[Finding, ...]:
        """The findings of one name."""
        return tuple(finding for finding in self.findings if finding.name == name)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __bool__(self) -> bool:
        return True

    def _headline(self) -> str:
        checks = f"{len(self.looked_at)} check{'s' if len(self.looked_at) != 1 else ''}"
        found = f"{len(self)} finding{'s' if len(self) > 1 else ''}" if self.findings else "Nothing found"
        return f"{found} on {self.rows:,} rows in {checks}."

    def __str__(self) -> str:
        return "\n".join([self._headline(), *(f"- {finding}" for finding in self.findings)])

    def _repr_html_(self) -> str:
        rows = "".join(
            _row(finding.severity, finding.name, finding.sentence, finding.advice) for finding in self
        )
        table = f"<table><tbody>{rows}</tbody></table>" if rows else ""
        return f"<div><p>{escape(self._headline())}</p>{table}</div>"


def _row(*cells: str) -> str:
    inside = "".join(f'<td style="text-align: left">{escape(cell)}</td>' for cell in cells)
    return f"<tr>{inside}</tr>"
