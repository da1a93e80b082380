"""Marking: right answers pass, early errors are carried forward, and each planted slip is named."""

import pytest

from clearprop import exercise
from clearprop.errors import SpecError
from clearprop.show.exercise.answers import answers_of_sheet, number, read_answers
from clearprop.show.exercise.exercise import Exercise

FULL = exercise(seed=7, blanks=1.0)
EXACT = exercise(seed=7, blanks=1.0, numbers="exact")


def cells(sheet):
    return {cell: id for id, cell in sheet.blanks.items()}


def marks(sheet, answers):
    return {result.id: result for result in sheet.mark(answers).results}


def student(sheet, slips):
    """A sheet filled in by someone who makes these slips and goes on from them, rounding as asked."""
    chain, problem = sheet.problem.chain(rounded=True, slips=slips), sheet.problem
    digits = 10 if problem.exact else problem.digits
    return {
        id: f"{chain.value(*cell) / problem.unit(cell[0]):.{digits}f}" for id, cell in sheet.blanks.items()
    }


@pytest.mark.parametrize(
    "sheet", [FULL, EXACT, exercise(seed=3, head="logistic", sizes=(3, 4, 1), rows=4, lang="zh")]
)
def test_right_answers_are_right(sheet):
    marking = sheet.mark(sheet.answers())
    assert marking.ok
    assert marking.score == marking.total == len(sheet.blanks)


def test_someone_who_rounds_on_the_way_is_right():
    assert FULL.mark(student(FULL, {})).ok


def test_someone_who_rounds_too_much_is_told():
    id = cells(FULL)["p", 0, 0]
    result = marks(FULL, FULL.answers() | {id: f"{FULL.chain.value('p', 0, 0):.2f}"})[id]
    assert (result.status, result.diagnosis) == ("wrong", "rounding")


SLIPS = [(key, name) for key, line in FULL.problem.plan.lines.items() for name in line.slips]


@pytest.mark.parametrize(("key", "slip"), SLIPS)
@pytest.mark.parametrize("sheet", [FULL, EXACT], ids=["decimal", "exact"])
def test_a_slip_is_named_once_and_carried_forward(sheet, key, slip):
    found = marks(sheet, student(sheet, {key: slip}))
    here = [found[id] for id, cell in sheet.blanks.items() if cell[0] == key]
    wrong = [result for result in here if result.status == "wrong"]
    chain = sheet.problem.chain(slips={key: slip})
    room = 2e-4
    shows = any(abs(chain.value(*c) - chain.by_line(c)) > room for c in sheet.problem.cells(key))
    assert bool(wrong) == shows
    if shows and slip not in ("uphill", "rate forgotten"):  # which may look like another one
        assert all(result.diagnosis for result in wrong)
        assert slip in {result.diagnosis for result in wrong} or len({r.diagnosis for r in wrong}) <= 2
    others = [result for id, result in found.items() if sheet.blanks[id][0] != key]
    assert {result.status for result in others} <= {"right", "carried"}


def test_an_early_error_costs_one_mark():
    ids = cells(FULL)
    first = ids["z[1]", 0, 1]
    held = {("z[1]", 0, 1): 5.0}
    chain = FULL.problem.chain(rounded=True, held=held)
    answers = {id: str(chain.value(*cell)) for id, cell in FULL.blanks.items()}
    found = marks(FULL, answers)
    assert found[first].status == "wrong"
    assert [id for id, result in found.items() if result.status == "wrong"] == [first]
    assert found[ids["a[1]", 0, 1]].status == "carried"
    marking = FULL.mark(answers)
    assert marking.score == marking.total - 1
    assert not marking.ok


def test_a_wrong_answer_after_a_wrong_answer_is_wrong():
    ids = cells(FULL)
    found = marks(FULL, FULL.answers() | {ids["z[1]", 0, 1]: "5", ids["a[1]", 0, 1]: "4"})
    assert found[ids["a[1]", 0, 1]].status == "wrong"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [(lambda x, m: -x, "sign"), (lambda x, m: x * m, "1/m lost"), (lambda x, m: x / m, "1/m too early")],
)
def test_factors_are_named(wrong, said):
    cell = next(c for c in FULL.problem.cells("dW[2]") if abs(FULL.chain.value(*c)) > 0.1)
    id = cells(FULL)[cell]
    answer = f"{wrong(FULL.chain.value(*cell), 3):.4f}"
    result = marks(FULL, FULL.answers() | {id: answer})[id]
    assert (result.status, result.diagnosis) == ("wrong", said)


