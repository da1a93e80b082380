"""Formulas as they stand on paper: one tree, read from LaTeX, printed as LaTeX, MathML and plain text."""

from clearprop.show.formula.html import html
from clearprop.show.formula.latex import latex
from clearprop.show.formula.mathml import math, mathml
from clearprop.show.formula.read import read
from clearprop.show.formula.text import text
from clearprop.show.formula.tree import (
    Big,
    Cases,
    Formula,
    Fraction,
    Group,
    Matrix,
    Name,
    Number,
    Root,
    Row,
    Script,
    Sign,
    Space,
    Tagged,
    Text,
    Word,
    row,
)

__all__ = [
    "Big", "Cases", "Formula", "Fraction", "Group", "Matrix", "Name", "Number", "Root", "Row",
    "Script", "Sign", "Space", "Tagged", "Text", "Word", "html", "latex", "math", "mathml", "read", "row", "text",
]  # fmt: skip
