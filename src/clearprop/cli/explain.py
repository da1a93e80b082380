"""``clearprop explain``: the working of one step, of a small network, a batch, or a model on rows of a table."""

from pathlib import Path
from typing import Annotated, Any

import typer

from clearprop.cli import options as shared
from clearprop.cli.options import Force, Missing

FORMATS = ("text", "md", "latex", "html", "json")
ENDINGS = {".txt": "text", ".md": "md", ".tex": "latex", ".html": "html", ".htm": "html", ".json": "json"}
FIRST = 5  # rows of a table
MODEL = typer.Argument(metavar="[MODEL]", help="A model file; without it a network of whole numbers.")
SIZES = typer.Option(metavar="N,N,...", help="Units of each layer, the inputs first. [3,4,2]")
ACTIVATION = typer.Option(metavar="NAME", help="Of the hidden layers: a name, or an expression of x. [relu]")
HEAD = typer.Option(
    metavar="NAME", help="softmax, logistic, identity, exp, absolute, huber, quantile. [softmax]"
)
ROWS = typer.Option(metavar="TABLE|BATCH.json", help="A table, for a model; or JSON with X, y, and W, b.")
TAKEN = typer.Option(metavar="N", help="Rows of the table that are taken.")
MEMBER = typer.Option(metavar="N", help="Of a committee, which of its networks; they count from 1. [1]")
SEED = typer.Option(metavar="N", help="Of the whole numbers that are drawn.")
FORM = typer.Option(metavar="FORM", help="scalar, sample, batch, or all.")
NUMBERS = typer.Option(metavar="KIND", help="decimal, or exact: fractions, logarithms, powers of e.")
DIGITS = typer.Option(metavar="N", help="Significant digits.")
LANG = typer.Option(metavar="LANG", help="en or zh.")
LOSS = typer.Option(metavar="KIND", help="mean or sum: where 1/m stands.")
AT_ZERO = typer.Option("--relu-grad-at-zero", metavar="0|1", help="The slope of relu at 0. [1]")
LR = typer.Option("--lr", metavar="X", help="The learning rate of the update.")
L2 = typer.Option("--l2", metavar="X", help="The penalty.")
STEPS = typer.Option(metavar="N", help="Steps to follow.")
QUANTITY = typer.Option(metavar="NAME", help="Show these only: z, dW, 'dW[1]', ...")
LAYER = typer.Option(metavar="L", help="Show these layers only; 0 is the input.")
UNIT = typer.Option(metavar="N", help="Show these only; they count from 1.")
MOST = typer.Option(
    metavar="N", help="Units and samples that are all shown; of more, the first and the last."
)
FORMAT = typer.Option(metavar="FORMAT", help="text, md, latex, html or json; by default by FILE's name.")
OUTPUT = typer.Option("-o", "--output", metavar="FILE", help="Write it there.")


def explain(
    model: Annotated[Path | None, MODEL] = None,
    sizes: Annotated[str | None, SIZES] = None,
    activation: Annotated[str | None, ACTIVATION] = None,
    head: Annotated[str | None, HEAD] = None,
    rows: Annotated[str | None, ROWS] = None,
    first: Annotated[int, TAKEN] = FIRST,
    member: Annotated[int | None, MEMBER] = None,
    seed: Annotated[int, SEED] = 0,
    form: Annotated[str, FORM] = "all",
    numbers: Annotated[str, NUMBERS] = "decimal",
    digits: Annotated[int, DIGITS] = 4,
    lang: Annotated[str, LANG] = "en",
    loss: Annotated[str, LOSS] = "mean",
    relu_grad_at_zero: Annotated[int | None, AT_ZERO] = None,
    lr: Annotated[float, LR] = 0.1,
    l2: Annotated[float, L2] = 0.0,
    steps: Annotated[int, STEPS] = 1,
    quantity: Annotated[list[str] | None, QUANTITY] = None,
    layer: Annotated[list[int] | None, LAYER] = None,
    unit: Annotated[list[int] | None, UNIT] = None,
    sample: Annotated[list[int] | None, UNIT] = None,
    most: Annotated[int, MOST] = 16,
    missing: Missing = None,
    format: Annotated[str | None, FORMAT] = None,
    output: Annotated[Path | None, OUTPUT] = None,
    force: Force = False,
) -> None:
    """Show the working of one step, in symbols and numbers. Forward, backward, update, and forward again."""
    from clearprop.cli import outputs

    kind = _format(format, output)
    outputs.check(output, force=force, inputs=tuple(str(p) for p in (model, rows) if p))
    options: dict[str, Any] = {"form": form, "numbers": numbers, "digits": digits, "lang": lang}
    options |= {"loss": loss, "lr": lr, "l2": l2}
    options |= {"steps": steps, "most": most, "quantities": quantity or None, "layers": layer or None}
    options |= {"units": _from_one("unit", unit), "samples": _from_one("sample", sample)}
    network: dict[str, Any] = {"--sizes": sizes, "--activation": activation, "--head": head}
    network["--relu-grad-at-zero"] = relu_grad_at_zero
    if model is not None:
        _unasked(model, network)
        options["member"] = 1 if member is None else member
        account = _of_model(model, rows, first, tuple(missing or ()), options)
    else:
        _without_members(member)
        kinds = activation, head, relu_grad_at_zero
        account = _of_network(shared.sizes(sizes, "--sizes", "3,4,2"), kinds, rows, seed, options)
    _write(account, kind, output)


