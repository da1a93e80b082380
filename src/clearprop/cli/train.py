"""``clearprop train``: a table to a model file."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from clearprop.cli.options import Force, Json, Memory, Missing, settings_file

Option = typer.Option


def train(
    table: Annotated[
        str, typer.Argument(metavar="TABLE", help="CSV(.gz), TSV or Parquet: a file, a folder or a glob.")
    ],
    target: Annotated[str, Option("--target", help="The column to predict.")],
    output: Annotated[Path, Option("-o", "--output", metavar="MODEL", help="Its file.")] = Path(
        "model.safetensors"
    ),
    preset: Annotated[str, Option(help="accurate, fast, best or plain.")] = "accurate",
    task: Annotated[
        Literal["auto", "classification", "regression"], Option(help="What is to be learned.")
    ] = "auto",
    valid: Annotated[str, Option(metavar="FRACTION|TABLE", help="Rows held out for the scores.")] = "0.2",
    weight: Annotated[str | None, Option(metavar="COL", help="The column of row weights.")] = None,
    drop: Annotated[list[str] | None, Option(metavar="COL", help="A column to leave out.")] = None,
    categorical: Annotated[
        list[str] | None, Option(metavar="COL", help="Numbers that are categories.")
    ] = None,
    missing: Missing = None,
    groups: Annotated[
        str | None, Option(metavar="COL", help="Rows with one value here stay on one side of each split.")
    ] = None,
    class_weight: Annotated[
        Literal["balanced"] | None, Option(help="Of a classification: all classes weigh the same.")
    ] = None,
    metric: Annotated[
        str, Option(help="What chooses the epoch: accuracy, log_loss, auc, rmse, mae, quantile, ...")
    ] = "auto",
    quantile: Annotated[
        float | None, Option(metavar="Q", help="Of a regression: learn this quantile of the target.")
    ] = None,
    refit: Annotated[bool, Option("--refit", help="Learn anew from all but the held-out rows.")] = False,
    hidden: Annotated[str | None, Option(metavar="256,256", help="Units of the hidden layers.")] = None,
    activation: Annotated[str | None, Option(help="Of the hidden layers: relu, silu, tanh, ...")] = None,
    epochs: Annotated[int | None, Option(help="Passes over the rows, at most.")] = None,
    batch_size: Annotated[int | None, Option(help="Rows a step.")] = None,
    lr: Annotated[float | None, Option(help="The learning rate at the start.")] = None,
    seed: Annotated[int, Option(min=0, max=2**32 - 1, help="Of all random choices.")] = 0,
    threads: Annotated[int | None, Option(help="Of the products; by default as many as help.")] = None,
    time_limit: Annotated[
        float | None, Option(metavar="SECONDS", help="For the fit, compiling included.")
    ] = None,
    memory: Memory = None,
    checkpoint: Annotated[
        Path | None, Option(metavar="DIR", help="Save checkpoints in this folder; SIGTERM saves one too.")
    ] = None,
    checkpoint_every: Annotated[
        float, Option(min=0, metavar="SECONDS", help="Between two checkpoints.")
    ] = 30.0,
    resume: Annotated[
        bool, Option("--resume", help="Go on from the last checkpoint, if there is one.")
    ] = False,
    workers: Annotated[
        str | None,
        Option(metavar="N", help="Divide each batch among so many workers of Ray; or torchrun, or mpi."),
    ] = None,
    ray_address: Annotated[str | None, Option(help="Of a Ray cluster; else one is started here.")] = None,
    report: Annotated[Path | None, Option(metavar="FILE.html", help="Write a report.")] = None,
    config: Annotated[
        Path | None,
        Option(metavar="FILE.toml", callback=settings_file, is_eager=True, help="Options from a file."),
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> int:
    """Train a network on a table and write it to a model file.

    Rows are held out for the scores (--valid); of the others a tenth chooses the epoch. A table that does not
    fit into the memory is streamed from the disk.
    """
    from clearprop.cli import outputs
    from clearprop.cli.options import sizes
    from clearprop.cli.training import Checkpoints, Request, run_as_worker
    from clearprop.train.workers.wanted import wanted

    outputs.check(output, report, force=force, inputs=(table, valid))
    settings: dict[str, Any] = {
        "preset": preset, "metric": metric, "hidden_layer_sizes": sizes(hidden), "activation": activation,
        "max_iter": epochs, "batch_size": "auto" if batch_size is None else batch_size,
        "learning_rate_init": lr, "random_state": seed, "threads": threads, "time_limit": time_limit,
        "categorical": tuple(categorical or ()), "missing": tuple(missing or ()), "refit": refit,
    }  # fmt: skip
    if quantile is not None:
        settings |= {"quantile": quantile, "metric": "quantile" if metric == "auto" else metric}
    if class_weight is not None:
        settings["class_weight"] = class_weight
    checkpoints = Checkpoints(checkpoint, checkpoint_every, resume, force)
    request = Request(
        table, target, task, valid, weight, tuple(drop or ()), settings, seed, memory, checkpoints,
        wanted(workers, ray_address), groups,
    )  # fmt: skip
    result = run_as_worker(request, output, report)
    if result is None:  # one of several workers; the first tells and writes
        return 0
    outputs.say(result.summary())
    if as_json:
        print(json.dumps(result.to_dict(), ensure_ascii=False, allow_nan=False))
    return 130 if result.model.record.stopped == "interrupted" else 0
