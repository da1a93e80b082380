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
    own = f"1 + {C} ({slope.replace(A, _in_brackets(_value(plain)))} - 1)"
    da = r"\frac{\partial J_{i}}{\partial a^{(l)}_{i}}"
    change = rf"{g}'(z^{{(l)}}_{{i}}) - 1"
    latex: dict[str, str | None] = {
        "scalar": rf"\delta^{{(l)}}_{{i,j}} = {DA} ({own})",
        "sample": rf"\delta^{{(l)}}_{{i}} = {da} \odot (1 + ({change}) \odot c^{{(l)}})",
    }
    return Written("A.blended_back", f"{plain.name}, blended with z, undone", latex), own


def _value(plain: Written) -> str:
    """g(z) on paper."""
    return (plain.latex["scalar"] or "").partition(" = ")[2]


def _in_brackets(latex: str) -> str:
    return f"({latex})"
