"""The trials of a campaign, summed up as docs/large.md has them."""

from collections import Counter
from typing import NamedTuple


class Row(NamedTuple):
    """Trials whose names begin so, what they are in the table, and what comes of them."""

    beginnings: tuple[str, ...]
    tried: str
    comes: str


ROWS = (
    Row(
        ("kill -9 during the training", "kill -9 before the first checkpoint"),
        "`kill -9` at a random moment, in memory and streaming", "`--resume` gives the same bits",
    ),
    Row(("kill -9 inside the write",), "`kill -9` inside the write of a checkpoint", "the same bits"),
    Row(("kill -9 while a model",), "`kill -9` inside the write of a model", "the model before"),
    Row(("SIGTERM, then",), "SIGTERM, in memory and streaming", "a checkpoint, 143; `--resume` gives the same bits"),
    Row(
        ("two runs in one folder", "another parameter", "another table"),
        "two runs in one folder; another table or parameter", "refused in one line",
    ),
    Row(("newest checkpoint",), "a checkpoint cut, emptied, or with a bit flipped", "the one before, with a warning"),
    Row(
        ("a full disk", "a disk that fills", "no room", "a folder that cannot", "a file in place"),
        "a full disk, before or during the run; no room for model or checkpoint; no folder",
        "one line; what was there is kept",
    ),
    Row(
        ("too little memory",), "too little memory (a limit of the address space), to load, compile or train",
        "one line, or done",
    ),
    Row(("a table larger",), "a table larger than `--memory`, each preset", "the whole process stays within it"),
    Row(
        ("text tables", "tables:", "Parquet and gzip", "predict:"),
        "text tables that cannot be, or are written otherwise; Parquet and gzip cut or changed at random",
        "one line, or the same numbers",
    ),
    Row(
        ("model files", "checkpoints:"), "model files cut, changed, foreign or hostile; checkpoints likewise",
        "one line, or the one before",
    ),
    Row(
        ("values:", "training:", "process:", "compiled code:"),
        "values: NaN, inf, huge, complex, empty, read-only; odd processes; damaged compiled code", "one line, or done",
    ),
    Row(("anything at all",), "anything at all as model, checkpoint, table, settings or document",
        "only errors of this package"),
    Row(("a worker of Ray",), "a worker of Ray killed or stopped", "replaced; the same bits"),
    Row(
        ("more workers of Ray", "SIGTERM with", "Ctrl-C with", "kill -9 of what"),
        "with workers: SIGTERM, Ctrl-C, more kills than allowed, the starter killed",
        "the checkpoint or the weights are kept; the same bits",
    ),
    Row(("more workers than", "a cluster without"), "workers that cannot be had", "refused in one line"),
    Row(("a process of torchrun",), "a process of torchrun killed", "replaced; the same bits"),
    Row(("torchrun, two", "mpirun, two"), "torchrun and mpirun, two processes against one", "the same to 1e-12"),
)  # fmt: skip


def table(tried: Counter[str], lost: Counter[str]) -> list[str]:
    """The lines of the table; what has no row stands under its own name."""
    lines = ["| tried | times | lost | what comes |", "|---|--:|--:|---|"]
    left = set(tried)
    for row in ROWS:
        names = {name for name in left if name.startswith(row.beginnings)}
        left -= names
        if names:
            times, gone = sum(tried[n] for n in names), sum(lost[n] for n in names)
            lines.append(f"| {row.tried} | {times:,} | {gone:,} | {row.comes} |")
    return lines + [f"| {name} | {tried[name]:,} | {lost[name]:,} | |" for name in sorted(left)]
