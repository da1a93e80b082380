"""The formulas of a text, and the prose between them."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from clearprop.check.document.read.limits import MOST_FORMULAS
from clearprop.check.document.read.sources import Source
from clearprop.errors import SpecError

DISPLAYED = "equation|align|alignat|flalign|gather|multline|eqnarray|displaymath|dmath|math|split|aligned|gathered|subequations"
SKIPPED = "verbatim|lstlisting|comment|minted|tikzpicture|algorithm|algorithmic|filecontents|Verbatim|alltt"
MARKS = re.compile(
    rf"""
    (?P<escaped>\\\$|\\\\(?![\[(]))
  | (?P<comment><!--.*?-->)
  | (?P<fence>(?m:^[ \t>]*)(?P<ticks>```+|~~~+)[ \t]*\{{?(?P<language>[\w-]*)[^\n]*\n(?P<fenced>.*?)\n[ \t>]*(?P=ticks)[`~]*)
  | (?P<github>\$`(?P<quoted>[^`\n]+)`\$)
  | (?P<code>(?<!`)(?P<tick>`++)(?P<coded>(?:(?!\n[ \t]*\n).){{1,2000}}?)(?P=tick)(?!`))
  | (?P<skipped>\\begin\{{(?P<skip>{SKIPPED})\*?\}}.*?\\end\{{(?P=skip)\*?\}})
  | (?P<environment>\\begin\{{(?P<name>{DISPLAYED})(?P<star>\*?)\}}(?P<set>.*?)\\end\{{(?P=name)(?P=star)\}})
  | (?P<dollars>\$\$(?P<display>(?:[^$\\]++|\\.|\$(?!\$))*+)\$\$)
  | (?P<square>\\{{1,2}}\[(?P<bracketed>.*?)\\{{1,2}}\])
  | (?P<round>\\{{1,2}}\((?P<inround>(?:[^\n\\]++|\n(?![ \t]*\n)|\\(?!\\?\)))*+)\\{{1,2}}\))
  | (?P<dollar>\$(?P<inline>(?=\S)(?:[^$\\\n]++|\\.|\n(?![ \t]*\n))*+)(?<=\S)\$(?!\d))
    """,
    re.VERBOSE | re.DOTALL,
)
PARTS = {"quoted": False, "set": True, "display": True, "bracketed": True, "inround": False, "inline": False}
MATHS = ("math", "latex", "tex", "katex")
OPENER = re.compile(rf"<!--|\\\[|\\\(|\\begin(?=\{{({SKIPPED}|{DISPLAYED})\*?\}})")
OPEN = re.compile(rf"(?<!\\)\$\$|(?<!\\)\\\[|(?<!\{{)\\begin\{{(?:{DISPLAYED})\*?\}}")
CLOSERS = {"<!--": "-->", r"\[": r"\]", r"\(": r"\)"}


@dataclass(frozen=True)
class Formula:
    """Text between the signs of a formula: where it starts, from where to where its signs go, the prose
    before and after.
    """

    text: str
    start: int
    display: bool
    outer: tuple[int, int]
    before: str = ""
    after: str = ""


def formulas(source: Source) -> list[Formula]:
    """All formulas of a source, in order."""
    if source.form == "formula":
        return [Formula(source.text, 0, True, (0, len(source.text)))]
    text = _bare(source)
    found = []
    for match in MARKS.finditer(_without_open_ends(text)):
        one = _formula(match, text)
        if one is not None and one.text.strip():
            found.append(one)
    if len(found) > MOST_FORMULAS:
        msg = (
            f"A document may have {MOST_FORMULAS:,} formulas; this one has {len(found):,}. Check it in parts."
        )
        raise SpecError(msg)
    return _with_prose(text, found)


def _formula(match: re.Match[str], text: str) -> Formula | None:
    """What a match marks as a formula, as the text has it."""
    if match["fence"] is not None:
        if match["language"].lower() not in MATHS:
            return None
        return Formula(text[slice(*match.span("fenced"))], match.start("fenced"), True, match.span())
    for part, display in PARTS.items():
        if match[part] is not None:
            return Formula(text[slice(*match.span(part))], match.start(part), display, match.span())
    return None


def _with_prose(text: str, found: list[Formula]) -> list[Formula]:
    """Each formula with the prose up to its neighbours."""
    edges = [0, *(one.outer[1] for one in found)], [*(one.outer[0] for one in found), len(text)]
    gaps = [text[a:b] for a, b in zip(*edges, strict=True)]
    return [replace(one, before=gaps[k], after=gaps[k + 1]) for k, one in enumerate(found)]


def _bare(source: Source) -> str:
    return without_comments(source.text) if source.form == "tex" else _without_front_matter(source.text)


def open_end(source: Source) -> re.Match[str] | None:
    """The sign of a formula that nothing ends, the first of them."""
    if source.form == "formula":
        return None
    text, last = _bare(source), 0
    for match in MARKS.finditer(_without_open_ends(text)):
        if match[0] == "$$":
            continue
        found = OPEN.search(text, last, match.start())
        if found is not None:
            return found
        last = match.end()
    return OPEN.search(text, last)


def _without_open_ends(text: str) -> str:
    """The text with signs blanked that open what nothing closes: each would be sought to the end of the text."""
    last: dict[str, int] = {}

    def kept(match: re.Match[str]) -> str:
        closer = CLOSERS.get(match[0]) or rf"\end{{{match[1]}"
        if closer not in last:
            last[closer] = text.rfind(closer)
        return match[0] if last[closer] > match.start() else " " * len(match[0])

    return OPENER.sub(kept, text)


def without_comments(text: str) -> str:
    """LaTeX with its comments blanked; every position stays."""
    return re.sub(r"(?<!\\)%[^\n]*", lambda m: " " * len(m[0]), text)


def _without_front_matter(text: str) -> str:
    head = re.match(r"---\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|$)", text, re.DOTALL)
    return text if head is None else re.sub(r"[^\n]", " ", head[0]) + text[head.end() :]


@lru_cache(maxsize=2)
def prose(source: Source) -> str:
    """The text with its formulas kept, its comments, front matter and code left out."""
    text = _without_open_ends(_bare(source))

    def kept(match: re.Match[str]) -> str:
        if match["comment"] or match["skipped"]:
            return " "
        if match["fence"]:
            return match[0] if match["language"].lower() in MATHS else " "
        return match["coded"] if match["code"] else match[0]

    return MARKS.sub(kept, text)
