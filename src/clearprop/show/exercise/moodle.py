r"""A worksheet as a cloze question in Moodle's XML: every blank is a question of its own within the text.

The syntax is that of Moodle's "Embedded answers (Cloze)" question type: ``{1:NUMERICAL:=3:0.0001~%0%-3:0.0001#Why}``
and ``{1:MULTICHOICE:=this~that}``; in answers and feedback ``} # ~ / " \`` stand behind a backslash.
"""

import re
from collections.abc import Iterator
from html import escape
from xml.etree import ElementTree

from clearprop.show.exercise.exercise import Exercise
from clearprop.show.exercise.markdown import introduction
from clearprop.show.exercise.marking import plain
from clearprop.show.exercise.mistakes import same_slips
from clearprop.show.exercise.outline import Block, Item, sections

CELL = 'style="padding:2px 8px;text-align:right"'


def moodle(exercise: Exercise) -> str:
    """See `Exercise.to_moodle`."""
    quiz = ElementTree.Element("quiz")
    question = ElementTree.SubElement(quiz, "question", type="cloze")
    _text(question, "name", f"{exercise.title} ({exercise.words.say('sheet', seed=exercise.seed)})")
    _text(question, "questiontext", "\n".join(_body(exercise)), format="html")
    _text(question, "generalfeedback", "", format="html")
    for name, value in (("penalty", "0.3333333"), ("hidden", "0"), ("idnumber", "")):
        ElementTree.SubElement(question, name).text = value
    ElementTree.indent(quiz, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(quiz, encoding="unicode") + "\n"


def _text(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    element = ElementTree.SubElement(parent, name, attributes)
    ElementTree.SubElement(element, "text").text = text


def _body(exercise: Exercise) -> Iterator[str]:
    words = exercise.words
    *about, _ = introduction(exercise)
    yield from (f"<p>{escape(text)}</p>" for text in about)
    yield f"<p>{escape(words.say('numbers.moodle', digits=exercise.problem.digits))}</p>"
    for name, blocks in sections(exercise):
        yield f"<h4>{escape(words[name])}</h4>"
        for block in blocks:
            yield from _block(block, exercise)
    if exercise.slips:
        yield from _mistakes(exercise)


def _block(block: Block, exercise: Exercise) -> Iterator[str]:
    yield (
        f"<p>\\({escape(spaced(block.rule or block.symbol))}\\)"
        + (r" \(= \ln 2 \, \cdot\)" if block.in_ln2 else "")
        + "</p>"
    )
    yield "<table><tbody>"
    for row in block.rows:
        cells = (cloze(exercise, item) if item.blank else escape(item.text) for item in row)
        yield "<tr>" + "".join(f"<td {CELL}>{cell}</td>" for cell in cells) + "</tr>"
    yield "</tbody></table>"


def spaced(latex: str) -> str:
    """LaTeX in which nothing looks like a question: braces that open are followed by no number and colon."""
    return re.sub(r"\{(\d*):", r"{\1 :", latex)


def cloze(exercise: Exercise, item: Item) -> str:
    """A blank: the right number, and what the slips would give, with what to say of them."""
    problem, (key, i, j) = exercise.problem, item.cell
    unit, room = problem.unit(key), 1.5 * 10.0**-problem.digits
    right = float(exercise.chain.value(*item.cell)) / unit
    parts, taken = [f"={_number(right)}:{room:.10f}"], [right]
    for name, tree in [("sign", None), *problem.plan.lines[key].slips.items()]:
        wrong = -right if tree is None else float(exercise.chain.computed(tree, i, j)) / unit
        if all(abs(wrong - other) > 2 * room for other in taken):
            taken.append(wrong)
            parts.append(f"%0%{_number(wrong)}:{room:.10f}#{escaped(exercise.words.slip(name))}")
    return "{1:NUMERICAL:" + "~".join(parts) + "}"


def _number(x: float) -> str:
    return f"{x:.10f}".rstrip("0").rstrip(".")


def escaped(text: str) -> str:
    """Text within a cloze: its own signs behind a backslash."""
    return re.sub(r'([}#~/"\\])', r"\\\1", escape(text, quote=False))


def _mistakes(exercise: Exercise) -> Iterator[str]:
    """For each mistake a choice of quantities and one of slips, in the order of the sheet."""
    words, problem = exercise.words, exercise.problem
    for n, key in enumerate(exercise.slips, 1):
        where = _choice({plain(other): other == key for other in problem.plan.lines})
        good = same_slips(problem, exercise.slips, key)
        what = _choice({words.slip(name): name in good for name in exercise.letters.values()})
        yield f"<p>{escape(words['mistake'])} {n}: {escape(words['where'])} {where}, {escape(words['what'])} {what}</p>"


def _choice(options: dict[str, bool]) -> str:
    inside = "~".join(("=" if right else "") + escaped(text) for text, right in options.items())
    return "{1:MULTICHOICE:" + inside + "}"
