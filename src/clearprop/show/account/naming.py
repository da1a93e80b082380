"""What the inputs, the outputs and the samples of an account are called, and each quantity in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from clearprop.errors import ShapeError
from clearprop.network import Network
from clearprop.show.account.committee import Committee, described
from clearprop.show.account.words import Words


@dataclass(frozen=True)
class Names:
    """Names in place of numbers.

    Parameters
    ----------
    inputs, outputs, samples : sequence of str, optional
        One for each input, output (class), row.
    table : dict, optional
        The rows as they were in the table: ``columns``, ``rows`` (texts).
    encoding : sequence of dict, optional
        How each input came of a column: ``input``, ``column``, ``kind`` and what that kind needs.
    committee : Committee, optional
        What the networks of the model answer, and which of them the account is of.
    which : str, optional
        A sentence that says which rows these are.
    """

    inputs: Sequence[Any] | None = None
    outputs: Sequence[Any] | None = None
    samples: Sequence[Any] | None = None
    table: dict[str, Any] | None = None
    encoding: Sequence[dict[str, Any]] | None = None
    committee: Committee | None = None
    which: str | None = None


def named(trace: dict[str, Any], words: Words, net: Network, rows: int, names: Names) -> None:
    """Put the names, and the words, into a trace."""
    trace["batch"] = {
        "rows": rows,
        "m": trace["scalars"]["m"]["value"],
        "weighted": "w" in trace["quantities"],
        "inputs": _names("inputs", names.inputs, net.sizes[0]),
        "outputs": _names("outputs", names.outputs, net.sizes[-1]),
        "samples": _names("samples", names.samples, rows),
        "members": len(names.committee.answers) if names.committee else 1,
        "member": names.committee.member if names.committee else 0,
        "table": _table(names.table, trace["quantities"]["a[0]"]["held"][0]),
        **({"which": names.which} if names.which else {}),
        "encoding": [e | {"text": words.encoding(e)} for e in names.encoding] if names.encoding else None,
    }
    trace["committee"] = described(names.committee, trace["quantities"]["a[0]"]["held"][0], words)
    for part in trace["parts"]:
        part["title"] = words.part(part["id"])
    for key, q in trace["quantities"].items():
        kind = _kind(net, key, q["layer"], "embedded" in trace["network"])
        q["name"] = words.quantity(key, q["layer"], kind, terms=q.get("terms"))
        for line in q["lines"]:
            line["rule_name"] = words.rule(line["rule"])
            line["name"] = words.line(line["id"], line["name"])


def _table(table: dict[str, Any] | None, held: list[int]) -> dict[str, Any] | None:
    """The rows of the table that are kept, each with its number."""
    if table is None:
        return None
    return {"columns": table["columns"], "held": held, "rows": [table["rows"][n] for n in held]}


def _names(what: str, given: Sequence[Any] | None, n: int) -> list[str]:
    if given is None:
        return [str(i + 1) for i in range(n)]
    if len(given) != n:
        msg = f"`names.{what}` must have {n} entries; got {len(given)}."
        raise ShapeError(msg)
    return [str(name) for name in given]


def _kind(net: Network, key: str, layer: int | None, embedded: bool) -> str:
    if key in ("Y", "p", "p'"):
        return "classes" if net.head == "softmax" else ""
    if key in ("a[0]", "a'[0]"):
        return "embedded" if embedded else ""
    relu = (
        key.startswith("slope")
        and layer is not None
        and layer < net.L
        and net.activations[layer - 1] == "relu"
    )
    return "relu" if relu else ""