def _format(given: str | None, output: Path | None) -> str:
    from clearprop.errors import SpecError

    if given is not None and given not in FORMATS:
        msg = f"`--format` must be one of {', '.join(FORMATS)}; got {given!r}."
        raise SpecError(msg)
    found = given or ("text" if output is None else ENDINGS.get(output.suffix.lower()))
    if found is None:
        msg = (
            f"`--output` must end in {', '.join(ENDINGS)}; got {output}. "
            f"Choose another name, or pass --format {', '.join(FORMATS[:-1])} or {FORMATS[-1]}."
        )
        raise SpecError(msg)
    return found


def _unasked(model: Path, network: dict[str, Any]) -> None:
    """Refuse options of a network beside a model, which has its own."""
    from clearprop.errors import SpecError

    given = [option for option, value in network.items() if value is not None]
    if given:
        msg = f"{model} has a network of its own. Leave out {', '.join(given)}."
        raise SpecError(msg)


def _without_members(member: int | None) -> None:
    from clearprop.errors import SpecError

    if member is not None:
        msg = "`--member` is of a model that is a committee. Name its file: explain MODEL --rows TABLE --member N."
        raise SpecError(msg)


def _from_one(name: str, given: list[int] | None) -> list[int] | None:
    from clearprop.errors import SpecError

    if given and min(given) < 1:
        msg = f"`--{name}` counts from 1; got {min(given)}."
        raise SpecError(msg)
    return [n - 1 for n in given] if given else None


def _of_network(sizes: Any, kind: Any, rows: str | None, seed: int, options: dict[str, Any]) -> Any:
    """A network of whole numbers, or one that a batch holds."""
    from clearprop.errors import SpecError
    from clearprop.network import Network
    from clearprop.show.account.batch_file import as_numbers, names_in, parameters_of, read_batch
    from clearprop.show.account.explain import explain as explained
    from clearprop.show.account.nice import nice

    activation, head, at_zero = kind
    if rows and Path(rows).suffix.lower() != ".json":
        msg = f"A batch is a file BATCH.json; got {rows}. For rows of a table name a model: explain MODEL --rows TABLE."
        raise SpecError(msg)
    batch = read_batch(Path(rows)) if rows else {}
    if sizes is None and "W" in batch:
        shapes = [as_numbers("W", W).shape for W in batch["W"]]
        sizes = tuple(shape[0] for shape in shapes) + shapes[-1][-1:] if shapes and all(shapes) else None
    net = Network(
        sizes or (3, 4, 2), activation or "relu", head or "softmax", 1 if at_zero is None else at_zero
    )
    params, X, y = nice(net, seed=seed)
    if not batch:
        return explained(net, params, X, y, **options)
    own = parameters_of(net, batch)
    X, y = (as_numbers(name, batch[name]) for name in "Xy")
    w = as_numbers("sample_weight", batch["sample_weight"]) if "sample_weight" in batch else None
    return explained(net, own or params, X, y, sample_weight=w, names=names_in(batch), **options)


def _of_model(
    model: Path, rows: str | None, first: int, missing: tuple[str, ...], options: dict[str, Any]
) -> Any:
    """A model on the first rows of a table, named by its columns and classes."""
    import numpy as np

    from clearprop.cli.reading import model_of
    from clearprop.errors import SpecError
    from clearprop.show.account.tabular import explain_model

    found = model_of(model)
    if rows is None:
        msg = f"{model} has no rows of its own. Pass --rows TABLE, with the columns and the target it learned from."
        raise SpecError(msg)
    if first < 1:
        msg = f"`--first` must be 1 or more; got {first}."
        raise SpecError(msg)
    members = len(found.members)
    if not 1 <= options["member"] <= members:
        msg = f"`--member` must be from 1 to {members}, the networks of {model}; got {options['member']}."
        raise SpecError(msg)
    options = options | {"member": options["member"] - 1}
    table = found.read(rows, missing, (found.target_name,))
    return explain_model(found, table.take(np.arange(min(first, table.n_rows))), **options)


def _write(account: Any, kind: str, output: Path | None) -> None:
    import shutil
    import sys

    from clearprop.cli import outputs

    width = max(60, shutil.get_terminal_size((80, 24)).columns) if output is None else 80
    made = {
        "text": lambda: account.to_text(width), "md": account.to_markdown, "latex": account.to_latex,
        "html": account.to_html, "json": lambda: account.to_json(indent=1) + "\n",
    }[kind]()  # fmt: skip
    if output is None:
        sys.stdout.write(made)
        sys.stdout.flush()
    else:
        outputs.write(output, made)
        outputs.say(f"{account!r}: {output}")
