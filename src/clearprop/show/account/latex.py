"""An account as a LaTeX document that a stock TeX Live compiles."""

from collections.abc import Mapping, Sequence
from typing import Any

from clearprop.show.account.outline import outline
from clearprop.show.account.tex import aligned, too_wide
from clearprop.show.account.worked import Side
from clearprop.show.formula import Formula
from clearprop.show.formula import latex as to_latex

PREAMBLE = r"""\documentclass[a4paper,10pt]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{amsmath}
\usepackage{amssymb}
\usepackage{graphicx}
\usepackage[margin=18mm]{geometry}
\usepackage{longtable}
"""
CHINESE = r"""% to be compiled by xelatex, with the package ctex
\documentclass[a4paper,10pt]{ctexart}
\usepackage{amsmath}
\usepackage{amssymb}
\usepackage{graphicx}
\usepackage[margin=18mm]{geometry}
\usepackage{longtable}
"""
SETTINGS = r"""\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt}
\setcounter{MaxMatrixCols}{20}
\allowdisplaybreaks
\begin{document}
"""
SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "≈": r"$\approx$", "≥": r"$\ge$", "≤": r"$\le$",
    "×": r"$\times$", "·": r"$\cdot$", "…": r"\dots{}", "−": "$-$", "<": "$<$", ">": "$>$", "|": r"\textbar{}",
}  # fmt: skip


def latex(trace: Mapping[str, Any]) -> str:
    """The account as a document."""
    preamble = CHINESE if trace["lang"] == "zh" else PREAMBLE
    body = [line for kind, *parts in outline(trace) for line in _PRINTERS[kind](*parts)]
    return preamble + SETTINGS + "\n".join(body) + "\n\\end{document}\n"


def escaped(text: str) -> str:
    r"""Text in which nothing is taken for LaTeX.

    Examples
    --------
    >>> escaped("100 % of a_b")
    '100 \\% of a\\_b'
    """
    return "".join(SPECIAL.get(c, c) for c in str(text))


def _quantity(symbol: Formula, name: str, facts: Sequence[str]) -> list[str]:
    return [
        rf"\subsection*{{${to_latex(symbol)}$\quad {escaped(name)}}}",
        rf"\textit{{{escaped('; '.join(facts))}}}",
        "",
    ]


def _line(text: str, formula: Formula | None, ids: Sequence[str]) -> list[str]:
    del ids
    return ["", rf"\textbf{{{escaped(text)}}}", *(_display(to_latex(formula)) if formula else [])]


def _equation(sides: Sequence[Side]) -> list[str]:
    return _display(aligned(sides), too_wide(sides))


def _display(text: str, scaled: bool = False) -> list[str]:
    """A display; one that is wider than the page is scaled down to it."""
    if scaled:
        return [r"\[", r"\resizebox{\linewidth}{!}{$\displaystyle", text, r"$}", r"\]"]
    return [r"\[", text, r"\]"]


def _list(heading: str, texts: Sequence[str]) -> list[str]:
    items = [rf"\item {escaped(text)}" for text in texts]
    return ["", rf"\textbf{{{escaped(heading)}}}", r"\begin{itemize}", *items, r"\end{itemize}"]


def _table(heading: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [" & ".join(escaped(cell) for cell in row) + r" \\" for row in (header, *rows)]
    return ["", rf"\textbf{{{escaped(heading)}}}", rf"\begin{{longtable}}{{{'l' * len(header)}}}", lines[0], r"\hline",
            *lines[1:], r"\end{longtable}"]  # fmt: skip


_PRINTERS: dict[str, Any] = {
    "title": lambda text: [rf"\section*{{{escaped(text)}}}"],
    "part": lambda text: [rf"\section*{{{escaped(text)}}}"],
    "say": lambda text: ["", escaped(text), ""],
    "list": _list, "quantity": _quantity, "line": _line, "equation": _equation, "table": _table,
}  # fmt: skip
