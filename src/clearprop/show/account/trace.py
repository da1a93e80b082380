"""The JSON trace of a step: every quantity with its symbols, its numbers, its lines and how far they are verified."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from clearprop.show.account.cutting import Cutter, Kept
from clearprop.show.account.quantities import quantities
from clearprop.show.account.quantity import Line, Quantity
from clearprop.show.account.statements import cells, statement_ids
from clearprop.show.account.step import Step
from clearprop.show.account.symbols import Symbol
from clearprop.show.account.verifying import TOLERANCE, Oracle, against_complex_step, recomputed

SCHEMA = "clearprop.account/1"
PARTS = ("given", "forward", "loss", "backward", "update", "next")
BY_ROW = re.compile(r"\\partial J_\{(i|#1)\}\}\{\\partial ([^_=]*_\{\1[,}])")
MAP = 48  # blocks a side, in the map of a large matrix


def described(step: Step, keep: Kept, verify: bool = True) -> dict[str, Any]:
    """The quantities of a step by key, and the parts that they stand in."""
    found = list(quantities(step))
    scalars = {"m": float(step.working.m), "lr": step.lr, "l2": step.l2}
    cutter = Cutter(found, keep, scalars)
    oracle = Oracle(step, cutter) if verify else None
    made = {q.key: _quantity(step, q, cutter, oracle) for q in found}
    made |= {key: _rest(q, cutter) for key, q in cutter.rests.items()}
    parts = [{"id": part, "quantities": [q.key for q in found if q.part == part]} for part in PARTS]
    return {"scalars": _scalars(scalars), "parts": parts, "quantities": made, "verified": _verdict(made)}


def _scalars(scalars: Mapping[str, float]) -> dict[str, Any]:
    names = {"m": ("m", "m"), "lr": (r"\alpha", "alpha"), "l2": (r"\lambda", "lambda")}
    return {
        key: {"latex": names[key][0], "text": names[key][1], "value": value} for key, value in scalars.items()
    }


def _quantity(step: Step, q: Quantity, cutter: Cutter, oracle: Oracle | None) -> dict[str, Any]:
    at = [cutter.keep.of(axis) for axis in q.axes]
    values = q.values(at)
    made = _base(q, at, values)
    made["lines"] = [_line(line, q, cutter, step.outer is not None) for line in q.lines]
    if step.weighted:
        _of_the_sum(made)
    made["ids"], made["cells"] = statement_ids(step.net, q.key), cells(step.net, q.key)
    made["kinks"] = [cell for cell in q.kinks.tolist() if all(n in a for n, a in zip(cell, at, strict=True))]
    made["verified"] = {
        "recomputed": recomputed(q, cutter, values) if oracle else None,
        "complex_step": against_complex_step(q, oracle, values) if oracle else None,
    }
    if values.size < np.prod(q.shape) and len(q.shape) == 2 and min(q.shape) > 1:
        made["map"] = block_means(q.all_values())
    return made


def _base(q: Quantity, at: list[np.ndarray], values: np.ndarray) -> dict[str, Any]:
    return {
        "key": q.key,
        "part": q.part,
        "layer": q.layer,
        "latex": q.symbol._asdict(),
        "other_latex": q.other._asdict() if q.other else None,
        "letters": [axis.letter for axis in q.axes],
        "axes": [axis.kind for axis in q.axes],
        "axis_layers": [axis.layer for axis in q.axes],
        "shape": list(q.shape),
        "held": [indices.tolist() for indices in at],
        "values": values.tolist(),
    }


def _of_the_sum(made: dict[str, Any]) -> None:
    """With weights J_i is the loss before its weight, so that what has a row a sample is a derivative of J_sum."""
    for names in filter(
        None, (made["latex"], made["other_latex"], *(line["latex"] for line in made["lines"]))
    ):
        for form, latex in names.items():
            names[form] = latex and BY_ROW.sub(r"\\partial J_{\\text{sum}}}{\\partial \2", latex)


def _rest(q: Quantity, cutter: Cutter) -> dict[str, Any]:
    at = [cutter.keep.of(axis) for axis in q.axes]
    made = _base(
        q, at, q.values([np.zeros(1, int) if n == 1 else a for n, a in zip(q.shape, at, strict=True)])
    )
    dots = r"\ldots"
    return made | {
        "terms": cutter.counts[q.key], "latex": Symbol(dots, None, dots)._asdict(), "other_latex": None, "lines": [],
        "ids": {}, "cells": {}, "kinks": [], "verified": {"recomputed": None, "complex_step": None},
    }  # fmt: skip


def _line(line: Line, q: Quantity, cutter: Cutter, from_0: bool) -> dict[str, Any]:
    forms = {form: line.latex.get(form) for form in ("scalar", "sample", "batch")}
    if "'" in q.key and q.part == "next":
        forms = {form: primed(text, from_0) for form, text in forms.items()}
    return {
        "id": line.id,
        "rule": line.rule,
        "name": line.name,
        "requirements": list(line.requirements),
        "latex": forms,
        "tree": None if line.tree is None else cutter.cut(line.tree, q, line.id),
    }


def primed(latex: str | None, from_0: bool = False) -> str | None:
    r"""A line of the forward pass, of the quantities after the update; a(0) too, `from_0` on.

    Examples
    --------
    >>> print(primed(r"z^{(1)}_{i,j} = \sum_{k=1}^{3} a^{(0)}_{i,k} W^{(1)}_{k,j} + b^{(1)}_{j}"))
    {z'}^{(1)}_{i,j} = \sum_{k=1}^{3} a^{(0)}_{i,k} {W'}^{(1)}_{k,j} + {b'}^{(1)}_{j}
    """
    if latex is None:
        return None
    if from_0:
        latex = re.sub(r"(?<![\\A-Za-z{])([fsVrthe](?=\^\{\[)|a(?=\^\{\(0\)\}))", r"{\1'}", latex)
    latex = re.sub(
        r"(?<![\\A-Za-z{])([zaWbc])(?=\^\{\((?!0\))\w+\)\})|(?<![\\A-Za-z])([zWbc])(?=\^\{\()",
        r"{\1\2'}",
        latex,
    )
    return re.sub(r"(?<![\\A-Za-z])([pJ])(?![A-Za-z'])", r"\1'", latex.replace(r"\Omega", r"\Omega'"))


def block_means(values: np.ndarray) -> dict[str, Any]:
    """A matrix as at most 48 x 48 means over blocks, with what is least and most."""
    edges = [np.linspace(0, n, min(n, MAP) + 1).astype(int) for n in values.shape]
    sums = np.add.reduceat(np.add.reduceat(values, edges[0][:-1], axis=0), edges[1][:-1], axis=1)
    sizes = np.outer(np.diff(edges[0]), np.diff(edges[1]))
    means = [[float(f"{x:.4g}") for x in row] for row in (sums / sizes).tolist()]
    return {
        "values": means, "row_edges": edges[0].tolist(), "column_edges": edges[1].tolist(),
        "least": float(values.min()), "most": float(values.max()),
    }  # fmt: skip


def _verdict(made: Mapping[str, Any]) -> dict[str, Any]:
    worst = {"recomputed": 0.0, "complex_step": 0.0}
    cells = dict.fromkeys(worst, 0)
    for q in made.values():
        for kind in worst:
            found = q["verified"][kind]
            if found:
                worst[kind] = max(worst[kind], found["worst"])
                cells[kind] += found.get("checked", found.get("cells", 0))
    return {"ok": max(worst.values()) <= TOLERANCE, "tolerance": TOLERANCE, "worst": worst, "cells": cells}
