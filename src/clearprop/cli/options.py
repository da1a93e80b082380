"""Options that several commands share, and the settings file that can stand in for them."""

import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

from clearprop.errors import SpecError

Missing = Annotated[
    list[str] | None, typer.Option("--missing", metavar="TEXT", help="A further text for a missing value.")
]
Rows = Annotated[
    str, typer.Argument(metavar="TABLE", help="CSV(.gz), TSV or Parquet: a file, a folder or a glob.")
]
Memory = Annotated[
    str | None, typer.Option("--memory", metavar="SIZE", help="For the whole process: 1GiB, 500MB, ...")
]
Force = Annotated[bool, typer.Option("--force", help="Replace outputs that exist.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, also for errors.")]


def settings_file(context: typer.Context, path: Path | None) -> Path | None:
    """The callback of --config: the file's settings become the defaults of the options."""
    if path is None:
        return None
    found = _read(path)
    context.default_map = {**(context.default_map or {}), **_known(found, context, path)}
    return path


def _read(path: Path) -> dict[str, Any]:
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        return tomllib.loads(text)
    except FileNotFoundError:
        msg = f"There is no settings file {path}. Check the name."
        raise SpecError(msg) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        what = str(error).replace("at end of document", f"at line {text.count(chr(10)) + 1}, the end")
        msg = f"The settings file {path} is not valid TOML: {what}."
        raise SpecError(msg) from None


def _known(found: dict[str, Any], context: typer.Context, path: Path) -> dict[str, Any]:
    """The settings under the names of the command's parameters; a name that is not one is an error."""
    from clearprop.tables.names import nearest

    names = {option.lstrip("-"): p.name for p in context.command.params for option in p.opts}
    for key in found:
        if key.replace("_", "-") not in names:
            msg = f"The settings file {path} sets `{key}`, which is no option: {nearest(key, list(names))}."
            raise SpecError(msg)
    return {str(names[key.replace("_", "-")]): value for key, value in found.items()}


def sizes(text: str | None, option: str = "--hidden", such_as: str = "256,256") -> tuple[int, ...] | None:
    """`256,256` as (256, 256).

    SpecError if they are no whole numbers from 1; of a whole network (`--sizes`), if it is one alone.

    Examples
    --------
    >>> sizes("256,128")
    (256, 128)
    """
    if text is None:
        return None
    try:
        found = tuple(int(part) for part in str(text).strip("[]() ").split(","))
    except ValueError:
        found = ()
    if not found or min(found) < 1:
        msg = (
            f"`{option}` must be whole numbers from 1, with commas between, such as {such_as}; got {text!r}."
        )
        raise SpecError(msg)
    if option == "--sizes" and len(found) < 2:
        msg = f"`{option}` must name two layers or more, the inputs first, such as {such_as}; got {text!r}."
        raise SpecError(msg)
    return found
