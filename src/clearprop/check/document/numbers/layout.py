"""How the derivative of a number by a vector or a matrix lies: in the shape of what it is by, or turned."""

from clearprop.check.document.meaning.notation import ALL, VECTORS
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.values import Value


def laid(value: Value, env: Env) -> Value:
    """The derivative as the text's layout has it; in numerator layout that by a column is a row."""
    way = env.reading.slopes
    turned = way == ALL or (way == VECTORS and 1 in value.shape)
    return value.T if turned and value.ndim == 2 else value
