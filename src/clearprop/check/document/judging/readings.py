"""The reading under which most lines hold: of what loss J, delta and dZ are."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product

from clearprop.check.document.judging import own_numbers, signs, slopes
from clearprop.check.document.judging.apart import apart, usual
from clearprop.check.document.judging.compare import Comparison, compared
from clearprop.check.document.judging.depends import (
    Dependence,
    has_derivative,
    has_slopes_of_one,
    says_what_it_is,
)
from clearprop.check.document.meaning.build import Setting
from clearprop.check.document.meaning.notation import (
    OWN,
    PENALTIES,
    ROWLIKE,
    WHERE,
    WITH_PENALTY,
    Reading,
    Role,
)
from clearprop.check.document.numbers.world import Plan, World
from clearprop.check.document.numbers.worlds import of_one
from clearprop.check.document.read.statements import Statement

CONSISTENT = [("mean", "mean", "mean"), ("sum", "sum", "sum"), ("sample", "sample", "sample")]
MIXED = [("sum", "sum", "mean"), ("mean", "sum", "mean"), ("mean", "sum", "sum")]
# What stands before squared errors; a mean over outputs.
SQUARED = [(0.5, False), (1.0, False), (1.0, True), (0.5, True)]
SAID_GAIN = 0.5  # of two losses that fit as many lines, the one that the text writes down
UNSAID = 0.3  # taken off a loss that is not as the text gives it
MIXED_GAIN = 1.5  # a reading in which J is not one and the same must make two more pairs of sides hold
ENOUGH = 0.7  # of the pairs: then the layout is taken as right
LAYOUTS = tuple(product((True, False), ("in_out", "out_in"), ("row", "column")))  # rows, weights, vectors
WELL = 0.85  # of the pairs: then nothing else is tried
MOST_LINES = 80  # so long a text tells its layout by its forward pass
FEW = 5  # choices of indices for each line while readings are tried


@dataclass
class Chooser:
    """Tries readings on the statements; what each statement depends on is looked at once for each of its values.

    `known` (how many sides agree) and `comparisons` are those of the notation and the plan as they are now; `tried`
    has both for each notation and plan that was tried.
    """

    setting: Setting
    statements: list[Statement]
    worlds: list[World]
    single: frozenset[int] = frozenset()  # those of one sample, in a text about a batch
    tried: dict[tuple, tuple[dict, dict[int, Comparison]]] = field(default_factory=dict)
    singles: dict[Plan, list[World]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        dependence = Dependence(self.setting.notation)
        self.uses = [dependence.uses(s) for s in self.statements]
        many = (one for k, used in enumerate(self.uses) if k not in self.single for one in used)
        shared = {name for name, part in many if part in (1, 2)}  # of one sample and of all
        self.single = frozenset(k for k in self.single if not shared & {name for name, _ in self.uses[k]})
        self.sides = [len(compared(s)) for s in self.statements]
        self.free = [k for k, used in enumerate(self.uses) if not used]
        self.same = [k for k in self.free if not has_derivative(self.statements[k])]
        self._ways = (
            ("sum", "mean", "sample")
            if has_slopes_of_one(self.statements, self.setting.notation)
            else ("sum", "mean")
        )
        self._turn()

    @property
    def _layouts(self) -> list[tuple]:
        """The layouts that may be tried: none in which samples lie otherwise than the caller says."""
        notation = self.setting.notation
        return [one for one in LAYOUTS if not notation.rows_said or one[0] == notation.rows]

    def beats(self, best: float, reading: Reading, statements: list[int], doubt: float = 0.0) -> float | None:
        """How many neighbouring sides of these statements agree under a reading, less its doubt, if that is more than
        `best`; else None, as soon as it can be no more.
        """
        possible = sum(self.sides[k] for k in statements)
        for k in statements:
            if possible - doubt <= best:
                return None
            possible -= self.sides[k] - self._counted(k, reading)
        return possible - doubt if possible - doubt > best else None

    def _naming(self, names: set[str]) -> list[int]:
        """The statements that name one of these losses or gradients."""
        return [k for k, used in enumerate(self.uses) if any(name in names for name, _ in used)]

    def _counted(self, number: int, reading: Reading) -> int:
        """How many neighbouring sides of a statement agree."""
        key = (
            number,
            reading.jacobian,
            reading.slopes,
            tuple(self._part(reading, name, part) for name, part in sorted(self.uses[number])),
        )
        if key not in self.known:
            worlds = self._of_one() if number in self.single else self.worlds
            pairs = self._comparison(number, reading).run(worlds, FEW)
            own_numbers.spare_rounded(self.statements[number], pairs, always=bool(self.setting.numbers))
            self.known[key] = sum(pair.holds for pair in pairs)
        return self.known[key]

    def _of_one(self) -> list[World]:
        """The networks of one sample alone, under the plan as it is now."""
        if self.setting.plan not in self.singles:
            self.singles[self.setting.plan] = of_one(self.setting, self.worlds)
        return self.singles[self.setting.plan]

    def _comparison(self, number: int, reading: Reading) -> Comparison:
        if number not in self.comparisons:
            self.comparisons[number] = Comparison(
                self.statements[number], self.setting.document, self.setting.notation, reading
            )
        return self.comparisons[number].under(reading)

    def _turn(self) -> None:
        """The notation or the plan has changed: on with what was found under it before, if it was tried."""
        notation = self.setting.notation
        taken = (
            self._layout(),
            self._numbers(),
            notation.one_sample,
            tuple((role.batch, role.sign) for role in notation.roles.values()),
            self.setting.plan,
        )
        self.known, self.comparisons = self.tried.setdefault(taken, ({}, {}))

    def _layout(self) -> tuple[bool, str, str]:
        return self.setting.notation.rows, self.setting.notation.weights, self.setting.notation.vectors

    def _lay(self, layout: tuple[bool, str, str]) -> None:
        notation = self.setting.notation
        notation.rows, notation.weights, notation.vectors = layout
        self._turn()

    def _numbers(self) -> tuple[int, int, int]:
        notation = self.setting.notation
        return notation.first_act, notation.first_weight, notation.first_bias

    def _number(self, numbers: tuple[int, int, int]) -> None:
        notation = self.setting.notation
        notation.first_act, notation.first_weight, notation.first_bias = numbers
        self._turn()

    def _part(self, reading: Reading, name: str, part: int) -> object:
        if part == 3:
            said = reading.gradients.get(name, "")
            return said, tuple(reading.penalised.values()) if said.endswith(WITH_PENALTY) else ()
        if part == 1:  # no penalty depends on z and a
            return reading.losses.get(name, ("",) * 3)[1]
        return reading.losses.get(name, ("",) * 3)[part], reading.penalised.get(name)

    def fit_layout(self) -> None:
        """Turn rows to columns where the text's own formulas then agree much better than as they were first taken."""
        notation = self.setting.notation
        before, total = self._agreeing(), sum(self.sides[k] for k in self.free)
        if total == 0 or before >= ENOUGH * total:
            if notation.numbers_doubtful:
                self._fit_numbers()
            return
        old = self._layout()
        found = {old: before}
        for layout in self._layouts:
            if layout not in found:
                self._lay(layout)
                found[layout] = self._agreeing()
        best = max(found, key=lambda layout: (found[layout], layout == old))
        self._lay(best if found[best] > before + 1 else old)
        self._fit_numbers()

    def fit_batches(self) -> None:
        """Take the small letters, of which the text's formulas say different things, as all samples or as one where
        more sides agree then.
        """
        notation = self.setting.notation
        rowlike = {n: r for n, r in notation.roles.items() if r.kind in ROWLIKE}
        small = [role for name, role in rowlike.items() if name.split()[-1].islower()]
        if not small or len({role.batch for role in rowlike.values()}) < 2:
            return
        best = [role.batch for role in small]
        most = self._held() or 0.0
        for batches in ([True] * len(small), [False] * len(small)):
            self._set_batches(small, batches)
            held = self._held(most)
            best, most = (best, most) if held is None else (batches, held)
        self._set_batches(small, best)

    def fit_signs(self) -> None:
        """Take deltas as minus slopes where more sides hold so."""
        signs.fit(self.setting.notation, self.statements, sum(self.sides), self._held, self._turn)

    def _set_batches(self, small: list[Role], batches: Iterable[bool]) -> None:
        for role, batch in zip(small, batches, strict=True):
            role.batch = batch
        roles = self.setting.notation.roles
        self.setting.notation.one_sample = not any(role.batch for role in roles.values())
        self._turn()

    def _held(self, over: float = -1.0) -> float | None:
        """How many pairs of sides hold under the best reading, if more than `over`: no reading mends what fails of
        the lines that it does not concern.
        """
        others = sum(self.sides) - sum(self.sides[k] for k in self.same)
        if self.beats(over - others, Reading(), self.same) is None:
            return None
        return self.beats(over, self.best(), list(range(len(self.statements))))

    def fit_everything(self) -> None:
        """Where many lines still fail, try the other layouts on all lines, those of gradients too."""
        best, total, usual = self._layout(), sum(self.sides), self._held() or 0.0
        if usual >= WELL * total or total > MOST_LINES:
            return
        most = usual + 1
        for layout in self._layouts:
            self._lay(layout)
            held = self._held(most)
            best, most = (best, most) if held is None else (layout, held)
        self._lay(best)

    def fit_loss(self, networks: Callable[[], list[World]]) -> bool:
        """Try squared errors without the half, and averaged over the outputs; whether another than the usual
        one fits.
        """
        setting, usual_plan, usual_worlds = self.setting, self.setting.plan, self.worlds
        if usual_plan.loss != "squared" or not any(self.uses):
            return False
        found = {usual_plan: (self._fitting(), usual_worlds)}
        for factor, per_output in SQUARED:
            plan = replace(usual_plan, factor=factor, per_output=per_output)
            if plan in found or found[usual_plan][0] >= self._most():
                continue
            setting.plan = plan
            self.worlds = networks()
            self._turn()
            found[plan] = (self._fitting(), self.worlds)
        best = max(found, key=lambda plan: (found[plan][0], plan == usual_plan))
        setting.plan, self.worlds = best, found[best][1]
        self._turn()
        return best != usual_plan

    def _fitting(self) -> float:
        """How many pairs of sides agree under the best reading; what says what the loss is counts a little more."""
        reading = self.best()
        mixed = sum(how in MIXED for how in reading.losses.values())
        counted = [self._counted(k, reading) for k, used in enumerate(self.uses) if used]
        said = [self._counted(k, reading) for k, used in enumerate(self.uses) if says_what_it_is(used)]
        return sum(counted) + SAID_GAIN * sum(said) - MIXED_GAIN * mixed

    def _most(self) -> float:
        """What `_fitting` is if every line holds."""
        said = sum(n for n, used in zip(self.sides, self.uses, strict=True) if says_what_it_is(used))
        return sum(n for n, used in zip(self.sides, self.uses, strict=True) if used) + SAID_GAIN * said

    def _fit_numbers(self) -> None:
        """The same for the numbers of layers: from 0 or 1, with weights that carry the layer they start from
        or lead to.
        """
        notation = self.setting.notation
        if notation.style is None or (self.setting.depth is not None and not notation.numbers_doubtful):
            return
        best, most = self._numbers(), self._held() or 0.0
        for numbers in ((0, 0, 0), (1, 0, 0), (1, 1, 1)):
            self._number(numbers)
            held = self._held(most)
            best, most = (best, most) if held is None else (numbers, held)
        self._number(best)

    def _agreeing(self) -> int:
        """How many neighbouring sides agree, of those that no reading of the loss concerns."""
        return sum(self._counted(k, Reading()) for k in self.free)

    def contradictions(
        self, reading: Reading
    ) -> list[tuple[str, tuple[str, str, str], list[Statement], int]]:
        """For each loss that is not one and the same throughout: the consistent reading with most lines,
        those that break it.
        """
        found = []
        for name, how in reading.losses.items():
            if how not in MIXED:
                continue
            trials = []
            for option in CONSISTENT[:2]:
                trial = Reading({**reading.losses, name: option}, reading.gradients, reading.penalised)
                trials.append((option, *self._broken(reading, trial, name)))
            option, broken, held = max(trials, key=lambda t: t[2])
            found.append((name, option, broken, held))
        return found

    def _broken(self, reading: Reading, trial: Reading, name: str) -> tuple[list[Statement], int]:
        """Statements that hold under one reading and not under another; and how many hold under both."""
        broken, held = [], 0
        for number, used in enumerate(self.uses):
            if any(n == name for n, _ in used):
                before, after = self._counted(number, reading), self._counted(number, trial)
                if after < before:
                    broken.append(self.statements[number])
                else:
                    held += after > 0
        return broken, held

    def best(self) -> Reading:
        """The reading with most agreeing sides; a consistent one unless a mixed one gains."""
        roles = self.setting.notation.roles
        losses = [name for name, role in roles.items() if role.kind == "loss"]
        named = [name for name, role in roles.items() if role.kind in ("delta", "gradient")]
        added_up = {name: "sum" for name in named if roles[name].added_up}
        named = [name for name in named if name not in added_up]
        first = CONSISTENT[2] if self.setting.notation.one_sample else CONSISTENT[0]
        reading = Reading(dict.fromkeys(losses, first), {**dict.fromkeys(named, "mean"), **added_up})
        for _ in range(2):
            before = (reading.losses, reading.gradients, reading.penalised)
            for name in losses:
                reading = self._loss(reading, name, first, named)
            for name in named:
                reading = self._gradient(reading, name)
            if before == (reading.losses, reading.gradients, reading.penalised):
                break
        reading = self._paired(reading, losses, named)
        return slopes.laid(reading, self.statements, self.setting, self.beats)

    def _loss(self, reading: Reading, name: str, first: tuple[str, str, str], named: list[str]) -> Reading:
        best, best_score = reading, -1.0
        concerned = self._naming({name, "", *named})
        said = [k for k in concerned if says_what_it_is(self.uses[k]) and (name, 0) in self.uses[k]]
        for option, penalised, way, extra in self._options(first, named, alone=len(reading.losses) == 1):
            gradients = {n: usual(n, way, self.setting.notation, option, extra) for n in named if way}
            trial = Reading(
                {**reading.losses, name: option},
                {**reading.gradients, **gradients},
                {**reading.penalised, name: penalised},
            )
            doubt = (MIXED_GAIN if option in MIXED else 0.0) + (self._doubt(penalised) if penalised else 0.0)
            if option[0] != "sample":  # the whole loss of such a text is told by its own line
                doubt += UNSAID * any(self._counted(k, trial) < self.sides[k] for k in said)
            score = self.beats(best_score, trial, concerned, doubt)
            if score is not None:
                best, best_score = trial, score
        return best

    def _paired(self, reading: Reading, names: list[str], named: list[str]) -> Reading:
        """With one loss and one gradient changed together, where neither gains alone: Delta of the mean J, beside a
        delta of one sample's E.
        """
        for name, one in product(names, named):
            concerned = self._naming({name, one, ""})
            most = float(sum(self._counted(k, reading) for k in concerned))
            if most == sum(self.sides[k] for k in concerned):
                continue
            for option, way in product(CONSISTENT, ("sum", "mean")):
                losses, gradients = {**reading.losses, name: option}, {**reading.gradients, one: way}
                trial = replace(reading, losses=losses, gradients=gradients)
                doubt = apart(one, way, reading, self.setting.notation)
                if (score := self.beats(most, trial, concerned, doubt)) is not None:
                    reading, most = trial, score
        return reading

    def _options(self, first: tuple[str, str, str], named: list[str], *, alone: bool) -> Iterator[tuple]:
        """What a loss may be, the penalty in it, and what delta, dZ and dW are then; "" where they stay as they are."""
        options = [first, *[c for c in CONSISTENT if c != first], *MIXED]
        penalties = [("", ""), *product(self._penalties(), ("", WITH_PENALTY) if named else ("",))]
        for option, (penalised, extra) in product(options, penalties):
            for way in (*self._ways, *(() if alone else ("",))) if named else ("mean",):
                yield option, penalised, way, extra

    def _penalties(self) -> Iterator[str]:
        """The penalties that a loss may hold: the text's own, the usual ones, everywhere or only beside lambda."""
        notation = self.setting.notation
        own = notation.penalty is not None
        if own or any(r.kind == "decay" for r in notation.roles.values()):
            for kind in (*([OWN] if own else []), *PENALTIES):
                yield kind
                if notation.bare_loss:
                    yield kind + WHERE

    def _doubt(self, penalised: str) -> float:
        """What is taken off for a penalty, more for one that the text does not write so."""
        other = self.setting.notation.penalty is not None and not penalised.startswith(OWN)
        return 0.01 + 0.5 * other + 0.2 * penalised.endswith(WHERE)

    def _gradient(self, reading: Reading, name: str) -> Reading:
        concerned = self._naming({name})
        best, best_score = reading, sum(self._counted(k, reading) for k in concerned)
        ways = ["sum", "mean"]
        if any(reading.penalised.values()):
            ways += [way + WITH_PENALTY for way in ways]
        for way in ways:
            trial = Reading(reading.losses, {**reading.gradients, name: way}, reading.penalised)
            score = self.beats(best_score, trial, concerned, apart(name, way, reading, self.setting.notation))
            if score is not None:
                best, best_score = trial, score
        return best
