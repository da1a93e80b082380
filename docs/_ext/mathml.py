"""Formulas as MathML, made when the pages are built: a browser shows them without JavaScript or network."""

import re

from docutils import nodes
from latex2mathml.converter import convert

OPERATOR_NAME = re.compile(r"<mo>([A-Za-z]+)</mo>")
AFTER_A_FACTOR = re.compile(r"(</(?:mi|mn|msub|msubsup|mfrac)>)(?=<mi>[a-z]{2,}</mi>)")
BEFORE_A_BARE_ARGUMENT = re.compile(r"(<mi>ln</mi>)(?!<mo)")
THIN = r'\1<mspace width="0.167em" />'


def _mathml(latex: str, display: str) -> str:
    """MathML of a formula, with names of functions set as names, and thin spaces about them."""
    made = OPERATOR_NAME.sub(r"<mi>\1</mi>", convert(latex, display=display))
    return BEFORE_A_BARE_ARGUMENT.sub(THIN, AFTER_A_FACTOR.sub(THIN, made))


def visit_math(self, node: nodes.math) -> None:
    self.body.append(_mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def visit_math_block(self, node: nodes.math_block) -> None:
    classes = " ".join(["math", *node["classes"]])
    self.body.append(f'<div class="{classes}">{_mathml(node.astext(), "block")}</div>\n')
    raise nodes.SkipNode


def setup(app) -> dict[str, bool]:
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
