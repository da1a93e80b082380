"""What the parser of the command line refuses, as a line of ours."""

import re
from typing import Any

KINDS = {
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
}


def refused(error: Exception) -> str:
    """One line: what must hold, what came, and where the options are told; any other exception is raised again.

    The parser says "Input should be a valid integer, unable to parse string as an integer" where `--seed x` came.
    """
    if type(error).__name__ == "Abort":
        return "Interrupted."
    if not hasattr(error, "format_message"):
        raise error
    said: Any = error
    text = _of_value(said) or " ".join(said.format_message().split()).rstrip(".")
    if text.startswith("Got unexpected extra argument"):
        text += ". A pattern such as 'big/*.parquet' stands in quotes"
    return f"{text}{'' if text.endswith('?') else '.'} See clearprop --help."


def _of_value(error: Any) -> str | None:
    """Of an option whose value has the wrong type, or is too large or small; None of anything else."""
    reason, parameter = error.__cause__, getattr(error, "param", None)
    if parameter is None or not hasattr(reason, "errors"):
        return None
    first = reason.errors()[0]
    must = _must(first)
    return f"`{parameter.opts[-1]}` must be {must}; got {first['input']!r}" if must else None


def _must(fault: dict[str, Any]) -> str:
    """What must hold; empty of a fault that is not in our table."""
    if one_of := re.search(r"is not one of (.*?)\.?$", fault["msg"]):
        names = one_of[1].replace("'", "")
        return f"one of {names}" if "," in names else names
    limits = {
        name: f"{limit:,}".removesuffix(".0")
        for name, limit in fault.get("ctx", {}).items()
        if name in ("ge", "le")
    }
    return KINDS.get(fault["type"], "").format_map(limits)
