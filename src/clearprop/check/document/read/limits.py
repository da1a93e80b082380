"""What one document may ask for, and the errors of reading it."""

MOST_BYTES = 20_000_000  # of a document
MOST_CHARACTERS = 60_000  # of one formula
MOST_TOKENS = 6_000  # of one formula, macros expanded
MOST_FORMULAS = 5_000
MOST_DEPTH = 60  # braces in braces
MOST_TERMS = 10_000  # of one sum
MOST_ENTRIES = 250_000  # of one array
MOST_EVALUATIONS = 60_000  # nodes visited for one statement on one network
MOST_PLACES = 20_000  # choices of a statement's free indices
MOST_LAYERS = 12  # of a network that a text itself defines
MOST_UNITS = 30  # that a size is taken for as it is written: 784 inputs are some number of inputs
MOST_TELLING = 300  # statements, about so many, by which readings are told apart
MOST_DEFINITIONS = 50  # of one name
MOST_STATEMENTS = 400  # of a text that is read a second time
FEW_EVALUATIONS = 12_000  # while readings are tried


SLIPS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What our own mistakes raise: no formula of a document may end a run with one of them."""


class Unread(Exception):
    """A formula, or a part of it, that cannot be read; `token` is where reading stopped."""

    def __init__(self, why: str, token: str = "", position: int = -1) -> None:
        super().__init__(why)
        self.why, self.token, self.position = why, token, position


class Undefined(Unread):
    """A symbol that the text never introduces, or that does not exist, such as a layer above the last."""


class Misfit(Exception):
    """Arrays whose shapes do not fit: the line cannot hold as it stands."""


class OutOfRange(Exception):
    """An index that leaves its range."""

    def __init__(self, why: str, *, layer: bool = False) -> None:
        super().__init__(why)
        self.layer = layer
