"""The sides of a statement against each other, over all values of its indices, on several networks."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, product

import numpy as np

from clearprop.check.document.judging import claims, conditions, dummies
from clearprop.check.document.meaning.notation import Notation, Reading, Role, is_letter, near_letter
from clearprop.check.document.numbers import (
    any_matrices,
    derive,
    differentials,
    extents,
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
from clearprop.check.document.read.splitting import ASSIGN, EQUAL
from clearprop.check.document.read.statements import Document, Statement
from clearprop.check.document.read.tree import Call, Space, Sym, bases, symbols, walk

TOLERANCE = 1e-7  # complex steps are exact to 1e-13; slopes of slopes are differences, exact to 1e-8
MOST_CHOICES = 60
MOST_SAMPLES = 3  # that a line of one sample without an index is looked at for: both labels are among them
FEW_CHOICES = 8


@dataclass
class Outcome:
    """One side under one choice of indices: its value, or why it has none."""

    value: Value | None
    error: Exception | None = None
    matrix: Value | None = None  # of a derivative of a vector by a vector that is given entry by entry


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
    """The neighbouring sides that an equality joins."""
    parts = statement.parts
    found = []
    last = 0
    for k in range(1, len(parts)):
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
        self.statement, self.notation = statement, notation
        self.nodes = [p.node for p in statement.parts]
        self.known = [n for n in self.nodes if n is not None]
        self.sets = [n for n in self.known if shapes.has_space(n)]
        self.unsized = [n is not None and matrices.has_identity(n) for n in self.nodes]
        self.conditions = conditions.of(statement, document)
        if notation.true_class in {s.name for node in self.known for s in symbols(node)}:
            self.conditions += conditions.of_true_class(notation)
        self.moving = differentials.has_differentials(self.known, notation.roles)
        self.together = self._speaks_of_batches()
        self.suppressed = self._suppressed()
        self.layers = self._layer_letters()
        self.decays = self._decays()
        self.positive = any(
            isinstance(one, Call) and one.name in ("log", "sqrt") for n in self.known for one in walk(n)
        )
        self.update = updates.is_update(statement, notation.roles)
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
        if self.notation.ones_above and claims.has_whole_layers(self.known, self.notation):
            return self._all_unread("a whole hidden layer, one unit of which is 1")
        for name, (at, constant) in self.notation.anew.items():
            if self.statement.at >= at and any(
                one.name == name for node in self.known for one in bases(node)
            ):
                return self._all_unread(f"{name} is defined anew here, with {constant}")
        try:
            return self._run(worlds, most)
        except SLIPS:
            return self._all_unread("it cannot be compared")

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
                budget=Budget(MOST_EVALUATIONS if most > FEW_CHOICES else FEW_EVALUATIONS),
                together=self.together,
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
        rng = np.random.default_rng(env.world.seed + 17)
        numbers = dummies.drawn(self.known, self.positive, env, rng)
        env = env.at(params=dummies.within(numbers, self.conditions))
        env = env.at(params={**env.params, **any_matrices.drawn(self.known, env, rng)})
        allowed = list(self._choices(env))
        if len(allowed) > most:
            allowed = [allowed[k] for k in sorted(rng.choice(len(allowed), most, replace=False))]
        looks = max(len(allowed), min(MOST_SAMPLES, env.world.m) if self.notation.one_sample else 0)
        for turn, chosen in zip(range(looks), cycle(allowed), strict=False):
            self._one(number, chosen.at(sample=chosen.sample if chosen.sample >= 0 else turn % env.world.m))

    def _choices(self, env: Env) -> Iterator[Env]:
        """Every choice of the free indices that the conditions allow; all choices if they allow none."""
        found = list(self._all(env))
        allowed = [e for e in found if all(conditions.holds(c, e) is not False for c in self.conditions)]
        return iter(allowed or found)

    def _all(self, env: Env) -> Iterator[Env]:
        names = set().union(*(extents.letters_in(node, env) for node in self.known)) if self.known else set()
        layers = sorted(names & self.layers)
        others = sorted(names - set(layers))
        samples = range(env.world.m) if self._speaks_of_one(env) else [-1]
        for numbers in product(self._layers(env), repeat=len(layers)):
            base = env.at(letters=dict(zip(layers, numbers, strict=True)))
            ranges = [self._range(name, base) for name in others]
            for values in product(*ranges):
                for sample in samples:
                    yield base.at(
                        letters={**base.letters, **dict(zip(others, values, strict=True))}, sample=sample
                    )

    def _layers(self, env: Env) -> range:
        """The numbers that a layer may have as the text counts."""
        return range(1 + min(0, self.notation.first_weight), env.world.L + self.notation.first_act + 1)

    def _speaks_of_one(self, env: Env) -> bool:
        """Whether assumptions on labels need every sample to be looked at."""
        roles = self.notation.roles
        return any(isinstance(s, Sym) and roles.get(s.name) and roles[s.name].kind == "target"
                   for c in self.conditions for s in symbols(c))  # fmt: skip

    def _layer_letters(self) -> set[str]:
        """The letters that stand where layers stand, in this statement; i only above weights and biases."""
        found = set()
        for one in (one for node in self.known for one in symbols(node)):
            style, role = self.notation.style, self.notation.roles.get(one.name, Role(""))
            items = one.sub[:1] if style == "sub" else tuple(i for i in one.sup if i.kind == style)
            for name in (near_letter(item.node) for item in items):
                if name in self.notation.layer_letters or (
                    name and style != "sub" and role.kind in ("weight", "bias")
                ):
                    found.add(name)
        return found

    def _range(self, name: str, env: Env) -> range:
        found: set[int] = set()
        for node in self.known:
            try:
                here = extents.sizes(node, name, env)
            except OutOfRange:
                continue
            if here:
                found = here
                break
        return range(1, max(found, default=env.world.sizes[-1]) + 1)

    def _suppressed(self) -> str | None:
        """The letter of the sample that some of a line's variables carry; those without it are of the same sample."""
        found = {
            str(letter)
            for one in (one for node in self.known for one in walk(node) if isinstance(one, (Sym, Call)))
            for letter in (is_letter(item.node) for item in (*one.sub, *one.sup))
            if letter in self.notation.sample_letters
        }
        return found.pop() if len(found) == 1 else None

    def _one(self, number: int, env: Env) -> None:
        if self.suppressed in env.letters:
            env = env.at(sample=env.letters[str(self.suppressed)] - 1)
        if self.moving:
            with contextlib.suppress(Unread, Misfit, OutOfRange):  # told where the symbol stands
                env = env.at(moves=differentials.moves(self.known, env, self.narrow))
        outcomes = [self._outcome(k, env) for k in range(len(self.nodes))]
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
            wanted = updates.expected(first, second, env)
        except (Unread, Misfit, OutOfRange) as error:
            return Outcome(None, error)
        found = [one for one in wanted if same(one, right.value)]
        return Outcome(found[0] if found else wanted[0])

    def _has_layers(self, env: Env) -> bool:
        return bool((self.layers | self.notation.layer_letters) & env.letters.keys())

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
        for k, one in ((pair.left, left), (pair.right, right)):
            if isinstance(one.error, Undefined) and self.statement.parts[pair.right].sign == r"\in":
                return  # a declared shape whose letters say nothing more
            if isinstance(one.error, Unread):
                pair.unread, pair.unread_side = one.error, k
                return
        pair.choices += 1
        for letter, value in env.letters.items():
            pair.seen.setdefault(letter, set()).add((number, value))
        if left.error or right.error or not _agree(left, right):
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
    known = ~(np.isnan(left) if left.ndim else np.zeros((), bool))
    if left.shape == right.shape and (np.isnan(left).any() or np.isnan(right).any()):
        known = ~np.isnan(left) & ~np.isnan(right)
        if not known.any():
            return True
        return equal(left[known], right[known], TOLERANCE)
    return equal(left, right, TOLERANCE)


__all__ = ["Comparison", "Undefined", "compared"]
