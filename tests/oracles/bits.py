"""What of a model must be the same to the bit: all but what the clock gave."""

from pathlib import Path
from typing import Any

from clearprop.train.files import read_model
from clearprop.train.model import Model


def bits_of(model: Model) -> dict[str, Any]:
    """Weights as bytes; encoding, target and baseline; of the record all but seconds."""
    rows = [(row.epoch, row.loss, row.score, row.lr) for row in model.record.rows]
    return {
        "weights": model.params.flat.tobytes(), "encoding": model.encoding.to_dict(),
        "target": model.target.to_dict(), "baseline": model.baseline, "rows": rows,
        "best": model.record.best_epoch, "stopped": model.record.stopped, "settings": model.estimator["settings"],
    }  # fmt: skip


def bits_in(path: Path) -> dict[str, Any]:
    """Of a model file."""
    return bits_of(read_model(path))
