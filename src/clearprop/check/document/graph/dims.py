"""How large a text's own quantities are: which of their sides must be equal, found from how its formulas use them."""

from collections import defaultdict

from clearprop.check.document.read.limits import MOST_UNITS

Shape = tuple[int, int] | None  # rows and columns, each a dimension; None for a number

POOL = (3, 4, 2, 6, 7, 8, 9, 10, 11, 12)
SAMPLES = 5


class Dims:
    """Dimensions, joined where they must be equal."""

    def __init__(self) -> None:
        self.parent: list[int] = []
        self.fixed: dict[int, int] = {}
        self.least: defaultdict[int, int] = defaultdict(int)  # the largest number an index of it has
        self.sums: dict[int, list[int]] = {}  # of what is put side by side: the dimensions it is the sum of
        self.settled: set[int] = set()  # that the network's own lines told apart
        self.named: dict[str, int] = {}
        self.one = self.fresh(1)
        self.samples = self.fresh()

    def fresh(self, number: int | None = None) -> int:
        self.parent.append(len(self.parent))
        if number is not None:
            self.fixed[len(self.parent) - 1] = number
        return len(self.parent) - 1

    def root(self, dim: int) -> int:
        while self.parent[dim] != dim:
            self.parent[dim] = self.parent[self.parent[dim]]
            dim = self.parent[dim]
        return dim

    def of_name(self, name: str) -> int:
        """The dimension that a letter counts, as n in the sum from 1 to n."""
        if name not in self.named:
            self.named[name] = self.fresh()
        return self.named[name]

    def join(self, one: int, other: int) -> None:
        """Make two equal; nothing is ever made equal to 1, which a row or a column that is repeated has."""
        a, b = self.root(one), self.root(other)
        if a == b or self.root(self.one) in (a, b):
            return
        if a in self.fixed and b in self.fixed and self.fixed[a] != self.fixed[b]:
            return
        if {a, b} <= self.settled:
            return
        if b in self.fixed or (b in self.sums and a not in self.fixed):
            a, b = b, a
        if b in self.settled:
            self.settled.add(a)
        self.parent[b] = a
        self.least[a] = max(self.least[a], self.least.pop(b, 0))

    def be_one(self, dim: int) -> None:
        """Make a dimension that is still open 1: that of a column times which another column stands."""
        root = self.root(dim)
        free = root not in self.fixed and root not in self.sums and root != self.root(self.samples)
        if free and self.least[root] < 2:
            self.parent[root] = self.root(self.one)

    def settle(self, dims: set[int]) -> None:
        """Keep these apart as they are: no further line makes two of them equal."""
        self.settled = {self.root(dim) for dim in dims}

    def sum(self, parts: list[int]) -> int:
        """The dimension of things side by side."""
        dim = self.fresh()
        self.sums[dim] = parts
        return dim

    def is_one(self, dim: int) -> bool:
        return self.root(dim) == self.root(self.one)

    def reaches(self, dim: int, number: int) -> None:
        """An index of this dimension has this number."""
        if number <= MOST_UNITS:
            self.least[self.root(dim)] = max(self.least[self.root(dim)], number)

    def numbers(self, used: set[int]) -> dict[int, int]:
        """A number for each dimension, as different as they may be for those that are `used`."""
        used = {self.root(dim) for dim in used}
        roots = [dim for dim in range(len(self.parent)) if self.root(dim) == dim and dim not in self.sums]
        found = {dim: self.fixed[dim] for dim in roots if dim in self.fixed}
        found |= {dim: self.least[dim] for dim in roots if dim not in found and self.least[dim]}
        found.setdefault(self.root(self.samples), SAMPLES)
        free = [n for n in POOL if n not in found.values()]
        opened = [dim for dim in roots if dim not in found]
        for k, dim in enumerate(sorted(opened, key=lambda dim: dim not in used)):
            found[dim] = free[k % len(free)]
        for dim in [dim for dim in self.sums if self.root(dim) == dim and dim not in found]:
            found[dim] = self._sum(dim, found, frozenset())
        return {dim: found[self.root(dim)] for dim in range(len(self.parent))}

    def _sum(self, dim: int, found: dict[int, int], within: frozenset[int]) -> int:
        """What the parts of a dimension come to; 1 for a part that it is itself a part of."""
        root = self.root(dim)
        if root in found or root in within:
            return found.get(root, 1)
        return sum(self._sum(part, found, within | {root}) for part in self.sums[root])
