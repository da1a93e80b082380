"""Matrices of a trace as HTML tables: every cell can be pointed at, and carries its full value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

from clearprop.show.formula import Formula, math, read, text
from clearprop.show.page.numbers import places
from clearprop.show.wording import apart

DOTS = {"across": "⋯", "down": "⋮", "both": "⋱"}
Shown = Callable[[str, tuple[int, ...], float], str]
LONGEST = 18  # of a name beside a matrix; the whole of it is its title


@dataclass(frozen=True)
class Names:
    """What rows and columns are called."""

    inputs: Sequence[str]
    outputs: Sequence[str]
    samples: Sequence[str]
    L: int

    @classmethod
    def of(cls, trace: Mapping[str, Any]) -> "Names":
        """Those of a trace."""
        batch = trace["batch"]
        return cls(batch["inputs"], batch["outputs"], batch["samples"], trace["network"]["L"])

    def name(self, kind: str, layer: int | None, n: int) -> str:
        """Of index n of an axis; its number, counted from 1, if it has no name of its own."""
        by_layer = {0: self.inputs, self.L: self.outputs, None: self.outputs}
        names = self.samples if kind == "sample" else by_layer.get(layer, ())
        return str(names[n]) if n < len(names) else str(n + 1)


def symbol(q: Mapping[str, Any]) -> str:
    """A quantity's symbol, as MathML."""
    return math(_symbol(q))


def said(q: Mapping[str, Any]) -> str:
    """A quantity's symbol, as it is read aloud."""
    return text(_symbol(q))


def _symbol(q: Mapping[str, Any]) -> Formula:
    """Of the batch; a number for each sample keeps its index, as the losses would else look like their mean."""
    by_sample = q["axes"] == ["sample", "one"]
    return read(q["latex"]["scalar"].replace("#1", "i") if by_sample else q["latex"]["batch"])


class Writer:
    """Writes quantities as tables.

    Parameters
    ----------
    names : Names
        Of rows and columns.
    shown : callable
        ``shown(key, at, value)``: a number as it stands in its cell, as HTML.
    """

    def __init__(self, names: Names, shown: Shown) -> None:
        self.names, self.shown = names, shown

    def blocks(self, q: Mapping[str, Any], *, flipped: bool = False, own: bool = False) -> str:
        """A quantity as a matrix with its caption; one with three axes as a matrix for each of its first index.

        Parameters
        ----------
        q : dict
            Of the trace.
        flipped : bool
            Whether it stands transposed.
        own : bool
            Whether it is the result of its card, and not an operand in it.
        """
        if len(q["shape"]) == 3:
            kept = q["held"][0]
            return "".join(self._block(_part(q, n), (kept[n],), False, own) for n in range(len(kept)))
        return self._block(q, (), flipped, own)

    def _block(self, q: Mapping[str, Any], before: tuple[int, ...], flipped: bool, own: bool) -> str:
        rows, columns = q["shape"][::-1] if flipped else q["shape"]
        of = f'<span class="of">{escape(self.names.name("sample", None, before[0]))}</span>' if before else ""
        mark = '<sup class="t">⊤</sup>' if flipped else ""
        size = f'<span class="size">{rows:,} × {columns:,}</span>' if rows * columns > 1 else ""
        kind = (" own" if own else "") + ("" if rows * columns > 1 else " one")
        label = escape(f"{said(q)}{mark and ', transposed'}, {rows} × {columns}")
        caption = f'<div class="cap">{symbol(q)}{mark}{of}{size}</div>'
        return (
            f'<div class="m{kind}" data-k="{escape(q["key"])}">{caption}'
            f'<table role="grid" aria-label="{label}">{self._rows(q, before, flipped)}</table></div>'
        )

    def _rows(self, q: Mapping[str, Any], before: tuple[int, ...], flipped: bool) -> str:
        order, turn = ((1, 0), -1) if flipped else ((0, 1), 1)
        held = [q["held"][axis] for axis in order]
        down, across = (_gap(q["held"][axis], q["shape"][axis]) for axis in order)
        heads = [_heads(q, axis, self.names) for axis in order]
        values = list(zip(*q["values"], strict=True)) if flipped else q["values"]
        cells = [
            [
                self._cell(q["key"], before, (r, c)[::turn], value)
                for c, value in zip(held[1], line, strict=True)
            ]
            for r, line in zip(held[0], values, strict=True)
        ]
        most = max((places(cell.text) for line in cells for cell in line), default=0)
        top = _with_dots([f'<th scope="col">{name}</th>' for name in heads[1]], across, "<td></td>")
        written = [f"<thead><tr><td></td>{top}</tr></thead><tbody>"]
        for r, line in enumerate(cells):
            if r == down:
                written.append(_dotted(len(line), across))
            tds = [cell.html(most, first=r == c == 0) for c, cell in enumerate(line)]
            written.append(
                f'<tr><th scope="row">{heads[0][r]}</th>{_with_dots(tds, across, _dots("across"))}</tr>'
            )
        return "".join([*written, "</tbody>"])

    def _cell(self, key: str, before: tuple[int, ...], at: tuple[int, ...], value: float) -> "Cell":
        at = (*before, *at)
        return Cell(f"{escape(key)}/{','.join(map(str, at))}", self.shown(key, at, value), value)


