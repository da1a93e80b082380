"""`exercise`: a worksheet on one step of a network, and what becomes of it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from string import ascii_uppercase
from typing import Any

import numpy as np

from clearprop.errors import ClearpropError, SpecError
from clearprop.network import Network
from clearprop.show.exercise.chain import Cell, Chain
from clearprop.show.exercise.choosing import choose_blanks, plant
from clearprop.show.exercise.marking import Marker, Marking
from clearprop.show.exercise.mistakes import find_marks
from clearprop.show.exercise.nice import nice_numbers
from clearprop.show.exercise.problem import Problem
from clearprop.show.exercise.slips import NAMES
from clearprop.show.exercise.wording import Words
from clearprop.version import __version__

FORMAT = "clearprop.exercise/1"
HEADS = ("softmax", "logistic", "identity")
MOST = 3000  # numbers on a sheet


@dataclass(frozen=True)
class Exercise:
    """A worksheet: made by `clearprop.exercise`.

    Attributes
    ----------
    problem : Problem
        The network, the batch, and every right number.
    blanks : dict of str to tuple
        By their numbers, the cells (key, row, column) that are to be filled in, in the order of computing.
    slips : dict of str to str
        The mistakes that were planted: for a quantity the name of the slip.
    seed : int
        What the sheet was drawn with.
    lang : {"en", "zh"}
        Its language.
    hints : bool
        Whether each quantity's rule stands beside it.
    """

    problem: Problem
    blanks: Mapping[str, Cell]
    slips: Mapping[str, str]
    seed: int
    lang: str = "en"
    hints: bool = True

    @cached_property
    def words(self) -> Words:
        """What the sheet says."""
        return Words(self.lang)

    @cached_property
    def chain(self) -> Chain:
        """The numbers that stand on the sheet: right ones, or those that follow from the mistakes."""
        return self.problem.chain(slips=self.slips)

    @cached_property
    def workings(self) -> Any:
        """The working of every cell."""
        from clearprop.show.exercise.working import Workings

        return Workings(self.problem)

    @property
    def title(self) -> str:
        """What stands above the sheet."""
        sizes = "-".join(map(str, self.problem.net.sizes))
        return self.words.say("title.mistakes" if self.slips else "title", net=sizes)

    @property
    def letters(self) -> dict[str, str]:
        """Which letter stands for which slip, on a sheet with mistakes: those that some quantity allows."""
        possible = {name for line in self.problem.plan.lines.values() for name in line.slips}
        return dict(zip(ascii_uppercase, (name for name in NAMES if name in possible), strict=False))

    # ---- Written ------------------------------------------------------------------------------------------
    def to_markdown(self, *, solution: bool = False) -> str:
        """The sheet as Markdown with LaTeX in it; with `solution` filled in, with the working of each blank."""
        from clearprop.show.exercise.markdown import markdown

        return markdown(self, solution=solution)

    def to_html(self) -> str:
        """The sheet as a page that marks itself, without a network; its answers are computed in the page."""
        from clearprop.show.exercise.html import html

        return html(self)

    def to_latex(self, *, solution: bool = False) -> str:
        """The sheet as a LaTeX document, for pdflatex; in Chinese for xelatex with the package ctex."""
        from clearprop.show.exercise.latex import latex

        return latex(self, solution=solution)

    def to_moodle(self) -> str:
        """The sheet as a cloze question in Moodle's XML."""
        from clearprop.show.exercise.moodle import moodle

        return moodle(self)

    def to_json(self) -> str:
        """The key: all that marking needs, with the right answers and their working."""
        from clearprop.show.exercise.working import worked_answers

        problem, net = self.problem, self.problem.net
        found = {
            "format": FORMAT, "version": __version__, "title": self.title, "seed": self.seed, "lang": self.lang,
            "hints": self.hints,
            "network": {"sizes": list(net.sizes), "activation": net.activation, "head": net.head},
            "lr": str(problem.lr), "l2": str(problem.l2), "exact": problem.exact, "digits": problem.digits,
            "given": problem.given,
            "blanks": {id: list(cell) for id, cell in self.blanks.items()},
            "slips": dict(self.slips),
            "answers": worked_answers(self),
        }  # fmt: skip
        return json.dumps(found, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> "Exercise":
        """The sheet of a key that `to_json` wrote; SpecError if it is none."""
        try:
            found = json.loads(text)
            if found["format"] != FORMAT:
                msg = f"its format is {found['format']!r}, not {FORMAT!r}"
                raise ValueError(msg)
            return cls._of_key(found)
        except (ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError, RecursionError) as error:
            msg = f"This is no key of an exercise ({_what_ails(error)}). Give the file that `--key` wrote."
            raise SpecError(msg) from None

    @classmethod
    def _of_key(cls, found: dict[str, Any]) -> "Exercise":
        network = found["network"]
        net = Network(tuple(network["sizes"]), network["activation"], network["head"])
        _check_size(net, len(found["given"]["a[0]"]))
        given = {key: [[int(x) for x in row] for row in rows] for key, rows in found["given"].items()}
        problem = Problem(
            net,
            given,
            Fraction(found["lr"]),
            Fraction(found["l2"]),
            bool(found["exact"]),
            int(found["digits"]),
        )
        for key in set(problem.plan.shapes) - set(problem.plan.lines):
            if np.shape(given[key]) != problem.shape(key):
                msg = f"`{key}` must be {problem.shape(key)}; got {np.shape(given[key])}"
                raise ValueError(msg)
        blanks = {str(id): (str(key), int(i), int(j)) for id, (key, i, j) in found["blanks"].items()}
        slips = {str(key): str(name) for key, name in found["slips"].items()}
        for cell in blanks.values():
            if cell not in problem.cells(cell[0]):
                msg = f"there is no cell {cell}"
                raise ValueError(msg)
        for key, name in slips.items():
            problem.plan.lines[key].slips[name]
        return cls(problem, blanks, slips, int(found["seed"]), str(found["lang"]), bool(found["hints"]))

    # ---- Marked -------------------------------------------------------------------------------------------
    def mark(self, answers: Mapping[str, str]) -> Marking:
        """Mark answers, by the numbers of the blanks; those of mistakes are ``"1 where"`` and ``"1 what"``.

        Answers to blanks that the sheet does not have are named in `Marking.unknown`.

        Examples
        --------
        >>> from clearprop import exercise
        >>> sheet = exercise((2, 2, 2), 2, seed=1)
        >>> sheet.mark({}).score
        0
        """
        answers = {str(id).strip(): str(text) for id, text in answers.items()}
        if self.slips:
            results = tuple(find_marks(self.problem, self.slips, self.letters, answers))
        else:
            results = tuple(Marker(self.problem, self.blanks, answers).results())
        known = {result.id for result in results}
        return Marking(results, self.lang, tuple(id for id in answers if id not in known))

    def answers(self) -> dict[str, str]:
        """The right answers, by the numbers of the blanks."""
        if self.slips:
            return {r.id: r.expected for r in self.mark({}).results}
        return {id: self.problem.text(cell, self.chain) for id, cell in self.blanks.items()}

    def __str__(self) -> str:
        return self.to_markdown()

    def __repr__(self) -> str:
        what = f"{len(self.slips)} mistakes" if self.slips else f"{len(self.blanks)} blanks"
        return f"Exercise({self.problem.net}, {self.problem.rows} rows, {what}, seed {self.seed})"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


def exercise(
    sizes: Sequence[int] = (3, 4, 2), rows: int = 3, *, seed: int = 0, blanks: float | None = None, mistakes: int = 0,
    activation: str = "relu", head: str = "softmax", numbers: str = "decimal", digits: int = 4, lr: float = 0.1,
    l2: float = 0.01, quantities: Iterable[str] | None = None, hints: bool = True, lang: str = "en",
) -> Exercise:  # fmt: skip
    """A worksheet on one step of a network, in small whole numbers, with blanks to fill in or mistakes to find.

    Each relu is on for some row and off for another, no z is 0, and no p is near 0 or 1.

    Parameters
    ----------
    sizes : sequence of int
        Of the network.
    rows : int
        Samples in the batch.
    seed : int
        The same seed gives the same sheet.
    blanks : float, optional
        The share of numbers to fill in, above 0 up to 1; half of them by default.
    mistakes : int
        How many classic slips to plant, each in another quantity; then there are no blanks.
    activation : {"relu", "identity", "tanh", "logistic"}
        Of the hidden layers.
    head : {"softmax", "logistic", "identity"}
        Of the last.
    numbers : {"decimal", "exact"}
        Decimals; or fractions, with the last layer in multiples of ln 2, so that p is a fraction.
    digits : int
        Decimals behind the point, 2 to 8.
    lr, l2 : float
        Of the update; there is no penalty if `l2` is 0.
    quantities : iterable of str, optional
        In which quantities there may be blanks or mistakes: keys such as ``"dW[2]"``, or names such as ``"dW"``.
    hints : bool
        Whether the rules stand on the sheet.
    lang : {"en", "zh"}
        English or Chinese.

    Returns
    -------
    Exercise
        .to_markdown() .to_html() .to_latex() .to_moodle(), .to_json() (the key), .mark(answers).

    Raises
    ------
    SpecError
        If a setting cannot be, or no nice numbers are found.

    Examples
    --------
    >>> sheet = exercise((3, 4, 2), 3, seed=7)
    >>> sheet
    Exercise(3-4-2 network, 3 rows, 60 blanks, seed 7)
    >>> sheet.mark(sheet.answers()).ok
    True
    >>> exercise((3, 4, 2), 3, seed=7, mistakes=2)
    Exercise(3-4-2 network, 3 rows, 2 mistakes, seed 7)
    """
    _check(locals())
    net = Network(tuple(sizes), activation, head)
    _check_size(net, rows)
    rng = np.random.default_rng(seed)
    given = {key: array.tolist() for key, array in nice_numbers(net, rows, rng).items()}
    problem = Problem(net, given, _fraction(lr), _fraction(l2), numbers == "exact", digits)
    allowed = _allowed(problem, quantities)
    Words(lang)
    if mistakes:
        return Exercise(problem, {}, plant(problem, allowed, mistakes, rng), seed, lang, hints)
    cells = choose_blanks(problem, allowed, 0.5 if blanks is None else blanks, rng)
    return Exercise(problem, {str(n + 1): cell for n, cell in enumerate(cells)}, {}, seed, lang, hints)


def _check(given: Mapping[str, Any]) -> None:
    choices = {
        "numbers": ("decimal", "exact"),
        "head": HEADS,
        "activation": ("relu", "identity", "tanh", "logistic"),
    }
    for name, of in choices.items():
        if given[name] not in of:
            msg = f"`{name}` must be one of {', '.join(of)}; got {given[name]!r}."
            raise SpecError(msg)
    for name, least, most in (("rows", 1, 100), ("digits", 2, 8), ("mistakes", 0, 20), ("seed", 0, 2**63)):
        if not isinstance(given[name], int) or not least <= given[name] <= most:
            msg = f"`{name}` must be a whole number from {least} to {most}; got {given[name]!r}."
            raise SpecError(msg)
    if given["blanks"] is not None and not 0 < given["blanks"] <= 1:
        msg = f"`blanks` must be a share above 0, at most 1; got {given['blanks']!r}."
        raise SpecError(msg)
    if given["blanks"] is not None and given["mistakes"]:
        msg = "A sheet has `blanks` to fill in, or `mistakes` to find. Choose one."
        raise SpecError(msg)
    if given["numbers"] == "exact" and given["activation"] in ("tanh", "logistic"):
        msg = f"`numbers='exact'` needs relu or identity; {given['activation']} gives no fractions."
        raise SpecError(msg)
    for name in ("lr", "l2"):
        if not 0 <= given[name] < 1e6:
            msg = f"`{name}` must be a number from 0 to a million; got {given[name]!r}."
            raise SpecError(msg)


def _check_size(net: Network, rows: int) -> None:
    cells = 3 * net.n_parameters + 4 * rows * sum(net.sizes)
    if cells > MOST:
        msg = (
            f"A {net} with {rows} rows makes a sheet of some {cells:,} numbers; {MOST:,} are the most. "
            "Use a smaller network, or fewer rows."
        )
        raise SpecError(msg)


def _what_ails(error: Exception) -> str:
    """What is the matter with a key, in a few words."""
    if isinstance(error, json.JSONDecodeError):
        return f"it is no JSON: {error}"
    if isinstance(error, KeyError):
        return f"it has no {error}"
    if type(error) is ValueError or isinstance(error, ClearpropError):
        return str(error)[:120]
    return "what it holds does not fit together"


def _fraction(x: float) -> Fraction:
    return Fraction(repr(float(x)))


def _allowed(problem: Problem, quantities: Iterable[str] | None) -> list[str]:
    keys = list(problem.plan.lines)
    if quantities is None:
        return keys
    asked = {quantities} if isinstance(quantities, str) else set(quantities)
    found = [key for key in keys if key in asked or key.partition("[")[0] in asked]
    unknown = {name for name in asked if not any(name in (key, key.partition("[")[0]) for key in keys)}
    if unknown or not found:
        msg = f"`quantities` must be some of {', '.join(keys)}; got {', '.join(sorted(unknown)) or 'none'}."
        raise SpecError(msg)
    return found
