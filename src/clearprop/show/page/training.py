"""Several steps in one page: the loss of each, and the weights as they move."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from clearprop.show.axes import Axis
from clearprop.show.page.equation import Layout
from clearprop.show.page.numbers import plain
from clearprop.show.page.words import Words
from clearprop.show.svg import Frame, dot, drawing, framed, line, margin

WIDTH, HEIGHT, TOP, FOOT = 560.0, 250.0, 28.0, 46.0
FOLDS = 30.0  # largest J over smallest from which its axis is logarithmic
MOST_DOTS = 64


def training(trace: Mapping[str, Any], layout: Layout, words: Words) -> dict[str, Any] | None:
    """What the template needs for the steps; None if there is but one."""
    found = trace["training"]
    if not found:
        return None
    losses = found["J_total"] or found["J"]
    digits = trace["options"]["digits"]
    keys = [key for key in found["weights"] or {} if key in trace["quantities"]]
    return {
        "steps": found["steps"],
        "chart": chart(losses, words),
        "first": plain(losses[0], digits),
        "matrices": Markup("".join(layout.block(key) for key in keys)),
        "fell": words.fell.format(
            n=found["steps"], first=plain(losses[0], digits), last=plain(losses[-1], digits)
        ),
    }


def chart(losses: Sequence[float], words: Words) -> Markup:
    """J by step, with a ring that scripts move; it carries where each step is."""
    log = min(losses) > 0 and max(losses) / min(losses) > FOLDS
    y = Axis.over(losses, HEIGHT - FOOT, TOP, log=log)
    x = Axis.whole(0, len(losses) - 1, margin(y.labels), WIDTH - 12)
    points = [(x.at(n), y.at(J)) for n, J in enumerate(losses)]
    parts = [*framed(Frame(x, y, words.step, words.loss)), line(points, "line")]
    if len(points) <= MOST_DOTS:
        parts += [
            dot(px, py, 2.5, "point", f"{words.step} {n}: J = {plain(losses[n], 4)}")
            for n, (px, py) in enumerate(points)
        ]
    parts.append(dot(*points[0], 5.5, "ring", "J"))
    return drawing(
        words.loss,
        words.fell.format(n=len(losses) - 1, first=losses[0], last=losses[-1]),
        WIDTH,
        HEIGHT,
        parts,
    )
