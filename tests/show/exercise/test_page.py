"""The sheet that marks itself, in a real browser, offline: it marks as Python does, and shows no answers."""

import json

import pytest

from browsing import CONTRAST, chromium, opened
from clearprop import exercise

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


def page_of(browser, tmp_path, sheet, **settings):
    file = tmp_path / "sheet.html"
    file.write_text(sheet.to_html(), "utf-8")
    return opened(browser, file, **settings)


def filled(tab, answers):
    for id, text in answers.items():
        tab.page.evaluate(
            "([name, text]) => { document.getElementById('form').elements.namedItem(name).value = text; }",
            [id, text],
        )
    tab.page.click("button[type=submit]")


def slipped(sheet, slips):
    chain = sheet.problem.chain(rounded=True, slips=slips)
    return {
        id: f"{chain.value(*cell) / sheet.problem.unit(cell[0]):.10f}" for id, cell in sheet.blanks.items()
    }


@pytest.mark.parametrize("numbers", ["decimal", "exact"])
@pytest.mark.parametrize(
    "slips", [{}, {"delta[2]": "sign"}, {"dW[2]": "1/m lost"}, {"delta[1]": "mask forgotten"}]
)
def test_it_marks_as_python_does(browser, tmp_path, numbers, slips):
    sheet = exercise(seed=7, blanks=0.7, numbers=numbers)
    answers = slipped(sheet, slips) | {"2": "x", "3": ""}
    with page_of(browser, tmp_path, sheet) as tab:
        filled(tab, answers)
        found = {r["id"]: (r["status"], r.get("said", "")) for r in tab.page.evaluate("marksNow()")}
        score = tab.page.inner_text("#score")
        tab.is_quiet()
    marking = sheet.mark(answers)
    for result in marking.results:
        said = "" if result.diagnosis.startswith("another cell") else result.diagnosis
        assert found[result.id] == (result.status, said), result
    assert score == f"{marking.score} of {marking.total} right."


@pytest.mark.parametrize("numbers", ["decimal", "exact"])
def test_the_solution_it_shows_is_right(browser, tmp_path, numbers):
    sheet = exercise(seed=3, numbers=numbers)
    with page_of(browser, tmp_path, sheet) as tab:
        tab.page.click("#reveal")
        shown = tab.page.evaluate("answersNow()")
        assert tab.page.inner_text("#score") == f"{len(sheet.blanks)} of {len(sheet.blanks)} right."
        tab.page.click("#clear")
        assert set(tab.page.evaluate("answersNow()").values()) == {""}
    assert sheet.mark(shown).ok


def test_the_answers_it_saves_are_those_that_mark_reads(browser, tmp_path):
    sheet = exercise(seed=3)
    with page_of(browser, tmp_path, sheet, accept_downloads=True) as tab:
        filled(tab, {"1": "12"})
        with tab.page.expect_download() as saved:
            tab.page.click("#save")
        told = json.loads(saved.value.path().read_text("utf-8"))
    assert told["answers"]["1"] == "12"
    assert set(told["answers"]) == set(sheet.blanks)


def test_mistakes_are_found_on_the_page(browser, tmp_path):
    sheet = exercise(seed=7, mistakes=3)
    with page_of(browser, tmp_path, sheet) as tab:
        filled(tab, sheet.answers())
        assert tab.page.inner_text("#score") == "6 of 6 right."
        filled(tab, sheet.answers() | {"1 what": "A", "2 where": "z(1)"})
        assert tab.page.inner_text("#score") == "3 of 6 right."
        tab.page.click("#reveal")
        assert tab.page.inner_text("#score") == "6 of 6 right."
        tab.is_quiet()


def test_no_answer_stands_in_the_source():
    sheet = exercise(seed=7)
    text = sheet.to_html()
    hard = [a for a in sheet.answers().values() if len(a) > 5 and "." in a]
    shown = [
        sheet.problem.text(c, sheet.chain)
        for k in sheet.problem.plan.lines
        for c in sheet.problem.cells(k)
        if c not in sheet.blanks.values()
    ]
    alone = [a for a in hard if a not in shown and a.lstrip("-") not in " ".join(shown)]
    assert alone
    assert not [a for a in alone if a in text]
    mistakes = exercise(seed=7, mistakes=3)
    assert '"slips": {"' not in mistakes.to_html().partition('id="data"')[2].partition('"words"')[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_and_used_by_all(browser, tmp_path, scheme):
    with page_of(browser, tmp_path, exercise(seed=7), color_scheme=scheme) as tab:
        filled(tab, {"1": "99", "2": "3"})
        worst = tab.page.evaluate(CONTRAST)
        assert worst[0] >= 4.5, worst
        assert tab.page.evaluate(
            "[...document.querySelectorAll('input')].every(i => i.getAttribute('aria-label'))"
        )
        tab.page.focus("#b1")
        tab.page.keyboard.press("Tab")
        assert tab.page.evaluate("document.activeElement.id") == "b2"
    with page_of(browser, tmp_path, exercise(seed=7), width=390) as tab:
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
        over = """[...document.querySelectorAll('.line')].filter(line => line.scrollWidth > line.clientWidth)
            .map(line => line.textContent)"""
        assert tab.page.evaluate(over) == []
        left = """Math.min(...[...document.querySelectorAll('.matrix')].map(matrix =>
            matrix.offsetLeft + parseFloat(getComputedStyle(matrix, '::before').left)
            - matrix.closest('.line').offsetLeft))"""
        assert tab.page.evaluate(left) >= 0  # else the bracket is cut off
