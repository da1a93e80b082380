"""The exceptions that clearprop raises on purpose.

::

    ValueError
    └── ClearpropError        anything below; catch this to catch them all
        ├── ShapeError        arrays whose sizes do not chain: which layer or argument, both sizes
        ├── SpecError         a setting or a network that cannot be: what must hold, what came
        ├── TableError        a table that cannot be read or encoded: file, row, column
        ├── DivergedError     training left the finite numbers: epoch, batch, layer, likely cause
        ├── ModelFileError    a model file that is damaged, foreign or newer than this version
        ├── NotAllFittedError some of many networks could not be fitted: which, and why
        ├── CheckpointError   checkpoints that are in use, of another run, or cannot be written or read
        └── WorkersError      workers that cannot be had, or were lost

Each message says what must hold, what came, where, and what to do, in one line.
"""


class ClearpropError(ValueError):
    """The root of the errors that clearprop raises on purpose.

    A name that came from outside may hold a line break: it is written as ``\\n``, so that a message stays one line.

    Examples
    --------
    >>> print(ClearpropError("There is no column `a\\nb`."))
    There is no column `a\\nb`.
    """

    def __str__(self) -> str:
        return super().__str__().replace("\r", "\\r").replace("\n", "\\n")


class ShapeError(ClearpropError):
    """Sizes of arrays do not fit each other or the network."""


class SpecError(ClearpropError):
    """A setting, or a combination of settings, cannot be."""


class TableError(ClearpropError):
    """A table cannot be read, or cannot be encoded."""


class DivergedError(ClearpropError):
    """Training left the finite numbers; the last finite weights are kept."""


class ModelFileError(ClearpropError):
    """A model file cannot be read: damaged, foreign, or newer than this version."""


class NotAllFittedError(ClearpropError):
    """Some of many networks could not be fitted; `errors` has why, by number."""

    def __init__(self, message: str, errors: dict[int, Exception] | None = None) -> None:
        super().__init__(message)
        self.errors = errors or {}


class CheckpointError(ClearpropError):
    """A folder of checkpoints is in use, is of another run, or cannot be written or read."""


class WorkersError(ClearpropError):
    """The workers of a run cannot be had, or were lost."""
