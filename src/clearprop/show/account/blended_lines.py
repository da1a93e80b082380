"""The LaTeX of a layer whose units blend their activation with z: its lines, with the shares in them."""

from typing import NamedTuple

Z, A, C = "z^{(l)}_{i,j}", "a^{(l)}_{i,j}", "c^{(l)}_{j}"
DA = r"\frac{\partial J_{i}}{\partial a^{(l)}_{i,j}}"


class Written(NamedTuple):
    """A line on paper: its id, what it says in words, LaTeX by form, the statements it covers."""

    id: str
    name: str
    latex: dict[str, str | None]
    requirements: tuple[str, ...] = ()


def blended_forward(plain: Written, g: str) -> Written:
    """a = z + c (g(z) - z), from the line a = g(z)."""
    latex: dict[str, str | None] = {
        "scalar": f"{A} = {Z} + {C} ({_value(plain)} - {Z})",
        "sample": rf"a^{{(l)}}_{{i}} = z^{{(l)}}_{{i}} + ({g}(z^{{(l)}}_{{i}}) - z^{{(l)}}_{{i}}) \odot c^{{(l)}}",
    }
    return Written("A.blended", f"{plain.name}, blended with z", latex)


def blended_backward(plain: Written, slope: str, g: str) -> tuple[Written, str]:
    """What undoes it, and its slope 1 + c (g'(z) - 1); `slope`: g'(z), which may be written by a = g(z)."""
    own = f"1 + {C} ({_bare(_by_z(slope, _value(plain)))} - 1)"
    da = r"\frac{\partial J_{i}}{\partial a^{(l)}_{i}}"
    slope_of = (
        f"{{g'}}{g[1:]}" if g.startswith("g^") else f"{g}'"
    )  # the name of an expression has its layer upstairs
    change = rf"{slope_of}(z^{{(l)}}_{{i}}) - 1"
    latex: dict[str, str | None] = {
        "scalar": rf"\delta^{{(l)}}_{{i,j}} = {DA} ({own})",
        "sample": rf"\delta^{{(l)}}_{{i}} = {da} \odot (1 + ({change}) \odot c^{{(l)}})",
    }
    return Written("A.blended_back", f"{plain.name}, blended with z, undone", latex), own


def _value(plain: Written) -> str:
    """g(z) on paper."""
    return (plain.latex["scalar"] or "").partition(" = ")[2]


def _by_z(slope: str, value: str) -> str:
    """A slope with g(z) in the place of a; in brackets where it has none and is no single fraction."""
    alone = value if value.startswith(r"\frac") and value.endswith("}") else f"({value})"
    return slope.replace(f"({A})", f"({value})").replace(A, alone)


def _bare(latex: str) -> str:
    """LaTeX without the brackets around the whole of it."""
    depth = 0
    for at, letter in enumerate(latex):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return latex[1:-1] if at == len(latex) - 1 and latex[0] == "(" else latex
    return latex
