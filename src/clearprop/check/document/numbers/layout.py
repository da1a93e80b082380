"""How the derivative of a number by a vector or a matrix lies: in the shape of what it is by, or turned."""

from clearprop.check.document.meaning.notation import ALL, ROWLIKE, UNITS, VECTORS, Role
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.values import Value


def laid(value: Value, env: Env, by: Role) -> Value:
    """The derivative as the text's layout has it; in numerator layout that by a column is a row."""
    way = env.reading.ask("slopes")
    unit = by.kind in ROWLIKE - {"input"}
    turned = way == ALL or (1 in value.shape and (way == VECTORS or (way == UNITS and unit)))
    return value.T if turned and value.ndim == 2 else value
