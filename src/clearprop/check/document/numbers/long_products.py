r"""Products over layers with dots between them: D^l (W^{l+1})^T \cdots D^{L-1} (W^L)^T D^L g.

What stands before the dots begins anew one layer on, and what stands behind them begins with the last of these.
"""

from dataclasses import replace

from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.quantities import index
from clearprop.check.document.read.limits import OutOfRange, Undefined
from clearprop.check.document.read.tree import Add, Dots, Node, Num, Script, Sym, mapped, swapped, walk

Factor = tuple[str, Node]  # the sign before it, and the factor
LONGEST = 40  # factors of a product that is looked at so
MOST_OF_UNIT = 4  # factors
MOST_BEFORE = 1  # factors that stand before the first unit
ENOUGH = 0.5  # of the factors: a slip in one of them is none of the others'


def written_out(factors: list[Factor], env: Env) -> list[Factor]:
    """The factors with those of every layer that dots among them stand for; what is written stays as it is."""
    k = next((k for k, (_, one) in enumerate(factors) if isinstance(one, Dots)), 0)
    if len(factors) > LONGEST:
        return factors
    before, behind = factors[:k], factors[k + 1 :]
    found = [
        (_agreeing(before[first:], behind, width, steps, letter, env), first, width, letter, steps)
        for letter in (*sorted(env.letters), "")  # none: layers 1, 2, ...
        for first in range(min(len(before), MOST_BEFORE + 1))
        for width in range(1, min(len(before) - first, len(behind), MOST_OF_UNIT) + 1)
        for steps in range(-1, env.world.L + 1)
    ]
    best = max(found, key=lambda one: (one[0], -one[1], -one[2]), default=(0.0, 0, 0, "", 0))
    agreeing, first, width, letter, steps = best
    if agreeing < ENOUGH:
        return factors
    head, units = before[:first], before[first:]
    between = [
        (sign if n else factors[k][0], _moved(one, letter, layer))
        for layer in range(len(units) // width, steps)
        for n, (sign, one) in enumerate(units[:width])
    ]
    return [*head, *units[: max(steps, 0) * width], *between, *behind[0 if steps >= 0 else width :]]


def _agreeing(
    before: list[Factor], behind: list[Factor], width: int, steps: int, letter: str, env: Env
) -> float:
    """The share of the factors that are the first unit's, one layer on each time, and `steps` behind the dots."""
    if letter and not any(Sym(letter) in walk(one) for _, one in before[:width]):
        return 0.0
    wanted = [_moved(before[n % width][1], letter, n // width) for n in range(len(before))]
    wanted += [_moved(one, letter, steps) for _, one in before[:width]]
    same = [
        _numbered(one, env) == _numbered(other, env)
        for one, (_, other) in zip(wanted, [*before, *behind[:width]], strict=True)
    ]
    last = same[len(before) :]
    return sum(same[width:]) / len(same[width:]) if any(last) else 0.0


def _moved(node: Node, letter: str, steps: int) -> Node:
    """The same factor so many layers on; without a letter, by the numbers above and below its names."""
    if not letter:
        return _renumbered(node, steps)
    return swapped(node, {Sym(letter): Add(Sym(letter), Num(float(steps)), 1)})


def _renumbered(node: Node, steps: int) -> Node:
    if isinstance(node, Script):
        return replace(node, node=Num(node.node.value + steps)) if isinstance(node.node, Num) else node
    return mapped(node, lambda one: _renumbered(one, steps))


def _numbered(node: Node, env: Env) -> Node:
    """The factor with its layers as numbers."""

    def change(one: Node) -> Node:
        if isinstance(one, Script) and one.node is not None:
            try:
                return replace(one, node=Num(float(index(one.node, env))))
            except (Undefined, OutOfRange):
                return one
        return mapped(one, change)

    return change(node)
