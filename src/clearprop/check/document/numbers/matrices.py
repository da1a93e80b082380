"""Matrices written out, also with dots; entries and slices of them; quantities that the text defines."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from clearprop.check.document.meaning.notation import is_letter, ones_first
from clearprop.check.document.numbers import extents, quantities
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.values import Jacobian, Value
from clearprop.check.document.read.limits import MOST_ENTRIES, Misfit, OutOfRange, Undefined, Unread
from clearprop.check.document.read.scripts import is_rest
from clearprop.check.document.read.tree import (
    Add,
    Derivative,
    Dots,
    Matrix,
    Node,
    Num,
    Ones,
    Script,
    Sym,
    Transpose,
    bases,
    walk,
)


def matrix(node: Matrix, env: Env) -> Value:
    """A matrix written out. Where dots stand, its entries are not known (NaN)."""
    from clearprop.check.document.numbers.evaluate import plain

    rows = _unnested(node)
    gap = next((k for k, row in enumerate(rows) if all(isinstance(c, Dots) for c in row)), None)
    written = [row for k, row in enumerate(rows) if k != gap]
    blocks = [_row(row, env, plain) for row in written]
    alone = [row[0] if len(row) == 1 else None for row in written]
    blocks = [block.T for block in _repeated(alone, [block.T for block in blocks]) if block is not None]
    widths = {block.shape[1] for block in blocks}
    if len(widths) > 1:
        msg = f"its rows have {' and '.join(map(str, sorted(widths)))} entries"
        raise Misfit(msg)
    if gap is not None:
        count = _count(written[0][0], written[-1][0], env) if gap else len(written)
        missing = max(0, count - sum(block.shape[0] for block in blocks))
        blocks.insert(gap, np.full((missing, blocks[0].shape[1]), np.nan))
    return np.concatenate(blocks, axis=0)


def _repeated(cells: Sequence[Node | None], parts: Sequence[Value | None]) -> list[Value | None]:
    """Blocks side by side, of which a 0 or a 1 alone is as high as the others, [1 X] or [0 W]."""
    bare = [isinstance(cell, Num) and cell.value in (0, 1) for cell in cells]
    heights = {part.shape[0] for part, one in zip(parts, bare, strict=True) if part is not None and not one}
    if len(heights) != 1 or 1 in heights:
        return list(parts)
    high = heights.pop()
    return [np.repeat(part, high, axis=0) if one and part is not None else part
            for part, one in zip(parts, bare, strict=True)]  # fmt: skip


def with_ones(factors: list[Node], values: list) -> list | None:
    """The factors' values, vectors of ones as long as their neighbours need; None if there are none such."""
    found = list(values)
    for k, factor in enumerate(factors):
        turned = isinstance(factor, Transpose)
        one = factor.of if isinstance(factor, Transpose) else factor
        beside = k + 1 if turned else k - 1
        if not isinstance(one, Ones) or one.size is not None or not 0 <= beside < len(values):
            continue
        near = values[beside]
        shape = np.shape(near.matrix if isinstance(near, Jacobian) else near)
        if len(shape) == 2:
            found[k] = np.ones((1, shape[0]) if turned else (shape[1], 1))
    return None if all(one is other for one, other in zip(found, values, strict=True)) else found


ONES = "ones"  # among the parameters: how long vectors of ones are


def beside_ones(node: Add, left: Value, right: Value, env: Env) -> tuple[Value, Value] | None:
    """Both sides of a sum that do not fit, with the vectors of ones in one side as long as the other needs."""
    from clearprop.check.document.numbers.evaluate import plain

    for one, other in ((node.left, right), (node.right, left)):
        bare = any(isinstance(inner, Ones) and inner.size is None for inner in walk(one))
        for size in sorted(set(other.shape) - {1}) if bare and ONES not in env.params else ():
            sized = env.with_params(**{ONES: size})
            found = plain(node.left, sized), plain(node.right, sized)
            if found[0].shape == found[1].shape:
                return found
    return None