class Cell(NamedTuple):
    """One number of a matrix: its name, what is written, what it is."""

    name: str
    text: str
    value: float

    def html(self, most: float, *, first: bool) -> str:
        """The cell, with room on the right so that points stand under points; the first can be reached by Tab."""
        room = most - places(self.text)
        pad = f' style="--r:{room:g}"' if room > 0 else ""
        tab = "0" if first else "-1"
        return f'<td data-c="{self.name}" data-v="{self.value!r}" tabindex="{tab}"{pad}>{self.text}</td>'


def selected(q: Mapping[str, Any]) -> Mapping[str, Any]:
    """A quantity with what is to be shown of it alone."""
    chosen = q.get("shown")
    if not chosen or chosen == q["held"]:
        return q
    places_ = [[held.index(n) for n in axis] for held, axis in zip(q["held"], chosen, strict=True)]
    return {**q, "held": chosen, "values": _picked(q["values"], places_)}


def _picked(values: Any, places_: list[list[int]]) -> Any:
    return [_picked(values[n], places_[1:]) for n in places_[0]] if places_ else values


def _part(q: Mapping[str, Any], n: int) -> dict[str, Any]:
    """The matrix at one first index."""
    tail = {key: q[key][1:] for key in ("shape", "held", "axes", "axis_layers")}
    return {**q, **tail, "values": q["values"][n]}


def _heads(q: Mapping[str, Any], axis: int, names: Names) -> list[str]:
    """The names along an axis, as HTML: a long one is cut, and whole in its title."""
    if q["axes"][axis] == "one":
        return [""] * len(q["held"][axis])
    found = [names.name(q["axes"][axis], q["axis_layers"][axis], n) for n in q["held"][axis]]
    cut = apart(found, LONGEST)
    return [
        escape(name) if cut[name] == name else f'<span title="{escape(name)}">{escape(cut[name])}</span>'
        for name in found
    ]


def _gap(held: Sequence[int], n: int) -> int | None:
    """Before which of the kept indices others are left out."""
    return next((k for k in range(1, len(held)) if held[k] > held[k - 1] + 1), None)


def _dots(way: str) -> str:
    return f'<td class="dots">{DOTS[way]}</td>'


def _with_dots(cells: list[str], gap: int | None, dots: str) -> str:
    return "".join(cells if gap is None else [*cells[:gap], dots, *cells[gap:]])


def _dotted(n: int, gap: int | None) -> str:
    return f"<tr><th></th>{_with_dots([_dots('down')] * n, gap, _dots('both'))}</tr>"
