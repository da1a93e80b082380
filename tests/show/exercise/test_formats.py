"""Markdown, LaTeX and Moodle: every blank is there once, and what is written can be read by others."""

import re
import shutil
import subprocess
from xml.etree import ElementTree

import pytest

from clearprop import exercise

SHEETS = {
    "blanks": exercise(seed=7), "exact": exercise(seed=7, numbers="exact"), "mistakes": exercise(seed=7, mistakes=3),
    "Chinese": exercise(seed=7, lang="zh"),
    "logistic": exercise((2, 3, 1), 4, seed=1, head="logistic", activation="tanh"),
    "regression": exercise(seed=2, head="identity", l2=0.0),
}  # fmt: skip
each = pytest.mark.parametrize("name", SHEETS)
CLOZE = re.compile(r"\{(\d*):(NUMERICAL|MULTICHOICE):((?:\\.|[^}\\])*)\}")


@each
def test_markdown_has_every_blank_once(name):
    sheet = SHEETS[name]
    text = sheet.to_markdown()
    for id in sheet.blanks:
        assert text.count(f"\\boxed{{({id})}}") == 1
        assert len(re.findall(rf"^- \({id}\) ", text, re.MULTILINE)) == 1
    assert text.count("$$") % 2 == 0
    assert text.count("{") == text.count("}")


@each
def test_a_solution_shows_every_answer_with_its_working(name):
    sheet = SHEETS[name]
    text = sheet.to_markdown(solution=True)
    assert "____" not in text
    for answer in sheet.answers().values():
        assert answer in text


def test_hints_can_be_left_out():
    assert r"\operatorname{softmax}" in SHEETS["blanks"].to_markdown()
    assert r"\operatorname{softmax}" not in exercise(seed=7, hints=False).to_markdown()


@each
@pytest.mark.parametrize("solution", [False, True])
def test_latex_compiles(name, solution, tmp_path):
    sheet = SHEETS[name]
    text = sheet.to_latex(solution=solution)
    assert text.count(r"\begin{") == text.count(r"\end{")
    if sheet.lang == "zh" or shutil.which("pdflatex") is None:
        pytest.skip("needs pdflatex; Chinese needs xelatex with ctex")
    (tmp_path / "sheet.tex").write_text(text, "utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "sheet.tex"]
    ended = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False
    )
    assert ended.returncode == 0, ended.stdout[-800:]


def parts_of(cloze):
    """The options of a cloze, as Moodle splits them: at ~ without a backslash; (share, text, feedback)."""
    found = []
    for option in re.split(r"(?<!\\)~", cloze):
        share, text = re.fullmatch(r"(=|%-?\d+%)?(.*)", option, re.DOTALL).groups()
        text, *feedback = re.split(r"(?<!\\)#", text)
        found.append((100 if share == "=" else int((share or "%0%").strip("%")), text, feedback))
    return found


@each
def test_moodle_reads_every_blank(name):
    sheet = SHEETS[name]
    root = ElementTree.fromstring(sheet.to_moodle())
    [question] = root.findall("question")
    assert question.get("type") == "cloze"
    assert question.findtext("name/text")
    text = question.findtext("questiontext/text")
    found = CLOZE.findall(text)
    assert len(found) == len(sheet.blanks) + 2 * len(sheet.slips)
    assert len(re.findall(r"\{\d*:", text)) == len(found), "nothing else looks like a question"
    for weight, kind, inside in found:
        options = parts_of(inside)
        assert weight == "1"
        assert any(share == 100 for share, _, _ in options)
        if kind == "NUMERICAL":
            values = [[float(x) for x in option.split(":")] for _, option, _ in options]
            assert all(len(v) == 2 and v[1] > 0 for v in values)


def test_moodle_s_numbers_are_right_and_slips_get_nothing():
    sheet = SHEETS["exact"]
    text = ElementTree.fromstring(sheet.to_moodle()).findtext("question/questiontext/text")
    for (_, _, inside), cell in zip(CLOZE.findall(text), sheet.blanks.values(), strict=True):
        (share, right, _), *others = parts_of(inside)
        value, room = map(float, right.split(":"))
        assert share == 100
        assert abs(value * sheet.problem.unit(cell[0]) - sheet.chain.value(*cell)) < 1e-9
        for points, other, feedback in others:
            assert points == 0
            assert feedback
            assert abs(float(other.split(":")[0]) - value) > 2 * room * 0.99
