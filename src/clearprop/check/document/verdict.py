"""What was found in a document."""

import json
from dataclasses import dataclass, field
from html import escape
from typing import Any


@dataclass(frozen=True)
class Finding:
    """Two sides that are set equal and are not.

    `what` is one word or two: sign, factor, transposed, permuted, sample index, index, layer, range, sum range, shape,
    undefined, activation, reading, value; `why` a sentence; `fix` the least change that makes the line true, "" if
    none is known.
    """

    file: str
    line: int
    formula: str
    sides: tuple[str, str]
    indices: str
    values: tuple[str, str]
    what: str
    why: str
    fix: str = ""
    at: int = field(default=-1, compare=False)

    @property
    def kind(self) -> str:
        return self.what

    def to_dict(self) -> dict[str, Any]:
        return {
            "file": self.file, "line": self.line, "formula": self.formula, "sides": list(self.sides),
            "indices": self.indices,
            "values": list(self.values), "what": self.what, "why": self.why, "fix": self.fix,
        }  # fmt: skip


@dataclass(frozen=True)
class UnreadFormula:
    """A formula, or a side of one, that could not be read: `token` is where, `why` what about it."""

    file: str
    line: int
    formula: str
    token: str
    why: str
    at: int = field(default=-1, compare=False)

    def to_dict(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "line": self.line,
            "formula": self.formula,
            "token": self.token,
            "why": self.why,
        }


@dataclass(frozen=True)
class Checked:
    """A statement that was looked at: "verified", "wrong" or "unread"; and its sides.

    `sides` has for each where it begins and ends in the text, and "verified", "wrong", "unread", or "open" for a side
    that is not itself to blame in a statement that does not hold.
    """

    line: int
    verdict: str
    sides: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, repr=False)
class DocumentCheck:
    """What `check_document` found.

    Attributes
    ----------
    file : str
        The document.
    statements : int
        How many equality statements (chains of equal sides) there are.
    verified : int
        How many of them hold for all indices on every network.
    findings : tuple of Finding
        What does not hold, in the order of the document.
    unread : tuple of UnreadFormula
        What could not be read; never counted as verified.
    reading : str
        How the document was read: layout, layers, samples, what the loss is.
    """

    file: str
    statements: int
    verified: int
    findings: tuple[Finding, ...]
    unread: tuple[UnreadFormula, ...]
    reading: str
    checked: tuple[Checked, ...] = ()
    text: str = ""
    numbers: tuple[int, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing was found to be wrong."""
        return not self.findings

    def to_dict(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "statements": self.statements,
            "verified": self.verified,
            "findings": [one.to_dict() for one in self.findings],
            "unread": [one.to_dict() for one in self.unread],
            "reading": self.reading,
        }

    def to_json(self) -> str:
        """One JSON object: statements, verified, findings, unread."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def to_html(self) -> str:
        """The document with a verdict beside each formula, as one page that needs nothing else."""
        from clearprop.check.document.page import page

        return page(self)

    def __repr__(self) -> str:
        counts = f"{self.verified} of {self.statements} statements verified"
        return (
            f"DocumentCheck({self.file}: {counts}, {len(self.findings)} findings, {len(self.unread)} unread)"
        )

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def __str__(self) -> str:
        from clearprop.check.document.report import lines

        return "\n".join(lines(self))