IDENTITY = ("I", "mathbb I")


def has_identity(node: Node) -> bool:
    """Whether an identity matrix stands in it, whose size is that of what it is added to."""
    return any(isinstance(one, Sym) and one.name in IDENTITY and not one.sub for one in walk(node))


def sized(env: Env, size: int) -> Env:
    """The same place with an identity matrix of this size for a bare I."""
    return env.with_params(**dict.fromkeys(IDENTITY, np.eye(size)))


def identity(node: Sym, env: Env) -> Value:
    """I, I_n, or an entry I_{jk}."""
    numbers = [quantities.index(one.node, env) for one in node.sub]
    if len(numbers) == 2:
        return np.asarray(float(numbers[0] == numbers[1]))
    return np.eye(numbers[0] if numbers else env.world.sizes[-1])


def is_row(node: Matrix, env: Env) -> bool:
    """Whether entries that are listed with a transpose lie in a row all the same, as the text's one sample does."""
    roles = [env.notation.roles.get(s.name) for s in bases(node)]
    of_samples = any(role is not None and (role.batch or role.counts_samples) for role in roles)
    return env.notation.vectors == "row" and not of_samples


def _unnested(node: Matrix) -> list[tuple[Node, ...]]:
    """[[1, 2], [3, 4]] as two rows."""
    rows = list(node.rows)
    if (
        len(rows) == 1
        and all(isinstance(cell, Matrix) and len(cell.rows) == 1 for cell in rows[0])
        and len(rows[0]) > 1
    ):
        return [cell.rows[0] for cell in rows[0] if isinstance(cell, Matrix)]
    return rows


def _row(row: tuple[Node, ...], env: Env, plain) -> Value:
    gap = next((k for k, cell in enumerate(row) if isinstance(cell, Dots)), None)
    cells = [cell for cell in row if not isinstance(cell, Dots)]
    parts = [
        None if isinstance(cell, Ones) and cell.size is None else np.atleast_2d(plain(cell, env))
        for cell in cells
    ]
    parts = _repeated(cells, parts)
    heights = {part.shape[0] for part in parts if part is not None}
    if len(heights) > 1:
        msg = f"entries {' and '.join(map(str, sorted(heights)))} high stand side by side"
        raise Misfit(msg)
    height = heights.pop() if heights else env.world.m
    blocks = [np.ones((height, 1)) if part is None else part for part in parts]
    if gap is not None:
        count = _count(cells[gap - 1], cells[gap], env) if 0 < gap < len(cells) else len(cells)
        missing = max(0, count - 2) * blocks[0].shape[1]
        blocks.insert(gap, np.full((height, missing), np.nan))
        if count < 2:  # x_1, x_2, ..., x_d with d = 2, or 1
            del blocks[max(0, gap + count - 2) : gap]
    if sum(b.size for b in blocks) > MOST_ENTRIES:
        msg = "a matrix with too many entries"
        raise Unread(msg)
    return np.concatenate(blocks, axis=1)


def _count(first: Node, last: Node, env: Env) -> int:
    """How many entries there are from one with a 1 to one with an m."""
    pair = _difference(first, last)
    if pair is None:
        msg = "dots between entries that do not differ in one index"
        raise Unread(msg, "\\dots")
    return quantities.index(pair[1], env) - quantities.index(pair[0], env) + 1


def _difference(first: Node | None, last: Node | None) -> tuple[Node | None, Node | None] | None:
    """The first pair of indices in which two trees of one form differ."""
    if first == last:
        return None
    if isinstance(first, Script) and isinstance(last, Script):
        return (
            _difference(first.node, last.node)
            if first.kind == last.kind and type(first.node) is type(last.node) and not _is_end(first.node)
            else (first.node, last.node)
        )
    if isinstance(first, Num) or type(first) is not type(last) or first is None or last is None:
        return first, last
    for one, other in zip(first.children, last.children, strict=False):
        if one != other:
            return _difference(one, other)
    return None


