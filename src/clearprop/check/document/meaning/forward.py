"""What the text's own forward steps say a letter is, where custom takes it for something else.

What stands on the left of a step is computed, so it is no weight, no bias and no input; what stands beside an
activation and is never computed is a weight; what is added and never computed is a bias.
"""

from clearprop.check.document.meaning import patterns
from clearprop.check.document.read.tree import Call, Node, Sym

Steps = list[tuple[Node, Node]]
GIVEN = {"weight", "bias", "input", "rate", "decay"}  # kinds that are never computed


def settled(steps: Steps, prior: dict[str, str]) -> tuple[dict[str, str], dict[str, int], set[str]]:
    """Names with another kind than custom gives them; biases that are added inside an activation, each with its
    sign; and what they are added to.
    """
    finder = _Forward(steps, prior)
    for _ in range(6):
        before = dict(finder.kinds)
        for left, right in steps:
            finder.look(left, right)
        if before == finder.kinds:
            break
    found = {name: kind for name, kind in finder.kinds.items() if finder.contradicts(name, kind)}
    for names, kind in ((finder.inputs, "input"), (finder.shifts, "bias"), (finder.bare, "pre")):
        found |= dict.fromkeys(names, kind)
    return found, finder.shifts, finder.bare


class _Forward:
    def __init__(self, steps: Steps, prior: dict[str, str]) -> None:
        self.prior = prior
        self.kinds: dict[str, str] = {}
        self.computed = {left.name for left, right in steps if isinstance(left, Sym) and _is_step(right)}
        self.given = {left.name for left, _ in steps if isinstance(left, Sym)}  # on the left of any equation
        self.turned: dict[Sym, bool] = {}  # of a weight, whether its first step has it transposed
        self.goes_on: set[str] = set()  # names that a later step is computed from
        self.inputs: set[str] = set()
        self.shifts: dict[str, int] = {}
        self.bare: set[str] = set()

    def look(self, left: Node, right: Node) -> None:
        if not isinstance(left, Sym) or self._is_backward(left):
            return
        call = patterns.applied(right)
        step = patterns.affine(call[1] if call is not None else right)
        if step is not None and self._affine(step):
            self.kinds.setdefault(left.name, "act" if call is not None else "pre")
        elif call is not None and isinstance(call[1], Sym) and self._kind(call[1].name) == "pre":
            self.goes_on.add(call[1].name)
            self.kinds.setdefault(left.name, "act")
        elif call is not None and (shift := patterns.shifted(call[1])) is not None:
            self._shifted(left, *shift)

    def _shifted(self, left: Sym, pre: Sym, bias: Sym, sign: int) -> None:
        """b = f(alpha - theta), of an alpha that an affine step without a bias gives."""
        if self.kinds.get(pre.name) == "pre" and bias.name not in self.computed:
            self.kinds.setdefault(left.name, "act")
            self.goes_on.add(pre.name)
            self.kinds[bias.name], self.shifts[bias.name] = "bias", sign
            self.bare.add(pre.name)

    def _affine(self, step: patterns.Affine) -> bool:
        """Whether this is a step forward: an activation or the input beside something that is never computed."""
        pairs = [
            (step.first, step.second, step.second_turned),
            (step.second, step.first, step.first_turned),
        ]
        pairs.sort(key=lambda pair: self.prior.get(pair[1].name) == "input")  # A x: x is no weight beside A
        for act, weight, turned in pairs:
            if self._kind(act.name) not in ("input", "act", "augmented", "prediction") and not self._is_input(
                act, weight
            ):
                continue
            if weight.name in self.computed or self._is_backward(weight) or weight.name == act.name:
                continue
            if self.turned.setdefault(weight, turned) != turned:
                continue  # back through the transposed weights
            self.kinds.setdefault(weight.name, "weight")
            self.goes_on.add(act.name)
            if step.bias is not None and step.bias.name not in self.computed:
                self.kinds.setdefault(step.bias.name, "bias")
            return True
        return False

    def _is_input(self, sym: Sym, weight: Sym) -> bool:
        """Whether a letter that means nothing else, and is never computed, stands beside a weight: what goes in."""
        named = self.prior.get(weight.name) == "weight" and weight.name not in self.computed
        new = sym.name not in self.prior and sym.name not in self.given and not self._is_backward(sym)
        if named and new and sym == Sym(sym.name):
            self.kinds.setdefault(sym.name, "input")
            self.inputs.add(sym.name)
        return named and new and sym == Sym(sym.name)

    def _kind(self, name: str) -> str:
        return self.kinds.get(name) or ("" if self._is_denied(name) else self.prior.get(name, ""))

    def _is_denied(self, name: str) -> bool:
        """Whether a name is computed though custom says that its kind is given."""
        return name in self.computed and self.prior.get(name) in GIVEN

    def _is_backward(self, sym: Sym) -> bool:
        return (
            sym.name.startswith(("d ", "Delta", "bar "))
            or "_" in sym.name
            or self.prior.get(sym.name) == "delta"
        )

    def contradicts(self, name: str, kind: str) -> bool:
        """Whether custom has to give way: it has another kind, and not just one end of the network for the other."""
        custom = self.prior.get(name)
        if custom in (None, kind) or name not in self.computed | {
            n for n, k in self.kinds.items() if k in GIVEN
        }:
            return False
        if custom in ("prediction", "target"):
            return name in self.goes_on
        return not (kind in GIVEN and name in self.computed)


def _is_step(right: Node) -> bool:
    return patterns.affine(right) is not None or (
        isinstance(right, Call) and patterns.applied(right) is not None
    )
