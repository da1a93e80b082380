"""From a file or a string to its text, with the line of the file that each line of it came from."""

import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from clearprop.check.document.read.limits import MOST_BYTES
from clearprop.errors import SpecError

LATEX = (".tex", ".latex", ".ltx")
FORMULA = re.compile(r"[=\\$\n]")


@dataclass(frozen=True)
class Source:
    """A document's text.

    `name` is its file, `form` is "md" or "tex" or "formula"; `numbers` has, for each line of `text`, its line in the
    file, which in a notebook is another one.
    """

    name: str
    form: str
    text: str
    numbers: tuple[int, ...]

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(m.end() for m in re.finditer("\n", self.text))]

    def line(self, position: int) -> int:
        """The line in the file of a position in the text."""
        return self.numbers[min(bisect_right(self._starts, max(position, 0)), len(self.numbers)) - 1]


OTHERS = {
    b"PK\x03\x04": "a Word or OpenOffice file, or another archive",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}


def read(document: str | Path) -> Source:
    """The text of a file, or the string itself if it is no file's name but holds a formula."""
    if isinstance(document, str) and FORMULA.search(document) and not _is_file(document):
        return _of_string(document)
    path = Path(document)
    raw = _bytes(path)
    for start, kind in OTHERS.items():
        if raw.startswith(start):
            msg = f"{path} must be text: Markdown, LaTeX or a notebook. It is {kind}; export its text to .md or .tex."
            raise SpecError(msg)
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        msg = f"{path} must be UTF-8 text; byte {error.start} is not. Save it as UTF-8, or convert it with `iconv`."
        raise SpecError(msg) from None
    if path.suffix == ".ipynb":
        return _notebook(path, text)
    return plain(str(path), "tex" if path.suffix in LATEX else "md", text)


def plain(name: str, form: str, text: str) -> Source:
    """A source whose lines are those of its file."""
    return Source(name, form, text, tuple(range(1, text.count("\n") + 2)))


def _of_string(text: str) -> Source:
    if len(text) > MOST_BYTES:
        msg = f"A document may have {MOST_BYTES:,} bytes; this one has {len(text):,}. Check it in parts."
        raise SpecError(msg)
    has_math = re.search(r"\$|\\\(|\\\[|\\begin\{(equation|align|gather|multline|document)|```", text)
    return plain("<text>", "md" if has_math else "formula", text)


def _is_file(text: str) -> bool:
    try:
        return len(text) < 1000 and Path(text).is_file()
    except (OSError, ValueError):
        return False


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            msg = f"A document may have {MOST_BYTES:,} bytes; {path} has {size:,}. Check it in parts."
            raise SpecError(msg)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        msg = f"{path} cannot be read: {reason}. Give a Markdown, LaTeX or notebook file, or a formula with an = in it."
        raise SpecError(msg) from None


STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def _notebook(path: Path, raw: str) -> Source:
    """The Markdown cells, a blank line between them."""
    try:
        cells = json.loads(raw)["cells"]
        texts = [_lines(cell["source"]) for cell in cells if cell.get("cell_type") == "markdown"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        msg = f"{path} must be a Jupyter notebook of format 4: JSON with a list `cells`. It is not; export it anew."
        raise SpecError(msg) from None
    strings = _strings(raw)
    lines: list[str] = []
    numbers: list[int] = []
    number = 1
    for cell in texts:
        for line in cell:
            number = next(strings[line], number) if line in strings else number
            parts = line.removesuffix("\n").split("\n")
            lines += parts
            numbers += [number] * len(parts)
        lines.append("")
        numbers.append(number)
    return Source(str(path), "md", "\n".join(lines), (*numbers, number))


def _lines(source: str | list[str]) -> list[str]:
    """A cell's text as JSON has it; TypeError if it is none."""
    if isinstance(source, str):
        return [source]
    if not isinstance(source, list) or not all(isinstance(line, str) for line in source):
        msg = "a cell without text"
        raise TypeError(msg)
    return source


def _strings(raw: str):
    """For each string of the JSON text, an iterator over the lines it stands on."""
    found: dict[str, list[int]] = {}
    line, last = 1, 0
    for match in STRING.finditer(raw):
        line += raw.count("\n", last, match.start())
        last = match.start()
        found.setdefault(json.loads(match[0], strict=False), []).append(line)
    return {text: iter(lines) for text, lines in found.items()}
