"""In a text that is read by its own definitions: sides that say what something is to be, and claim nothing."""

from typing import TYPE_CHECKING

from clearprop.check.document.read.tree import Call, Derivative, Node, Num, Ones, Sym, Transpose, bases, walk

if TYPE_CHECKING:
    from clearprop.check.document.judging.compare import Comparison, Pair


def in_passing(comparison: "Comparison", pair: "Pair") -> str:
    """Why two sides are not compared: a size, or a number of the text's own example, which no other network has."""
    sides = _sides(comparison, pair)
    graph = comparison.notation.graph
    if isinstance(sides[0], Sym) and graph.names.is_counter(sides[0]):
        return "it says how large something is"
    if comparison.statement.parts[pair.right].sign == r"\in":
        return ""
    numbers = [side is not None and not side.symbols and not isinstance(side, Ones) for side in sides]
    example = any(numbers) and not all(numbers) and not any(side in (Num(0.0), Num(1.0)) for side in sides)
    return "a number of the text's own example" if example else ""


def in_other_words(comparison: "Comparison", pair: "Pair") -> str:
    """Why sides that differ are not called wrong: they say what something is to be, or is called from here on."""
    left, right = _sides(comparison, pair)
    displayed = comparison.displayed
    if isinstance(left, Ones) or comparison.statement.parts[pair.right].sign == r"\in":
        return "it says how large something is"
    if all(isinstance(side, (Sym, Transpose)) for side in (left, right)) and not displayed:
        return "two names are set equal in passing"
    if isinstance(left, Call) and left.name in comparison.notation.functions and pair.left == 0:
        return f"it says what {left.name} is to be"
    if isinstance(left, Sym) and pair.left == 0 and _is_given_anew(left, right, comparison):
        return f"{left.name} is defined in another way before"
    return ""


def _is_given_anew(left: Sym, right: Node | None, comparison: "Comparison") -> bool:
    """Whether a name that has its definition is given by another formula, without slopes."""
    if right is None or any(isinstance(one, Derivative) for one in walk(right)):
        return False
    graph = comparison.notation.graph
    said = graph.definitions.of.get(left.name, ())
    named = {one.name for one in bases(right)}
    return bool(said) and all(one.right != right for one in said) and not named & graph.slopes


def _sides(comparison: "Comparison", pair: "Pair") -> tuple[Node | None, Node | None]:
    return comparison.nodes[pair.left], comparison.nodes[pair.right]
