"""The reading under which most lines hold: of what loss J, delta and dZ are."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product

from clearprop.check.document.judging import slopes
from clearprop.check.document.judging.compare import Comparison, compared
from clearprop.check.document.meaning.build import Setting
from clearprop.check.document.meaning.notation import (
    OWN,
    PARAMETERS,
    PENALTIES,
    ROWLIKE,
    WHERE,
    WITH_PENALTY,
    Notation,
    Reading,
    Role,
)
from clearprop.check.document.numbers.world import World
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.read.tree import Call, Derivative, Node, Sym, bases, symbols

CONSISTENT = [("mean", "mean", "mean"), ("sum", "sum", "sum"), ("sample", "sample", "sample")]
MIXED = [("sum", "sum", "mean"), ("mean", "sum", "mean"), ("mean", "sum", "sum")]
SQUARED = [
    (0.5, False),
    (1.0, False),
    (1.0, True),
    (0.5, True),
]  # what stands before squared errors; a mean over outputs
SAID_GAIN = 0.5  # of two losses that fit as many lines, the one that the text writes down
MIXED_GAIN = 1.5  # a reading in which J is not one and the same must make two more pairs of sides hold
ENOUGH = 0.7  # of the pairs: then the layout is taken as right
LAYOUTS = tuple(product((True, False), ("in_out", "out_in"), ("row", "column")))  # rows, weights, vectors
WELL = 0.85  # of the pairs: then nothing else is tried
MOST_LINES = 80  # so long a text tells its layout by its forward pass
FEW = 5  # choices of indices for each line while readings are tried


@dataclass
class Chooser:
    """Tries readings on the statements; what each statement depends on is looked at once for each of its values."""

    setting: Setting
    statements: list[Statement]
    worlds: list[World]
    known: dict = field(default_factory=dict)
    comparisons: dict[int, Comparison] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.uses = [uses(s, self.setting.notation) for s in self.statements]

    def score(self, reading: Reading, concerned: set[str]) -> int:
        """How many neighbouring sides agree, of the statements that name one of these."""
        total = 0
        for number, used in enumerate(self.uses):
            if any(name in concerned for name, _ in used):
                total += self._counted(number, reading)
        return total

    def _counted(self, number: int, reading: Reading) -> int:
        """How many neighbouring sides of a statement agree."""
        key = (
            number,
            reading.jacobian,
            reading.slopes,
            tuple(self._part(reading, name, part) for name, part in sorted(self.uses[number])),
        )
        if key not in self.known:
            pairs = self._comparison(number, reading).run(self.worlds, FEW)
            self.known[key] = sum(pair.holds for pair in pairs)
        return self.known[key]

    def _comparison(self, number: int, reading: Reading) -> Comparison:
        if number not in self.comparisons:
            self.comparisons[number] = Comparison(
                self.statements[number], self.setting.document, self.setting.notation, reading
            )
        return self.comparisons[number].under(reading)

    def _forget(self) -> None:
        """What was found goes no longer: the notation or the networks have changed."""
        self.known.clear()
        self.comparisons.clear()

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
        before, total = self._agreeing()
        if total == 0 or before >= ENOUGH * total:
            if notation.numbers_doubtful:
                self._fit_numbers()
            return
        old = (notation.rows, notation.weights, notation.vectors)
        found = {old: before}
        for layout in LAYOUTS:
            if layout not in found:
                notation.rows, notation.weights, notation.vectors = layout
                found[layout] = self._agreeing()[0]
        best = max(found, key=lambda layout: (found[layout], layout == old))
        notation.rows, notation.weights, notation.vectors = best if found[best] > before + 1 else old
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
        old = [role.batch for role in small]
        found = {}
        for batches in (old, [True] * len(small), [False] * len(small)):
            self._set_batches(small, batches)
            found[tuple(batches)] = self._held()
        self._set_batches(small, max(found, key=lambda b: (found[b], list(b) == old)))

    def _set_batches(self, small: list[Role], batches: Iterable[bool]) -> None:
        for role, batch in zip(small, batches, strict=True):
            role.batch = batch
        roles = self.setting.notation.roles
        self.setting.notation.one_sample = not any(role.batch for role in roles.values())
        self._forget()

    def _held(self) -> int:
        """How many pairs of sides hold under the best reading."""
        reading = self.best()
        return sum(self._counted(k, reading) for k in range(len(self.statements)))

    def fit_everything(self) -> None:
        """Where many lines still fail, try the other layouts on all lines, those of gradients too."""
        notation, total = self.setting.notation, sum(len(compared(s)) for s in self.statements)
        old = (notation.rows, notation.weights, notation.vectors)
        found = {old: self._held()}
        if found[old] >= WELL * total or total > MOST_LINES:
            return
        for layout in LAYOUTS:
            notation.rows, notation.weights, notation.vectors = layout
            self._forget()
            found.setdefault(layout, self._held())
        self._forget()
        best = max(found, key=lambda layout: (found[layout], layout == old))
        notation.rows, notation.weights, notation.vectors = best if found[best] > found[old] + 1 else old

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
            self._forget()
            found[plan] = (self._fitting(), self.worlds)
        best = max(found, key=lambda plan: (found[plan][0], plan == usual_plan))
        self._forget()
        setting.plan, self.worlds = best, found[best][1]
        return best != usual_plan

    def _fitting(self) -> float:
        """How many pairs of sides agree under the best reading; what says what the loss is counts a little more."""
        reading = self.best()
        mixed = sum(how in MIXED for how in reading.losses.values())
        counted = [self._counted(k, reading) for k, used in enumerate(self.uses) if used]
        said = [self._counted(k, reading) for k, used in enumerate(self.uses) if _says(used)]
        return sum(counted) + SAID_GAIN * sum(said) - MIXED_GAIN * mixed

    def _most(self) -> float:
        """What `_fitting` is if every line holds."""
        counts = [len(compared(s)) for s in self.statements]
        said = sum(n for n, used in zip(counts, self.uses, strict=True) if _says(used))
        return sum(n for n, used in zip(counts, self.uses, strict=True) if used) + SAID_GAIN * said

    def _fit_numbers(self) -> None:
        """The same for the numbers of layers: from 0 or 1, with weights that carry the layer they start from
        or lead to.
        """
        notation = self.setting.notation
        if notation.style is None or (self.setting.depth is not None and not notation.numbers_doubtful):
            return
        old = (notation.first_act, notation.first_weight, notation.first_bias)
        found = {}
        for numbers in dict.fromkeys((old, (0, 0, 0), (1, 0, 0), (1, 1, 1))):
            notation.first_act, notation.first_weight, notation.first_bias = numbers
            self._forget()
            found[numbers] = self._held()
        self._forget()
        notation.first_act, notation.first_weight, notation.first_bias = max(
            found, key=lambda n: (found[n], n == old)
        )

    def _agreeing(self) -> tuple[int, int]:
        """How many neighbouring sides agree, of those that no reading of the loss concerns; and how many there are."""
        good = count = 0
        for statement, used in zip(self.statements, self.uses, strict=True):
            if not used:
                pairs = Comparison(statement, self.setting.document, self.setting.notation, Reading()).run(
                    self.worlds, FEW
                )
                good += sum(pair.holds for pair in pairs)
                count += len(pairs)
        return good, count

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
        first = CONSISTENT[2] if self.setting.notation.one_sample else CONSISTENT[0]
        reading = Reading(dict.fromkeys(losses, first), dict.fromkeys(named, "mean"))
        for _ in range(2):
            before = (reading.losses, reading.gradients, reading.penalised)
            for name in losses:
                reading = self._loss(reading, name, first, named)
            for name in named:
                reading = self._gradient(reading, name)
            if before == (reading.losses, reading.gradients, reading.penalised):
                break
        return slopes.laid(reading, self.statements, self.setting, self._counted)

    def _loss(self, reading: Reading, name: str, first: tuple[str, str, str], named: list[str]) -> Reading:
        best, best_score = reading, -1.0
        for option, penalised, way, extra in self._options(first, named):
            gradients = {n: usual(n, way, self.setting.notation, option, extra) for n in named}
            trial = Reading(
                {**reading.losses, name: option},
                {**reading.gradients, **gradients},
                {**reading.penalised, name: penalised},
            )
            score = (
                self.score(trial, {name, "", *named})
                - (MIXED_GAIN if option in MIXED else 0.0)
                - (self._doubt(penalised) if penalised else 0.0)
            )
            if score > best_score:
                best, best_score = trial, score
        return best

    def _options(self, first: tuple[str, str, str], named: list[str]) -> Iterator[tuple]:
        options = [first, *[c for c in CONSISTENT if c != first], *MIXED]
        penalties = [("", ""), *product(self._penalties(), ("", WITH_PENALTY) if named else ("",))]
        for option, (penalised, extra) in product(options, penalties):
            for way in ("sum", "mean") if named else ("mean",):
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
        best, best_score = reading, self.score(reading, {name})
        ways = ["sum", "mean"]
        if any(reading.penalised.values()):
            ways += [way + WITH_PENALTY for way in ways]
        for way in ways:
            trial = Reading(reading.losses, {**reading.gradients, name: way}, reading.penalised)
            score = self.score(trial, {name})
            if score > best_score:
                best, best_score = trial, score
        return best


def _says(used: set[tuple[str, int]]) -> bool:
    """Whether a line speaks of the value of a loss and of no gradient."""
    return bool(used) and all(part == 0 for _, part in used)


def usual(name: str, way: str, notation: Notation, option: tuple[str, str, str], extra: str) -> str:
    """dW and db go with the loss, and with its penalty if that is tried; delta and dZ are tried both ways."""
    role = notation.roles[name]
    of = notation.roles.get(role.of)
    if role.kind == "gradient" and of is not None and of.kind in PARAMETERS:
        return option[2] + extra
    return way


def uses(statement: Statement, notation: Notation) -> set[tuple[str, int]]:
    """What of a reading a statement depends on: a loss's value (0), gradients by z and a (1), by W and b (2);
    delta (3).
    """
    found: set[tuple[str, int]] = set()
    for part in statement.parts:
        if part.node is not None:
            _uses(part.node, notation, found)
    left = statement.parts[0].node
    if isinstance(left, Sym) and left.name in notation.roles and notation.roles[left.name].kind in PARAMETERS:
        found.add((notation.main_loss or "", 2))
    return found


def _parts(kind: str) -> tuple[int, ...]:
    """Which gradients of a loss a derivative by a quantity of this kind is."""
    if kind in ROWLIKE:
        return (1,)
    return (2,) if kind in PARAMETERS else (1, 2)


def _uses(
    node: Node, notation: Notation, found: set[tuple[str, int]], within: frozenset[str] = frozenset()
) -> None:
    """Add what a node depends on; `within` are the definitions that it is met in, which may name each other."""
    if isinstance(node, Derivative):
        name = node.of.name if isinstance(node.of, (Sym, Call)) else notation.main_loss or ""
        role = notation.roles.get(name)
        if role is not None and role.kind == "loss":
            by = [notation.roles[s.name].kind for s in bases(node.by) if s.name in notation.roles]
            found |= {(name, part) for part in _parts(by[0] if by else "")}
            return
    if isinstance(node, (Sym, Call)) and node.name in notation.roles:
        kind = notation.roles[node.name].kind
        if kind in ("loss", "delta", "gradient"):
            found.add((node.name, 0 if kind == "loss" else 3))
    for name in (
        notation.definitions.keys() & {s.name for s in symbols(node)} - within
        if isinstance(node, Sym)
        else ()
    ):
        for _, right in notation.definitions[name]:
            _uses(right, notation, found, within | {name})
    for child in node.children:
        _uses(child, notation, found, within)
