"""Letters that stand for any number, as t in g'(t) = g(t) (1 - g(t))."""

from dataclasses import replace

import numpy as np

from clearprop.check.document.meaning.notation import ROWLIKE, is_letter
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.evaluate import plain
from clearprop.check.document.read.limits import Misfit, OutOfRange, Unread
from clearprop.check.document.read.tree import Big, Call, Derivative, Node, Num, Ones, Relation, bases, walk

ENTRIES = 3  # of a vector that stands for any
ABOVE, BELOW = {">", r"\ge"}, {"<", r"\le"}
OF_MATRICES = {"trace", "vec", "diag"}  # what they are taken of is no number


def dummies(nodes: list[Node], env: Env) -> set[str]:
    """The letters of a statement that are arguments of functions, or what d/dt goes by, and no quantities there."""
    every = [one for node in nodes for one in walk(node)]
    calls = [one for one in every if isinstance(one, Call) and one.name not in OF_MATRICES]
    arguments = {str(is_letter(a)) for one in calls for a in one.args}
    inside = {s.name for one in calls for a in one.args for s in bases(a) if is_letter(s)}
    graph = env.notation.graph
    by = {str(is_letter(one.by)) for one in every if isinstance(one, Derivative)}
    by -= graph.names.found.keys() if graph is not None else set()
    free = {
        letter
        for node in nodes
        for s in bases(node)
        if (letter := is_letter(s)) and _is_free(letter, nodes, env)
    }
    unknown = {letter for letter in free if letter not in env.notation.roles}
    acts = {letter for letter in by if env.notation.kind(letter) == "act"}
    bound = {one.index for one in every if isinstance(one, Big)}
    return ((arguments & free) | (inside & unknown) | ((by - acts) & free)) - bound


def drawn(nodes: list[Node], positive: bool, env: Env, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """A number for each such letter; a vector where the line is about vectors: beside ones, in a softmax."""
    every = [one for node in nodes for one in walk(node)]
    ones = any(isinstance(one, Ones) for one in every)
    names = dummies(nodes, env) | (_strangers(nodes, env) if ones else set())
    softmax = {
        str(is_letter(a))
        for one in every
        if isinstance(one, Call) and one.name == "softmax"
        for a in one.args
    }
    signs = [1.0] if positive else [-1.0, 1.0]
    column = (ENTRIES, 1) if env.notation.vectors == "column" or ones else (1, ENTRIES)
    shapes = {name: column if ones or name in softmax else () for name in sorted(names)}
    return {n: rng.uniform(0.3, 1.4, shape) * rng.choice(signs, shape) for n, shape in shapes.items()}


def results(nodes: list[Node], env: Env) -> dict[str, np.ndarray]:
    """What a function gives, by the name in a line about it: the a of g'(z) = 1 - a^2, both without an index."""
    first = nodes[0].of if isinstance(nodes[0], Derivative) else nodes[0]
    slope = isinstance(first, Call) and (first.primes == 1 or first is not nodes[0])
    if not isinstance(first, Call) or not slope or len(first.args) != 1 or not is_letter(first.args[0]):
        return {}
    given = {
        s.name for node in nodes for s in bases(node) if not s.sub and all(i.node == Num(2.0) for i in s.sup)
    }
    names = {name for name in given - env.params.keys() if env.notation.kind(name) in ("act", "prediction")}
    if len(names) != 1 or env.notation.kind(first.name) == "loss":
        return {}
    try:
        return {names.pop(): plain(replace(first, primes=0), env)}
    except (Unread, Misfit, OutOfRange):
        return {}


def within(numbers: dict[str, np.ndarray], conditions: list[Node]) -> dict[str, np.ndarray]:
    """The same numbers, turned about a bound where the line is said of one side of it: for u > 0."""
    found = dict(numbers)
    for one in conditions:
        if not (isinstance(one, Relation) and isinstance(one.right, Num) and one.sign in ABOVE | BELOW):
            continue
        letter = is_letter(one.left) or ""
        if letter in found:
            away = np.abs(found[letter] - one.right.value)
            found[letter] = one.right.value + (away if one.sign in ABOVE else -away)
    return found


def _strangers(nodes: list[Node], env: Env) -> set[str]:
    """Bare letters that the text gives no meaning."""
    letters = {str(is_letter(s)) for node in nodes for s in bases(node) if is_letter(s)}
    return {n for n in letters if n not in env.notation.roles and _is_free(n, nodes, env)}


def _is_free(letter: str, nodes: list[Node], env: Env) -> bool:
    """Whether a bare letter is no quantity: of no role, of a layered role without its layer, or all that its
    line has.
    """
    notation = env.notation
    if letter in notation.sizes or letter in notation.definitions or letter in env.letters:
        return False
    if notation.graph is not None and notation.graph.knows(letter):
        return _only_functions(letter, nodes, env)
    role = notation.roles.get(letter)
    if role is None:
        return not letter.endswith("'")  # z' beside z is a quantity of the text's own
    general = notation.style is not None and env.world.L > 1
    if role.kind in ("pre", "act") and role.layer is None and general and letter not in notation.bare_layers:
        return True
    return role.kind in ROWLIKE | {"weight"} and _only_functions(letter, nodes, env)


def _only_functions(letter: str, nodes: list[Node], env: Env) -> bool:
    """Whether a statement is about functions of one letter only, as sigma'(z) = sigma(z) (1 - sigma(z))."""
    found = [s for node in nodes for s in bases(node)]
    calls = [one for node in nodes for one in walk(node) if isinstance(one, (Call, Derivative))]
    heads = {
        "softmax",
        *(name for name, what in env.notation.functions.items() if what in ("head", "output")),
    }
    if any(isinstance(one, Call) and one.name in heads for one in calls):
        return False
    known = {name for name, role in env.notation.roles.items() if role.kind in ("decay", "rate", "constant")}
    return isinstance(nodes[0], (Call, Derivative)) and all(is_letter(s) in known | {letter} for s in found)
