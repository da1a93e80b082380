"""A worksheet as a LaTeX document."""

from collections.abc import Iterator

from clearprop.show.exercise.exercise import Exercise
from clearprop.show.exercise.markdown import introduction, matrix
from clearprop.show.exercise.marking import plain
from clearprop.show.exercise.outline import Block, sections
from clearprop.show.exercise.rules import cell_symbol
from clearprop.show.exercise.working import working

PREAMBLE = r"""\documentclass[11pt,a4paper]{CLASS}
\usepackage{amsmath,amssymb,graphicx,multicol}
\usepackage[margin=22mm]{geometry}
\setcounter{MaxMatrixCols}{64}
\setlength{\parindent}{0pt}
\setlength{\parskip}{6pt}
\newcommand{\fit}[1]{\begin{center}%
  \resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{$\displaystyle #1$}\end{center}}
\newcommand{\blank}{\rule{22mm}{0.4pt}}
"""
ESCAPES = {
    "\\": r"\textbackslash{}",
    "_": r"\_",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "$": r"\$",
    "{": r"\{",
    "}": r"\}",
}


def latex(exercise: Exercise, *, solution: bool = False) -> str:
    """See `Exercise.to_latex`."""
    words = exercise.words
    lines = [
        PREAMBLE.replace("CLASS", "ctexart" if exercise.lang == "zh" else "article") + r"\begin{document}"
    ]
    lines.append(rf"\section*{{{_escaped(exercise.title)}}}")
    if not solution:
        lines.append(
            rf"{words['name']}: \rule{{60mm}}{{0.4pt}} \hfill {words['date']}: \rule{{30mm}}{{0.4pt}}" + "\n"
        )
    lines += [_escaped(text) + "\n" for text in introduction(exercise)]
    for name, blocks in sections(exercise):
        lines.append(rf"\subsection*{{{_escaped(words[name])}}}")
        for block in blocks:
            lines += _block(block, solution, exercise)
    if exercise.slips:
        lines += _mistakes(exercise, solution)
    return "\n".join([*lines, r"\end{document}", ""])


def _escaped(text: str) -> str:
    return "".join(ESCAPES.get(character, character) for character in text)


def _block(block: Block, solution: bool, exercise: Exercise) -> Iterator[str]:
    sign = "=" if block.exact else r"\approx"
    rule = block.rule or block.symbol
    yield rf"\fit{{{rule} {sign} {matrix(block, solution)}}}"
    if block.blanks and solution:
        yield from (rf"\fit{{({item.blank}) \quad {working(exercise, item.cell)}}}" for item in block.blanks)
    elif block.blanks:
        yield r"\begin{multicols}{3}\raggedright"
        yield from (rf"({item.blank}) ${cell_symbol(item.cell)} =$ \blank\par" for item in block.blanks)
        yield r"\end{multicols}"


def _mistakes(exercise: Exercise, solution: bool) -> Iterator[str]:
    words, answers = exercise.words, exercise.answers()
    yield rf"\subsection*{{{_escaped(words['kinds'])}}}"
    yield r"\begin{multicols}{2}\raggedright"
    yield from (rf"{letter}. {_escaped(words.slip(name))}\par" for letter, name in exercise.letters.items())
    yield r"\end{multicols}"
    yield rf"\subsection*{{{_escaped(words['answers'])}}}"
    for n in range(1, len(exercise.slips) + 1):
        where, what = (
            (_escaped(answers[f"{n} {part}"]) if solution else r"\blank") for part in ("where", "what")
        )
        yield rf"{words['mistake']} {n}: {words['where']} {where}, {words['what']} {what}\par"
    if solution:
        yield from (
            rf"{_escaped(plain(key))}: {_escaped(words.slip(name))}\par"
            for key, name in exercise.slips.items()
        )