def _is_end(node: Node | None) -> bool:
    return isinstance(node, Num) or is_letter(node) is not None


def picked(value: Value, sub: tuple[Script, ...], env: Env) -> Value:
    """Entries, rows or columns of a value: v_j, M_{ij}, M_i."""
    if not sub:
        return value
    if any(map(is_rest, sub)):
        return picked(
            _without_one(value, sub, env), tuple(replace(s, node=None) if is_rest(s) else s for s in sub), env
        )
    numbers = [None if s.node is None else quantities.index(s.node, env) - 1 for s in sub]
    if value.ndim == 0:
        if all(n in (0, None) for n in numbers):
            return value
        msg = "an index on a number"
        raise Misfit(msg)
    if all(n is None for n in numbers) and len(numbers) < 3:
        return value
    if len(numbers) == 1 and 1 in value.shape and numbers[0] is not None:
        return _entry(value.reshape(-1), (numbers[0],))
    if len(numbers) == 1 and numbers[0] is not None:
        return _entry(value, (numbers[0],))[None]
    if len(numbers) == 2:
        at = tuple(slice(None) if n is None else n for n in numbers)
        found = _entry(value, at)
        return found if found.ndim != 1 else (found[:, None] if numbers[0] is None else found[None])
    msg = f"{len(numbers)} indices on a matrix"
    raise Undefined(msg)


def _without_one(value: Value, sub: Sequence[Script], env: Env) -> Value:
    """A value without what stands for the biases: the first or the last of a vector, of the rows or of the columns."""
    if value.ndim != 2 or len(sub) > 2:
        msg = "a part of something that is no vector or matrix"
        raise Misfit(msg)
    at_rows = value.shape[0] > 1 if len(sub) == 1 else not is_rest(sub[-1])
    kept = slice(1, None) if ones_first(env.notation) else slice(None, -1)
    return value[kept] if at_rows else value[:, kept]


def _entry(value: Value, at: tuple) -> Value:
    for n, size in zip(at, value.shape, strict=False):
        if isinstance(n, int) and not 0 <= n < size:
            msg = f"an index {n + 1} of {size}"
            raise OutOfRange(msg)
    return np.asarray(value[at])


def defined(node: Sym, env: Env) -> Any:
    """A quantity that the text defines, by its definition."""
    from clearprop.check.document.numbers.evaluate import evaluate, plain

    sample = _sample_above(node, env)
    if sample is not None:
        return defined(replace(node, sup=()), env.at(sample=sample))
    power = _power_alone(node, env)
    if power is not None:
        return plain(replace(node, sup=()), env) ** float(power)
    for left, right in env.notation.definitions[node.name]:
        bound = _bound(left, node, env)
        if bound is None:
            continue
        letters, rest = bound
        right = extents.with_letters(left, right, node, env)
        inner = env.at(letters={**env.letters, **letters}, depth=env.depth + 1)
        if env.depth > 12:
            msg = "definitions that call each other without end"
            raise Unread(msg, node.name)
        if _stacks_samples(right, env):
            inner = inner.at(together=True)
        free = [is_letter(s.node) for s in left.sub if is_letter(s.node) and is_letter(s.node) not in letters]
        if rest is None and len(free) == 2 and len(set(free)) == 1:  # D_{ii}: a diagonal matrix
            rows = extents.sizes(right, str(free[0]), inner)
            if len(rows) == 1:
                cells = [plain(right, inner.with_letter(str(free[0]), n + 1)) for n in range(max(rows))]
                return np.diag(np.array([np.asarray(cell).reshape(-1)[0] for cell in cells]))
        if rest is None and free:
            return picked(_assembled(right, [str(f) for f in free], inner, plain), node.sub, env)
        if isinstance(right, Derivative) and not rest:
            return evaluate(right, inner)  # of a vector by a vector: a matrix, or what it is entry by entry
        return picked(plain(right, inner), rest or (), env)
    msg = f"{node.name} is defined in another form"
    raise Undefined(msg, node.name)


