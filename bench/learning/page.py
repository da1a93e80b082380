"""The results as one page: means, ranks with their critical difference, and error against time."""

import base64
import io
from html import escape
from typing import Any

from learning import results
from learning.results import Frame

STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}"
    "td,th{padding:.2rem .6rem}td{text-align:right}"
)


def html(runs: Frame) -> str:
    """The page, in one file."""
    parts = []
    for which in ("choose", "report"):
        found = results.summary(runs, which)
        parts.append(f"<h2>Tables to {which}</h2>{found.to_html(float_format='%.3g', na_rep='')}")
        mine = runs[[results.half(name) == which for name in runs["table"]]]
        parts += [plots(mine, measure) for measure in results.MEASURES]
    every = runs.to_html(index=False, float_format="%.4g", na_rep="")
    return (
        f"<!doctype html><meta charset=utf-8><title>Accuracy on tables</title><style>{STYLE}</style>"
        f"<h1>Accuracy on tables</h1>{''.join(parts)}<details><summary>All runs</summary>{every}</details>"
    )


def plots(runs: Frame, measure: str) -> str:
    """Ranks, and error against time, of one measure; nothing where no table has it."""
    image = base64.b64encode(svg(runs, measure)).decode()
    if not image:
        return ""
    return f"<h3>{escape(measure)}</h3><img alt='{escape(measure)}' src='data:image/svg+xml;base64,{image}'>"


def svg(runs: Frame, measure: str) -> bytes:
    """The two plots of a measure side by side; empty where no table has it."""
    values = results.by_table(runs, measure)
    if values.empty or values.shape[1] < 2:
        return b""
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.5), layout="constrained")
    draw_ranks(left, values)
    draw_against_time(right, values, results.seconds_per_1000_rows(runs), measure)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    plt.close(figure)
    return buffer.getvalue()


def draw_ranks(axes: Any, values: Frame) -> None:
    """Mean ranks, and a bar as long as the difference that counts."""
    found = results.ranks(values).sort_values(ascending=False)
    width = results.critical_difference(values.shape[1], len(values))
    axes.plot(found, range(len(found)), "o")
    axes.set_yticks(range(len(found)), found.index)
    axes.hlines(len(found), found.min(), found.min() + width, color="k", linewidth=3)
    axes.text(found.min(), len(found) + 0.2, f"critical difference {width:.2f}")
    axes.set(xlabel=f"mean rank on {len(values)} tables, 1 is best", ylim=(-0.5, len(found) + 1))


def draw_against_time(axes: Any, values: Frame, seconds: Frame, measure: str) -> None:
    """The shifted mean of the error against the time of a fit."""
    found = results.shifted_mean(values)
    for learner, value in found.items():
        axes.plot(seconds[learner], value, "o")
        axes.annotate(
            str(learner), (seconds[learner], value), xytext=(4, 4), textcoords="offset points", fontsize=8
        )
    axes.set(
        xscale="log",
        xlabel="seconds of the processor for a fit of 1,000 rows",
        ylabel=f"{measure}, shifted geometric mean",
    )
