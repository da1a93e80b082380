"""What worksheets say, in English and in Chinese."""

from clearprop.errors import SpecError
from clearprop.show.exercise import wording_en, wording_zh

LANGUAGES = {"en": wording_en, "zh": wording_zh}


class Words:
    """The texts of one language.

    Examples
    --------
    >>> Words("en")["given"], Words("zh").slip("sign")
    ('Given', '符号错误')
    """

    def __init__(self, lang: str) -> None:
        if lang not in LANGUAGES:
            msg = f"`lang` must be one of {', '.join(LANGUAGES)}; got {lang!r}."
            raise SpecError(msg)
        self.lang, self.texts = lang, LANGUAGES[lang]

    def __getitem__(self, name: str) -> str:
        return self.texts.TEXTS[name]

    def say(self, name: str, **values: object) -> str:
        """A text with values put in."""
        return self[name].format(**values)

    def status(self, name: str) -> str:
        """What a mark is called."""
        return self.texts.STATUS[name]

    def slip(self, name: str) -> str:
        """What a diagnosis is called; one with a place in it keeps the place."""
        for known in sorted(self.texts.SLIPS, key=len, reverse=True):
            if name.startswith(known):
                return self.texts.SLIPS[known] + name[len(known) :]
        return name

    def score(self, right: int, of: int) -> str:
        """The last line."""
        return self.say("score", right=right, of=of)
