"""What `clearprop train` is asked for, and what of it can be refused before the table is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clearprop.cli import outputs
from clearprop.cli.estimator import estimator_of
from clearprop.errors import SpecError
from clearprop.estimators.specified import check_specified
from clearprop.tables.files import find_tables
from clearprop.tables.size import size_of
from clearprop.train.checkpoint_folder import EVERY, Folder, folder_of, opened
from clearprop.train.workers.wanted import Workers


@dataclass(frozen=True)
class Checkpoints:
    """Where they go, how often, and what becomes of those that are there."""

    folder: Path | None = None
    every: float = EVERY
    resume: bool = False
    anew: bool = False

    @contextmanager
    def opened(self) -> Iterator[Folder | None]:
        """The folder, ours; None where none is asked for."""
        if self.folder is None:
            with folder_of(None, self.resume, self.every) as nothing:
                yield nothing
            return
        how = {"resume": self.resume, "anew": self.anew, "every": self.every}
        with opened(self.folder, **how, tell=outputs.say, warn=outputs.warn) as folder:
            yield folder


@dataclass(frozen=True)
class Request:
    """What is asked for: the table and its columns' roles, and the estimator's settings."""

    table: str
    target: str
    task: str
    valid: str
    weight: str | None
    drop: tuple[str, ...]
    settings: dict[str, Any]
    seed: int
    memory: str | None = None
    checkpoints: Checkpoints = Checkpoints()
    workers: Workers | None = None
    groups: str | None = None

    @property
    def fraction(self) -> float | None:
        """The share of the rows that is held out; None if a table is named for that."""
        try:
            fraction = float(self.valid)
        except ValueError:
            return None
        if not 0 < fraction < 1:
            msg = f"`--valid` must be a fraction above 0 and below 1, or a table; got {self.valid}."
            raise SpecError(msg)
        return fraction

    def check(self) -> None:
        """Refuse what no table makes right."""
        self._check_roles()
        if self.fraction is None:
            find_tables(self.valid)
        if self.memory is not None:
            size_of(self.memory)
        task = self._known_task()
        check_specified(estimator_of(task or "classification", self.settings), task)

    def _known_task(self) -> str | None:
        """The task where the options tell it."""
        if self.task != "auto":
            return self.task
        return "regression" if "quantile" in self.settings else None

    def _check_roles(self) -> None:
        """A column has one role."""
        roles = ((self.weight, "--weight"), (self.groups, "--groups"))
        for name, role in (*roles, *((name, "--drop") for name in self.drop)):
            if name == self.target:
                msg = f"Column `{name}` is the target, so it cannot be named by `{role}` too. Leave that out."
                raise SpecError(msg)

    def check_streamable(self) -> None:
        """Rows are read again from the disk in each epoch: some things cannot be had then."""
        asked = {"--groups": self.groups, "--refit": self.settings["refit"]}
        asked["--class-weight"] = self.settings.get("class_weight")
        for name, value in asked.items():
            if value:
                msg = f"`{name}` needs a table that fits into the memory; {self.table} is streamed. Leave it out."
                raise SpecError(msg)
