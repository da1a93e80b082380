"""The sides of a statement against each other, over all values of its indices, on several networks."""

import contextlib
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from clearprop.check.document.judging import cases, claims, conditions
from clearprop.check.document.judging.asked import Asked
from clearprop.check.document.judging.of_hidden import below_last
from clearprop.check.document.judging.own_words import in_other_words, in_passing
from clearprop.check.document.judging.places import Places
from clearprop.check.document.meaning import bias_units
from clearprop.check.document.meaning.notation import LAYERED, Notation, Reading, is_letter
from clearprop.check.document.numbers import (
    derive,
    differentials,
    losses,
    matrices,
    minimum,
    shapes,
    updates,
)
from clearprop.check.document.numbers.env import Budget, Env
from clearprop.check.document.numbers.evaluate import evaluate
from clearprop.check.document.numbers.values import Jacobian, Value, equal
from clearprop.check.document.numbers.world import World
from clearprop.check.document.read.limits import (
    FEW_EVALUATIONS,
    MOST_EVALUATIONS,
    SLIPS,
    Misfit,
    OutOfRange,
    Undefined,
    Unread,
)
from clearprop.check.document.read.splitting import ASSIGN, EQUAL, NEARLY
from clearprop.check.document.read.statements import Document, Statement
from clearprop.check.document.read.tree import Add, Call, Script, Space, Sym, bases, is_numeric, symbols, walk

TOLERANCE = 1e-7  # complex steps are exact to 1e-13; slopes of slopes are differences, exact to 1e-8
MOST_CHOICES = 60
FEW_CHOICES = 8
OWN_TIMES = 4


@dataclass
class Outcome:
    """One side under one choice of indices: its value, or why it has none."""

    value: Value | None
    error: Exception | None = None
    matrix: Value | None = None  # of a derivative of a vector by a vector that is given entry by entry


Outcomes = defaultdict[tuple[int, bool, bool], Asked[Outcome]]  # of a side, taken `entrywise` or `narrow`


@dataclass
class Look:
    """A place at which a statement is looked at, and what its sides have come to there."""

    env: Env
    outcomes: Outcomes = field(default_factory=lambda: defaultdict(Asked))


@dataclass
class Failure:
    """Two neighbouring sides that differ for one choice of indices, on one network."""

    world: int
    letters: dict[str, int]
    left: Outcome
    right: Outcome
    env: Env | None = None


@dataclass
class Pair:
    """What came of two neighbouring sides: `choices` in which both have values or one cannot have one."""

    left: int
    right: int
    choices: int = 0
    failures: list[Failure] = field(default_factory=list)
    unread: Unread | None = None
    unread_side: int = -1
    seen: dict[str, set] = field(default_factory=dict)  # letter -> (network, value) pairs that were tried

    @property
    def holds(self) -> bool:
        return self.unread is None and self.choices > 0 and not self.failures


def compared(statement: Statement) -> list[tuple[int, int]]:
    """The neighbouring sides that an equality joins; what is but nearly equal is passed over, unless a number."""
    parts = statement.parts
    found = []
    last = 0
    for k in range(1, len(parts)):
        if parts[k - 1].sign in NEARLY and parts[k].sign in EQUAL and is_numeric(parts[k - 1].node):
            last = k - 1
        if parts[k].sign in EQUAL | ASSIGN:
            found.append((last, k))
            last = k
        elif found and parts[k].sign == r"\in" and isinstance(parts[k].node, Space):
            found.append((last, k))
    return found


