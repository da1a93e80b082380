"""A real network on random numbers: what every formula is held against.

Arrays are as in `maths.derivation`: a row is a sample, W[l] is (n[l-1], n[l]). Any quantity can be set from outside,
and everything behind it is computed anew: that is how derivatives are taken.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from clearprop.check.document.numbers.functions import ENTRYWISE, KINKED, STEP, softmax

OWN = "own "  # before the name of an activation that the text itself defines
CLEAR = 0.03  # how far from a kink each z stays


@dataclass(frozen=True)
class Plan:
    """What kind of network a document derives.

    `activations` has one name for each hidden layer, or one for all; `head` is the last; `loss` is cross-entropy,
    binary, squared or own; `factor` stands before squared errors, "outputs" divides by their number. `constant`:
    the first input is 1; `constant_above`: so is the first unit of each hidden layer; `bare` are the layers
    without a bias, where others have one; `temperature` is the letter by which the last z are divided.
    """

    activations: tuple[str, ...] = ("relu",)
    head: str = "softmax"
    loss: str = "cross-entropy"
    factor: float = 0.5
    per_output: bool = False
    bias: bool = True
    bare: frozenset[int] = frozenset()
    constant: bool = False
    constant_above: bool = False
    temperature: str | None = None

    def activation(self, layer: int, L: int) -> str:
        if layer == L:
            return self.head
        return self.activations[min(layer, len(self.activations)) - 1]


@dataclass
class State:
    """What one forward pass gives: z[l], a[l] (a[L] is p) and the loss of each sample."""

    W: list
    b: list
    z: list
    a: list
    y: np.ndarray
    losses: np.ndarray


@dataclass
class World:
    """A network of these sizes with m samples."""

    plan: Plan
    sizes: tuple[int, ...]
    m: int
    seed: int
    functions: dict[str, Callable] = field(default_factory=dict)
    states: dict = field(default_factory=dict)

    @classmethod
    def of(
        cls, plan: Plan, numbers: dict, constants: dict[str, float], functions: dict[str, Callable]
    ) -> "World":
        """The network of a text that gives its numbers."""
        depth = max(layer for kind, layer in numbers if kind == "W")
        W = [np.zeros((0, 0)), *(numbers["W", l] for l in range(1, depth + 1))]
        b = [np.zeros(0), *(numbers["b", l] for l in range(1, depth + 1))]
        X, y = numbers["x", 0], numbers["y", 0]
        world = cls(plan, (X.shape[1], *(len(one) for one in b[1:])), len(X), 0, functions)
        world.targets, world.labels = y, y.argmax(axis=1) + 1
        world.constants = {**world.constants, **constants}
        world.state = world.forward(W, b, X, y)
        return world

    @property
    def L(self) -> int:
        return len(self.sizes) - 1

    @cached_property
    def rng(self) -> np.random.Generator:
        return np.random.default_rng(self.seed)

    @cached_property
    def state(self) -> State:
        """Random parameters and data, so drawn that no z is near a kink."""
        state = None
        for _ in range(500):
            W = [np.zeros((0, 0))] + [
                self.rng.uniform(0.3, 1.1, (a, b)) * self.rng.choice([-1.0, 1.0], (a, b)) / np.sqrt(a) * 1.3
                for a, b in zip(self.sizes, self.sizes[1:], strict=False)
            ]
            b = [np.zeros(0)] + [
                self.rng.uniform(0.1, 0.7, n) * self.rng.choice([-1.0, 1.0], n) for n in self.sizes[1:]
            ]
            without = range(len(b)) if not self.plan.bias else self.plan.bare
            b = [0.0 * one if l in without else one for l, one in enumerate(b)]
            X = self.rng.uniform(0.2, 1.5, (self.m, self.sizes[0])) * self.rng.choice(
                [-1.0, 1.0], (self.m, self.sizes[0])
            )
            if self.plan.constant:
                X[:, 0] = 1.0
            state = self.forward(W, b, X, self.targets)
            if self._is_clear(state):
                return state
        assert state is not None
        return state

    def _is_clear(self, state: State) -> bool:
        for l in range(1, self.L + 1):
            name = self.plan.activation(l, self.L)
            if name in KINKED or name.startswith(OWN):
                z = np.real(state.z[l])
                alive = (z > 0).any(axis=0).all() and (z < 0).any()
                if np.abs(z).min() < CLEAR or not alive:
                    return False
        return bool(np.all(np.isfinite(state.losses)))

    @cached_property
    def labels(self) -> np.ndarray:
        """The class of each sample, from 1; every class comes up as long as there are samples for it; that of one
        sample alone goes by the seed.
        """
        n = self.sizes[-1]
        labels = (np.arange(self.m) + (self.seed if self.m == 1 else 0)) % n
        return self.rng.permutation(labels) + 1

    @cached_property
    def targets(self) -> np.ndarray:
        shape = (self.m, self.sizes[-1])
        if self.plan.loss == "cross-entropy":
            return np.eye(self.sizes[-1])[self.labels - 1]
        if self.plan.loss == "binary":
            bits = self.rng.integers(0, 2, shape).astype(float)
            bits[:2, 0] = np.arange(2) if self.m > 1 else self.seed % 2
            return bits
        return self.rng.uniform(0.1, 0.9, shape)

    @cached_property
    def constants(self) -> dict[str, float]:
        return {"rate": 0.37, "decay": 0.23}

    def free(self, *name: str | int) -> float:
        """A constant that the text leaves open, between 0 and 1: the same wherever it is asked for."""
        rng = np.random.default_rng([self.seed, *"/".join(map(str, name)).encode()])
        return float(rng.uniform(0.15, 0.85))

    def function(self, name: str) -> Callable:
        return self.functions.get(name) or ENTRYWISE[name]

    def forward(self, W: list, b: list, X: np.ndarray, y: np.ndarray, given: dict | None = None) -> State:
        """A forward pass; `given` holds arrays that stand in for z[l] or a[l]."""
        given = given or {}
        z: list = [None] * (self.L + 1)
        a: list = [given.get(("a", 0), X)] + [None] * self.L
        for l in range(1, self.L + 1):
            z[l] = given.get(("z", l), a[l - 1] @ W[l] + b[l])
            name = self.plan.activation(l, self.L)
            scaled = (
                z[l] / self.free(self.plan.temperature) if l == self.L and self.plan.temperature else z[l]
            )
            value = softmax(scaled) if name == "softmax" else self.function(name)(scaled)
            if self.plan.constant_above and l < self.L:
                value = np.concatenate([np.ones((len(value), 1)), value[:, 1:]], axis=1)
            a[l] = given.get(("a", l), value)
        return State(W, b, z, a, y, self.losses(a[-1], y))

    def losses(self, p: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The loss of each sample."""
        if self.plan.loss == "cross-entropy":
            return -(y * np.log(p)).sum(axis=1)
        if self.plan.loss == "binary":
            return -(y * np.log(p) + (1.0 - y) * np.log(1.0 - p)).sum(axis=1)
        share = p.shape[1] if self.plan.per_output else 1.0
        return self.plan.factor / share * ((p - y) * (p - y)).sum(axis=1)

    def shifted(self, kind: str, layer: int, index: tuple, by: float) -> "World":
        """The same network and data with one entry of W[l] or b[l] moved by a real step."""
        W, b = list(self.state.W), list(self.state.b)
        source = W if kind == "W" else b
        source[layer] = source[layer].copy()
        source[layer][index] += by
        return self.with_parameters(W, b)

    def with_parameters(self, W: list, b: list) -> "World":
        """The same data under other parameters."""
        other = replace(self, states={})
        other.labels, other.targets, other.constants = self.labels, self.targets, self.constants
        other.state = other.forward(W, b, self.state.a[0], self.state.y)
        return other

    def moved(self, kind: str, layer: int, index: tuple) -> State:
        """The forward pass with one entry (or one column, for all samples) a step i * STEP away."""
        key = (kind, layer, *(None if isinstance(n, slice) else n for n in index))
        if key not in self.states:
            self.states[key] = self._moved(kind, layer, index)
        return self.states[key]

    def _moved(self, kind: str, layer: int, index: tuple) -> State:
        s = self.state
        W, b, X, y, given = list(s.W), list(s.b), s.a[0], s.y, {}
        if kind == "one":  # beside the units of this layer: what the biases of the next are multiplied by
            b[layer + 1] = b[layer + 1] * (1.0 + 1j * STEP)
            return self.forward(W, b, X, y)
        source = {"W": s.W, "b": s.b, "z": s.z, "a": s.a}
        value = (s.y if kind == "y" else source[kind][layer]).astype(complex)
        value[index] += 1j * STEP
        if kind == "W":
            W[layer] = value
        elif kind == "b":
            b[layer] = value
        elif kind == "y":
            y = value
        else:
            given[kind, layer] = value
        return self.forward(W, b, X, y, given)

    def along(self, moves: frozenset[tuple[str, int]]) -> State:
        """The forward pass with W, b of these layers, and the input as ("a", 0), a step i * STEP along a random
        direction.
        """
        key = ("along", moves)
        if key not in self.states:
            s = self.state
            W, b, X = list(s.W), list(s.b), s.a[0]
            rng = np.random.default_rng(self.seed + 29)
            for kind, layer in sorted(moves):
                old = {"W": s.W, "b": s.b, "a": s.a}[kind][layer]
                new = old + 1j * STEP * rng.uniform(-1.0, 1.0, old.shape)
                if kind == "a":
                    X = new
                else:
                    (W if kind == "W" else b)[layer] = new
            self.states[key] = self.forward(W, b, X, s.y)
        return self.states[key]

    def gradient(self, kind: str, layer: int) -> np.ndarray:
        """How the loss of each sample moves: (m, n) for z[l] and a[l], by its own sample; (m, *shape) for
        W[l], b[l].
        """
        key = ("gradient", kind, layer)
        if key not in self.states:
            self.states[key] = self._gradient(kind, layer)
        return self.states[key]

    def _gradient(self, kind: str, layer: int) -> np.ndarray:
        if kind in ("z", "a"):
            columns = range(self.sizes[layer])
            return np.stack(
                [np.imag(self.moved(kind, layer, (slice(None), j)).losses) / STEP for j in columns], axis=1
            )
        shape = (self.sizes[layer - 1], self.sizes[layer]) if kind == "W" else (self.sizes[layer],)
        found = np.zeros((self.m, *shape))
        for index in np.ndindex(shape):
            found[(slice(None), *index)] = np.imag(self.moved(kind, layer, index).losses) / STEP
        return found
