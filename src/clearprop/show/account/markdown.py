"""An account as Markdown, its formulas between dollars or in GitHub's math fences."""

from collections.abc import Mapping, Sequence
from typing import Any

from clearprop.errors import SpecError
from clearprop.show.account.outline import outline
from clearprop.show.account.tex import aligned
from clearprop.show.account.worked import Side
from clearprop.show.formula import Formula
from clearprop.show.formula import latex as to_latex

FENCES = ("dollar", "github")


def markdown(trace: Mapping[str, Any], fences: str = "dollar") -> str:
    """The account as Markdown."""
    if fences not in FENCES:
        msg = f"`fences` must be one of {', '.join(FENCES)}; got {fences!r}."
        raise SpecError(msg)
    writer = _Writer(fences == "github")
    parts = [part for kind, *rest in outline(trace) for part in getattr(writer, f"{kind}_")(*rest)]
    return "\n".join(parts).strip() + "\n"


class _Writer:
    def __init__(self, github: bool) -> None:
        self.github = github

    def title_(self, text: str) -> list[str]:
        return [f"# {_plain(text)}", ""]

    def part_(self, text: str) -> list[str]:
        return [f"## {_plain(text)}", ""]

    def say_(self, text: str) -> list[str]:
        return [_plain(text), ""]

    def list_(self, heading: str, texts: Sequence[str]) -> list[str]:
        return [f"**{_plain(heading)}**", "", *(f"- {_plain(text)}" for text in texts), ""]

    def quantity_(self, symbol: Formula, name: str, facts: Sequence[str]) -> list[str]:
        return [f"### {self.inside(symbol)} {_plain(name)}", "", f"*{_plain('; '.join(facts))}*", ""]

    def line_(self, text: str, formula: Formula | None, ids: Sequence[str]) -> list[str]:
        del ids
        return [_plain(text), "", *(self.display(to_latex(formula)) if formula else [])]

    def equation_(self, sides: Sequence[Side]) -> list[str]:
        return self.display(aligned(sides))

    def table_(self, heading: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
        lines = [header, ["---"] * len(header), *rows]
        return [
            f"**{_plain(heading)}**",
            "",
            *("| " + " | ".join(_cell(c) for c in row) + " |" for row in lines),
            "",
        ]

    def inside(self, formula: Formula) -> str:
        return f"$`{to_latex(formula)}`$" if self.github else f"${to_latex(formula)}$"

    def display(self, latex: str) -> list[str]:
        return ["```math", latex, "```", ""] if self.github else ["$$", latex, "$$", ""]


def _plain(text: str) -> str:
    """Text in which nothing is taken for Markdown."""
    for sign in ("\\", "`", "*", "_", "$", "<", "#", "[", "]"):
        text = text.replace(sign, f"\\{sign}" if sign != "<" else "&lt;")
    return text


def _cell(text: str) -> str:
    return text if text == "---" else _plain(str(text)).replace("|", "\\|").replace("\n", " ")
