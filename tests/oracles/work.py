"""A clock that stands still until work is done: each piece of a fit costs what a test says, on any machine."""

from dataclasses import dataclass
from typing import Any

from clearprop.engine.committee import Committee
from clearprop.engine.engine import Engine
from clearprop.estimators.judging import Judge


@dataclass
class Work:
    """Seconds of each piece; `slower` multiplies the steps after the first `trusted` seconds."""

    step: float = 0.01
    answer: float = 0.0
    compiling: float = 0.0
    slower: float = 1.0
    trusted: float = 0.0
    now: float = 0.0
    answers: int = 0
    inside: bool = False

    def __call__(self) -> float:
        return self.now

    def count(self, monkeypatch: Any) -> "Work":
        """Engines and judges move the clock from now on."""
        epoch, alone, prepare, outputs = Committee.epoch, Engine.epoch, Committee.prepare, Judge.outputs

        def committee_epoch(engine: Committee, batch: Any, order: Any, rates: Any, **more: Any) -> Any:
            self.steps(len(rates) * -(-len(engine.members) // engine.threads))
            self.inside = True
            try:
                return epoch(engine, batch, order, rates, **more)
            finally:
                self.inside = False

        def engine_epoch(engine: Engine, batch: Any, order: Any, rates: Any, **more: Any) -> Any:
            self.steps(0 if self.inside else len(rates))
            return alone(engine, batch, order, rates, **more)

        def committee_prepare(engine: Committee, batch: Any) -> None:
            self.now, self.compiling, self.inside = self.now + self.compiling, 0.0, True
            prepare(engine, batch)
            self.inside = False

        def judge_outputs(judge: Judge, engine: Any) -> Any:
            self.now += self.answer * len(getattr(engine, "members", [engine]))
            self.answers += 1
            return outputs(judge, engine)

        monkeypatch.setattr(Committee, "epoch", committee_epoch)
        monkeypatch.setattr(Committee, "prepare", committee_prepare)
        monkeypatch.setattr(Engine, "epoch", engine_epoch)
        monkeypatch.setattr(Judge, "outputs", judge_outputs)
        return self

    def steps(self, n: int) -> None:
        """So many steps were taken."""
        self.now += n * self.step * (self.slower if self.now > self.trusted else 1.0)
