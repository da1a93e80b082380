"""The networks that a document is held against: its own, drawn several times, and others of other depths and widths."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

import numpy as np

from clearprop.check.document.meaning import given, zeros
from clearprop.check.document.meaning.build import Setting
from clearprop.check.document.meaning.hidden_layers import HIDDEN
from clearprop.check.document.meaning.notation import Reading, Role, is_letter, is_near_letter
from clearprop.check.document.meaning.of_one import OfOne
from clearprop.check.document.meaning.steps import layer_said
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.evaluate import plain
from clearprop.check.document.numbers.functions import relu_one
from clearprop.check.document.numbers.world import OWN, Plan, State, World
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.read.tree import Num, Relation, Sym, symbols, walk

NOWHERE = State([], [], [], [], np.zeros((0, 0)), np.zeros(0))  # a function of one letter needs no network
SAMPLES = (5, 7, 6, 8, 9, 11)
SPARE = ([3, 4, 2, 6, 7, 8, 9, 10], [4, 3, 5, 2, 6, 8, 9, 10])
OTHERS = (((4, 5, 6, 3), 7), ((3, 6, 4, 2, 5), 8))


class Worlds:
    def __init__(self, setting: Setting, sizes: tuple[int, ...] | None = None) -> None:
        self.setting = setting
        if setting.numbers and sizes in (None, _sizes_of(setting.numbers)):
            self.own = [World.of(setting.plan, setting.numbers, setting.constants, _functions(setting))]
            self.others: list[World] = []
            self._by_classes: dict[int, list[World]] = {}
            return
        self.own = [self._own(k, sizes) for k in range(2)]
        self.others = [
            world_of(setting, self._widths(shape), m, 31 + k) for k, (shape, m) in enumerate(OTHERS)
        ]
        self._by_classes = {}

    def _own(self, k: int, sizes: tuple[int, ...] | None) -> World:
        depth = self.setting.depth or max((n for n in self.setting.concrete if n > 0), default=2)
        shape = sizes or self._sizes(depth, list(SPARE[k]))
        free = [m for m in SAMPLES if m not in shape]
        return world_of(self.setting, shape, free[k], 11 + 12 * k)

    def _widths(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Other widths, but one unit where the text's own network has one: at the end, or in every layer."""
        own = self.own[0].sizes
        if set(own) == {1}:
            return (1,) * len(shape)
        return (*shape[:-1], 1 if own[-1] == 1 else shape[-1])

    def _sizes(self, depth: int, spare: list[int]) -> tuple[int, ...]:
        """The text's sizes where it has them, else different from each other."""
        concrete = self.setting.concrete
        spare = [n for n in spare if n not in concrete.values()]
        sizes = []
        for l in range(depth + 1):
            own = concrete.get(l, concrete.get(-1) if l == depth else None)
            sizes.append(own if own is not None else spare.pop(0))
        several = ("n", -1) in self.setting.notation.sizes.values()
        if self.setting.plan.loss == "binary" and not several and not {-1, depth} & concrete.keys():
            sizes[-1] = 1
        return tuple(sizes)

    @property
    def telling(self) -> list[World]:
        """The network by which readings are told apart: one without two outputs, whose mean is half their sum."""
        return [next((world for world in self.own if world.sizes[-1] != 2), self.own[0])]

    def of(
        self, statement: Statement, classes: int | None = None, said: dict[str, int] | None = None
    ) -> list[World]:
        """The networks for one statement, as large as it is said of; others only if it is said in general."""
        if self.setting.numbers:
            return self.own
        document = self.setting.document
        if zeros.are_meant(document.formulas[statement.formula], document.source.text):
            return [
                w.with_parameters([0 * W for W in w.state.W], [0 * b for b in w.state.b]) for w in self.own
            ]
        if sizes := self.sizes_in(said or {}):
            return [self._sized(world, sizes) for world in self.own]
        if self.is_of_one(statement):
            return self.of_one()
        own = self.own if classes is None else self._with_classes(classes)
        return [*own, *self.others] if classes is None and self._general(statement) else own

    @cached_property
    def example(self) -> list[World]:
        """The network of an example that a text about any numbers gives, if it gives all of it."""
        setting = self.setting
        numbers = {} if setting.numbers else given.example(setting.document, setting.notation)
        constants = given.constants(setting.document, setting.notation)
        return [World.of(setting.plan, numbers, constants, _functions(setting))] if numbers else []

    def of_one(self) -> list[World]:
        """Networks like the text's own, with one sample; its own if it gives numbers."""
        return self.own if self.setting.numbers else of_one(self.setting, self.own)

    def sizes_in(self, said: dict[str, int]) -> dict[tuple, int]:
        """How many samples or units there are where a line sets their letters to numbers: in the case n = q = 1."""
        known = self.setting.notation.sizes
        sizes = {known[letter]: n for letter, n in said.items() if letter in known and n > 0}
        return {size: n for size, n in sizes.items() if size == ("m",) or size[0] == "n"}

    def _sized(self, world: World, sizes: dict[tuple, int]) -> World:
        last = len(world.sizes) - 1
        widths = tuple(
            sizes.get(("n", l), sizes.get(("n", -1), n) if l == last else n)
            for l, n in enumerate(world.sizes)
        )
        return world_of(self.setting, widths, sizes.get(("m",), world.m), world.seed + 9)

    def with_plan(self, plan: Plan, worlds: list[World]) -> list[World]:
        """Networks of the same sizes with another function in the hidden layers, or another loss."""
        setting = replace(self.setting, plan=plan)
        return [world_of(setting, world.sizes, world.m, world.seed + 7) for world in worlds]

    def is_of_one(self, statement: Statement) -> bool:
        """Whether a line is of one sample, in a text about a batch."""
        notation = self.setting.notation
        several = not self.setting.numbers and not notation.one_sample
        return several and self._of_one.says(statement)

    @cached_property
    def _of_one(self) -> OfOne:
        return OfOne(self.setting.document, self.setting.notation)

    def _with_classes(self, classes: int) -> list[World]:
        if classes not in self._by_classes:
            self._by_classes[classes] = [
                world_of(self.setting, (*w.sizes[:-1], classes), w.m, w.seed + 5) for w in self.own
            ]
        return self._by_classes[classes]

    @cached_property
    def _speaks_of_depth(self) -> bool:
        """Whether a letter stands for the number of layers in a formula, and is not only given a number."""
        document, sizes = self.setting.document, self.setting.notation.sizes
        said = [one for one in document.statements if not _sets_a_size(one)]
        nodes = [part.node for one in said for part in one.parts if part.node is not None]
        letters = {is_letter(one) for node in (*nodes, *document.lone.values()) for one in symbols(node)}
        return any(size in (("L",), HIDDEN) for letter, size in sizes.items() if letter in letters)

    def _general(self, statement: Statement) -> bool:
        """Whether a line speaks of L, of C or of any layer l."""
        notation = self.setting.notation
        if _sets_a_size(statement):
            return False  # L = 2 is said of the text's own network
        open_depth = self.setting.depth is None or self._speaks_of_depth
        if self.setting.depth == 1 and not open_depth:
            return False
        every = [one for part in statement.parts if part.node is not None for one in symbols(part.node)]
        sizes = {notation.sizes.get(is_letter(one) or "") for one in every}
        if sizes & {("L",), HIDDEN}:
            return True
        if self.setting.depth is not None and any(map(self._is_of_last, every)):
            return False
        if open_depth and sizes - {None, ("m",)}:
            return True
        for one in every:
            items = (
                one.sub[:1]
                if notation.style == "sub"
                else tuple(i for i in one.sup if i.kind == notation.style)
            )
            if open_depth and any(is_near_letter(i.node, notation.layer_letters) for i in items):
                return True
        return False

    def _is_of_last(self, sym: Sym) -> bool:
        """Whether a symbol is of the last layer by its number, 4, which is the last of the text's own network alone."""
        notation = self.setting.notation
        role = notation.roles.get(sym.name, Role(""))
        last = (self.setting.depth or 0) + notation.first_act
        return role.kind in ("pre", "act", "delta") and layer_said(sym, notation) == last


