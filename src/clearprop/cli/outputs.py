"""Files that commands write: checked before the work, written at once or not at all."""

import csv
import io
import os
import sys
import textwrap
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from clearprop.errors import ClearpropError


class OutputError(ClearpropError):
    """An output exists already, or cannot be written."""


def check(*paths: Path | None, force: bool, inputs: tuple[str | Path, ...] = ()) -> None:
    """Refuse outputs that exist, are named twice, or lie where nothing can be written; before any work.

    An output that is one of the `inputs` is refused always.
    """
    given = [path for path in paths if path is not None]
    read = {Path(path).resolve() for path in inputs}
    for path in given:
        if path.resolve() in read:
            msg = f"{path} is read here, so it cannot be written. Choose another name for the output."
            raise OutputError(msg)
        if path.is_dir():
            msg = f"{path} is a folder; an output is a file. Choose another name."
            raise OutputError(msg)
        if path.exists() and not force:
            msg = f"{path} exists already. Pass --force to replace it, or choose another name."
            raise OutputError(msg)
        if not path.parent.is_dir():
            msg = f"There is no folder {path.parent} for {path.name}. Make it first."
            raise OutputError(msg)
        if not os.access(path.parent, os.W_OK):
            msg = f"The folder {path.parent} cannot be written to. Choose another for {path.name}."
            raise OutputError(msg)
    if len({path.resolve() for path in given}) < len(given):
        msg = f"Two outputs have the same name: {', '.join(map(str, given))}. Give each its own."
        raise OutputError(msg)


def write(path: Path, data: bytes | str) -> None:
    """The data under the name, all or none."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(data.encode() if isinstance(data, str) else data)
        os.replace(beside, path)
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}. Choose another place."
        raise OutputError(msg) from None
    finally:  # also of an interrupt; after the renaming there is none
        with suppress(OSError):
            beside.unlink()


def table_bytes(columns: dict[str, Any], parquet: bool) -> bytes:
    """Columns as CSV (UTF-8, a header line, numbers with all their digits) or Parquet."""
    if parquet:
        import pyarrow as pa
        from pyarrow import parquet as pq

        sink = pa.BufferOutputStream()
        pq.write_table(pa.table(columns), sink)
        return sink.getvalue().to_pybytes()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(values.tolist() for values in columns.values()), strict=True))
    return text.getvalue().encode()


def say(text: str) -> None:
    """A message for the user, on standard error; of a terminal the lines end between words."""
    print(folded(text, width_of(sys.stderr)), file=sys.stderr)


def width_of(stream: TextIO | None) -> int | None:
    """The columns of a terminal; None for a file or a pipe."""
    try:
        return (
            os.get_terminal_size(stream.fileno()).columns if stream is not None and stream.isatty() else None
        )
    except (OSError, ValueError):
        return None


def folded(text: str, width: int | None) -> str:
    """Lines that are too long for a terminal broken between words, what follows set in by two; None: as they are.

    Examples
    --------
    >>> print(folded("epoch 27 of 30 kept", 12))
    epoch 27 of
      30 kept
    """
    if not width:
        return text
    lines = []
    for line in text.split("\n"):
        inset = " " * (len(line) - len(line.lstrip()) + 2)
        fold = textwrap.TextWrapper(
            width, subsequent_indent=inset, break_long_words=False, break_on_hyphens=False
        )
        lines += [line] if len(line) <= width else fold.wrap(line)
    return "\n".join(lines)


def warn(text: str) -> None:
    """A warning, on standard error."""
    say(f"warning: {text}")
