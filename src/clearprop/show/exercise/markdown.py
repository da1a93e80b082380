"""A worksheet as Markdown: LaTeX between dollars, and a line for each answer, which `clearprop mark` reads."""

from collections.abc import Iterator

from clearprop.show.exercise.exercise import Exercise
from clearprop.show.exercise.marking import place, plain
from clearprop.show.exercise.outline import Block, sections
from clearprop.show.exercise.working import working

LINE = "____"


def markdown(exercise: Exercise, *, solution: bool = False) -> str:
    """See `Exercise.to_markdown`."""
    lines = [f"# {exercise.title}", ""]
    for text in introduction(exercise):
        lines += [text, ""]
    for name, blocks in sections(exercise):
        lines += [f"## {exercise.words[name]}", ""]
        for block in blocks:
            lines += _block(block, solution, exercise)
    if exercise.slips:
        lines += list(_mistakes(exercise, solution))
    return "\n".join(lines).rstrip() + "\n"


def introduction(exercise: Exercise) -> list[str]:
    """What is to be done, the conventions, and how numbers are to be written."""
    problem, words = exercise.problem, exercise.words
    sizes = "-".join(map(str, problem.net.sizes))
    about = {"net": sizes, "m": problem.rows, "blanks": len(exercise.blanks), "n": len(exercise.slips)}
    settings = {"m": problem.rows, "lr": _decimal(float(problem.lr)), "l2": _decimal(float(problem.l2))}
    return [
        words.say("intro.mistakes" if exercise.slips else "intro", **about),
        words.say("conventions", **settings),
        words.say("numbers.exact" if problem.exact else "numbers.decimal", digits=problem.digits),
    ]


def _decimal(x: float) -> str:
    return f"{x:.10g}"


def _block(block: Block, solution: bool, exercise: Exercise) -> list[str]:
    start = block.rule or block.symbol
    sign = "=" if block.exact else r"\approx"
    lines = ["$$", f"{start} {sign} {matrix(block, solution)}", "$$", ""]
    for item in block.blanks:
        if solution:
            lines += [f"- ({item.blank}) ${working(exercise, item.cell)}$"]
        else:
            lines += [f"- ({item.blank}) {place(item.cell)} = {LINE}"]
    return [*lines, ""] if block.blanks else lines


def matrix(block: Block, solution: bool) -> str:
    """The numbers of a quantity in LaTeX, blanks as numbered boxes."""
    rows = [
        " & ".join(
            item.text if not item.blank else rf"\boxed{{{item.text if solution else f'({item.blank})'}}}"
            for item in row
        )
        for row in block.rows
    ]
    inside = r" \cr ".join(rows)
    alone = len(block.rows) == len(block.rows[0]) == 1
    found = inside if alone else rf"\begin{{bmatrix}} {inside} \end{{bmatrix}}"
    return rf"\ln 2 \cdot {found}" if block.in_ln2 else found


def _mistakes(exercise: Exercise, solution: bool) -> Iterator[str]:
    words = exercise.words
    yield from (f"## {words['kinds']}", "")
    yield from (f"- {letter}. {words.slip(name)}" for letter, name in exercise.letters.items())
    yield from ("", f"## {words['answers']}", "")
    answers = exercise.answers()
    for n in range(1, len(exercise.slips) + 1):
        for part in ("where", "what"):
            filled = answers[f"{n} {part}"] if solution else LINE
            yield f"- ({n} {part}) {words['mistake']} {n}, {words[part]}: {filled}"
    if solution:
        yield ""
        for key in exercise.slips:
            yield f"- {plain(key)}: {words.slip(exercise.slips[key])}"
