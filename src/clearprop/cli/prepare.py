"""``clearprop prepare``: any table to shuffled, typed Parquet, once."""

from pathlib import Path
from typing import Annotated

import typer

from clearprop.cli.options import Force, Memory, Missing, Rows

Option = typer.Option


def prepare(
    table: Rows,
    output: Annotated[Path, typer.Argument(metavar="OUT.parquet", help="The Parquet file.")],
    drop: Annotated[list[str] | None, Option(metavar="COL", help="A column to leave out.")] = None,
    categorical: Annotated[
        list[str] | None, Option(metavar="COL", help="Numbers that are categories.")
    ] = None,
    missing: Missing = None,
    memory: Memory = None,
    seed: Annotated[int, Option(min=0, max=2**32 - 1, help="Of the shuffle.")] = 0,
    force: Force = False,
) -> None:
    """Write a table as typed, shuffled Parquet, to be streamed.

    Types are decided on all rows; the table may be larger than the memory.
    """
    from clearprop.cli import outputs
    from clearprop.cli.streaming import DEFAULT, prepare_bar
    from clearprop.tables.files import find_files
    from clearprop.tables.prepare import prepare
    from clearprop.tables.size import size_of

    if output.suffix.lower() not in (".parquet", ".pq"):
        msg = f"A prepared table is written as .parquet; got {output}. Choose this ending."
        raise outputs.OutputError(msg)
    inputs = tuple(str(path) for path in find_files(table))
    outputs.check(output, force=force, inputs=inputs)
    with prepare_bar() as progress:
        rows = prepare(
            table, output, missing=tuple(missing or ()), drop=tuple(drop or ()),
            categorical=tuple(categorical or ()), memory=size_of(memory or DEFAULT), seed=seed, progress=progress,
        )  # fmt: skip
    outputs.say(f"{rows:,} rows: {output}")
