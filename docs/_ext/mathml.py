"""Formulas as MathML, made when the pages are built: a browser shows them without JavaScript or network."""

from docutils import nodes
from latex2mathml.converter import convert


def _mathml(latex: str, display: str) -> str:
    return convert(latex, display=display)


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
