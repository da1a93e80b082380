"""A symbol with its scripts as an array of the network, turned as the text turns it."""

from typing import NamedTuple

import numpy as np

from clearprop.check.document.meaning.hidden_layers import HIDDEN
from clearprop.check.document.meaning.notation import (
    ROWLIKE,
    Place,
    Role,
    first,
    holds_biases,
    is_letter,
    orient,
    place,
    sample_first,
)
from clearprop.check.document.meaning.sizing import WIDTHS
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.ones import beside_one, has_one, meant, stacked
from clearprop.check.document.numbers.values import Value
from clearprop.check.document.read.limits import Misfit, OutOfRange, Undefined
from clearprop.check.document.read.tree import Add, Dots, Mul, Neg, Node, Num, Script, Sym, Text

HERE = "the sample in hand"
LOWEST = {"z": 1, "W": 1, "b": 1, "a": 0}
KINDS = {
    "weight": "W",
    "bias": "b",
    "pre": "z",
    "act": "a",
    "input": "a",
    "prediction": "a",
    "delta": "z",
    "stack": "W",
    "augmented": "a",
}


class Spot(NamedTuple):
    """Where a symbol points: `kind` W, b, z, a or y; `first` and `second` are its indices (sample and unit; row and
    column of W as the text has it), None where it takes all."""

    kind: str
    layer: int
    first: int | None
    second: int | None
    batch: bool
    role: Role
    power: Node | None = None


def kind_and_layer(where: Place, sym: Sym, role: Role, env: Env) -> tuple[str, int]:
    """The kind and the layer of a symbol, whatever its other indices."""
    kind = "y" if role.kind == "target" else KINDS[role.kind]
    return kind, env.world.L if kind == "y" else _layer(where, kind, sym, env)


def spot(sym: Sym, role: Role, env: Env) -> Spot:
    """The place of a symbol under the current indices."""
    where = meant(place(sym, role, env.notation), env)
    role = where.role
    kind, layer = kind_and_layer(where, sym, role, env)
    _check_unit(layer, kind, sym, env)
    if role.kind in ROWLIKE or role.kind == "augmented":
        sample, unit, batch = _row_indices(sym, where, role, env, layer)
        return Spot(kind, layer, sample, unit, batch, role, where.power)
    first, second = _matrix_indices(where, role, env)
    if kind == "W":
        lone = second is None and not role.columns  # w_j of a vector: j is an input
        inner = 0 if orient(role, env.notation) == "in_out" or lone else 1
        ahead = [1 - start(layer - (k == inner), env) for k in (0, 1)]
        ahead[inner] += role.ones == "first"
        first, second = (
            one if one is None else one + more for one, more in zip((first, second), ahead, strict=True)
        )
    _check_weight(kind, layer, first, second, role, sym, env)
    return Spot(kind, layer, first, second, False, role, where.power)


def _layer(where: Place, kind: str, sym: Sym, env: Env) -> int:
    """The layer of an occurrence; that of its unit's letter where the text tells layers by letters."""
    if where.layer is None and any(_is_label(one.node, env) for one in where.indices):
        return env.world.L  # B_{y h}: the weights of a sample's own class
    if where.layer is None:
        layers = [
            env.notation.unit_layers[x]
            for s in where.indices
            if (x := is_letter(s.node)) in env.notation.unit_layers
        ]
        if layers and max(layers) >= LOWEST[kind]:
            return max(layers)
        if layers:
            msg = f"{sym.name} has no units in the input layer"
            raise OutOfRange(msg)
    return layer_number(where.layer, kind, sym, env)


def _check_unit(layer: int, kind: str, sym: Sym, env: Env) -> None:
    """Raise Misfit for h_k where the text computes h_j alone, and what the units k have by another name."""
    own = env.notation.unit_names.get(sym.name)
    letters = {is_letter(item.node) for item in sym.sub} & env.notation.unit_layers.keys()
    if kind != "a" or not letters or not own or layer in own or env.notation.shifted_letters:
        return
    roles = env.notation.roles
    others = {name for name, layers in env.notation.unit_names.items() if layer in layers and name in roles}
    taken = any(roles[name].kind in ("act", "prediction") for name in others)
    if taken or (layer == 0 and any(role.kind == "input" for role in roles.values())):
        units = [letter for letter, number in env.notation.unit_layers.items() if number in own]
        msg = f"{sym.name} is of the units {', '.join(units)}"
        raise Misfit(msg)


