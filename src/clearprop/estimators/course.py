"""How a fit is run, which changes nothing of what it finds."""

from dataclasses import dataclass, field

from clearprop.estimators.deadline import Deadline
from clearprop.train.checkpoint_folder import Folder
from clearprop.train.loop import Watch
from clearprop.train.workers.training import Spread


@dataclass(frozen=True)
class Course:
    """How a fit is run.

    Parameters
    ----------
    watch : callable, optional
        Told the progress.
    folder : Folder, optional
        Where checkpoints go.
    spread : Spread
        Who takes the steps.
    deadline : Deadline
        When the whole fit must have ended.
    """

    watch: Watch | None = None
    folder: Folder | None = None
    spread: Spread = field(default_factory=Spread)
    deadline: Deadline = field(default_factory=lambda: Deadline(None))
