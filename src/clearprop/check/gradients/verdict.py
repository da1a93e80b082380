"""What `check_gradients` found: a verdict for programs, a table for people."""

from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

SHOWN = 5  # entries of each kind in the table


@dataclass(frozen=True)
class Entry:
    """One entry of one gradient.

    Attributes
    ----------
    name, index
        Of which gradient, and which entry.
    given, expected : float
        The gradient on trial, and the slope by the oracle that differs most from it.
    oracle : str
        Which oracle that is.
    error : float
        How far they are apart, relative to the size of the gradient; at a kink how far `given` lies outside.
    status : {"right", "wrong", "kink", "unsure"}
        kink: there is no slope, and `given` lies between those on the two sides. unsure: they differ by less than
        the oracle itself may be wrong.
    left, right : float or None
        The slopes on the two sides of a kink.
    """

    name: str
    index: tuple[int, ...]
    given: float
    expected: float
    oracle: str
    error: float
    status: str
    left: float | None = None
    right: float | None = None


@dataclass(frozen=True)
class Finding:
    """What is the matter with one gradient, or several.

    Attributes
    ----------
    code : str
        "1/m lost", "1/m twice", "scale", "sign", "transposed", "permuted", "penalty", "slip", "row weights",
        "no number", "some entries", "kink", "oracle" or "unknown".
    names : tuple of str
        Which gradients.
    text : str
        In a sentence.
    factor : float or None
        How many times the right gradient it is, where that is the matter.
    """

    code: str
    names: tuple[str, ...]
    text: str
    factor: float | None = None


@dataclass(frozen=True, repr=False)
class GradientCheck:
    """What `check_gradients` found: a row for each gradient, an entry for each number.

    Attributes
    ----------
    rows : tuple of dict
        name, shape, entries checked, worst relative error, and the index of the worst entry; how many entries are
        wrong, at a kink, unsure.
    tolerance : float
        The relative error that is let pass.
    kinks : int
        Of a network: how many z stand on a kink (relu at 0). Of a function: how many entries do. There the
        derivative is a convention.
    entries : tuple of Entry
        Every entry that was checked.
    findings : tuple of Finding
        What is the matter, and why; kinks and failing oracles are told here too.
    oracles : tuple of str
        By which the gradients were checked.
    """

    rows: tuple[dict[str, Any], ...]
    tolerance: float
    kinks: int
    entries: tuple[Entry, ...] = ()
    findings: tuple[Finding, ...] = ()
    oracles: tuple[str, ...] = ("complex",)

    @property
    def worst(self) -> float:
        """The largest relative error of all entries; NaN if a gradient is not a number."""
        return float(np.max([row["error"] for row in self.rows]))

    @property
    def ok(self) -> bool:
        """Whether every entry is right, or one of the slopes that a kink allows."""
        return all(row["wrong"] == row["unsure"] == 0 for row in self.rows)

    def to_dict(self) -> dict[str, Any]:
        """Everything in plain types, as JSON takes it; what is no number is None."""
        return {
            "ok": self.ok, "worst": _finite(self.worst), "tolerance": self.tolerance, "kinks": self.kinks,
            "oracles": list(self.oracles),
            "rows": [{key: _plain(value) for key, value in row.items()} for row in self.rows],
            "findings": [vars(f) | {"names": list(f.names)} for f in self.findings],
            "entries": [{key: _plain(value) for key, value in vars(e).items()} for e in self.entries],
        }  # fmt: skip

    def __repr__(self) -> str:
        n = sum(row["checked"] for row in self.rows)
        what = "entry" if n == 1 else "entries"
        return f"GradientCheck({n:,} {what} by {', '.join(self.oracles)}; {self._verdict().rstrip('.')})"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def __str__(self) -> str:
        lines = [f"{'gradient':<10}{'shape':>12}{'checked':>10}{'worst error':>14}  at"]
        for row in self.rows:
            shape = " x ".join(map(str, row["shape"])) or "1"
            lines.append(
                f"{row['name']:<10}{shape:>12}{row['checked']:>10}{row['error']:>14.1e}  {_place(row['at'])}"
            )
        for status in ("wrong", "unsure", "kink"):
            lines += self._shown(status)
        lines += [f"- {finding.text}" for finding in self.findings]
        lines.append(self._verdict())
        if self.kinks:
            what = "z stand" if self._of_network() else "entry stands" if self.kinks == 1 else "entries stand"
            lines.append(f"{self.kinks} {what} on a kink: there the gradient is a convention, not a limit.")
        return "\n".join(lines)

    def _of_network(self) -> bool:
        return self.rows[0]["name"][0] == "d"

    def _shown(self, status: str) -> list[str]:
        """The worst entries of one kind."""
        found = [entry for entry in self.entries if entry.status == status]
        found.sort(key=lambda e: -e.error if np.isfinite(e.error) else -np.inf)
        lines = [f"  {status:<7}{_told(entry)}" for entry in found[:SHOWN]]
        more = len(found) - SHOWN
        return [*lines, f"  {status:<7}and {more} more: see `.entries`"] if more > 0 else lines

    def _verdict(self) -> str:
        said = f"worst relative error {self.worst:.1e}, tolerance {self.tolerance:.0e}."
        if self.ok:
            return f"All gradients hold: {said}"
        wrong = any(row["wrong"] for row in self.rows)
        return f"{'A gradient is wrong' if wrong else 'The oracle cannot tell'}: {said}"


def _told(entry: Entry) -> str:
    place = ", ".join(map(str, entry.index))
    name = f"{entry.name}[{place}]" if place else entry.name
    right = f"by {entry.oracle} {entry.expected:.9g}"
    if entry.left is not None and entry.right is not None:
        right = f"{entry.left + 0.0:.9g} on the left, {entry.right + 0.0:.9g} on the right"
    return f"{name} is {entry.given:.9g}; {right}"


def _place(index: tuple[int, ...]) -> str:
    return str(index) if len(index) != 1 else f"({index[0]},)"


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return _finite(value) if isinstance(value, float) else value