def _is_label(node: Node | None, env: Env) -> bool:
    return isinstance(node, Sym) and env.notation.kind(node.name) == "target"


def layer_number(layer: Node | int | None, kind: str, sym: Sym, env: Env) -> int:
    L = env.world.L
    if layer is None:
        if L == 1 and kind != "a":
            return 1
        msg = f"{sym.name} has no layer"
        raise Undefined(msg, sym.name)
    number = (
        L
        if layer == -1
        else layer
        if isinstance(layer, int)
        else index(layer, env) - first(kind, env.notation)
    )
    if not LOWEST[kind] <= number <= L - (sym.name in env.notation.below_last):
        msg = f"{sym.name} has no layer {number}"
        raise OutOfRange(msg, layer=True)
    return number


def index(node: Node | None, env: Env) -> int:
    """The value of an index: a number, a letter, m, l - 1, or a label as in p_{i y_i}."""
    if isinstance(node, Num) and node.value == int(node.value):
        return int(node.value)
    if isinstance(node, Add):
        return index(node.left, env) + node.sign * index(node.right, env)
    if isinstance(node, Neg):
        return -index(node.of, env)
    if isinstance(node, Sym):
        letter = is_letter(node)
        if letter is not None and letter in env.letters:
            return env.letters[letter]
        size = size_of(node, env)
        if size is not None:
            return size
        if letter in env.notation.sample_letters and env.notation.one_sample and env.sample >= 0:
            return env.sample + 1  # in what the text defines for sample k, and uses without the k
        if env.notation.graph is not None and node.name == HERE:
            return env.notation.graph.sample(env)
        if env.notation.graph is not None and env.notation.graph.knows(node.name):
            return int(np.real(env.notation.graph.symbol(node, env)).reshape(()))
        role = env.notation.roles.get(node.name)
        if role is not None and role.kind == "target":
            return label(node, role, env)
    if isinstance(node, Mul):
        return index(node.left, env) * index(node.right, env)
    name = node.name if isinstance(node, Sym) else node.value if isinstance(node, Text) else "an index"
    msg = f"{name} as an index"
    raise Undefined(msg, str(name))


def size_of(sym: Sym, env: Env) -> int | None:
    """The value of a size: m, L, C, n_l, n^{(l)}."""
    letter = is_letter(sym)
    if env.notation.graph is not None:
        return env.notation.graph.size(sym, env)
    size = env.notation.sizes.get(letter or "")
    if size is None and len(sym.sub) == 1 and not sym.sup:
        inner = sym.sub[0].node
        suffix = is_letter(inner) or (inner.value if isinstance(inner, Text) else None)
        size = env.notation.sizes.get(f"{sym.name}_{suffix}") if suffix else None
        size = size or (
            {"x": ("n", 0), "in": ("n", 0), "y": ("n", -1), "out": ("n", -1), "h": ("n", 1)}.get(suffix or "")
            if sym.name in WIDTHS
            else None
        )
    if size == ("m",):
        return env.world.m
    if size == ("L",):
        return env.world.L + env.notation.first_act
    if size == HIDDEN:
        return env.world.L - 1
    if size is not None:
        return env.world.sizes[size[1]] - (1 - start(size[1], env))
    return _width(sym, env)


def _width(sym: Sym, env: Env) -> int | None:
    items = [*sym.sup, *sym.sub]
    named = sym.name in env.notation.roles and (sym.name != "n" or env.notation.kind("n") in ROWLIKE)
    if sym.name not in WIDTHS or len(items) != 1 or named:
        return None
    given = [right for _, right in env.notation.definitions.get(sym.name, ())]
    if any(not isinstance(one, Num) and (is_letter(one) or "") in {"", *env.notation.roles} for one in given):
        return None  # n_0 = d, but D_l = diag(...) is no width
    try:
        layer = index(items[0].node, env) - env.notation.first_act
    except Undefined:
        return None
    if not 0 <= layer <= env.world.L:
        msg = f"{sym.name} has no layer {layer}"
        raise OutOfRange(msg, layer=True)
    return env.world.sizes[layer]


