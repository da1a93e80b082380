"""Tags of SVG as text, escaped, and the frame that every chart stands in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from clearprop.show.axes import Axis

CHARACTER = 7.2  # the width of a digit at most, in units of the drawing


@dataclass(frozen=True)
class Frame:
    """A chart's two axes and what they are called."""

    x: Axis
    y: Axis
    x_label: str
    y_label: str


def tag(name: str, *inside: Any, **attributes: Any) -> Markup:
    """One tag; text and attributes are escaped, numbers rounded, ``class_`` is ``class``.

    Examples
    --------
    >>> print(tag("text", "a < b", x=1.25, class_="tick", text_anchor="end"))
    <text x="1.2" class="tick" text-anchor="end">a &lt; b</text>
    """
    written = (
        f' {key.rstrip("_").replace("_", "-")}="{escape(_plain(value))}"' for key, value in attributes.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(
        name, Markup("".join(written)), Markup("").join(escape(part) for part in inside)
    )


def drawing(title: str, about: str, width: float, height: float, parts: Sequence[Any]) -> Markup:
    """A whole drawing with its name and description for those who do not see it.

    Examples
    --------
    >>> print(drawing("Loss", "It falls.", 10, 5, []))
    <svg viewBox="0 0 10 5" role="img"><title>Loss</title><desc>It falls.</desc></svg>
    """
    named = (tag("title", title), tag("desc", about))
    return tag("svg", *named, *parts, viewBox=f"0 0 {width:g} {height:g}", role="img")


def framed(frame: Frame) -> list[Markup]:
    """Grid, ticks and labels of a chart."""
    x, y = frame.x, frame.y
    grid = [
        tag("path", d=f"M{_plain(x.start)} {_plain(at)}H{_plain(x.end)}", class_="grid")
        for at, _ in y.pairs()
    ]
    grid += [tag("path", d=f"M{_plain(at)} {_plain(y.start)}v5", class_="axis") for at, _ in x.pairs()]
    base = tag("path", d=f"M{_plain(x.start)} {_plain(y.start)}H{_plain(x.end)}", class_="axis")
    texts = [text(label, x.start - 7, at + 4, "tick", "end") for at, label in y.pairs()]
    texts += [text(label, at, y.start + 19, "tick") for at, label in x.pairs() if label]
    texts += [text(frame.x_label, (x.start + x.end) / 2, y.start + 37, "label")] if frame.x_label else []
    texts += [text(frame.y_label, 2, y.end - 14, "label", "start")] if frame.y_label else []
    return [*grid, base, *texts]


def text(words: str, x: float, y: float, class_: str, anchor: str = "middle") -> Markup:
    """Words at a place."""
    return tag("text", words, x=x, y=y, class_=class_, text_anchor=anchor)


def line(points: Sequence[tuple[float, float]], class_: str) -> Markup:
    """A line through points."""
    return tag("path", d="M" + "L".join(f"{_plain(x)} {_plain(y)}" for x, y in points), class_=class_)


def dot(x: float, y: float, r: float, class_: str, said: str) -> Markup:
    """A circle that says its numbers when pointed at."""
    return tag("circle", tag("title", said), cx=x, cy=y, r=r, class_=class_)


def bar(x: float, y: float, width: float, height: float, class_: str, said: str = "") -> Markup:
    """A rectangle that says its numbers when pointed at."""
    inside = [tag("title", said)] if said else []
    return tag("rect", *inside, x=x, y=y, width=width, height=height, class_=class_)


def margin(labels: Sequence[str]) -> float:
    """The room that labels need to the left of an axis."""
    return 14 + CHARACTER * max(len(label) for label in labels)


def _plain(value: Any) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
