"""The value of dX: how X moves when the parameters, or what else a line lets move, go along a random direction."""

from collections.abc import Iterable

import numpy as np

from clearprop.check.document.meaning.differentials import MARK
from clearprop.check.document.meaning.notation import Role, place
from clearprop.check.document.numbers import quantities
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.functions import STEP
from clearprop.check.document.numbers.values import Value
from clearprop.check.document.read.limits import Unread
from clearprop.check.document.read.moved import DIFFERENTIAL
from clearprop.check.document.read.tree import Call, Node, Sym, symbols, walk

FIXED = ("W", "b")  # of a layer: what moves all behind it
Moves = frozenset[tuple[str, int]]


def value(node: Sym, role: Role, env: Env) -> Value:
    """The change of a quantity along the direction of its line."""
    return of_formula(Sym(role.of, node.sup, node.sub), env)


def of_formula(node: Node, env: Env) -> Value:
    """The change of a formula along the direction of its line."""
    from clearprop.check.document.numbers.evaluate import plain

    ahead = {letter: array + 1j * STEP * env.params[f"{MARK}{letter}"] for letter, array in env.params.items()
             if f"{MARK}{letter}" in env.params}  # fmt: skip
    if ahead:
        return np.imag(plain(node, env.with_params(**ahead))) / STEP
    name = node.name if isinstance(node, (Sym, Call)) else DIFFERENTIAL
    if env.state is not env.world.state:
        msg = "the derivative of a differential"
        raise Unread(msg, name)
    if not env.moves or all(one.name in env.params for one in symbols(node)):
        msg = "a differential in a line in which nothing moves"
        raise Unread(msg, name)
    return np.imag(plain(node, env.at(state=env.world.along(env.moves)))) / STEP


def has_differentials(nodes: Iterable[Node], roles: dict[str, Role]) -> bool:
    """Whether something moves in formulas of a text that has differentials."""
    if all(role.kind != "differential" for role in roles.values()):
        return False
    every = [one for node in nodes for one in walk(node)]
    return any(_moves(one) or (isinstance(one, Sym) and _is_differential(one, roles)) for one in every)


def _moves(node: Node) -> bool:
    """Whether it is the differential of a whole formula."""
    return isinstance(node, Call) and node.name == DIFFERENTIAL


def moves(nodes: list[Node], env: Env, narrow: bool) -> Moves:
    """What moves in a line: the parameters and inputs whose d it has, and all that its other d's depend on.

    A d that stands alone as the first side is what the line is about; it moves nothing. A line that names parameters
    on some sides, and none beside other d's, may hold the rest fixed: `narrow`.
    """
    first = [n for n in nodes[:1] if not isinstance(n, Sym)]
    sides = [_named(node, env) for node in (*first, *nodes[1:])]
    named = frozenset().union(*sides)
    direct = frozenset(one for one in named if one[0] in FIXED or one == ("a", 0))
    if narrow and direct and all(side <= direct or not side & direct for side in sides):
        return direct
    kinds = FIXED if env.world.plan.bias else FIXED[:1]
    deepest = max((layer for _, layer in named - direct), default=0)
    return direct | {(kind, l) for kind in kinds for l in range(1, deepest + 1)}


def _named(node: Node, env: Env) -> Moves:
    inner = (s for one in walk(node) if _moves(one) for s in symbols(one))
    named = (Sym(f"{MARK}{s.name}", s.sup, s.sub) for s in inner)
    spots = (_spot(s, env) for s in (*symbols(node), *named))
    return frozenset(spot for spot in spots if spot is not None)


def _spot(sym: Sym, env: Env) -> tuple[str, int] | None:
    """Kind and layer of what a differential is of; the last layer for a loss."""
    roles = env.notation.roles
    if not _is_differential(sym, roles):
        return None
    role = roles.get(roles[sym.name].of, Role("loss"))
    if role.kind not in quantities.KINDS:
        return "loss", env.world.L
    of = Sym(roles[sym.name].of, sym.sup, sym.sub)
    return quantities.kind_and_layer(place(of, role, env.notation), of, role, env)


def _is_differential(sym: Sym, roles: dict[str, Role]) -> bool:
    return sym.name in roles and roles[sym.name].kind == "differential"
