"""The commands, gathered; and how each way of ending is told.

Exit 0: done. 1: `check` has findings. 2: cannot be done, with one line on standard error. 130: interrupted.
"""

import json
import os
import re
import sys
from typing import Annotated, Any

import typer

from clearprop.cli.check import check
from clearprop.cli.demo import demo
from clearprop.cli.evaluate import evaluate
from clearprop.cli.exercise import exercise
from clearprop.cli.explain import explain
from clearprop.cli.export import export
from clearprop.cli.interrupts import forget, never_lost
from clearprop.cli.mark import mark
from clearprop.cli.predict import predict
from clearprop.cli.prepare import prepare
from clearprop.cli.refused import refused
from clearprop.cli.train import train
from clearprop.cli.warmup import warmup
from clearprop.errors import ClearpropError
from clearprop.version import __version__

# What parameters of the library are called on the command line, where they are not called the same.
OPTIONS = {
    "hidden_layer_sizes": "hidden",
    "layers": "layer",
    "learning_rate_init": "lr",
    "max_iter": "epochs",
    "quantities": "quantity",
    "random_state": "seed",
    "samples": "sample",
    "units": "unit",
}

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
for command in (demo, train, predict, evaluate, explain, check, exercise, mark, export, warmup, prepare):
    app.command()(command)


def _version(asked: bool) -> None:
    if asked:
        print(f"clearprop {__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Feed-forward networks on tables, on a CPU."""


def main(arguments: list[str] | None = None) -> None:
    """Run a command and end the process with its exit code."""
    given = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        code = _run(given)
    except KeyboardInterrupt:
        code = _tell("Interrupted.", given, 130)
        forget()
        sys.exit(code)
    except BrokenPipeError:  # whoever read standard output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except (ClearpropError, OSError, MemoryError) as error:
        sys.exit(_tell(_one_line(error, given), given, 2))
    except Exception as error:
        sys.exit(_tell(refused(error), given, 2))
    sys.exit(code if isinstance(code, int) else 0)


def _run(given: list[str]) -> Any:
    """What the command returns. Typer's own way to it would end the process at Ctrl-C without a word."""
    command = typer.main.get_command(app)
    try:
        with never_lost(), command.make_context("clearprop", given) as context:
            return command.invoke(context)
    except typer.Exit as ended:
        return ended.exit_code


def _one_line(error: BaseException, given: list[str]) -> str:
    if isinstance(error, MemoryError):
        return "There is not enough memory. Use a smaller table or network."
    if isinstance(error, OSError) and error.filename:
        advice = " Check the name." if isinstance(error, FileNotFoundError) else ""
        return f"{error.filename}: {error.strerror}.{advice}"
    options = _options(given)

    def as_option(named: re.Match[str]) -> str:
        return f"`{options.get(OPTIONS.get(named[1], named[1]), named[1])}`"

    return re.sub(r"`(\w+)`", as_option, " ".join(str(error).split()))


def _options(given: list[str]) -> dict[str, str]:
    """The options of the command that was given, each by the name of its parameter."""
    commands: Any = typer.main.get_command(app)
    asked = next((commands.commands[word] for word in given if word in commands.commands), None)
    options = {p.name: p.opts[-1] for p in asked.params} if asked else {}
    return {name: option for name, option in options.items() if option.startswith("--")}


def _tell(message: str, given: list[str], code: int) -> int:
    from clearprop.cli import outputs

    if "--json" in given:
        print(json.dumps({"error": message}, ensure_ascii=False))
    outputs.say(f"clearprop: {message}")
    return code
