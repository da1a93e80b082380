"""A verdict as text for people."""

from clearprop.check.document.verdict import DocumentCheck, Finding, UnreadFormula

WIDTH = 100


def lines(check: DocumentCheck) -> list[str]:
    """The report, line by line: each finding, what was not read, and the sum."""
    found: list[str] = []
    for finding in check.findings:
        found += [*finding_lines(finding), ""]
    for unread in check.unread:
        found += [*unread_lines(unread), ""]
    read_as = [f"read as: {check.reading}"] if check.statements else []
    return [*found, *read_as, summary(check)]


def finding_lines(finding: Finding) -> list[str]:
    found = [f"{finding.file}:{finding.line}: {finding.what}: {finding.why}"]
    found.append(f"    left   {shortened(finding.sides[0])}")
    found.append(f"    right  {shortened(finding.sides[1])}")
    if finding.indices:
        found.append(f"    {finding.indices}")
    if any(finding.values):
        found.append(f"    left is {finding.values[0]}, right is {finding.values[1]}")
    if finding.fix:
        found.append(f"    fix    {finding.fix}")
    return found


def unread_lines(unread: UnreadFormula) -> list[str]:
    token = f" at {unread.token}" if unread.token else ""
    return [f"{unread.file}:{unread.line}: not read{token}: {unread.why}", f"    {shortened(unread.formula)}"]


def shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= WIDTH else text[: WIDTH - 3] + "..."


def summary(check: DocumentCheck) -> str:
    if not check.statements:
        return f"{check.file}: no equality statements found"
    parts = [
        f"{check.verified} of {check.statements} statements hold",
        f"{len(check.findings)} finding{'s' * (len(check.findings) != 1)}",
        f"{len(check.unread)} not read",
    ]
    return f"{check.file}: " + ", ".join(parts)
