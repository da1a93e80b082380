"""What ``clearprop train`` and ``clearprop demo`` do: read, hold out, fit, score, write."""

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
from sklearn.exceptions import ConvergenceWarning

from clearprop.cli import outputs, streaming
from clearprop.cli.estimator import estimator_of
from clearprop.cli.printing import columns_text, importances_text, scores_text
from clearprop.cli.request import Request
from clearprop.errors import SpecError
from clearprop.estimators.presets import resolved
from clearprop.estimators.rows import places_of
from clearprop.estimators.tabular import TabularClassifier, TabularRegressor
from clearprop.show.report import report as html_report
from clearprop.tables.category import Category
from clearprop.tables.classes import Classes
from clearprop.tables.dropped import LIKE_DATES
from clearprop.tables.moments import look_like_dates
from clearprop.tables.read import read_table
from clearprop.tables.scale import Scale
from clearprop.tables.table import Table
from clearprop.tables.target import learn_target
from clearprop.tables.weights import weights
from clearprop.train.checkpoint_folder import Folder
from clearprop.train.evaluation import Evaluation, evaluate
from clearprop.train.files import write_model
from clearprop.train.memory import check_least
from clearprop.train.model import Model
from clearprop.train.progress import bar
from clearprop.train.scores import checked_metric
from clearprop.train.shuffling import importances_of
from clearprop.train.split import split, split_groups
from clearprop.train.workers.group import Group
from clearprop.train.workers.members import group_of, on_first

MOST_NOTES = 5  # of columns that are left out


@dataclass(frozen=True)
class Result:
    """What came of it."""

    model: Model
    evaluation: Evaluation
    output: Path
    rows: int
    timings: dict[str, float]
    report: Path | None = None
    among: bool = False  # whether the rows that choose the epoch are among those that the encoding knows

    @property
    def notes(self) -> list[str]:
        """What there was no time for, what the held-out rows settled, which columns are left out or look like dates."""
        cut = [self.model.record.cut] if self.model.record.cut else []
        dropped = [c for c in self.model.encoding.summary() if "why" in c]
        left = [f"column `{c['name']}` is left out: {c['why']}" for c in dropped[:MOST_NOTES]]
        more = [f"{len(dropped) - MOST_NOTES:,} more columns are left out"] * (len(dropped) > MOST_NOTES)
        return [*cut, *self.model.held.notes, *left, *more, *self._dates()]

    def _dates(self) -> list[str]:
        """Of columns that became categories although they look like dates."""
        meant = self.model.estimator["params"]["categorical"] or ()
        found = [c for c in self.model.encoding.columns if isinstance(c, Category) and c.name not in meant]
        return [
            f"column `{c.name}` is taken for categories: {LIKE_DATES}"
            for c in found
            if look_like_dates(c.levels)
        ]

    def to_dict(self) -> dict[str, Any]:
        """For --json."""
        model, record = self.model, self.model.record
        importances = self.evaluation.importances
        return {
            "model": str(self.output), "task": model.task, "rows": self.rows, "encoding": model.encoding.summary(),
            "scores": self.evaluation.scores, "baseline": self.evaluation.baseline,
            "held_out_rows": self.evaluation.rows,
            "epochs": len(record.rows), "best_epoch": record.best_epoch, "stopped": record.stopped,
            "seconds": record.seconds, "timings": self.timings, "rows_per_second": record.rows_per_second,
            "peak_share": record.peak_share,
            "members": len(model.members),
            "threads": record.threads, "warning": record.warning,
            "temperature": model.held.temperature, "interval": self.evaluation.interval, "notes": self.notes,
            "importances": importances and importances.to_dict(),
        }  # fmt: skip

    def summary(self) -> str:
        """A few lines for a terminal."""
        model, record = self.model, self.model.record
        threads = f"{record.threads} thread{'s' * (record.threads > 1)}"
        columns = columns_text([column["kind"] for column in model.encoding.summary()])
        lines = [
            f"{model.task} of `{model.target_name}`: {self._roles_of_rows()}; columns: {columns}",
            f"{_networks(model)}, {model.params.flat.size:,} parameters; epoch {record.best_epoch} of "
            f"{len(record.rows)} kept (stopped by: {record.stopped}); {record.seconds:.1f} s in all; "
            f"{record.rows_per_second:,.0f} rows/s while stepping, on {threads}"
            + (f" at {record.peak_share:.0%} of the peak" if record.peak_share else ""),
            scores_text(self.evaluation),
            *([importances_text(self.evaluation.importances)] if self.evaluation.importances else []),
            f"model: {self.output}",
            *([f"report: {self.report}"] if self.report else []),
            *(f"note: {note}" for note in self.notes),
        ]
        return "\n".join(lines + [f"note: {record.warning}"] * bool(record.warning))

    def _roles_of_rows(self) -> str:
        rows, judges, members = (
            self.model.encoding.rows,
            self.model.estimator["judges"],
            len(self.model.members),
        )
        if not judges or not self.among:
            return f"{rows:,} rows to learn from, {f'{judges:,} others' if judges else 'none'} to choose the epoch"
        if members == 1:
            return f"{rows - judges:,} rows to learn from, {judges:,} others to choose the epoch"
        return f"{rows:,} rows to learn from, of which each network sets a tenth aside to choose the epoch"


class _Fitted(NamedTuple):
    """A model, the rows to score it on, the name of the table, its rows, when it was read, and `Result.among`."""

    model: Model
    held: Table
    source: str
    rows: int
    read: float
    among: bool = False


def run(request: Request, output: Path, report: Path | None, title: str = "") -> Result:
    """Train as asked; write the model, and the report if there is to be one."""
    result = run_as_worker(request, output, report, title)
    assert result
    return result


