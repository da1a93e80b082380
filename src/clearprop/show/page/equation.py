"""A line of a step with its matrices in the place of their symbols: z = a · W + b in numbers."""

from collections.abc import Mapping
from typing import Any

from clearprop.show.account.reading import Quantities
from clearprop.show.formula import (
    Formula,
    Group,
    Row,
    Script,
    Sign,
    Tagged,
    Word,
    math,
    read,
)
from clearprop.show.page.matrices import Names, Writer, selected
from clearprop.show.page.numbers import shown

RELATIONS = (Sign("="), Sign("←"))


class Layout:
    """Puts the matrices of a trace into its formulas."""

    def __init__(self, trace: Mapping[str, Any]) -> None:
        self.trace, self.found = trace, Quantities(trace)
        self.quantities = trace["quantities"]
        self._writer = Writer(Names.of(trace), self._shown)
        self._keys: dict[Formula, str] = {}
        for key, q in self.quantities.items():
            if q["part"] != "rest" and q["axes"] != ["sample", "one"]:  # written as one number is: J_i, w_i
                for latex in (q["latex"], q.get("other_latex")):
                    if latex:
                        self._keys.setdefault(read(latex["batch"]), key)

    def block(self, key: str, *, flipped: bool = False, own: bool = False) -> str:
        """The matrix of a quantity; of the result of a card, what is to be shown of it."""
        q = self.quantities[key]
        return self._writer.blocks(selected(q) if own else q, flipped=flipped, own=own)

    def _shown(self, key: str, at: tuple[int, ...], value: float) -> str:
        """A number as it stands in its cell: exact, where it was asked for and is short."""
        if self.trace["options"]["numbers"] == "exact":
            exact, symbol = (say(["ref", key, *at]) for say in (self.found.exact_formula, self.found.symbol))
            if exact != symbol:
                return math(exact.inside if isinstance(exact, Tagged) else exact)
        return shown(value, self.trace["options"]["digits"])

    def equation(self, key: str, line: Mapping[str, Any] | None) -> str:
        """A quantity, and what it comes from where the line says it in matrices that can be laid out."""
        own = self.block(key, own=True)
        if line is None:
            return own
        batch = line["latex"]["batch"]
        right = _right(read(batch)) if batch else None
        if right is None or not self._used(right):
            operands = [self.block(used) for used in refs(line["tree"]) if self._operand(used, key)]
            return own + ("".join(['<span class="sign from">⟵</span>', *operands]) if operands else "")
        return own + _sign("=") + self._laid(right)

    def _operand(self, used: str, key: str) -> bool:
        return used != key and self.quantities[used]["part"] != "rest"

    def _used(self, formula: Formula) -> bool:
        return self._match(formula) is not None or any(self._used(part) for part in _inside(formula))

    def _match(self, formula: Formula) -> tuple[str, bool] | None:
        """The quantity that a formula names, and whether it is transposed."""
        if formula in self._keys:
            return self._keys[formula], False
        if isinstance(formula, Script) and formula.above == Word("⊤") and formula.below is None:
            base = formula.base.inside if isinstance(formula.base, Group) else formula.base
            found = self._keys.get(base)
            return (found, True) if found and len(self.quantities[found]["shape"]) == 2 else None
        return None

    def _laid(self, formula: Formula) -> str:
        found = self._match(formula)
        if found:
            return self.block(found[0], flipped=found[1])
        if isinstance(formula, Row):
            return "".join(map(self._laid, formula.parts))
        if isinstance(formula, Group) and self._used(formula.inside):
            return (
                f'<span class="group {_KIND.get(formula.left, "round")}">{self._laid(formula.inside)}</span>'
            )
        if isinstance(formula, Sign):
            return _sign(formula.text)
        return f'<span class="piece">{math(formula)}</span>'


_KIND = {"(": "round", "[": "square", "|": "bars"}


def _right(formula: Formula) -> Formula | None:
    """What stands right of the first relation."""
    parts = formula.parts if isinstance(formula, Row) else ()
    at = next((k for k, part in enumerate(parts) if part in RELATIONS), None)
    return None if at is None else Row(parts[at + 1 :])


def _inside(formula: Formula) -> tuple[Formula, ...]:
    """The parts that can be laid out beside each other."""
    if isinstance(formula, Row):
        return formula.parts
    return (formula.inside,) if isinstance(formula, Group) else ()


def _sign(text: str) -> str:
    return f'<span class="sign">{math(Sign(text))}</span>'


def refs(tree: Any) -> list[str]:
    """The quantities that a tree names, in order.

    Examples
    --------
    >>> refs(["+", ["ref", "a[0]", "i", "k"], ["ref", "b[1]", 0, "j"]])
    ['a[0]', 'b[1]']
    """
    if not isinstance(tree, list):
        return []
    if tree[:1] == ["ref"]:
        return [tree[1]]
    return list(dict.fromkeys(key for part in tree for key in refs(part)))