class Comparison:
    """A statement held against networks."""

    def __init__(
        self, statement: Statement, document: Document, notation: Notation, reading: Reading
    ) -> None:
        self.statement, self.notation, self.document = statement, notation, document
        self.displayed = document.formulas[statement.formula].display
        self.nodes = [p.node for p in statement.parts]
        self.known = [n for n in self.nodes if n is not None]
        self.sets = [n for n in self.known if shapes.has_space(n)]
        self.unsized = [n is not None and matrices.has_identity(n) for n in self.nodes]
        self.conditions = [*conditions.of(statement, document), *below_last(statement, document, notation)]
        if notation.true_class in {s.name for node in self.known for s in symbols(node)}:
            self.conditions += conditions.of_true_class(notation)
        self.moving = differentials.has_differentials(self.known, notation.roles)
        self.together = self._speaks_of_batches()
        self.inner = bias_units.leaves_out(self.known, notation)
        self.suppressed = self._suppressed()
        self.decays = self._decays()
        self.counts_down = self._counts_down()
        self.places = Places(self.known, self.conditions, notation)
        self.looks: defaultdict[tuple, Asked[list[Look]]] = defaultdict(Asked)
        graph = notation.graph
        self.update = graph.is_step(statement) if graph else updates.is_update(statement, notation.roles)
        self.under(reading)

    def under(self, reading: Reading) -> "Comparison":
        """The same statement, not yet compared, under a reading."""
        self.reading = reading
        self.entrywise = self.narrow = False
        self.beyond: OutOfRange | None = None
        self.pairs = [Pair(a, b) for a, b in compared(self.statement)]
        return self

    def run(self, worlds: list[World], most: int = MOST_CHOICES) -> list[Pair]:
        """Every pair of sides over all networks; all unread if they cannot be handled."""
        if updates.unrolled(self.statement, self.notation.roles):
            return self._all_unread("what a memory comes to over many steps")
        for name, (at, constant) in self.notation.anew.items():
            if self.statement.at >= at and any(
                one.name == name for node in self.known for one in bases(node)
            ):
                return self._all_unread(f"{name} is defined anew here, with {constant}")
        try:
            found = self._run(worlds, most)
        except Unread as error:
            return self._all_unread(error.why)
        except SLIPS:
            return self._all_unread("it cannot be compared")
        failing = any(p.failures for p in found)
        why = (claims.open_meaning(self.statement, self.notation) or self._case()) if failing else ""
        return self._all_unread(why) if why else found

    def _case(self) -> str:
        return cases.special(self.statement, self.document, self.notation)

    def _all_unread(self, why: str) -> list[Pair]:
        self.pairs = [Pair(p.left, p.right, unread=Unread(why), unread_side=p.right) for p in self.pairs]
        return self.pairs

    def _run(self, worlds: list[World], most: int) -> list[Pair]:
        found = self._over(worlds, most)
        if self.notation.dots_may_be_entrywise:
            found = self._otherwise("entrywise", found, worlds, most)
        return self._otherwise("narrow", found, worlds, most) if self.moving else found

    def _otherwise(self, way: str, first: list[Pair], worlds: list[World], most: int) -> list[Pair]:
        """The pairs if the line is taken another way, where it fails as it is and more of it holds then."""
        if not any(pair.failures for pair in first):
            return first
        setattr(self, way, True)
        self.pairs = [Pair(p.left, p.right) for p in first]
        second = self._over(worlds, most)
        if sum(pair.holds for pair in second) > sum(pair.holds for pair in first):
            return second
        setattr(self, way, False)
        self.pairs = first
        return first

    def _over(self, worlds: list[World], most: int) -> list[Pair]:
        for number, world in enumerate(worlds):
            env = Env(
                world,
                self.notation,
                self.reading,
                world.state,
                budget=self._budget(most),
                together=self.together,
                inner=self.inner,
                entrywise=self.entrywise,
                decays=self.decays,
            )
            if minimum.is_said_of_it(self.statement, world.plan, self.notation):
                least = minimum.at(world, self.statement, env)
                env = env.at(world=least, state=least.state)
            self._on(number, env, most)
        for pair in self.pairs:
            for k in (pair.left, pair.right):
                if self.nodes[k] is None and pair.unread is None:
                    pair.unread, pair.unread_side = self.statement.parts[k].error, k
        return self.pairs

    def _budget(self, most: int) -> Budget:
        """How many steps a network may cost; more where each value is computed by the text's own definitions."""
        steps = MOST_EVALUATIONS if most > FEW_CHOICES else FEW_EVALUATIONS
        return Budget(steps * (OWN_TIMES if self.notation.graph else 1))

    def _decays(self) -> bool:
        """Whether the lambda of a penalty, or a penalty's own name, stands in it."""
        found = [one for node in self.known for one in walk(node) if isinstance(one, (Sym, Call))]
        if any(losses.labelled(one, self.notation) == "total" for one in found):
            return False  # J_reg = J + ...: J is without it
        names = {one.name for one in found}
        decays = {name for name, role in self.notation.roles.items() if role.kind == "decay"}
        return bool(names & (decays | self.notation.penalty_names))

    def _speaks_of_batches(self) -> bool:
        """Whether inputs stand as a whole batch in it, so that y beside X is the vector of all targets."""
        for node in self.known:
            for one in bases(node):
                role = self.notation.roles.get(one.name)
                if (
                    role is not None
                    and role.batch
                    and role.kind in ("input", "augmented")
                    and not one.sub
                    and not one.sup
                ):
                    return True
        return False

    def _on(self, number: int, env: Env, most: int) -> None:
        """Look at the places on one network; they are drawn once for all readings that do not move them."""

        def drawn(reading: Reading) -> list[Look]:
            return [Look(one) for one in self.places.drawn(env.at(reading=reading), most)]

        for look in self.looks[number, most, env.entrywise].under(env.reading, env.budget, drawn):
            self._one(number, look.env.at(reading=env.reading, budget=env.budget), look.outcomes)

    def _suppressed(self) -> str | None:
        """The letter of the sample that some of a line's variables carry; those without it are of the same sample."""
        found = {
            str(letter)
            for one in (one for node in self.known for one in walk(node) if isinstance(one, (Sym, Call)))
            for letter in (is_letter(item.node) for item in (*self._counting(one), *one.sup))
            if letter in self.notation.sample_letters
        }
        return found.pop() if len(found) == 1 else None

    def _counting(self, one: Sym | Call) -> tuple[Script, ...]:
        """What stands below a name and may count samples; none of the units of layers where samples stand above."""
        units = self.notation.kind(one.name) in LAYERED | {"gradient"}
        return () if self.notation.samples_above and units else one.sub

    def _one(self, number: int, env: Env, known: Outcomes) -> None:
        if self.suppressed in env.letters:
            env = env.at(sample=env.letters[str(self.suppressed)] - 1)
        if self.moving:
            with contextlib.suppress(Unread, Misfit, OutOfRange):  # told where the symbol stands
                env = env.at(moves=differentials.moves(self.known, env, self.narrow))
        outcomes = [
            known[k, self.entrywise, self.narrow].under(
                env.reading, env.budget, lambda reading, k=k: self._outcome(k, env.at(reading=reading))
            )
            for k in range(len(self.nodes))
        ]
        outcomes = [self._sized(k, outcomes, env) for k in range(len(self.nodes))]
        beyond = next((o.error for o in outcomes if isinstance(o.error, OutOfRange) and o.error.layer), None)
        if beyond is not None and self._has_layers(env):
            self.beyond = beyond
            return
        for k, pair in enumerate(self.pairs):
            left, right = outcomes[pair.left], outcomes[pair.right]
            if k == 0 and self.update:
                left = self._updated(left, right, env)
            self._pair(pair, left, right, number, env)

    def _sized(self, k: int, outcomes: list[Outcome], env: Env) -> Outcome:
        """A side that is an identity matrix of no said size: as large as the side before or behind it."""
        if not self.unsized[k]:
            return outcomes[k]
        beside = (*outcomes[k - 1 : k], *outcomes[k + 1 : k + 2])
        found = [np.shape(v) for one in beside for v in (one.matrix, one.value) if v is not None]
        square = next((shape for shape in found if len(shape) == 2 and len(set(shape)) == 1), None)
        return outcomes[k] if square is None else self._outcome(k, matrices.sized(env, square[0]))

    def _updated(self, left: Outcome, right: Outcome, env: Env) -> Outcome:
        """What the left side of a step becomes: the one of its possible meanings that the right side has,
        else the first.
        """
        first, second = self.nodes[0], self.nodes[1]
        if not isinstance(first, Sym) or second is None or left.value is None or right.value is None:
            return left
        try:
            graph = self.notation.graph
            wanted = (graph.stepped if graph else updates.expected)(first, second, env)
        except (Unread, Misfit, OutOfRange) as error:
            return Outcome(None, error)
        found = [one for one in wanted if same(one, right.value)]
        return Outcome(found[0] if found else wanted[0])

    def _has_layers(self, env: Env) -> bool:
        """Whether a letter of the line stands for a layer, or it counts layers down from the last, as L - 2: there are
        networks that have none there.
        """
        return self.counts_down or bool(
            (self.places.layers | self.notation.layer_letters) & env.letters.keys()
        )

    def _counts_down(self) -> bool:
        scripts = [item for node in self.known for one in symbols(node) for item in (*one.sup, *one.sub)]
        lefts = [one.left for item in scripts for one in walk(item) if isinstance(one, Add) and one.sign < 0]
        return any(self.notation.sizes.get(is_letter(one) or "") == ("L",) for one in lefts)

    def _outcome(self, k: int, env: Env) -> Outcome:
        node = self.nodes[k]
        if node is None:
            return Outcome(None, self.statement.parts[k].error or Unread("it cannot be read"))
        try:
            if any(node is one for one in self.sets):
                return Outcome(shapes.shape_of(node, env))  # type: ignore[arg-type]
            value, matrix = evaluate(node, env), None
            if isinstance(value, Jacobian):
                value, matrix = derive.as_array(value, env), derive.as_matrix(value, env)
            if np.size(value) and np.all(np.isnan(value)) and np.ndim(value) == 0:
                return Outcome(None, Misfit("it has no finite value"))
            return Outcome(value, matrix=matrix)
        except (Unread, Misfit, OutOfRange) as error:
            return Outcome(None, error)
        except RecursionError:
            return Outcome(None, Unread("its parts lie too deep in each other"))
        except SLIPS:
            return Outcome(None, Unread("its value cannot be computed"))

    def _pair(self, pair: Pair, left: Outcome, right: Outcome, number: int, env: Env) -> None:
        why = in_passing(self, pair) if self.notation.graph else ""
        if why:
            pair.unread, pair.unread_side = Unread(why), pair.right
            return
        for k, one in ((pair.left, left), (pair.right, right)):
            if isinstance(one.error, Undefined) and self.statement.parts[pair.right].sign == r"\in":
                return  # a declared shape whose letters say nothing more
            if isinstance(one.error, Unread):
                pair.unread, pair.unread_side = one.error, k
                return
        pair.choices += 1
        for letter, value in env.letters.items():
            pair.seen.setdefault(letter, set()).add((number, value))
        fails = bool(left.error or right.error) or not _agree(left, right)
        why = in_other_words(self, pair) if fails and self.notation.graph else ""
        if why:
            pair.unread, pair.unread_side = Unread(why), pair.right
        elif fails:
            pair.failures.append(Failure(number, env.letters or {"": env.sample}, left, right, env))


def _agree(left: Outcome, right: Outcome) -> bool:
    """Whether two sides agree; a derivative that is given entry by entry may stand as its diagonal matrix."""
    ways = [(left.value, right.value), (left.matrix, right.value), (left.value, right.matrix)]
    return any(agree(a, b) for a, b in ways if a is not None and b is not None)


def agree(left: Value | None, right: Value | None) -> bool:
    claims = [isinstance(v, shapes.Shape) for v in (left, right)]
    if not any(claims):
        return same(left, right)
    if all(claims):
        return left == right
    claim, value = (left, right) if claims[0] else (right, left)
    return isinstance(claim, shapes.Shape) and shapes.fits(claim, np.asarray(value).shape)


def same(left: Value | None, right: Value | None) -> bool:
    """Whether two values agree where both are known; dots (NaN) are not known."""
    if left is None or right is None:
        return False
    left, right = np.asarray(left), np.asarray(right)
    if left.shape == right.shape:
        unknown = np.isnan(left) | np.isnan(right)
        if unknown.any():
            return bool(unknown.all()) or equal(left[~unknown], right[~unknown], TOLERANCE)
    return equal(left, right, TOLERANCE)


__all__ = ["Comparison", "Undefined", "compared"]
