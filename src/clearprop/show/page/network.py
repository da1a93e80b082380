"""The network of a trace as a drawing: a unit for each number of a sample, a line for each weight."""

from collections.abc import Mapping
from html import escape
from typing import Any

from clearprop.show.page.matrices import Names
from clearprop.show.page.numbers import plain
from clearprop.show.page.words import Words
from clearprop.show.wording import apart, clipped

WIDE, HIGH, GAP = 58, 26, 15  # a unit, and the room between two
LONGEST = 13  # of a name beside a unit


class Drawing:
    """Where units stand, and the lines between them."""

    def __init__(self, trace: Mapping[str, Any], words: Words) -> None:
        self.words, self.names = words, Names.of(trace)
        self.net, self.quantities = trace["network"], trace["quantities"]
        self.L, self.digits = self.net["L"], min(4, trace["options"]["digits"])
        self.held = [self._held(l) for l in range(self.L + 1)]
        self.most = max(
            len(held) + (len(held) < n) for held, n in zip(self.held, self.net["sizes"], strict=True)
        )
        self.cut = [apart((self._label(l, n) for n in held), LONGEST) for l, held in enumerate(self.held)]
        self.left, self.right = self._margin(0), self._margin(self.L)
        self.step = max(WIDE + 36, (460 - self.left - self.right - WIDE) / max(1, self.L))
        self.width = self.left + self.L * self.step + WIDE + self.right
        self.height = 40 + self.most * (HIGH + GAP)

    def svg(self) -> str:
        """The drawing; units carry `data-n` (layer, unit), lines `data-e` (the cell of W)."""
        title = f"{self.words.network}: {'-'.join(map(str, self.net['sizes']))}"
        edges = "".join(self._edges(l) for l in range(1, self.L + 1))
        units = "".join(self._layer(l) for l in range(self.L + 1))
        return (
            f'<svg class="net" viewBox="0 0 {self.width:.0f} {self.height:.0f}" role="img"'
            f' aria-label="{escape(title)}">'
            f'<g class="edges">{edges}</g>{units}</svg>'
        )

    def _held(self, l: int) -> list[int]:
        return self.quantities[self._key(l)]["held"][1]

    def _key(self, l: int) -> str:
        return "p" if l == self.L else f"a[{l}]"

    def _margin(self, l: int) -> float:
        longest = max(map(len, self.cut[l].values()), default=0)
        return 12 + 7.2 * longest if self._named(l) else 12

    def _named(self, l: int) -> bool:
        return any(self._label(l, n) != str(n + 1) for n in self.held[l])

    def _label(self, l: int, n: int) -> str:
        return self.names.name("unit", l, n)

    def place(self, l: int, k: int) -> tuple[float, float]:
        """The middle of the k-th unit that is shown in layer l."""
        held, n = self.held[l], self.net["sizes"][l]
        slots = len(held) + (len(held) < n)
        slot = k + (len(held) < n and k == len(held) - 1)
        y = 40 + (self.most - slots) * (HIGH + GAP) / 2 + slot * (HIGH + GAP) + HIGH / 2
        return self.left + l * self.step + WIDE / 2, y

    def _edges(self, l: int) -> str:
        W = self.quantities[f"W[{l}]"]
        largest = max((abs(w) for row in W["values"] for w in row), default=0) or 1.0
        return "".join(
            self._edge(l, (a, k), (b, j), W["values"][a][b], largest)
            for a, k in enumerate(W["held"][0])
            for b, j in enumerate(W["held"][1])
        )

    def _edge(self, l: int, start: tuple[int, int], end: tuple[int, int], w: float, largest: float) -> str:
        (x1, y1), (x2, y2) = self.place(l - 1, start[0]), self.place(l, end[0])
        x1, x2, bend = x1 + WIDE / 2, x2 - WIDE / 2, (x2 - x1 - WIDE) / 2
        d = f"M{x1:.0f} {y1:.0f}C{x1 + bend:.0f} {y1:.0f} {x2 - bend:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
        sign = "minus" if w < 0 else "plus"
        at = f"W[{l}]/{start[1]},{end[1]}"
        thick = 0.5 + 4.5 * abs(w) / largest
        said = f"W({l})[{start[1] + 1},{end[1] + 1}] = {plain(w, self.digits)}"
        return (
            f'<g class="edge {sign}" data-e="{at}"><title>{said}</title><path class="hit" d="{d}"/>'
            f'<path class="seen" d="{d}" stroke-width="{thick:.1f}"/></g>'
        )

    def _layer(self, l: int) -> str:
        held, n = self.held[l], self.net["sizes"][l]
        parts = [self._head(l)]
        values = self.quantities[self._key(l)]["values"][0]
        parts += [self._unit(l, k, unit, values[k]) for k, unit in enumerate(held)]
        if len(held) < n:
            (x, above), (_, below) = self.place(l, len(held) - 2), self.place(l, len(held) - 1)
            parts.append(f'<text class="dots" x="{x:.0f}" y="{(above + below) / 2 + 5:.0f}">⋮</text>')
        return "".join(parts)

    def _head(self, l: int) -> str:
        x, _ = self.place(l, 0)
        kind = (
            self.words.inputs if l == 0 else self.net["activations"][l - 1] if l < self.L else self.net["out"]
        )
        name = f"a<tspan class='sup' dy='-5'>({l})</tspan>" if l < self.L else "p"
        size = f"{self.net['sizes'][l]:,}"
        return (
            f'<text class="head" x="{x:.0f}" y="14">{name}</text>'
            f'<text class="kind" x="{x:.0f}" y="29">{escape(clipped(str(kind), 14))} · {size}</text>'
        )

    def _unit(self, l: int, k: int, unit: int, value: float) -> str:
        x, y = self.place(l, k)
        name = self._label(l, unit)
        said = self._beside(l, name, x, y) if l in (0, self.L) and self._named(l) else ""
        return (
            f'<g class="unit" data-n="{l},{unit}" data-key="{self._key(l)}"><title>{escape(name)}</title>'
            f'<rect x="{x - WIDE / 2:.0f}" y="{y - HIGH / 2:.0f}" width="{WIDE}" height="{HIGH}" rx="13"/>'
            f'<text class="value" x="{x:.0f}" y="{y + 4:.0f}">{plain(value, 3)}</text>{said}</g>'
        )

    def _beside(self, l: int, name: str, x: float, y: float) -> str:
        """The name of an input or an output, outside of the drawing's lines."""
        side, anchor = (x - WIDE / 2 - 7, "end") if l == 0 else (x + WIDE / 2 + 7, "start")
        place = f'x="{side:.0f}" y="{y + 4:.0f}" text-anchor="{anchor}"'
        return f'<text class="name" {place}>{escape(self.cut[l][name])}</text>'
