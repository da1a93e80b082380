"""A run by whoever is to take its steps: this process, others of which it is one, or workers of Ray."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from clearprop.engine.committee import Committee
from clearprop.engine.engine import Engine
from clearprop.train.alone import Score
from clearprop.train.checkpoint import Checkpoint, checkpoint_in
from clearprop.train.checkpoint_folder import Folder
from clearprop.train.checkpoint_signals import held_back
from clearprop.train.clock import CLOCK, Clock
from clearprop.train.loop import Watch, train
from clearprop.train.record import Record
from clearprop.train.settings import Settings
from clearprop.train.source import Divisible
from clearprop.train.workers.group import Group
from clearprop.train.workers.together import Together
from clearprop.train.workers.wanted import Workers


@dataclass(frozen=True)
class Spread:
    """Who takes the steps.

    Parameters
    ----------
    workers : Workers, optional
        As asked for; None: this process.
    group : Group, optional
        The processes that this one belongs to.
    warn : callable, optional
        Told in a sentence that more workers do not help.
    """

    workers: Workers | None = None
    group: Group | None = None
    warn: Callable[[str], None] | None = None

    @property
    def most(self) -> int:
        """How many there are."""
        if self.group:
            return self.group.size
        return int(self.workers.count) if self.workers else 1

    def train(
        self,
        engine: Engine | Committee,
        source: Divisible,
        settings: Settings,
        score: Score | None,
        watch: Watch | None,
        folder: Folder | None,
        identity: dict[str, Any],
        clock: Clock = CLOCK,
    ) -> Record:
        """See `loop.train`; the engine has the parameters at the end. Other processes have clocks of their own."""
        if self.group:
            return self._as_member(engine, source, settings, score, watch, folder, identity)
        if self.workers:
            from clearprop.train.workers.ray_run import on_ray

            return on_ray(self, engine, source, settings, score, watch, folder, identity)
        with checkpoint_in(folder, identity) as checkpoint:
            return train(engine, source, settings, score, watch, checkpoint, clock=clock)

    def _as_member(
        self,
        engine: Engine | Committee,
        source: Divisible,
        settings: Settings,
        score: Score | None,
        watch: Watch | None,
        folder: Folder | None,
        identity: dict[str, Any],
    ) -> Record:
        assert self.group
        is_first = self.group.rank == 0
        share = source.share(self.group.rank, self.group.size)
        with held_back() as asked:
            way = Together(self.group, asked)
            checkpoint = Checkpoint(folder, identity, asked) if folder and is_first else None
            record = train(engine, share, settings, score, watch if is_first else None, checkpoint, way)
        if is_first and self.warn and (verdict := way.worth.verdict()):
            self.warn(verdict)
        return record
