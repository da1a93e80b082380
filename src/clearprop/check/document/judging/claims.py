"""Which statements claim something that can hold or not."""

from clearprop.check.document.meaning import patterns
from clearprop.check.document.meaning.notation import Notation, Role, is_letter
from clearprop.check.document.read.parse import Words
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.read.tree import (
    Call,
    Derivative,
    Dots,
    Listed,
    Matrix,
    Node,
    Num,
    Pick,
    Pow,
    Sym,
    bases,
    symbols,
)


def is_claim(statement: Statement, words: Words, notation: Notation) -> bool:
    """Whether a statement sets things equal that the text holds for equal."""
    nothing = _names_a_function(statement, words) or any(
        said(statement, notation)
        for said in (
            _names_a_mark,
            _seeks,
            _sets_a_constant,
            _sets_a_unit,
            _sets_a_label,
            _sets_an_index,
            _names_data,
            _sets_side_by_side,
        )
    )
    return statement.equal and not nothing


def _names_a_function(statement: Statement, words: Words) -> bool:
    r"""As g^{[1]} = \tanh and f = \sigma: says what a function is called."""
    return all(_is_function(part.node, words) for part in statement.parts)


def _names_a_mark(statement: Statement, notation: Notation) -> bool:
    r"""As \bar{v} = dL/dv of a v that is any quantity: says what the bar is."""
    left, right = (*(part.node for part in statement.parts), None)[:2]
    role = notation.roles.get(left.name, Role("")) if isinstance(left, Sym) else Role("")
    return (
        len(statement.parts) == 2
        and isinstance(right, Derivative)
        and role.kind == "gradient"
        and role.of not in notation.roles
    )


def _is_function(node: Node | None, words: Words) -> bool:
    if isinstance(node, Call):
        return not node.args
    return (
        isinstance(node, Sym)
        and node.name in words.functions
        and not any(s.kind == "plain" for s in node.sup)
    )


def _seeks(statement: Statement, notation: Notation) -> bool:
    """A loss's gradient set to zero: what the minimum is sought by."""
    nodes = [p.node for p in statement.parts]
    slope, zero = nodes[0], nodes[-1]
    if len(nodes) != 2 or not isinstance(slope, Derivative) or not isinstance(zero, Num) or zero.value:
        return False
    name = slope.of.name if isinstance(slope.of, (Sym, Call)) else ""
    return slope.of is None or notation.kind(name) == "loss"


def _sets_a_constant(statement: Statement, notation: Notation) -> bool:
    """epsilon = 10^{-8}, B = 64, v = 0: the number that a text takes for a rate, a constant, its samples, what a step
    remembers at first; nothing to check.
    """
    first, last = (*(part.node for part in statement.parts), None)[:2]
    if len(statement.parts) != 2 or not isinstance(first, Sym) or last is None or any(symbols(last)):
        return False
    role = notation.roles.get(first.name, Role(""))
    return (
        role.added_up
        or role.kind in ("rate", "decay", "constant", "memory")
        or notation.sizes.get(is_letter(first) or "") == ("m",)
    )


def _sets_a_unit(statement: Statement, notation: Notation) -> bool:
    """z_0 = 1: the unit of a hidden layer that stands for the bias of the layer above."""
    ones = patterns.ones_at_zero([part.node for part in statement.parts])
    return any(notation.kind(name) in ("pre", "act") for name in ones)


def _sets_a_label(statement: Statement, notation: Notation) -> bool:
    """T_{ik} = 1 (if k is the class of sample i), T_{ik} = 0 (otherwise), the probability of y^{(i)} = 1: says how
    labels are written.
    """
    left, right = (*(part.node for part in statement.parts), None)[:2]
    named = isinstance(left, Sym) and len(left.sub + left.sup) > 0 and notation.kind(left.name) == "target"
    return named and len(statement.parts) == 2 and right in (Num(0.0), Num(1.0))


def _sets_an_index(statement: Statement, notation: Notation) -> bool:
    """i = 0, l = L - 1: says which one is meant."""
    left, right = (*(part.node for part in statement.parts), None)[:2]
    letters = notation.layer_letters | notation.sample_letters | {"i", "j", "k", "l"}
    if len(statement.parts) != 2 or is_letter(left) not in letters - notation.roles.keys() or right is None:
        return False
    return all(notation.sizes.get(is_letter(one) or "") is not None for one in symbols(right))


def _names_data(statement: Statement, notation: Notation) -> bool:
    """D = {(x_1, y_1), ..., (x_m, y_m)}, D = {(x_i, y_i)}_{i=1}^m: says what a set of examples is called."""
    left, right = (*(part.node for part in statement.parts), None)[:2]
    right = right.base if isinstance(right, Pow) else right
    numbered = isinstance(right, Pick)
    right = right.of if isinstance(right, Pick) else right
    pairs = right.items if isinstance(right, Listed) else ()
    return (
        isinstance(left, Sym)
        and not notation.kind(left.name)
        and (any(isinstance(one, Listed) for one in pairs) or (numbered and len(pairs) == 2))
    )


def _sets_side_by_side(statement: Statement, notation: Notation) -> bool:
    """H = [h_1, ..., h_m]: says what the samples' columns are called together, where h_1 is a unit elsewhere."""
    left, right = (*(part.node for part in statement.parts), None)[:2]
    cells = right.rows[0] if isinstance(right, Matrix) and len(right.rows) == 1 else ()
    if not isinstance(left, Sym) or len(cells) != 3 or not isinstance(cells[1], Dots):
        return False
    first, last = cells[0], cells[2]
    if not (
        isinstance(first, Sym) and isinstance(last, Sym) and first.name == last.name == left.name.lower()
    ):
        return False
    numbers = [one.sub[0].node if len(one.sub) == 1 else None for one in (first, last)]
    of_samples = notation.sizes.get(is_letter(numbers[1]) or "") == ("m",)
    return of_samples and numbers[0] == Num(1.0) and notation.kind(first.name) in ("pre", "act", "delta")


def open_meaning(statement: Statement, notation: Notation) -> str:
    """Why a line that fails is not called wrong: what one of its names stands for cannot be told."""
    if statement.at in notation.alternatives:
        return "the text gives it in several ways, and its network has one of them"
    every = [one for part in statement.parts if part.node is not None for one in bases(part.node)]
    if notation.ones_above and any(_is_whole(one, notation) for one in every):
        return "a whole hidden layer, one unit of which is 1"
    changed = {one.name for one in every} & notation.overwritten
    return f"{min(changed)} is overwritten as the text goes on" if changed else ""


def _is_whole(sym: Sym, notation: Notation) -> bool:
    role = notation.roles.get(sym.name, Role(""))
    last = max((one.layer or 0 for one in notation.roles.values()), default=0)
    layered = role.kind in ("weight", "pre", "act", "delta")
    outputs = role.kind != "weight" and role.layer in (-1, last)
    return layered and not outputs and not sym.sub
