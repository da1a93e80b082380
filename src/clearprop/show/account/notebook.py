"""What notebooks show of an account in LaTeX: its lines in their batch form."""

from collections.abc import Mapping
from typing import Any

from clearprop.show.account.matrices import Forms
from clearprop.show.account.reading import Quantities
from clearprop.show.account.tex import SIGNS
from clearprop.show.formula import latex


def brief_latex(trace: Mapping[str, Any]) -> str:
    """The step in its batch form, a line a quantity, as one display."""
    found = Quantities(trace)
    forms = Forms(found)
    lines = []
    for key, q in trace["quantities"].items():
        if not q["shown"] or not q["lines"]:
            continue
        sides = forms.worked(key, q["lines"][-1], "batch")
        if sides:
            first, *rest = (side for side in sides if side.kind != "numbers")
            lines.append(
                f"{latex(first.formula)} &" + " ".join(f"{SIGNS[s.sign]} {latex(s.formula)}" for s in rest)
            )
    return "$$\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}$$"
