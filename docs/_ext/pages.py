"""The two pages that are made from data when the docs are built: the derivation and the errata."""

import ast
import inspect
import re
from pathlib import Path

import errata

from clearprop.maths import derivation
from clearprop.maths.equations import EQUATIONS, PARTS, Equation

TITLES = {
    "forward": "Forward",
    "loss": "Loss",
    "backward": "Backward",
    "update": "Update",
    "activation": "Activations",
    "head": "Other heads",
    "optimiser": "Optimisers",
    "column": "Columns of a table",
    "procedure": "Procedures",
}
ABOUT = {
    "forward": "From layer 0, the input, to the probabilities.",
    "loss": "One number for the batch. The only division is by m.",
    "backward": "From the last layer down. Residuals are per sample; the gradients of W and b are means.",
    "update": "All at once, from the old weights.",
    "activation": "Each acts on one number. The line after it undoes it: it takes the gradient with respect to "
    "a and gives that with respect to z.",
    "head": "What makes p of the last z, and its loss. The residual is p - Y for each of them.",
    "optimiser": "For one entry; the same for all entries. g is the gradient.",
    "column": "What a column goes through before layer 0 sees it, for one entry.",
    "procedure": "They put the lines above together.",
}
WORDS = {"scalar": "one number", "sample": "one sample", "batch": "the batch"}


def derivation_page() -> str:
    """Every row of `equations.py`, in the order of a step."""
    lines = [(Path(__file__).parent.parent / "derivation.in.md").read_text(encoding="utf-8")]
    source = _sources()
    for part in PARTS:
        lines += [f"## {TITLES[part]}", "", ABOUT[part], ""]
        for row in (row for row in EQUATIONS if row.part == part):
            lines += _row(row, source)
    return "\n".join(lines)


def _sources() -> dict[str, tuple[int, str]]:
    """Line number and text of every function of the page."""
    text = inspect.getsource(derivation)
    page = text.splitlines()
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            last = node.end_lineno or node.lineno
            found[node.name] = node.lineno, re.sub(" {2,}#", "  #", "\n".join(page[node.lineno - 1 : last]))
    return found


def _row(row: Equation, source: dict[str, tuple[int, str]]) -> list[str]:
    lines = [f"### {_title(row)}", "", f"{row.name[0].upper()}{row.name[1:]}.", ""]
    for form in row.forms():
        label = WORDS[form.name] + (f", {form.shape}" if form.shape != "1" else "")
        lines += [
            f"{{.form}}\n{label}",
            "",
            "```{math}",
            form.latex,
            "```",
            "",
        ]
    number, text = source[row.function]
    if row.part == "procedure":
        text = text.split("\n")[0]
    lines += ["```{code-block} python", f":lineno-start: {number}", "", text, "```", ""]
    facts = [f"for l = {row.layers}"] if row.layers else []
    facts += [f"document: {_span(row.lines)}"] if row.lines else []
    facts += [f"covers {_ranges(row.requirements)}"] if row.requirements else []
    facts += [f"source: {row.source}"] if row.source else []
    return [*lines, "{.facts}\n" + " · ".join(facts), ""] if facts else lines


def _title(row: Equation) -> str:
    """The id, and the function where the id does not name it."""
    return row.id if row.id.endswith(f".{row.function}") else f"{row.id} {row.function}"


def _span(lines: str) -> str:
    return f"lines {lines.replace('-', '–')}" if "-" in lines else f"line {lines}"


def _ranges(ids: tuple[str, ...]) -> str:
    """D1, D2, D3, S1 as D1-D3, S1."""
    runs: list[list[str]] = []
    for this in ids:
        if runs and runs[-1][-1][0] == this[0] and int(runs[-1][-1][1:]) + 1 == int(this[1:]):
            runs[-1].append(this)
        else:
            runs.append([this])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def errata_page() -> str:
    """Every slip of the document, with what a machine found."""
    lines = [(Path(__file__).parent.parent / "errata.in.md").read_text(encoding="utf-8")]
    for slip in errata.SLIPS:
        lines += [f"## {slip.id}: {slip.title}", "", f"{slip.where}. {slip.kind}.", ""]
        for label, latex in (("printed", slip.printed), ("corrected", slip.right)):
            if latex:
                lines += [f"{{.form}}\n{label}", "", "```{math}", latex, "```", ""]
        lines += [slip.why, ""]
        if slip.check:
            seed, found = errata.counter_example(slip)
            lines += [
                f"On {found.where} (seed {seed}), {found.what}:", "",
                "| | as stated | must be |", "|---|---|---|",
                f"| printed | {found.printed:.6g} | {found.printed_truth:.6g} |",
                f"| corrected | {found.right:.6g} | {found.right_truth:.6g} |", "",
            ]  # fmt: skip
    return "\n".join(lines)


def write(app) -> None:
    folder = Path(app.srcdir) / "generated"
    folder.mkdir(exist_ok=True)
    for name, page in (("derivation", derivation_page), ("errata", errata_page)):
        path, text = folder / f"{name}.md", page() + "\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app) -> dict[str, bool]:
    app.connect("builder-inited", write, priority=100)
    return {"parallel_read_safe": True}
