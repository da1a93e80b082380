"""The options of ``clearprop train``, each with its help; the command's signature gives their defaults."""

from pathlib import Path
from typing import Annotated, Literal

from typer import Option

from clearprop.cli.options import settings_file

Names = list[str] | None

Target = Annotated[str, Option("--target", help="The column to predict.")]
Output = Annotated[Path, Option("-o", "--output", metavar="MODEL", help="Its file.")]
Preset = Annotated[str, Option(help="accurate, fast, best or plain.")]
Task = Annotated[Literal["auto", "classification", "regression"], Option(help="What is to be learned.")]
Valid = Annotated[str, Option(metavar="FRACTION|TABLE", help="Rows held out for the scores.")]
Weight = Annotated[str | None, Option(metavar="COL", help="The column of row weights.")]
Drop = Annotated[Names, Option(metavar="COL", help="A column to leave out.")]
Categorical = Annotated[Names, Option(metavar="COL", help="Numbers that are categories.")]
Groups = Annotated[
    str | None, Option(metavar="COL", help="Rows with one value here stay on one side of each split.")
]
ClassWeight = Annotated[
    Literal["balanced"] | None, Option(help="Of a classification: all classes weigh the same.")
]
Metric = Annotated[
    str, Option(help="What chooses the epoch: accuracy, log_loss, auc, rmse, mae, quantile, ...")
]
Quantile = Annotated[
    float | None, Option(metavar="Q", help="Of a regression: learn this quantile of the target.")
]
Refit = Annotated[bool, Option("--refit", help="Learn anew from all but the held-out rows.")]
Hidden = Annotated[str | None, Option(metavar="256,256", help="Units of the hidden layers.")]
Activation = Annotated[str | None, Option(help="Of the hidden layers: relu, silu, tanh, ...")]
Epochs = Annotated[int | None, Option(help="Passes over the rows, at most.")]
BatchSize = Annotated[int | None, Option(help="Rows a step.")]
Rate = Annotated[float | None, Option(help="The learning rate at the start.")]
Seed = Annotated[int, Option(min=0, max=2**32 - 1, help="Of all random choices.")]
Threads = Annotated[int | None, Option(help="Of the products; by default as many as help.")]
TimeLimit = Annotated[float | None, Option(metavar="SECONDS", help="For the fit, compiling included.")]
Checkpoint = Annotated[
    Path | None, Option(metavar="DIR", help="Save checkpoints in this folder; SIGTERM saves one too.")
]
CheckpointEvery = Annotated[float, Option(min=0, metavar="SECONDS", help="Between two checkpoints.")]
Resume = Annotated[bool, Option("--resume", help="Go on from the last checkpoint, if there is one.")]
Workers = Annotated[
    str | None,
    Option(metavar="N", help="Divide each batch among so many workers of Ray; or torchrun, or mpi."),
]
RayAddress = Annotated[str | None, Option(help="Of a Ray cluster; else one is started here.")]
Report = Annotated[Path | None, Option(metavar="FILE.html", help="Write a report.")]
Config = Annotated[
    Path | None,
    Option(metavar="FILE.toml", callback=settings_file, is_eager=True, help="Options from a file."),
]