def test_transposed_and_other_cells_are_named():
    ids, value = cells(FULL), FULL.chain.value
    swapped = marks(FULL, FULL.answers() | {ids["da[1]", 0, 1]: f"{value('da[1]', 1, 0):.4f}"})
    assert swapped[ids["da[1]", 0, 1]].diagnosis in ("transposed", "")
    other = marks(FULL, FULL.answers() | {ids["dW[1]", 0, 1]: f"{value('dW[1]', 2, 2):.4f}"})[
        ids["dW[1]", 0, 1]
    ]
    assert other.diagnosis == "another cell dW(1)[3,3]"


def test_blanks_that_are_not_on_the_sheet_are_said():
    marking = FULL.mark(FULL.answers() | {"900": "1", "one": "2"})
    assert marking.unknown == ("900", "one")
    assert marking.ok
    assert repr(marking) == f"Marking({marking.total} of {marking.total} right, 2 not on the sheet)"
    assert "Not on this sheet, so not marked: '900', 'one'." in str(marking)
    assert marking._repr_html_().startswith("<pre>  (1)")
    many = exercise(seed=3, mistakes=1, lang="zh").mark({str(n): "1" for n in range(12)})
    assert "'9', ..." in str(many)
    assert "本练习没有这些空" in str(many)


def test_empty_and_unreadable_answers():
    found = marks(FULL, {"1": "three", "2": "  "})
    assert (found["1"].status, found["2"].status, found["3"].status) == ("unread", "empty", "empty")
    assert FULL.mark({}).score == 0


def test_exact_answers_in_every_spelling():
    ids = cells(EXACT)
    cell = next(c for c in EXACT.problem.cells("da[1]") if EXACT.problem.fraction(c).denominator > 1)
    text = EXACT.problem.text(cell, EXACT.chain)
    top, bottom = text.split("/")
    decimal = f"{EXACT.chain.value(*cell):.4f}"
    multiple = f"{float(EXACT.problem.fraction(cell)):.4f}"
    for answer in (text, f"{text} ln 2", f"{top} ln 2 / {bottom}", decimal, multiple, text.replace("-", "−")):
        assert marks(EXACT, EXACT.answers() | {ids[cell]: answer})[ids[cell]].status == "right", answer
    p = next(c for c in EXACT.problem.cells("p") if EXACT.problem.fraction(c).denominator > 2)
    near = EXACT.problem.fraction(p)
    almost = f"{near.numerator * 10000 + 1}/{near.denominator * 10000}"
    assert marks(EXACT, EXACT.answers() | {ids[p]: almost})[ids[p]].status == "wrong"
    lost = marks(EXACT, EXACT.answers() | {ids["z[2]", 0, 1]: f"{EXACT.chain.value('z[2]', 0, 1):.4f}"})
    assert lost[ids["z[2]", 0, 1]].status == "right"


# ---- Mistakes -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("numbers", ["decimal", "exact"])
@pytest.mark.parametrize("seed", range(8))
def test_planted_mistakes_show_and_are_the_only_ones(seed, numbers):
    sheet = exercise(seed=seed, mistakes=3, numbers=numbers)
    assert len(sheet.slips) == 3
    for key in sheet.problem.plan.lines:
        cells = sheet.problem.cells(key)
        off = [c for c in cells if abs(sheet.chain.value(*c) - sheet.chain.by_line(c)) > 1e-9]
        shown = [
            c
            for c in off
            if sheet.problem.text(c, sheet.chain) != sheet.problem.number(sheet.chain.by_line(c))
        ]
        assert bool(off) == bool(shown) == (key in sheet.slips), key


def test_each_kind_of_mistake_can_be_planted():
    planted = {
        name
        for seed in range(40)
        for name in exercise(seed=seed, mistakes=4, sizes=(3, 3, 3, 2)).slips.values()
    }
    assert {
        "1/m lost",
        "transpose lost",
        "mask forgotten",
        "penalty forgotten",
        "wrong layer",
        "sign",
    } <= planted


