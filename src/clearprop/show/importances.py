"""Which columns matter, for a report: bars, and the numbers of every column."""

import math
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from clearprop.show import charts
from clearprop.show.axes import Axis
from clearprop.show.running import called
from clearprop.show.svg import bar, drawing, margin, tag, text
from clearprop.show.wording import clipped, counted, number
from clearprop.tables.classes import Classes
from clearprop.train.importances import Importances
from clearprop.train.model import Model

DRAWN = 15  # columns
LONGEST = 22  # of a name beside its bar
STEP = 21.0  # from bar to bar
TOP, FOOT = 26.0, 46.0


def section(model: Model, found: Importances | None) -> dict[str, Any] | None:
    """What the report says of importances; None where there are none."""
    if found is None:
        return None
    ranked, names = found.ranked if len(found.ranked) else found.order, found.columns
    first = ranked[:DRAWN]
    mean, std, slopes = (values[first].tolist() for values in (found.mean, found.std, found.gradient))
    score = called(found.metric)
    unit = "probability" if isinstance(model.target, Classes) else f"of {clipped(model.target_name, 24)}"
    drawn = [names[k] for k in first]
    figures = zip(found.mean.tolist(), found.std.tolist(), found.gradient.tolist(), strict=True)
    told = [(name, *map(number, three)) for name, three in zip(names, figures, strict=True)]
    return {
        "shuffled": bars("By shuffling", drawn, mean, std, f"{score} becomes worse by"),
        "slopes": bars("By slopes", drawn, slopes, None, f"the answer moves by ({unit})"),
        "score": score,
        "rows": counted(found.rows, "row"),
        "repeats": counted(found.each.shape[1], "shuffle"),
        "columns": [told[k] for k in found.order],
        "drawn": counted(len(drawn), "column") if len(drawn) < len(names) else "",
    }


def bars(
    title: str, names: Sequence[str], values: Sequence[float], spreads: Sequence[float] | None, x_label: str
) -> Markup:
    """A bar for each name, to the left of 0 where the value is negative, with its standard deviation.

    Parameters
    ----------
    title : str
        What is drawn.
    names, values : sequence
        From the top; of a value that is not finite only the name stands.
    spreads : sequence of float, optional
        The standard deviation of each value.
    x_label : str
        Below the axis of values.

    Examples
    --------
    >>> "age: 0.25" in bars("By shuffling", ["age"], [0.25], None, "log loss becomes worse by")
    True
    """
    spreads = [0.0] * len(names) if spreads is None else spreads
    known = [math.isfinite(v) and math.isfinite(s) for v, s in zip(values, spreads, strict=True)]
    ends = [v + sign * s for v, s, ok in zip(values, spreads, known, strict=True) if ok for sign in (1, -1)]
    shown, foot = [clipped(name, LONGEST) for name in names], TOP + STEP * len(names)
    x = charts.fewer(Axis.over([0.0, *ends], margin(shown), charts.WIDTH - charts.RIGHT))
    parts = [text(title, 2, 14, "label", "start"), *_axis(x, foot, x_label)]
    for k, (name, value, spread) in enumerate(zip(names, values, spreads, strict=True)):
        at = TOP + STEP * k
        parts.append(tag("g", tag("title", name), text(shown[k], x.start - 7, at + 14, "tick", "end")))
        if known[k]:
            parts += _bar(x, at, value, spread, f"{name}: {number(value)}")
    return drawing(
        title, f"{counted(len(names), 'column')}, the largest first.", charts.WIDTH, foot + FOOT, parts
    )


def _axis(x: Axis, foot: float, label: str) -> list[Markup]:
    """Lines at the ticks, the line at 0, and what the axis is called."""
    lines = [tag("path", d=f"M{at:.1f} {TOP:.1f}V{foot:.1f}", class_="grid") for at, _ in x.pairs()]
    zero = tag("path", d=f"M{x.at(0):.1f} {TOP:.1f}V{foot:.1f}", class_="axis")
    words = [text(word, at, foot + 17, "tick") for at, word in x.pairs() if word]
    return [*lines, zero, *words, text(label, (x.start + x.end) / 2, foot + 37, "label")]


def _bar(x: Axis, at: float, value: float, spread: float, said: str) -> list[Markup]:
    left, right = sorted((x.at(0), x.at(value)))
    drawn = [bar(left, at + 3, max(right - left, 0.5), STEP - 7, "bar", said)]
    if spread:
        low, high = x.at(value - spread), x.at(value + spread)
        drawn.append(tag("path", d=f"M{low:.1f} {at + STEP / 2 - 0.5:.1f}H{high:.1f}", class_="mark sd"))
    return drawn