def label(sym: Sym, role: Role, env: Env) -> int:
    """The class of a sample, from 1."""
    where = place(sym, role, env.notation)
    node = where.sample if where.sample is not None else (where.indices[0].node if where.indices else None)
    sample = env.sample if node is None else index(node, env) - 1
    if not 0 <= sample < env.world.m:
        msg = f"sample {sample + 1} of {env.world.m}"
        raise OutOfRange(msg)
    return int(env.world.labels[sample])


def _row_indices(
    sym: Sym, where: Place, role: Role, env: Env, layer: int
) -> tuple[int | None, int | None, bool]:
    """Sample and unit from 0, None for all; and whether all samples are meant."""
    sample_node, unit_node, slices = where.sample, None, False
    items = (
        _split_digits(where.indices, 2) if role.batch and not env.notation.samples_above else where.indices
    )
    if len(items) == 2:
        pair = items if sample_first(items, role, env.notation) else items[::-1]
        sample_node, unit_node, slices = pair[0].node, pair[1].node, True
    elif len(items) == 1:
        if sample_node is None and _is_sample_index(items[0], role, env):
            sample_node = items[0].node
        else:
            unit_node = items[0].node
    elif len(items) > 2:
        msg = f"{sym.name} has {len(items)} indices"
        raise Undefined(msg, sym.name)
    batch = sample_node is None and (role.batch or slices or (env.together and unit_node is None))
    sample = None if batch else env.sample if sample_node is None else index(sample_node, env) - 1
    one = has_one(role, layer, env)
    lowest = 0 if one and role.ones == "first" else start(layer, env)
    unit = None if unit_node is None else index(unit_node, env) - lowest
    count = env.world.sizes[layer] + one
    _in_range(sample, env.world.m, sym, "sample")
    _in_range(unit, count, sym, "unit")
    return sample, unit, batch


def start(layer: int, env: Env) -> int:
    """The number of a layer's first unit: 0 for inputs of which x_0 is 1, and hidden units of which z_0 is."""
    if layer == 0:
        return int(not env.notation.from_zero)
    return int(not env.notation.ones_above or layer in (-1, env.world.L))


def _split_digits(items: tuple[Script, ...], wanted: int) -> tuple[Script, ...]:
    """23 as 2, 3."""
    if len(items) == 1 and isinstance(items[0].node, Num) and 10 <= items[0].node.value < 10**wanted:
        return tuple(Script("plain", Num(float(d))) for d in str(int(items[0].node.value)))
    return items


def _is_sample_index(item: Script, role: Role, env: Env) -> bool:
    """Whether the only index of z, a or y is a sample."""
    letter = is_letter(item.node)
    if env.notation.samples_above:  # x_i beside g^{(i)}, of a sample (x_i, y_i)
        return role.kind in ("input", "target") and role.counts_samples and letter in env.notation.paired
    if letter is not None and env.notation.sizes.get(letter) == ("m",):
        return True
    if letter is not None or not isinstance(item.node, Num):
        return letter in env.notation.sample_letters
    return role.batch or role.counts_samples


def _in_range(value: int | None, count: int, sym: Sym, what: str) -> None:
    if value is not None and not 0 <= value < count:
        msg = f"{sym.name} has no {what} {value + 1}: there are {count}"
        raise OutOfRange(msg)


