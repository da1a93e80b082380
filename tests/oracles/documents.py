"""Written derivations of our own, and the slips to plant in them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "check" / "documents"


@dataclass(frozen=True)
class Slip:
    """A change that makes a true line wrong: `old` stands once in the document and becomes `new`."""

    old: str
    new: str
    kinds: tuple[str, ...]
    fix: str = ""

    def planted(self, text: str) -> str:
        assert text.count(self.old) == 1, f"{self.old!r} stands {text.count(self.old)} times"
        return text.replace(self.old, self.new)

    def lines(self, text: str) -> range:
        """The lines on which the changed text lies."""
        first = text[: text.index(self.old)].count("\n") + 1
        return range(first, first + self.old.rstrip("\n").count("\n") + 1)


@dataclass(frozen=True)
class Document:
    """A derivation that holds, and its slips."""

    path: Path
    slips: tuple[Slip, ...]

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def written(self, folder: Path, *slips: Slip) -> Path:
        """A copy with these slips in it."""
        text = self.text
        for slip in slips:
            text = slip.planted(text)
        path = folder / self.path.name
        path.write_text(text, encoding="utf-8")
        return path


@cache
def documents(folder: Path = FOLDER) -> dict[str, Document]:
    """Every document of the folder by its name."""
    found = {}
    for toml in sorted(folder.glob("*.toml")):
        [path] = [p for p in folder.glob(f"{toml.stem}.*") if p.suffix in (".md", ".tex", ".ipynb")]
        rows = tomllib.loads(toml.read_text(encoding="utf-8"))["slip"]
        slips = tuple(Slip(r["old"], r["new"], tuple(r["kinds"]), r.get("fix", "")) for r in rows)
        found[toml.stem] = Document(path, slips)
    return found
