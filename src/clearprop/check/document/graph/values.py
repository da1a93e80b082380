"""The values of a text's own quantities: random where nothing defines them, else computed by their definitions.

Derivatives are taken by the complex step: a quantity is moved, and all that its definition reaches is computed anew.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from clearprop.check.document.graph.definitions import Definition, Definitions, numbers_of
from clearprop.check.document.graph.formulas import layer_letters, size_name
from clearprop.check.document.graph.names import Names
from clearprop.check.document.graph.shapes import Shapes
from clearprop.check.document.graph.slopes import Moving
from clearprop.check.document.meaning.notation import Notation, Role, is_letter
from clearprop.check.document.numbers import derive, matrices, quantities
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.functions import STEP
from clearprop.check.document.numbers.layout import laid
from clearprop.check.document.numbers.quantities import HERE
from clearprop.check.document.numbers.values import Jacobian, Value, scalar
from clearprop.check.document.read.limits import MOST_ENTRIES, Misfit, OutOfRange, Undefined, Unread
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.read.tree import Derivative, Matrix, Node, Sym, Transpose, bases, walk

Key = tuple[str, tuple[int, ...]]
OPEN = ("rate", "decay", "constant")  # numbers that need no line that uses them


@dataclass
class View:
    """The values under one choice of the random numbers, some of them set from outside."""

    seed: int
    given: dict[Key, Value] = field(default_factory=dict)
    known: dict[Key, Value] = field(default_factory=dict)
    base: "View | None" = None
    failed: dict[Key, Exception] = field(default_factory=dict)
    pending: set[Key] = field(default_factory=set)


class Graph:
    """A text's own network."""

    def __init__(
        self, definitions: Definitions, names: Names, shapes: Shapes, notation: Notation, main: Sym | None
    ) -> None:
        self.definitions, self.names, self.shapes = definitions, names, shapes
        self.kinds = {name: notation.kind(one.of) for name, one in names.found.items()}
        self.numbers = shapes.dims.numbers({dim for shape in shapes.of.values() for dim in shape or ()})
        self.m = self.numbers[shapes.dims.samples]
        self.sizes = {name: self.numbers[dim] for name, dim in shapes.dims.named.items()} | shapes.sizes
        self.views: dict[int, View] = {}
        self.main = main
        self.shifted: dict[tuple[int, Key, int], View] = {}
        self.reached: dict[str, set[str]] = {}

    def knows(self, name: str) -> bool:
        """Whether a name is a quantity that has a value here."""
        return name in self.definitions.of or name in self.definitions.used or self.kinds.get(name) in OPEN

    @cached_property
    def editing(self) -> Notation:
        """What letters are where a slip is undone: by custom, or by their shapes."""
        own = {one.of: Role(self._form(name)) for name, one in self.names.found.items()}
        custom = self.names.notation
        return replace(custom, roles={name: custom.roles.get(name, role) for name, role in own.items()})

    def _form(self, name: str) -> str:
        """What a quantity without a usual meaning is like, by its shape: a weight, or the activations of one sample."""
        shape = next((shape for (other, _), shape in self.shapes.of.items() if other == name), None)
        return "weight" if shape and not any(map(self.shapes.dims.is_one, shape)) else "act"

    def size(self, sym: Sym, env: Env) -> int | None:
        """The value of a size, m or n_l."""
        letter = is_letter(sym)
        return self.sizes.get(size_name(sym, env.letters, self.shapes.sizes) if letter is None else letter)

    def define(self, name: str, definitions: list[Definition]) -> None:
        """Give a quantity other definitions: what was computed is forgotten."""
        self.definitions.of[name] = definitions
        for kept in (self.views, self.shifted, self.reached):
            kept.clear()

    def view(self, env: Env) -> View:
        """The values in an environment."""
        if env.view is not None:
            return env.view
        return self.views.setdefault(env.world.seed, View(env.world.seed))

    def symbol(self, node: Sym, env: Env) -> Value:
        """The value of a quantity, or of an entry of it."""
        value = self.value(self._key(node, env), env)
        entries = self.names.entries(node)
        found = matrices.picked(value, entries, env) if entries else value
        return (
            found.T if found.ndim == 2 and len(entries) == 1 and node.name in self.shapes.columns else found
        )

    def _key(self, sym: Sym, env: Env) -> Key:
        """A quantity in its layer, of its sample."""
        return sym.name, tuple(quantities.index(item.node, env) for item in self.names.families(sym))

    def value(self, key: Key, env: Env) -> Value:
        view = self.view(env)
        if key in view.given:
            return view.given[key]
        if view.base is not None and not any(key[0] in self.reaches(name) for name, _ in view.given):
            return self.value(key, env.at(view=view.base))
        if key in view.failed:
            raise view.failed[key]
        if key not in view.known:
            if key in view.pending:
                msg = f"{self.names.found[key[0]].of} is defined by itself"
                raise Unread(msg, key[0])
            view.pending.add(key)
            try:
                value = self._computed(key, env.at(view=view))
                if not np.all(np.isfinite(value)):
                    msg = f"{self.names.found[key[0]].of} has no finite value, or not all of it is written"
                    raise Unread(msg, key[0])
                view.known[key] = value
            except (Unread, Misfit, OutOfRange) as error:
                view.failed[key] = error
                raise
            finally:
                view.pending.discard(key)
        return view.known[key]

    def _computed(self, key: Key, env: Env) -> Value:
        name, families = key
        self._check(name, families, env)
        found = [(one, one.binding(families, self.sizes)) for one in self.definitions.of.get(name, ())]
        fitting = [(one, bound) for one, bound in found if bound is not None]
        if not fitting or self.shapes.is_input(self.layers(key), [one for one, _ in fitting]):
            return self._leaf(key, env)
        one, bound = fitting[0]
        samples = self.names.found[name].samples(families)
        inner = env.at(letters=bound, params={}, sample=samples[0] - 1 if samples else 0)
        if not one.entries:
            return self._whole(one, inner)
        if len(numbers_of(one.entries)) == len(one.entries):
            return self._listed([one for one, _ in fitting if one.entries], key, inner)
        return self._assembled(one, key, inner)

    def _check(self, name: str, families: tuple[int, ...], env: Env) -> None:
        """Raise OutOfRange for a layer or a sample that is not there."""
        self.shapes.check_layers(name, self.layers((name, families)))
        for number in self.names.found[name].samples(families):
            if not 1 <= number <= env.world.m:
                msg = f"{self.names.found[name].of} has no sample {number}"
                raise OutOfRange(msg)

    def _whole(self, one: Definition, env: Env) -> Value:
        from clearprop.check.document.numbers.evaluate import plain

        return scalar(plain(one.right, env))

    def layers(self, key: Key) -> tuple[int, ...]:
        """The numbers of its layers alone."""
        return self.names.found[key[0]].layers(key[1])

    def _shape(self, key: Key) -> tuple[int, ...]:
        name, layers = key[0], self.layers(key)
        found = self.shapes.of.get((name, layers))
        if (name, layers) not in self.shapes.of:
            found = next((shape for (other, _), shape in self.shapes.of.items() if other == name), None)
        return () if found is None else (self.numbers[found[0]], self.numbers[found[1]])

    def _assembled(self, one: Definition, key: Key, env: Env) -> Value:
        """All entries of a quantity that is defined by its entry."""
        from clearprop.check.document.numbers.evaluate import plain

        shape = self._shape(key)
        letters = [str(item.node.name) if isinstance(item.node, Sym) else "" for item in one.entries]
        sides = shape if len(letters) == 2 else (max(shape, default=1),)
        if not all(letters) or len(letters) > 2 or np.prod(sides, initial=1) > MOST_ENTRIES:
            msg = "a quantity whose entries cannot be put together"
            raise Unread(msg, key[0])
        cells = []
        for at in product(*(range(1, n + 1) for n in sides)):
            cell = scalar(
                plain(one.right, env.at(letters={**env.letters, **dict(zip(letters, at, strict=True))}))
            )
            if cell.ndim:
                msg = f"an entry of {key[0]} that is no number"
                raise Misfit(msg)
            cells.append(cell)
        return np.array(cells).reshape(shape or ())

    def _listed(self, found: list[Definition], key: Key, env: Env) -> Value:
        """A quantity whose entries are defined one by one."""
        from clearprop.check.document.numbers.evaluate import plain

        shape = self._shape(key)
        cells = {numbers_of(one.entries): scalar(plain(one.right, env)) for one in reversed(found)}
        sides = shape if len(next(iter(cells))) == 2 else (max(shape, default=1),)
        wanted = list(product(*(range(1, n + 1) for n in sides)))
        if set(wanted) - cells.keys():
            msg = f"the text does not define every entry of {key[0]}"
            raise Undefined(msg, key[0])
        return np.array([cells[at] for at in wanted]).reshape(shape)

    def _leaf(self, key: Key, env: Env) -> Value:
        name = key[0]
        if name not in self.definitions.used and self.kinds.get(name) not in OPEN:
            msg = f"the text does not say what {self.names.found[name].of} is"
            raise Undefined(msg, self.names.found[name].of)
        shape, kind = self._shape(key), self.kinds.get(name, "")
        rng = np.random.default_rng([env.world.seed, *repr(key).encode()])
        if self.names.found[name].of in self.shapes.labels and not shape:
            return np.asarray(float(rng.integers(1, 3)))
        if kind in (*OPEN, "act", "prediction"):
            return rng.uniform(0.15, 0.85, shape)
        if kind == "target" and env.world.plan.loss != "squared":
            return self._target(shape, env, rng)
        return rng.uniform(0.3, 1.1, shape) * rng.choice([-1.0, 1.0], shape)

    def _target(self, shape: tuple[int, ...], env: Env, rng: np.random.Generator) -> Value:
        """Between 0 and 1; of classes, so that those of a sample make 1."""
        value = rng.uniform(0.1, 0.9, shape)
        if env.world.plan.loss == "binary" or not shape:
            return value
        axis = int(np.argmax(shape)) if 1 in shape else int(env.notation.rows)
        return value / value.sum(axis=axis, keepdims=True)

    def extents(self, sym: Sym, letter: str, env: Env) -> set[int]:
        """How far a letter runs by the places where a symbol has it."""
        if sym.name not in self.names.found or not self.knows(sym.name):
            return set()
        quantity, entries = self.names.found[sym.name], self.names.entries(sym)
        found = {env.world.m for item in quantity.samples(sym.sub) if is_letter(item.node) == letter}
        places = [k for k, item in enumerate(entries) if is_letter(item.node) == letter]
        if places:
            layers = [quantities.index(item.node, env) for item in self.names.layers(sym)]
            shape = self._shape((sym.name, quantity.first(layers)))
            if len(entries) == 1 and shape:
                found.add(max(shape) if 1 in shape else shape[0])
            elif len(shape) == len(entries):
                found |= {shape[k] for k in places}
        return found

    def layer_of(self, node: Node, env: Env) -> int | None:
        """The layer that a quantity is of, the inputs' being 0."""
        items = self.names.layers(node) if isinstance(node, Sym) else ()
        found = [quantities.index(item.node, env) for item in items]
        return found[0] - env.notation.first_act if found else None

    def layer_letters(self, node: Node) -> set[str]:
        return layer_letters(node, self.names) - self.sizes.keys()

    def sample(self, env: Env) -> int:
        """The sample that a quantity without an index is of: the one that the rest of the line is of."""
        letters = [
            number for letter, number in env.letters.items() if letter in (HERE, *env.notation.sample_letters)
        ]
        return letters[0] if len(letters) == 1 else env.sample + 1

    def is_step(self, statement: Statement) -> bool:
        """Whether a line sets a quantity to itself and what is taken off it."""
        left, right = (*(part.node for part in statement.parts), None)[:2]
        return isinstance(left, Sym) and right is not None and any(one == left for one in bases(right))

    def stepped(self, left: Sym, right: Node, env: Env) -> list[Value]:
        """What a quantity becomes against the gradient of the text's loss."""
        rates = [one for one in bases(right) if self.kinds.get(one.name) == "rate"]
        if len(set(rates)) != 1 or self.main is None:
            msg = "a step without a rate and a loss"
            raise Unread(msg)
        slopes = [one.of for one in walk(right) if isinstance(one, Derivative) and isinstance(one.of, Sym)]
        slope = self.derivative(Derivative(slopes[0] if slopes else self.main, left, nabla=True), env)
        return [self.symbol(left, env) - self.symbol(rates[0], env) * slope]

    @property
    def slopes(self) -> set[str]:
        """The names that stand for gradients: their definitions have slopes in them."""
        return {
            name
            for name, said in self.definitions.of.items()
            if any(isinstance(one, Derivative) for each in said for one in walk(each.right))
        }

    def _check_parts(self, of: Node, by: Sym, env: Env) -> None:
        """Raise Unread where a loss is another and a penalty, and the text leaves out how the other depends on this."""
        said = (
            self.definitions.of.get(of.name, ())
            if isinstance(of, Sym) and self.kinds.get(of.name) == "loss"
            else ()
        )
        for one in (part for each in said for part in bases(each.right)):
            if self.kinds.get(one.name) == "loss" and not one.sub and self.kinds[by.name] == "weight":
                self.derivative(Derivative(one, by, nabla=True), env)

    def _cells(self, by: Sym, env: Env) -> Matrix | None:
        """The entries that a matrix is put together of, each with a name of its own: W = [u_{11}, u_{12}]."""
        _, families = self._key(by, env)
        said = self.definitions.of.get(by.name, ())
        fitting = [one for one in said if one.binding(families, self.sizes) is not None]
        right = fitting[0].right if fitting and not fitting[0].entries else None
        if not isinstance(right, Matrix) or right.listed:
            return None
        names = [
            cell.name if isinstance(cell, Sym) and cell.sub else "" for row in right.rows for cell in row
        ]
        return right if all(name in self.names.found for name in names) else None

    def moved(self, view: View, key: Key, mark: int, start: Value) -> View:
        """The values with one entry of a quantity a step i * STEP away."""
        at = (view.seed, key, mark)
        if at not in self.shifted:
            value = start.astype(complex)
            value.reshape(-1)[mark] += 1j * STEP
            self.shifted[at] = View(view.seed, {key: value}, {}, view)
        return self.shifted[at]

    def reaches(self, name: str) -> set[str]:
        """The names of all quantities whose definitions name this one, in the end."""
        if name in self.reached:
            return self.reached[name]
        found, waiting = {name}, [name]
        while waiting:
            one = waiting.pop()
            for other, definitions in self.definitions.of.items():
                if other not in found and any(s.name == one for d in definitions for s in bases(d.right)):
                    found.add(other)
                    waiting.append(other)
        self.reached[name] = found
        return found

    def derivative(self, node: Derivative, env: Env) -> Any:
        """A derivative of any formula by a quantity."""
        of, by = node.of if node.of is not None else self.main, node.by
        if of is None:
            msg = "the derivative of a loss that the text does not give"
            raise Unread(msg)
        if isinstance(by, Transpose):
            found = self.derivative(Derivative(of, by.of, nabla=True), env)
            return (derive.as_array(found, env) if isinstance(found, Jacobian) else found).T
        if not isinstance(by, Sym) or by.name not in self.names.found or not self.knows(by.name):
            msg = "a derivative by something that is no quantity of the text"
            raise Undefined(msg, by.name if isinstance(by, Sym) else "")
        self._check_parts(of, by, env)
        cells = self._cells(by, env)
        if cells is not None:
            slopes = [[self.derivative(Derivative(of, cell), env) for cell in row] for row in cells.rows]
            return matrices.picked(np.array(slopes, float), self.names.entries(by), env)
        view = self.view(env)
        if view.given:
            msg = "a derivative of a derivative"
            raise Unread(msg)
        key = self._key(by, env)
        start = np.asarray(self.value(key, env))
        moving = Moving(self, of, key, start, view, env)
        entries = self.names.entries(by)
        marks = np.arange(start.size).reshape(start.shape)
        kept = np.asarray(matrices.picked(marks, entries, env) if entries else marks)
        value = moving.by(kept)
        role = Role(self.kinds[by.name])
        return value if node.nabla or isinstance(value, Jacobian) else laid(value, env, role)
