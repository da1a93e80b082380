"""Embedded inputs in an account: from the raw inputs to a[0], and back to the numbers of the embeddings."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from clearprop.batch import embedding_gradients
from clearprop.maths import derivation
from clearprop.maths.equations import by_id
from clearprop.maths.trees import Grid, Tree, named
from clearprop.network import FURTHER, WAVES, Embedding, Network
from clearprop.show.account import embedded_lines as lines
from clearprop.show.account.quantity import Axis, Line, Quantity, held
from clearprop.show.account.step import ONE, SAMPLE, Step, units
from clearprop.show.account.symbols import Symbol, by_row, mean_by, of_input

INPUT = Axis("input", 0)
NOWHERE = -1  # the layer of an axis that is of none
EACH = ("f", "s", "V", "r")


def waves(letter: str = "j") -> Axis:
    return Axis("wave", NOWHERE, letter)


def further(letter: str = "j") -> Axis:
    return Axis("further", NOWHERE, letter)


AXES = {"f": (ONE, waves()), "s": (ONE, waves()), "V": (waves("k"), further()), "r": (ONE, further())}


def completed(units: np.ndarray, net: Network) -> np.ndarray:
    """The kept units of a[0] with those that belong to them: an embedded input, and its further numbers."""
    whole = set(units.tolist())
    for n, k in enumerate(net.embedded):
        block = {net.sizes[0] + FURTHER * n + j for j in range(FURTHER)} | {k}
        whole |= block if whole & block else set()
    return np.array(sorted(whole))


def input_names(net: Network, names: Sequence[Any] | None, said: Any) -> list[str] | None:
    """The names of the columns of a[0]; `said`: of a further number, from the name of its input and its number."""
    if names is None or len(names) != net.sizes[0]:
        return None if names is None else list(names)
    return [*names, *(said(input=names[k], n=j + 1) for k in net.embedded for j in range(FURTHER))]


def encodings(net: Network, names: Sequence[str], given: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """How the columns of a[0] came of those of the table; the further numbers after the inputs."""
    of_input = {e["input"]: e["column"] for e in given}
    made = []
    for n, name in enumerate(names[net.sizes[0] :]):
        source = names[net.embedded[n // FURTHER]]
        made.append({"input": name, "column": of_input.get(source, source), "kind": "further", "of": source})
    inputs = set(names)
    at = next((n for n, e in enumerate(given) if e["input"] not in inputs), len(given))
    return [*given[:at], *made, *given[at:]]


def embedding_given(s: Step) -> Iterator[Quantity]:
    """The inputs, and the numbers of the embeddings."""
    assert s.outer is not None
    symbol = Symbol("X_{#1,#2}", "X_{#1}", "X")
    yield Quantity("x", "given", 0, symbol, (SAMPLE, INPUT), s.outer.X.shape, held(s.outer.X))
    for n, k in s.outer.shown:
        for letter, own in _own(s.outer.params.embedding, n):
            yield _numbers(letter, letter, k, "given", own)


def embedding_forward(s: Step, embedding: Embedding | None, a: np.ndarray, mark: str) -> Iterator[Quantity]:
    """Phases, waves and further numbers of each input, and a[0], which they are part of."""
    assert s.outer is not None
    part, X, page, m = "next" if mark else "forward", s.outer.X, s.page, len(s.X)
    for n, k in s.outer.shown:
        t, h, e = derivation.embed(X[:, k : k + 1], *(own for _, own in _own(embedding, n)))
        f, shift, V, r = (_grid(f"{letter}{mark}", k, AXES[letter]) for letter in EACH)
        made = lines.phase(k, page.phase(_input(s, k), f, shift).cell("i", "j"))
        yield _rows(f"t{mark}", "t" + mark, k, part, waves(), t, (made,))
        made = lines.wave(k, page.wave(_row_grid(f"t{mark}", k, m, WAVES)).cell("i", "j"))
        yield _rows(f"h{mark}", "h" + mark, k, part, waves(), h, (made,))
        made = lines.mixed(k, page.affine(_row_grid(f"h{mark}", k, m, WAVES), V, r).cell("i", "j"))
        yield _rows(f"e{mark}", "e" + mark, k, part, further(), e, (made,))
    line = lines.joined(s.outer.net.embedded, _joined(s, mark))
    whole = rf"{{a{mark}}}^{{(0)}}" if mark else "a^{(0)}"
    symbol = Symbol(rf"{whole}_{{#1,#2}}", rf"{whole}_{{#1}}", whole)
    yield Quantity(f"a{mark}[0]", part, 0, symbol, (SAMPLE, units(0)), a.shape, held(a), (line,))


def _joined(s: Step, mark: str) -> Tree:
    """Cell [i, j] of a[0]: the input, or the further number, that stands in column j."""
    assert s.outer is not None
    inputs, embedded = s.outer.net.sizes[0], s.outer.net.embedded
    terms = []
    for c in s.outer.kept:
        n, j = divmod(c - inputs, FURTHER)
        cell = ["ref", "x", "i", c] if c < inputs else ["ref", f"e{mark}[{embedded[n]}]", "i", j]
        terms.append(["*", ["is", "j", c], cell])
    return ["+", *terms] if len(terms) > 1 else terms[0]


def embedding_backward(s: Step) -> Iterator[Quantity]:
    """The gradients of the numbers of each embedding, from da[0]."""
    assert s.outer is not None
    outer, da, m = s.outer, s.working.da[0], s.working.m if s.mean else 1.0
    own, _ = embedding_gradients(outer.net, outer.params, outer.X, da, m)
    for n, k in outer.shown:
        yield from _pulled(s, n, k)
        for letter, gradient in _own(own, n):
            yield _gradient(s, letter, n, k, gradient)


def _pulled(s: Step, n: int, k: int) -> Iterator[Quantity]:
    """dJ_i/de, dJ_i/dh and dJ_i/dt of an input."""
    assert s.outer is not None
    outer, at, m = s.outer, s.outer.net.sizes[0] + FURTHER * n, len(s.X)
    (_, f), (_, shift), (_, V), (_, r) = _own(outer.params.embedding, n)
    t, h, _ = derivation.embed(outer.X[:, k : k + 1], f, shift, V, r)
    de = s.working.da[0][:, at : at + FURTHER]
    dh = derivation.pull_back(de, V)
    cells = [["*", ["is", "j", j], ["ref", "da[0]", "i", at + j]] for j in range(FURTHER)]
    part, back = "backward", s.page
    yield _rows("de", "e", k, part, further(), de, (lines.taken(k, at, ["+", *cells]),), ("e", n), by_row)
    tree = back.pull_back(_row_grid("de", k, m, FURTHER), _grid("V", k, AXES["V"])).cell("i", "k")
    yield _rows("dh", "h", k, part, waves("k"), dh, (lines.pulled(k, tree),), ("h", n), by_row)
    grids = (_row_grid(letter, k, m, WAVES) for letter in ("dh", "t", "h"))
    made = lines.turned(k, back.wave_back(*grids).cell("i", "j"))
    dt = derivation.wave_back(dh, t, h)
    yield _rows("dt", "t", k, part, waves(), dt, (made,), ("t", n), by_row)


def _gradient(s: Step, letter: str, n: int, k: int, values: np.ndarray) -> Quantity:
    page, m = s.page, len(s.X)
    de, dt = _row_grid("de", k, m, FURTHER), _row_grid("dt", k, m, WAVES)
    grid = {
        "f": lambda: page.bias_grad(page.frequency_term(dt, _input(s, k)), s.divisor).cell(0, "j"),
        "s": lambda: page.bias_grad(dt, s.divisor).cell(0, "j"),
        "V": lambda: page.weight_grad(_row_grid("h", k, m, WAVES), de, s.divisor).cell("k", "j"),
        "r": lambda: page.bias_grad(de, s.divisor).cell(0, "j"),
    }[letter]()
    of = "J" if s.mean else r"J_{\text{sum}}"
    made = _numbers(f"d{letter}", letter, k, "backward", values, (lines.gradient(letter, k, s.mean, grid),))
    return replace(made, symbol=mean_by(made.symbol, of), oracle=(letter, n))


def embedding_update(s: Step) -> Iterator[Quantity]:
    """The numbers of each embedding after the update: they move as biases do."""
    assert s.outer is not None
    for n, k in s.outer.shown:
        for letter, own in _own(s.outer.after.embedding, n):
            axes = AXES[letter]
            old, slope = _grid(letter, k, axes), _grid(f"d{letter}", k, axes)
            row = axes[0].letter or 0
            cell = s.page.descend_bias(old, slope, named("lr")).cell(row, "j")
            line = lines.moved(letter, k, s.mean, cell, by_id("G11").name)
            yield _numbers(f"{letter}'", f"{letter}'", k, "update", own, (line,))


def _own(embedding: Any, n: int) -> list[tuple[str, np.ndarray]]:
    """The numbers of one input by letter."""
    return [(letter, own[n]) for letter, own in zip(EACH, embedding, strict=True)]


def _numbers(
    name: str, letter: str, k: int, part: str, own: np.ndarray, made: tuple[Line, ...] = ()
) -> Quantity:
    """Numbers of an embedding, or their gradients: a row, or of V a matrix."""
    values, axes = np.atleast_2d(own), AXES[letter.rstrip("'")]
    return Quantity(
        f"{name}[{k}]",
        part,
        0,
        of_input(letter, k, axes[0] is not ONE),
        axes,
        values.shape,
        held(values),
        made,
    )


def _rows(
    name: str, letter: str, k: int, part: str, axis: Axis, values: np.ndarray, made: tuple[Line, ...],
    oracle: tuple[Any, ...] | None = None, derived: Any = None,
) -> Quantity:  # fmt: skip
    """A quantity of an input with a row a sample."""
    symbol = derived(letter, input=k) if derived else of_input(letter, k, True, samples=True)
    return Quantity(f"{name}[{k}]", part, 0, symbol, (SAMPLE, axis), values.shape, held(values), made, oracle)


def _input(s: Step, k: int) -> Grid:
    """Column k of the inputs."""
    return Grid((len(s.X), 1), lambda i, _: ["ref", "x", i, k])


def _row_grid(name: str, k: int, m: int, width: int) -> Grid:
    return Grid((m, width), lambda i, j: ["ref", f"{name}[{k}]", i, j])


def _grid(name: str, k: int, axes: tuple[Axis, Axis]) -> Grid:
    sizes = {"wave": WAVES, "further": FURTHER, "one": 1}
    shape = sizes[axes[0].kind], sizes[axes[1].kind]
    return Grid(shape, lambda i, j: ["ref", f"{name}[{k}]", i, j])