SHEET = exercise(seed=7, mistakes=3)


def test_mistakes_are_found_in_any_order():
    right = SHEET.answers()
    assert SHEET.mark(right).ok
    turned = {f"{4 - int(id[0])}{id[1:]}": text for id, text in right.items()}
    assert SHEET.mark(turned).ok
    assert SHEET.mark(right | {"1 where": " DELTA[2] ".replace("DELTA", "delta"), "1 what": "(c)"}).ok


def test_mistakes_that_are_not_found():
    right = SHEET.answers()
    found = marks(SHEET, right | {"1 where": "z(1)"})
    assert [result.status for result in found.values()] == ["wrong", "wrong", *["right"] * 4]
    found = marks(SHEET, right | {"2 what": "A"})
    assert [result.status for result in found.values()] == [
        "right",
        "right",
        "right",
        "wrong",
        "right",
        "right",
    ]
    assert {result.status for result in marks(SHEET, {}).values()} == {"empty"}
    twice = marks(SHEET, right | {"2 where": right["1 where"]})
    assert sum(result.status == "right" for result in twice.values()) == 4


# ---- Answers ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-3", -3),
        ("+0.5", 0.5),
        ("1/3", 1 / 3),
        (" −1 / 4 ", -0.25),
        ("1e-3", 1e-3),
        (".5", 0.5),
        ("2 ln 2", 2),
        ("ln2/3", 1 / 3),
    ],
)
def test_numbers_are_read(text, value):
    assert float(number(text).value) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "text",
    ["", "x", "1/0", "1,5", "1/2/3", "--1", "nan", "inf", "1e999", "9" * 100, "__import__('os')", "2**9"],
)
def test_what_is_no_number_is_not_read(text):
    assert number(text) is None


def test_answers_in_every_kind_of_file(tmp_path):
    right = FULL.answers()
    filled = FULL.to_markdown()
    for id in right:
        filled = filled.replace(f"- ({id}) ", f"- ({id}) @{id}@ ")
    filled = "\n".join(
        line.replace("____", right[line.split("@")[1]]) if "@" in line else line
        for line in filled.splitlines()
    )
    files = {
        "a.md": filled, "a.csv": "blank,answer\n" + "".join(f"{id},{text}\n" for id, text in right.items()),
        "a.json": __import__("json").dumps(right), "b.json": __import__("json").dumps({"answers": right}),
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
        assert read_answers(tmp_path / name) == right, name


def test_the_sheet_with_its_working_is_all_right():
    for sheet in (FULL, SHEET):
        assert sheet.mark(answers_of_sheet(sheet.to_markdown(solution=True))).ok


def test_an_empty_sheet_has_empty_answers():
    assert set(answers_of_sheet(FULL.to_markdown())) == set(FULL.blanks)
    assert set(answers_of_sheet(FULL.to_markdown()).values()) == {""}
    assert set(answers_of_sheet(SHEET.to_markdown())) == set(SHEET.answers())


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.md", "nothing"), ("a.csv", "x"), ("a.json", "[1]"), ("b.json", "{"), ("a.bin", "\x00")],
)
def test_a_file_without_answers_is_refused(tmp_path, name, text):
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(SpecError, match="holds no answers"):
        read_answers(tmp_path / name)


# ---- Keys ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("sheet", [FULL, EXACT, SHEET], ids=["blanks", "exact", "mistakes"])
def test_a_key_gives_the_sheet_back(sheet):
    again = Exercise.from_json(sheet.to_json())
    assert again == sheet
    assert again.mark(sheet.answers()).ok


@pytest.mark.parametrize(
    "change",
    [
        ("clearprop.exercise/1", "x/2"),
        ('"blanks": {', '"blanks": {"0": ["z[1]", 9, 9], '),
        ("[\n    -1", "[\n    {}"),
        ('"rows"', '"rows'),
    ],
)
def test_a_damaged_key_is_refused(change):
    text = FULL.to_json()
    broken = text.replace(*change) if change[0] in text else text[:500]
    with pytest.raises(SpecError, match="This is no key of an exercise"):
        Exercise.from_json(broken)
