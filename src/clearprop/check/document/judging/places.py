"""Where a statement is looked at: the values of its free indices, and of its letters that stand for any number."""

from collections.abc import Iterator
from itertools import cycle, islice, product

import numpy as np

from clearprop.check.document.judging import conditions, dummies
from clearprop.check.document.meaning.notation import Notation, Role, is_letter, near_letter, orient
from clearprop.check.document.numbers import any_matrices, extents
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.read.limits import MOST_PLACES, OutOfRange, Unread
from clearprop.check.document.read.tree import Call, Node, Num, Relation, Sym, symbols, walk

MOST_SAMPLES = 3  # that a line of one sample without an index is looked at for: both labels are among them


class Places:
    """The places at which sides, that are all `nodes`, are held against each other under these conditions."""

    def __init__(self, nodes: list[Node], said: list[Node], notation: Notation) -> None:
        self.nodes, self.conditions, self.notation = nodes, said, notation
        self.layers = self._layer_letters()
        self.positive = any(
            isinstance(one, Call) and one.name in ("log", "sqrt") for n in nodes for one in walk(n)
        )
        self.of_labels = self._speaks_of_labels()
        self.side = 0  # of letters that stand for any number: 1 for those above 0 alone, -1 for those below

    def drawn(self, env: Env, most: int) -> list[Env]:
        """The places on one network, or `most` of them at random."""
        rng = np.random.default_rng(env.world.seed + 17)
        numbers = dummies.drawn(self.nodes, self.positive, env, rng)
        matrices = any_matrices.drawn(self.nodes, env, rng)
        looks = [{**dummies.within(one, self.conditions), **matrices} for one in self._signed(numbers)]
        looks = [{**one, **dummies.results(self.nodes, env.at(params=one))} for one in looks]
        allowed = [one.at(params=params) for params in looks for one in self._allowed(env.at(params=params))]
        if len(allowed) > most:
            allowed = [allowed[k] for k in sorted(rng.choice(len(allowed), most, replace=False))]
        looks = max(len(allowed), min(MOST_SAMPLES, env.world.m) if self.notation.one_sample else 0)
        return [
            one.at(sample=one.sample if one.sample >= 0 else turn % env.world.m)
            for turn, one in zip(range(looks), cycle(allowed), strict=False)
        ]

    def _signed(self, numbers: dict[str, np.ndarray]) -> list[dict[str, np.ndarray]]:
        """Numbers that letters stand for, and the same on the other side of 0: a line holds on both sides of a kink."""
        if self.side:
            return [{name: self.side * np.abs(number) for name, number in numbers.items()}]
        if self.positive or not numbers:
            return [numbers]
        return [numbers, {name: -number for name, number in numbers.items()}]

    def _allowed(self, env: Env) -> list[Env]:
        """Every choice of the free indices that the conditions allow; where these exclude each other, the nearest do.
        All choices if they allow none.
        """
        found = list(islice(self._all(env), MOST_PLACES + 1))
        if len(found) > MOST_PLACES:
            msg = f"more than {MOST_PLACES:,} choices of its indices"
            raise Unread(msg)
        allowed = found
        for condition in self.conditions:
            allowed = [e for e in allowed if conditions.holds(condition, e) is not False] or allowed
        return allowed

    def _all(self, env: Env) -> Iterator[Env]:
        names = set[str]().union(*(extents.letters_in(node, env) for node in self.nodes))
        layers = sorted(names & self.layers)
        others = sorted(names - set(layers))
        samples = range(env.world.m) if self.of_labels else [-1]
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

    def _speaks_of_labels(self) -> bool:
        """Whether assumptions on labels need every sample to be looked at."""
        return any(self.notation.kind(s.name) == "target" for c in self.conditions for s in symbols(c))

    def _layer_letters(self) -> set[str]:
        """The letters that stand where layers stand, in this statement; i only above weights and biases."""
        if self.notation.graph is not None:
            return set().union(*map(self.notation.graph.layer_letters, self.nodes))
        found = set()
        for one in (one for node in self.nodes for one in symbols(node)):
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
        for node in self.nodes:
            try:
                here = extents.sizes(node, name, env)
            except OutOfRange:
                continue
            if here:
                found = here
                break
        return range(self._lowest(name), max(found, default=env.world.sizes[-1]) + 1)

    def _lowest(self, name: str) -> int:
        """The first value of an index: 0 where the line speaks of 0, and the letter counts units of which 0 is a 1."""
        said = [one for node in (*self.nodes, *self.conditions) for one in walk(node)]
        compared = [one for one in said if isinstance(one, Relation) and one.right == Num(0.0)]
        if all(is_letter(one.left) != name for one in compared):
            return 1
        return int(not any(self._from_zero(one, name) for node in self.nodes for one in symbols(node)))

    def _from_zero(self, sym: Sym, name: str) -> bool:
        """Whether a letter counts what leads into weights with biases, or their gradient, or a layer with a 1."""
        role = self.notation.roles.get(sym.name, Role(""))
        role = self.notation.roles.get(role.of, Role("")) if role.kind == "gradient" else role
        inner = 0 if role.kind == "weight" and orient(role, self.notation) == "in_out" else -1
        return role.ones == "first" and bool(sym.sub) and is_letter(sym.sub[inner].node) == name
