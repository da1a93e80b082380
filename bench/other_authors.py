"""How check does on derivations by other authors: python bench/other_authors.py [DOCUMENT ...]

The folder derivations holds documents that were written by somebody who had not seen the checker, each equation of
them proven by a script of its author; slips.tsv has one or two slips for each. A statement holds, is called wrong
(a false finding: every document is true) or is not read. A slip is caught if its line is reported in the copy that has
it and was not in the true document; unread if that line is listed as not read; else missed.
"""

import argparse
import csv
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from clearprop import check_document

FOLDER = Path(__file__).parent / "derivations"


def slips(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """For each document what stands in it and what is put in its place."""
    found = defaultdict(list)
    with open(folder / "slips.tsv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            found[row["document"]].append((row["old"], row["new"]))
    return found


def outcome(path: Path, old: str, new: str, wrong: set[int], folder: Path) -> str:
    """What becomes of one slip; `wrong`: the lines that are reported in the true document."""
    text = path.read_text(encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    copy = folder / path.name
    copy.write_text(text.replace(old, new), encoding="utf-8")
    check = check_document(copy)
    if line in {f.line for f in check.findings} - wrong:
        return "caught"
    return "unread" if any(u.line == line for u in check.unread) else "missed"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("documents", nargs="*", type=Path)
    given = parser.parse_args()
    paths = given.documents or sorted(p for p in FOLDER.iterdir() if p.suffix in (".md", ".tex"))
    planted, total, caught = slips(FOLDER), Counter(), Counter()
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            check = check_document(path)
            wrong = {f.line for f in check.findings}
            counts = Counter(statements=check.statements, hold=check.verified, false=len(check.findings))
            said = Counter(outcome(path, old, new, wrong, Path(folder)) for old, new in planted[path.name])
            total, caught = total + counts, caught + said
            print(f"{path.name:<42}{_told(counts)}; slips: {_told(said)}")
    print(f"{'all':<42}{_told(total)}; slips: {_told(caught)}")


def _told(counts: Counter) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


if __name__ == "__main__":
    main()