def _matrix_indices(where: Place, role: Role, env: Env) -> tuple[int | None, int | None]:
    items = where.indices
    if role.kind != "bias":
        items = _split_digits(items, 2)
    numbers = [
        None if one.node is None or isinstance(one.node, Dots) else index(one.node, env) - 1 for one in items
    ]
    if role.columns and len(numbers) == 1:
        return (None, numbers[0]) if orient(role, env.notation) == "in_out" else (numbers[0], None)
    if role.kind == "bias":
        if len(numbers) == 2:
            numbers = [max(numbers, key=lambda n: -1 if n is None else n)] if 0 in numbers else numbers
        return (None, numbers[0]) if len(numbers) == 1 else (None, None) if not numbers else _too_many(role)
    if len(numbers) > 2:
        _too_many(role)
    first_two = [*numbers, None, None]
    return first_two[0], first_two[1]


def _too_many(role: Role) -> tuple[None, None]:
    msg = f"a {role.kind} with too many indices"
    raise Undefined(msg)


def _check_weight(
    kind: str, layer: int, first: int | None, second: int | None, role: Role, sym: Sym, env: Env
) -> None:
    inputs, outputs = env.world.sizes[layer - 1] + holds_biases(role), env.world.sizes[layer]
    if kind == "b":
        _in_range(second, outputs, sym, "unit")
        return
    rows, columns = (inputs, outputs) if orient(role, env.notation) == "in_out" else (outputs, inputs)
    if second is None and 1 in (rows, columns):
        _in_range(first, max(rows, columns), sym, "entry")
        return
    _in_range(first, rows, sym, "row")
    _in_range(second, columns, sym, "column")


def value_of(sym: Sym, role: Role, env: Env) -> Value:
    """The value of a symbol with a role."""
    where = spot(sym, role, env)
    return sign_of(role) * exposed(array(where, env), where, env)


def sign_of(role: Role) -> int:
    """-1 for a threshold, which stands for minus the bias."""
    return role.sign if role.kind == "bias" else 1


def array(where: Spot, env: Env) -> Value:
    """The whole array of a quantity, as in the network."""
    if where.kind == "y":
        return env.state.y
    if holds_biases(where.role):
        b = env.state.b[where.layer]
        return stacked(env.state.W[where.layer], 0.0 * b if where.role.zeroed else b, env)
    found = {"W": env.state.W, "b": env.state.b, "z": env.state.z, "a": env.state.a}[where.kind][where.layer]
    if where.role.bare:
        return found - env.state.b[where.layer]
    if has_one(where.role, where.layer, env):
        return beside_one(found, np.ones((len(found), 1)), env)
    return found


def exposed(whole: Value, where: Spot, env: Env) -> Value:
    """An array of the network as the text would show it: turned, and cut to its indices."""
    if where.kind in ("W",):
        return _weight(whole, where, env)
    if where.kind == "b":
        return _bias(whole, where, env)
    if where.first is not None and where.second is not None:
        return np.asarray(whole[where.first, where.second])
    if where.first is not None:
        row = whole[where.first]
        if row.size == 1:
            return row.reshape(())
        return row[None] if env.notation.vectors == "row" else row[:, None]
    if where.second is not None:
        column = whole[:, where.second]
        return column[:, None] if env.notation.rows else column[None]
    return whole if env.notation.rows else whole.T


def _weight(whole: Value, where: Spot, env: Env) -> Value:
    value = whole if orient(where.role, env.notation) == "in_out" else whole.T
    if where.first is not None and where.second is not None:
        return np.asarray(value[where.first, where.second])
    if where.first is not None:
        if 1 in value.shape:
            return np.asarray(value.reshape(-1)[where.first])
        row = value[where.first][None]
        return (
            row.T if where.role.columns else row
        )  # alpha_m, a column, of a matrix with the entries alpha_{ml}
    if where.second is not None:
        return value[:, where.second][:, None]
    return value


def _bias(whole: Value, where: Spot, env: Env) -> Value:
    if where.second is not None:
        return np.asarray(whole[where.second])
    if whole.size == 1:
        return whole.reshape(())
    rows = env.notation.vectors == "row" if env.notation.one_sample else env.notation.rows
    rows = rows if env.notation.biases is None else env.notation.biases == "row"
    return whole[None] if rows else whole[:, None]


__all__ = ["Misfit", "Spot", "exposed", "index", "label", "size_of", "spot", "value_of"]
