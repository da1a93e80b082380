"""The words of an account in the language that was asked for."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from clearprop.errors import SpecError
from clearprop.show.account import words_en, words_zh

LANGUAGES: dict[str, ModuleType] = {"en": words_en, "zh": words_zh}


AFTER = ("W'", "b'", "c'", "f'", "s'", "V'", "r'")  # what an update makes


class Words:
    """Texts by their keys.

    Examples
    --------
    >>> Words("zh").text("cut.units", l=2)
    '第 2 层的单元'
    """

    def __init__(self, lang: str) -> None:
        if lang not in LANGUAGES:
            msg = f"`lang` must be one of {', '.join(LANGUAGES)}; got {lang!r}."
            raise SpecError(msg)
        self.lang = lang
        self._words: Any = LANGUAGES[lang]

    def text(self, key: str, **values: Any) -> str:
        """A text with its values put in."""
        return self._words.TEXTS[key].format(**values)

    def convention(self, key: str, **values: Any) -> str:
        """A sentence on a convention."""
        return self._words.CONVENTIONS[key].format(**values)

    def encoding(self, encoded: Mapping[str, Any]) -> str:
        """How an input came of its column."""
        numbers = {name: f"{x:.6g}" if isinstance(x, float) else x for name, x in encoded.items()}
        return self._words.ENCODINGS[encoded["kind"]].format(**numbers)

    def part(self, id: str) -> str:
        """The title of a part."""
        return self._words.PARTS[id]

    def rule(self, rule: str) -> str:
        """The name of a rule."""
        return self._words.RULES.get(rule, rule)

    def line(self, id: str, name: str) -> str:
        """What a line says, in words; `name` is its English."""
        return self._words.LINES.get(id, name)

    def quantity(self, key: str, layer: int | None, kind: str = "", **values: Any) -> str:
        """What a quantity is. `kind`, such as relu, picks a closer text where there is one."""
        name = key.partition("[")[0]
        name = name if name in AFTER else name.rstrip("'")
        if name in ("a", "da") and layer == 0:
            name += "0"
        name = name.partition(" ")[0] if name.startswith("rest ") else name
        texts = self._words.QUANTITIES
        return texts.get(f"{name}.{kind}", texts[name]).format(l=layer, **values)