def _sizes_of(numbers: dict) -> tuple[int, ...]:
    """The units of each layer of a network that is given in numbers."""
    depth = max(layer for kind, layer in numbers if kind == "W")
    return (numbers["x", 0].shape[1], *(numbers["W", l].shape[1] for l in range(1, depth + 1)))


def _sets_a_size(statement: Statement) -> bool:
    """Whether it gives a letter a number: L = 3."""
    return all(isinstance(p.node, Num) or (p.node is not None and is_letter(p.node)) for p in statement.parts)


def world_of(setting: Setting, sizes: tuple[int, ...], m: int, seed: int) -> World:
    """A network whose activations are also those that the text itself defines."""
    world = World(setting.plan, sizes, m, seed)
    names = {setting.plan.head, *setting.plan.activations}
    world.functions.update(
        {name: _own_function(setting, world, name) for name in names if name.startswith(OWN)}
    )
    return world


def of_one(setting: Setting, worlds: list[World]) -> list[World]:
    """The same networks with one sample, each of another class."""
    return [world_of(setting, world.sizes, 1, world.seed + 3 + k) for k, world in enumerate(worlds)]


def _own_function(setting: Setting, world: World, name: str) -> Callable[[np.ndarray], np.ndarray]:
    letters, body = setting.notation.bodies[name.removeprefix(OWN)]

    def function(z: np.ndarray) -> np.ndarray:
        return plain(body, Env(world, setting.notation, Reading(), NOWHERE).with_params(**{letters[0]: z}))

    return function


def _functions(setting: Setting) -> dict:
    """relu with the slope at 0 that the text's indicators have."""
    nodes = [p.node for s in setting.document.statements for p in s.parts if p.node is not None]
    signs = {one.sign for node in nodes for one in walk(node) if isinstance(one, Relation)}
    return {"relu": relu_one} if r"\ge" in signs else {}
