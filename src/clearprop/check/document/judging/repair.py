"""The least change of one token that makes a line true."""

from dataclasses import dataclass

from clearprop.check.document.judging.compare import Pair
from clearprop.check.document.judging.diagnose import Diagnosis
from clearprop.check.document.meaning.build import Setting
from clearprop.check.document.meaning.notation import Reading
from clearprop.check.document.numbers.world import World
from clearprop.check.document.read.statements import Statement


@dataclass(frozen=True)
class Repair:
    what: str
    why: str
    fix: str
    at: int


def repairs(
    statement: Statement,
    pair: Pair,
    side: int,
    told: Diagnosis,
    setting: Setting,
    reading: Reading,
    worlds: list[World],
) -> list[Repair]:
    return []