def run_as_worker(request: Request, output: Path, report: Path | None, title: str = "") -> Result | None:
    """The same by a process that may be one of several: the first alone tells, scores and writes; None elsewhere."""
    began = time.perf_counter()
    check_least()
    request.check()
    with (
        group_of(request.workers) as group,
        on_first(group, request.checkpoints.opened()) as folder,
        _told(is_first := group is None or group.rank == 0),
    ):
        model, held, source, rows, read, among = _fitted(request, folder, group)
    if not is_first:
        return None
    fitted = time.perf_counter()
    with _kept(model, output):
        evaluation = evaluate(model, held, request.weight)
        scored = time.perf_counter()
        importances = importances_of(model, held, request.weight)
    model, evaluation = replace(model, importances=importances), replace(evaluation, importances=importances)
    timings = {"read": read - began, "fit": fitted - read, "evaluate": scored - fitted}
    timings["importances"] = time.perf_counter() - scored
    model.peak_share()  # into the record, and so into the file and the report
    write_model(model, output)
    if report:
        made = time.strftime("%Y-%m-%d %H:%M")
        heading = title or f"{model.target_name} of {source}"
        page = html_report(model, evaluation, title=heading, source=source, created=made, timings=timings)
        outputs.write(report, page)
    return Result(model, evaluation, output, rows, timings, report, among)


@contextmanager
def _kept(model: Model, output: Path) -> Iterator[None]:
    """Ctrl-C while a model is scored does not lose it."""
    try:
        yield
    except KeyboardInterrupt:
        write_model(model, output)
        outputs.warn(f"{output} is written, without importances: it was still being scored.")
        raise


def _fitted(request: Request, folder: Folder | None, group: Group | None) -> _Fitted:
    choice = streaming.choose(request.table, request.drop, request.memory)
    if (choice.streams or request.memory is not None) and (group is None or group.rank == 0):
        outputs.say(choice.why)
    if choice.streams:
        request.check_streamable()
        stream, aside = streaming.streams_of(request, choice.memory, group)
        read = time.perf_counter()
        model = streaming.fitted(request, stream, folder).model_
        held, source = streaming.held_rows(aside, stream.bytes), Path(request.table).name
        return _Fitted(model, held, source, model.encoding.rows + model.estimator["judges"], read)
    table, held = _tables(request)
    read = time.perf_counter()
    model, among = (
        _in_memory(request, table, folder).model_,
        resolved(request.settings["preset"], {}).members > 1,
    )
    return _Fitted(model, held, table.source, table.n_rows, read, among)


@contextmanager
def _told(is_first: bool) -> Iterator[None]:
    """Warnings as lines of ours, by the first process; one that the summary tells is left out."""

    def show(message: Any, category: type[Warning], *about: Any) -> None:
        if is_first:
            outputs.warn(str(message))

    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.showwarning = show
        yield


def _tables(request: Request) -> tuple[Table, Table]:
    """The rows to learn from, and the held-out ones."""
    table = _read(request.table, request)
    table.column(request.target)
    fraction = request.fraction
    if fraction is None:
        return table, _read(request.valid, request)
    column = table.column(request.target)
    target = learn_target(column, request.task)
    labels = target.encode(column) if target.task == "classification" else None
    if request.groups is None:
        kept, aside = split(table.n_rows, fraction, request.seed, labels)
    else:
        kept, aside = split_groups(places_of(table.column(request.groups)), fraction, request.seed, labels)
    if not len(aside):
        raise SpecError(_why_none(table, request, target))
    return table.take(kept), table.take(aside)


def _why_none(table: Table, request: Request, target: Classes | Scale) -> str:
    """Why no row can be held out."""
    if isinstance(target, Scale) or len(target.classes) < table.n_rows:
        left = "all other rows" if isinstance(target, Scale) else "all rows of a class"
        return (
            f"No value of `{request.groups}` in {table.source} can be held out: {left} would go with it. "
            "Pass `--valid TABLE`."
        )
    kind = table.column(request.target).values.type
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    other = "if it is a number to predict, pass `--task regression`; " if is_number else ""
    return (
        f"Classes need several rows each, but the values of the target `{request.target}` are all different in the "
        f"{table.n_rows:,} rows of {table.source}, so none can be held out. If it only names the rows, choose another "
        f"target; {other}else add rows, or pass `--valid TABLE`."
    )


def _read(source: str, request: Request) -> Table:
    settings = request.settings
    return read_table(
        source, missing=settings["missing"], drop=request.drop, categorical=settings["categorical"],
        target=request.target,
    )  # fmt: skip


def _in_memory(request: Request, table: Table, folder: Folder | None) -> TabularClassifier | TabularRegressor:
    column = table.column(request.target)
    weight = None if request.weight is None else weights(table.column(request.weight))
    groups = None if request.groups is None else table.column(request.groups)
    inputs = [name for name in table.names if name not in (request.target, request.weight, request.groups)]
    task = learn_target(column, request.task).task
    settings = dict(request.settings)
    settings["categorical"] = tuple(name for name in settings["categorical"] if name in inputs)
    estimator = estimator_of(task, settings)
    with bar(checked_metric(estimator.metric, task)) as watch:
        how = {"watch": watch, "checkpoint": folder, "workers": request.workers, "groups": groups}
        return estimator.fit(table.select(inputs), column, weight, **how)


def _networks(model: Model) -> str:
    """The network, or what the committee is made of."""
    k = len(model.members)
    return (
        str(model.params.net) if k == 1 else f"{k} networks that answer together, each a {model.params.net}"
    )
