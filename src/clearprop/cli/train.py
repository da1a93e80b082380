"""``clearprop train``: a table to a model file."""

import json
from pathlib import Path
from typing import Any

from clearprop.cli import train_options as given
from clearprop.cli.options import Force, Json, Memory, Missing, Rows


def train(
    table: Rows, target: given.Target, output: given.Output = Path("model.safetensors"),
    preset: given.Preset = "accurate", task: given.Task = "auto", valid: given.Valid = "0.2",
    weight: given.Weight = None, drop: given.Drop = None, categorical: given.Categorical = None,
    missing: Missing = None, groups: given.Groups = None, class_weight: given.ClassWeight = None,
    metric: given.Metric = "auto", quantile: given.Quantile = None, refit: given.Refit = False,
    hidden: given.Hidden = None, activation: given.Activation = None, epochs: given.Epochs = None,
    batch_size: given.BatchSize = None, lr: given.Rate = None, seed: given.Seed = 0, threads: given.Threads = None,
    time_limit: given.TimeLimit = None, memory: Memory = None, checkpoint: given.Checkpoint = None,
    checkpoint_every: given.CheckpointEvery = 30.0, resume: given.Resume = False, workers: given.Workers = None,
    ray_address: given.RayAddress = None, report: given.Report = None, config: given.Config = None,
    force: Force = False, as_json: Json = False,
) -> int:  # fmt: skip
    """Train a network on a table and write it to a model file.

    Rows are held out for the scores (--valid); of the others a tenth chooses the epoch. A table that does not
    fit into the memory is streamed from the disk.
    """
    from clearprop.cli import outputs
    from clearprop.cli.options import sizes
    from clearprop.cli.request import Checkpoints, Request
    from clearprop.cli.training import run_as_worker
    from clearprop.tables.files import check_there
    from clearprop.train.workers.wanted import wanted

    try:
        outputs.check(output, report, force=force, inputs=(table, valid))
    except outputs.OutputError:
        check_there(table)  # the model may stand from a run on another table: a missing one is told first
        raise
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
    request = Request(
        table, target, task, valid, weight, tuple(drop or ()), settings, seed, memory,
        Checkpoints(checkpoint, checkpoint_every, resume, force), wanted(workers, ray_address), groups,
    )  # fmt: skip
    result = run_as_worker(request, output, report)
    if result is None:  # one of several workers; the first tells and writes
        return 0
    outputs.say(result.summary())
    if as_json:
        print(json.dumps(result.to_dict(), ensure_ascii=False, allow_nan=False))
    return 130 if result.model.record.stopped == "interrupted" else 0
