"""The charts of a report, as SVG: they take their colours from the page's style, so that they follow light and dark."""

import math
from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from clearprop.show.axes import Axis, span
from clearprop.show.svg import Frame, bar, dot, drawing, framed, line, margin, tag, text
from clearprop.show.wording import clipped, counted, number, percent

WIDTH, HEIGHT = 440, 280
TOP, FOOT, RIGHT = 34, 46, 20
MOST_POINTS = 600
MOST_DOTS = 64
MOST_LAYERS = 7
FOLDS = 30.0  # largest over smallest from which a logarithmic axis shows more


def curve(title: str, epochs: Sequence[int], values: Sequence[float], kept: int, y_label: str) -> Markup:
    """A figure by epoch, with the kept epoch marked.

    Parameters
    ----------
    title : str
        What is drawn.
    epochs, values : sequence
        Points; those that are not finite are left out.
    kept : int
        The epoch to mark; 0 for none.
    y_label : str
        Above the axis of values.

    Examples
    --------
    >>> "epoch 2 kept" in curve("Loss", [1, 2], [0.7, 0.5], 2, "J")
    True
    """
    points = [(e, v) for e, v in zip(epochs, values, strict=True) if math.isfinite(v)]
    y = _upward([v for _, v in points])
    x = Axis.whole(min(epochs, default=1), max(epochs, default=1), margin(y.labels), WIDTH - RIGHT)
    shown = [(e, v, x.at(e), y.at(v)) for e, v in thinned(points, MOST_POINTS, kept)]
    parts = framed(Frame(x, y, "epoch", y_label + (", logarithmic" if y.log else "")))
    parts += [line([(px, py) for _, _, px, py in shown], "line")] if len(shown) > 1 else []
    if len(shown) <= MOST_DOTS:
        parts += [dot(px, py, 2.5, "point", f"epoch {e}: {number(v)}") for e, v, px, py in shown]
    parts += [m for e, v, px, py in shown if e == kept for m in _mark(x, y, e, v, px, py)]
    ends = f", from {number(points[0][1])} to {number(points[-1][1])}" if points else ""
    return drawing(
        title, f"{counted(len(points), 'epoch')}{ends}; epoch {kept} was kept.", WIDTH, HEIGHT, parts
    )


def _upward(values: Sequence[float]) -> Axis:
    least, most = span(values)
    return Axis.over(values, HEIGHT - FOOT, TOP, log=least > 0 and most / least > FOLDS)


def _mark(x: Axis, y: Axis, epoch: int, value: float, px: float, py: float) -> list[Markup]:
    """The kept epoch: a dashed line, a ring, and words on the side that has room."""
    left = px > (x.start + x.end) / 2
    words = f"epoch {epoch} kept: {number(value)}"
    low = py < (y.start + y.end) / 2
    place = {"x": px + (-8 if left else 8), "y": y.start - 10 if low else y.end + 12}
    return [
        tag("path", d=f"M{px:.1f} {y.start:.1f}V{y.end:.1f}", class_="mark"),
        dot(px, py, 5, "ring", words),
        text(words, **place, class_="kept", anchor="end" if left else "start"),
    ]


