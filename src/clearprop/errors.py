"""The exceptions that clearprop raises on purpose.

::

    ValueError
    └── ClearpropError        anything below; catch this to catch them all
        ├── ShapeError        arrays whose sizes do not chain: which layer or argument, both sizes
        ├── SpecError         a setting or a network that cannot be: what must hold, what came
        ├── TableError        a table that cannot be read or encoded: file, row, column
        ├── DivergedError     training left the finite numbers: epoch, batch, layer, likely cause
        └── ModelFileError    a model file that is damaged, foreign or newer than this version

Each message says what must hold, what came, where, and what to do, in one line.
"""


class ClearpropError(ValueError):
    """The root of the errors that clearprop raises on purpose."""


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
