"""What makes a run this run and no other: compared before a checkpoint is gone on with."""

from typing import Any

import numpy as np

from clearprop.engine.engine import Batch
from clearprop.estimators.plain import plain_entries
from clearprop.tables.fingerprint import column_sums
from clearprop.version import __version__

FREE = ("time_limit", "verbose")  # parameters that change no bit


def identity_of(
    estimator: Any, settled: dict[str, Any], seed: int, about: dict[str, Any], learned: Any, judged: Any
) -> dict[str, Any]:
    """A description of each thing that must agree, by name; first what the user sets, then what follows from it."""
    params = plain_entries(estimator.get_params(deep=False))
    aside = {} if judged is None else {str(k): _sum(array) for k, array in judged._asdict().items()}
    return {
        "the version of clearprop": __version__,
        "the estimator": type(estimator).__name__,
        **{f"`{name}`": value for name, value in params.items() if name not in FREE},
        "the target": learned.target_name,
        **{f"`{name}` (settled)": value for name, value in settled.items()},
        "the seed": seed,
        **about,
        "the classes or the target's scale": learned.target.to_dict(),
        "the encodings": {column.name: column.to_dict() for column in learned.encoding.columns},
        "the arrays of the rows that choose the epoch": aside,
    }


def sums_of(batch: Batch, names: list[str]) -> dict[str, Any]:
    """Of the rows to learn from: how many, and a checksum a column."""
    columns = {**column_sums(batch.X, names), "the target": _sum(batch.y), "the weights": _sum(batch.w)}
    return {"the number of rows to learn from": len(batch.X), "the values": columns}


def _sum(array: np.ndarray) -> list[int]:
    table = array.reshape(len(array), -1)
    sums = column_sums(table, [str(k) for k in range(table.shape[1])])
    return [len(array), *sums.values()]