def thinned(points: Sequence[tuple[int, float]], most: int, keep: int) -> list[tuple[int, float]]:
    """At most about `most` of the points, evenly, with the last one and the one at `keep`.

    Examples
    --------
    >>> thinned([(e, 0.0) for e in range(1, 8)], 3, 2)
    [(1, 0.0), (2, 0.0), (4, 0.0), (7, 0.0)]
    """
    step = max(1, -(-len(points) // most))
    return [p for i, p in enumerate(points) if i % step == 0 or i == len(points) - 1 or p[0] == keep]


def scatter(true: Sequence[float], predicted: Sequence[float], name: str) -> Markup:
    """Predicted against true numbers, with the line where they agree.

    Examples
    --------
    >>> print(scatter([1, 2], [1.5, 2], "price")[:46])
    <svg viewBox="0 0 440 440" role="img"><title>P
    """
    both, side = [*true, *predicted], float(WIDTH)
    y = Axis.over(both, side - FOOT, TOP)
    x = fewer(Axis.over(both, margin(y.labels), side - RIGHT))
    parts = framed(Frame(x, y, f"true {clipped(name, 40)}", f"predicted {clipped(name, 40)}"))
    parts.append(line([(x.at(x.low), y.at(x.low)), (x.at(x.high), y.at(x.high))], "ideal"))
    parts += [
        dot(x.at(t), y.at(p), 3.2, "cloud", f"true {number(t)}, predicted {number(p)}")
        for t, p in zip(true, predicted, strict=True)
    ]
    about = f"{counted(len(true), 'row')}; on the dashed line the prediction is right."
    return drawing("Predicted against true", about, WIDTH, WIDTH, parts)


def fewer(axis: Axis) -> Axis:
    """Every second tick where labels would run into each other."""
    room = (axis.end - axis.start) / max(1, len(axis.ticks) - 1)
    if room > margin(axis.labels):
        return axis
    return Axis(axis.ticks[::2], axis.labels[::2], axis.low, axis.high, axis.start, axis.end, axis.log)


def histogram(title: str, edges: Sequence[float], counts: Sequence[float], x_label: str) -> Markup:
    """Counts between edges; a mark at 0 if it is within.

    Examples
    --------
    >>> "3 rows from −1 to 0" in histogram("Errors", [-1, 0, 1], [3, 2], "error").replace("\\xa0", " ")
    True
    """
    y = Axis.over([0.0, *counts], HEIGHT - FOOT, TOP)
    x = fewer(Axis.over(edges, margin(y.labels), WIDTH - RIGHT))
    parts = framed(Frame(x, y, x_label, "rows"))
    for (low, high), n in zip(pairwise(edges), counts, strict=True):
        said = f"{counted(int(n), 'row')} from {number(low)} to {number(high)}"
        width = max(x.at(high) - x.at(low) - 1, 0.5)
        parts.append(bar(x.at(low) + 0.5, y.at(n), width, y.start - y.at(n), "bar", said))
    if edges[0] < 0 < edges[-1]:
        parts.append(tag("path", d=f"M{x.at(0):.1f} {y.start:.1f}V{y.end:.1f}", class_="mark"))
    return drawing(title, f"{counted(int(sum(counts)), 'row')} in {len(counts)} bins.", WIDTH, HEIGHT, parts)


def reliability(bins: Sequence[dict[str, float]], x_label: str, y_label: str) -> Markup:
    """Probabilities said against shares seen, with intervals of 95 %, above the number of rows in each bin.

    Examples
    --------
    >>> "said 90" in reliability([{"said": 0.9, "seen": 0.8, "rows": 10}], "said", "seen")
    True
    """
    shares = tuple(k / 5 for k in range(6))
    names = tuple(f"{k * 20} %" for k in range(6))
    left, strip, foot = margin(names), 54.0, WIDTH - FOOT
    y = Axis(shares, names, 0.0, 1.0, foot - strip - 30, TOP)
    x = Axis(shares, ("",) * 6, 0.0, 1.0, left, WIDTH - RIGHT)
    parts = framed(Frame(x, y, "", y_label))
    parts.append(line([(x.start, y.start), (x.end, y.end)], "ideal"))
    for one in bins:
        parts += _bin(x, y, one)
    most = max((one["rows"] for one in bins), default=1)
    rows = Axis((0.0, float(most)), ("0", f"{int(most):,}"), 0.0, float(most), foot, foot - strip)
    parts += framed(Frame(Axis(shares, names, 0.0, 1.0, left, WIDTH - RIGHT), rows, x_label, ""))
    parts += [_bin_rows(x, rows, one) for one in bins]
    parts.append(text("rows", 2, rows.end - 9, "tick", "start"))
    about = "; ".join(_bin_said(one) for one in bins)
    return drawing("Probabilities said against shares seen", about, WIDTH, WIDTH, parts)


def _bin(x: Axis, y: Axis, one: dict[str, float]) -> list[Markup]:
    low, high = wilson(one["seen"], int(one["rows"]))
    at = x.at(one["said"])
    return [
        tag("path", d=f"M{at:.1f} {y.at(low):.1f}V{y.at(high):.1f}", class_="whisker"),
        dot(at, y.at(one["seen"]), 5, "bin", _bin_said(one)),
    ]


def _bin_rows(x: Axis, rows: Axis, one: dict[str, float]) -> Markup:
    low = min(math.floor(one["said"] * 10), 9) / 10
    height = max(rows.start - rows.at(one["rows"]), 1.0)
    return bar(
        x.at(low) + 1, rows.start - height, x.at(low + 0.1) - x.at(low) - 2, height, "bar", _bin_said(one)
    )


def _bin_said(one: dict[str, float]) -> str:
    return f"said {percent(one['said'])}, seen {percent(one['seen'])}, {counted(int(one['rows']), 'row')}"


def wilson(share: float, rows: int, z: float = 1.959964) -> tuple[float, float]:
    """The interval of 95 % of a share that was counted on so many rows (Wilson, JASA 1927).

    Examples
    --------
    >>> [round(end, 3) for end in wilson(0.5, 100)], wilson(0.0, 0)
    ([0.404, 0.596], (0.0, 1.0))
    """
    if rows < 1:
        return 0.0, 1.0
    middle = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    room = z / (1 + z * z / rows) * math.sqrt(share * (1 - share) / rows + (z / (2 * rows)) ** 2)
    return max(0.0, middle - room), min(1.0, middle + room)


def network(sizes: Sequence[int], names: Sequence[str]) -> Markup:
    """Layers as bars, higher where they have more units, with the weights between them.

    Parameters
    ----------
    sizes : sequence of int
        n[0], ..., n[L]; of more than `MOST_LAYERS` the middle ones are left out.
    names : sequence of str
        Under each layer.

    Examples
    --------
    >>> "3 × 4" in network([3, 4, 2], ["inputs", "relu", "softmax"])
    True
    """
    layers = list(zip(sizes, names, strict=True))
    if len(layers) > MOST_LAYERS:
        half = MOST_LAYERS // 2
        layers = [*layers[:half], (0, ""), *layers[-half:]]
    step = (WIDTH - 70) / (len(layers) - 1)
    tops = [22 + 62 * math.log(n + 1) / math.log(max(sizes) + 1) if n else 0.0 for n, _ in layers]
    parts = [_links(35 + k * step, step, tops[k : k + 2], layers[k : k + 2]) for k in range(len(layers) - 1)]
    parts += [_layer(35 + k * step, tops[k], *layer) for k, layer in enumerate(layers)]
    return drawing("The network", f"Layers of {', '.join(map(str, sizes))} units.", WIDTH, 240, parts)


def _links(x: float, step: float, half: list[float], ends: list[tuple[int, str]]) -> Markup:
    (n_in, _), (n_out, _) = ends
    if not n_in or not n_out:
        return Markup("")
    (a, b), u, v, mid = half, x + 8, x + step - 8, 100
    band = f"M{u:.1f} {mid - a:.1f}L{v:.1f} {mid - b:.1f}V{mid + b:.1f}L{u:.1f} {mid + a:.1f}Z"
    said = f"{n_in:,} × {n_out:,} weights"
    words = f"{n_in} × {n_out}" if step > 80 else ""
    inside = [text(words, x + step / 2, mid + 4, "tick")] if words else []
    return tag("g", tag("path", tag("title", said), d=band, class_="links"), *inside)


def _layer(x: float, half: float, n: int, name: str) -> Markup:
    if not n:
        return text("…", x, 104, "label")
    return tag(
        "g",
        tag("rect", x=x - 7, y=100 - half, width=14, height=2 * half, rx=4, class_="layer"),
        text(f"{n:,}", x, 206, "size"),
        text(name, x, 224, "tick"),
    )


def spread(least: float, q25: float, median: float, q75: float, most: float) -> Markup:
    """A column of numbers in little: the range, the middle half, the median.

    Examples
    --------
    >>> spread(0, 1, 2, 3, 4).count("<path")
    2
    """
    axis = Axis((), (), least, most if most > least else least + 1, 2, 118)
    a, b, c = (axis.at(q) for q in (q25, median, q75))
    parts = [
        tag("path", d=f"M{axis.start} 9H{axis.end}", class_="range"),
        tag("rect", x=a, y=3, width=max(c - a, 1.5), height=12, class_="middle"),
        tag("path", d=f"M{b:.1f} 1v16", class_="median"),
    ]
    return tag("svg", *parts, viewBox="0 0 120 18", class_="little", aria_hidden="true")


def shares(counts: Sequence[int]) -> Markup:
    """A column of categories in little: a strip, the most frequent level first.

    Examples
    --------
    >>> shares([1, 3]).count("<rect")
    2
    """
    total, at, parts = max(sum(counts), 1), 2.0, []
    for n in sorted(counts, reverse=True):
        width = 116 * n / total
        if width < 0.75:  # too thin to tell apart: the rest as one
            parts.append(tag("rect", x=at, y=3, width=118 - at, height=12, class_="share rest"))
            break
        parts.append(tag("rect", x=at, y=3, width=max(width - 0.8, 0.5), height=12, class_="share"))
        at += width
    return tag("svg", *parts, viewBox="0 0 120 18", class_="little", aria_hidden="true")