def _stacks_samples(right: Node, env: Env) -> bool:
    """Whether it is of letters whose only index is a sample: r = hat y - y is all samples, as r_i is one."""
    roles = [env.notation.roles.get(s.name) for s in bases(right) if not s.sub and not s.sup]
    return not env.notation.one_sample and any(role is not None and role.counts_samples for role in roles)


def _sample_above(node: Sym, env: Env) -> int | None:
    """The sample of g_j^k, from 0, where the text defines g_j for any sample and leaves out its index."""
    letter = is_letter(node.sup[0].node) if len(node.sup) == 1 else None
    bare = not any(left.sup for left, _ in env.notation.definitions[node.name])
    told = bare and letter in env.notation.sample_letters
    return quantities.index(node.sup[0].node, env) - 1 if told and node.sup[0].node is not None else None


def _power_alone(node: Sym, env: Env) -> float | None:
    r"""The 2 of \Sigma^2, where the text defines \Sigma and nothing with a script above it."""
    above = [item.node for item in node.sup]
    bare = not any(left.sup for left, _ in env.notation.definitions[node.name])
    return above[0].value if bare and len(above) == 1 and isinstance(above[0], Num) else None


def _bound(left: Sym, node: Sym, env: Env) -> tuple[dict[str, int], tuple[Script, ...] | None] | None:
    """The letters of a definition under an occurrence; and the indices that are left to take. None if they do
    not match.
    """
    if len(left.sup) != len(node.sup):
        return None
    letters: dict[str, int] = {}
    for mine, its in zip(node.sup, left.sup, strict=True):
        if not _match(mine, its, letters, env):
            return None
    if len(left.sub) == len(node.sub):
        return (
            (letters, ())
            if all(_match(m, i, letters, env) for m, i in zip(node.sub, left.sub, strict=True))
            else None
        )
    if not left.sub:
        return letters, node.sub
    return letters, None


def _match(mine: Script, its: Script, letters: dict[str, int], env: Env) -> bool:
    letter = is_letter(its.node)
    if mine.node == its.node and (letter is None or letter not in env.letters):
        return True
    if letter is not None and letter not in env.notation.sizes:
        letters[letter] = quantities.index(mine.node, env)
        return True
    try:
        return quantities.index(mine.node, env) == quantities.index(its.node, env)
    except Undefined:
        return mine.node == its.node


def _assembled(right: Node, free: list[str], env: Env, plain) -> Value:
    """The array of all entries of a quantity that is defined by its entry."""
    ranges = []
    for letter in free:
        found = extents.sizes(right, letter, env)
        if not found:
            msg = f"the index {letter} does not say how far it goes"
            raise Undefined(msg, letter)
        ranges.append(range(1, max(found) + 1))
    shape = tuple(len(r) for r in ranges)
    if np.prod(shape) > 2000:
        msg = "a quantity with too many entries"
        raise Unread(msg)
    entries = [
        plain(right, env.at(letters={**env.letters, **dict(zip(free, index, strict=True))}))
        for index in product(*ranges)
    ]
    value = np.array(entries).reshape(shape)
    return value if value.ndim == 2 else value[:, None] if env.notation.vectors == "column" else value[None]


def unit_vector(node: Sym, env: Env) -> Value:
    """e_y: 1 at the class of the sample."""
    k = quantities.index(node.sub[0].node, env) - 1
    n = env.world.sizes[-1]
    if not 0 <= k < n:
        msg = f"a unit vector {k + 1} of {n}"
        raise OutOfRange(msg)
    row = np.eye(n)[k]
    return row[None] if env.notation.vectors == "row" else row[:, None]
