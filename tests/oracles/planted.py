"""The derivation page with a mistake planted in it."""

from pathlib import Path
from types import ModuleType
from typing import Any

from clearprop import batch
from clearprop.maths import languages, words

TEXT = languages.PAGE.read_text(encoding="utf-8")


def page_with(monkeypatch: Any, folder: Path, changes: dict[str, str]) -> ModuleType:
    """The page in NumPy with each text replaced by another, read as every other copy is read."""
    text = TEXT
    for right, wrong in changes.items():
        assert right in text, f"the page no longer says {right!r}"
        text = text.replace(right, wrong)
    path = folder / "derivation.py"
    path.write_text(text, encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(languages, "PAGE", path)
        return languages.read("planted", {w: getattr(words, w) for w in words.__all__})


def run_on(monkeypatch: Any, page: ModuleType) -> None:
    """Let `batch.step` and `batch.descend` run on a page until the test ends."""
    pairs = batch.activation_pairs
    monkeypatch.setattr(batch, "derivation", page)
    monkeypatch.setattr(
        batch, "activation_pairs", lambda net, page=page, shares=None: pairs(net, page, shares)
    )
