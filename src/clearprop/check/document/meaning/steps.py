"""Affine steps and activations as the text writes them: they tell the roles of letters, and the layers of
those without one.
"""

from dataclasses import replace

from clearprop.check.document.meaning import patterns
from clearprop.check.document.meaning.augmented import with_one
from clearprop.check.document.meaning.hidden_layers import counted_by, leads_out
from clearprop.check.document.meaning.notation import Notation, Role, is_letter, is_near_letter
from clearprop.check.document.read.tree import Add, Call, Node, Num, Probability, Sym, symbols, walk

ROWS = ("input", "act", "augmented")
Pairs = list[tuple[Node, Node, str]]


def oriented(pairs: Pairs) -> list[tuple[Node, Node]]:
    return [(right, left) if sign == "=:" else (left, right) for left, right, sign in pairs]


def outputs_are_y(pairs: Pairs) -> bool:
    """Whether y is what the network gives (and t what it should give): on the left of a step, or in y_k = a_k."""
    beside = {frozenset((a.name, b.name)) for pair in pairs for a, b in _differences(pair)}
    for left, right in oriented(pairs):
        if isinstance(left, Sym) and isinstance(right, Sym) and right.name in ("a", "z", "o"):
            target = {"y": "t", "Y": "T"}.get(left.name)
            if target and {left.name, target} in beside:
                return True
        if (
            isinstance(left, Sym)
            and left.name in ("y", "Y")
            and (patterns.affine(right) or patterns.applied(right))
        ):
            return True
    return False


def _differences(pair: tuple[Node, Node, str]) -> list[tuple[Sym, Sym]]:
    """The names that are taken off each other."""
    found = [one for node in pair[:2] for one in walk(node) if isinstance(one, Add) and one.sign == -1]
    return [
        (one.left, one.right) for one in found if isinstance(one.left, Sym) and isinstance(one.right, Sym)
    ]


def exchanged(pairs: Pairs, prior: dict[str, str]) -> dict[str, str]:
    """Names whose steps say otherwise than custom: a_j = sum w x and z_j = h(a_j) make a the pre-activation, and
    so do U = X V and H = f(U).
    """
    affine: dict[str, int] = {}
    applied: dict[str, int] = {}
    arguments: set[str] = set()
    for left, right in oriented(pairs):
        if not isinstance(left, Sym):
            continue
        step, call = patterns.affine(right), patterns.applied(right)
        if step is not None and "weight" in (prior.get(step.first.name), prior.get(step.second.name)):
            affine[left.name] = affine.get(left.name, 0) + 1
        elif call is not None and isinstance(call[1], Sym):
            applied[left.name] = applied.get(left.name, 0) + 1
            arguments.add(call[1].name)
    found = {name: "pre" for name in arguments & affine.keys() if prior.get(name) == "weight"}
    for name in affine.keys() | applied.keys():
        a, b = affine.get(name, 0), applied.get(name, 0)
        if prior.get(name) == "act" and a > b and not b:
            found[name] = "pre"
        elif prior.get(name) == "pre" and b > a and not a:
            found[name] = "act"
    return found


def carries_layer(sym: Sym, notation: Notation) -> bool:
    """Whether an occurrence says its layer."""
    if notation.style == "sub":
        letters = notation.layer_letters | {"L", counted_by(notation) or "L"}
        letters -= notation.sample_letters if len(sym.sub) > 1 else set()  # z_{ik} of sample i, beside W_i
        return bool(sym.sub) and (
            isinstance(sym.sub[0].node, Num) or is_near_letter(sym.sub[0].node, letters)
        )
    return any(
        item.kind == notation.style and is_letter(item.node) not in notation.sample_letters
        for item in sym.sup
    )


def layer_said(sym: Sym, notation: Notation) -> int | None:
    """The number of the layer that an occurrence says."""
    items = sym.sub[:1] if notation.style == "sub" else tuple(i for i in sym.sup if i.kind == notation.style)
    numbers = [int(i.node.value) for i in items if isinstance(i.node, Num)]
    return numbers[0] if numbers else None


def layer_of(sym: Sym, role: Role, notation: Notation) -> int | None:
    """The layer of an occurrence, by its name or by the number that it carries."""
    said = None if role.layer is not None else layer_said(sym, notation)
    return role.layer if said is None else said - notation.first_act


def _is_last(sym: Sym, notation: Notation) -> bool:
    """Whether an occurrence says that it is of layer L."""
    items = sym.sub[:1] if notation.style == "sub" else tuple(i for i in sym.sup if i.kind == notation.style)
    return any(is_letter(item.node) == "L" for item in items)


def outside(node: Node) -> list[Sym]:
    """The names that stand in no function's brackets."""
    if isinstance(node, Call):
        return []
    own = [node] if isinstance(node, Sym) else []
    return own + [s for one in node.children for s in outside(one)]


def _arguments(node: Node) -> list[Sym]:
    """The names that functions are taken of, other than their slopes."""
    calls = [one for one in walk(node) if isinstance(one, Call) and not one.primes]
    return [s for one in calls for argument in one.args for s in symbols(argument)]


def find_steps(pairs: Pairs, used: set[str], on_line: set[str], notation: Notation) -> set[str]:
    """Give roles, and layers to names that carry none, from the input on; `on_line`: names outside all functions.

    Returns the names whose layers are the numbers that the text writes, wherever it starts to count.
    """
    finder = _Finder(notation)
    for left, right, _ in pairs:
        sides = (right,) if isinstance(left, Sym) else (left, right)
        finder.inside |= {s.name for node in sides for s in symbols(node)}
        found = [s for node in (left, right) for s in symbols(node)]
        finder.scripted |= {s.name for s in found if s.sub or s.sup}
        finder.note_letters(found)
        finder.numbered |= {s.name for s in found if any(isinstance(item.node, Num) for item in s.sub)}
        finder.rows |= {(s.name, is_letter(s.sub[0].node)) for s in found if len(s.sub) == 2}
        finder.applied_to |= {s.name for node in (left, right) for s in _arguments(node)}
    turned = oriented(pairs)
    for _ in range(8):
        before = {n: (r.kind, r.layer) for n, r in notation.roles.items()}
        for left, right in turned:
            finder.look(left, right)
        if before == {n: (r.kind, r.layer) for n, r in notation.roles.items()}:
            break
    finder.by_letters()
    finder.leftovers(used, on_line)
    return finder.as_written & notation.roles.keys()


class _Finder:
    def __init__(self, notation: Notation) -> None:
        self.notation, self.roles = notation, notation.roles
        self.known = {name: 0 for name, role in notation.roles.items() if role.kind in ("input", "augmented")}
        self.stepped: set[str] = set()
        self.as_written: set[str] = set()  # names whose layer is a number that an argument says
        self.scripted: set[str] = set()
        self.inside: set[str] = set()  # names that stand elsewhere than alone on a left side
        self.rows: set[tuple[str, str | None]] = set()  # names with two letters below, and the first of them
        self.applied_to: set[str] = set()  # names that a function is taken of
        self.layered: set[str] = set()  # names that say their layer somewhere
        self.numbered: set[str] = set()  # names with a number below, w_1
        self.layers_by_letter: dict[str, set[int]] = {}
        self.beside_numbers: dict[str, set[int]] = {}  # a bare bias beside W_1: in which layers it is added
        self.taken_off: dict[str, bool] = {}  # of biases, whether all their steps take them off

    def note_letters(self, found: list[Sym]) -> None:
        """The layers that the letters of each name's units tell, and which names say their layer."""
        self.layered |= {s.name for s in found if carries_layer(s, self.notation)}
        for sym in found:
            layers = [self.notation.unit_layers.get(is_letter(s.node) or "") for s in sym.sub]
            told = [layer for layer in layers if layer is not None]
            if told:
                self.layers_by_letter.setdefault(sym.name, set()).add(max(told))

    def look(self, left: Node, right: Node) -> None:
        if not isinstance(left, (Sym, Call, Probability)):
            return
        stacked = with_one(right, self.roles) if isinstance(left, Sym) else None
        if isinstance(left, Sym) and stacked is not None and self._kind(left) in ("", "act"):
            self.roles[left.name] = stacked
            self.known[left.name] = stacked.layer or 0
            return
        step = patterns.affine(right)
        names = (step.first.name, step.second.name) if step is not None else ()
        if any("_" in name or name.startswith("d ") for name in names):
            return  # G_V = H^T G_O and dW = h^T dz lead back
        if step is not None:
            layer = self.affine(step)
            if layer is not None and isinstance(left, Sym):
                self.settle(left, "pre", layer)
            return
        call = patterns.applied(right)
        if call is not None:
            self._logits(*call)
            self.applied(left, call[1])

    def _logits(self, function: str, argument: Node) -> None:
        """softmax(theta), beside weights that have another letter: theta is no parameter there."""
        name = is_letter(argument) or ""
        others = {n for n, role in self.roles.items() if role.kind == "weight"} & {"W", "U", "V"}
        if (
            function == "softmax"
            and name in ("theta", "beta")
            and others
            and self.roles.get(name) == Role("weight")
        ):
            self.roles[name] = Role("pre", -1)

    def affine(self, step: patterns.Affine) -> int | None:
        """Settle which factor is the weight; the layer that the step leads to, 0 if that stays general."""
        if step.bias is not None:
            self.taken_off[step.bias.name] = self.taken_off.get(step.bias.name, True) and step.taken_off
        kinds = [self.roles[s.name].kind if s.name in self.roles else "" for s in (step.first, step.second)]
        if kinds[0] in ROWS and kinds[1] in ("", "weight", "stack", "bias"):
            act, weight = step.first, step.second
        elif kinds[1] in ROWS and kinds[0] in ("", "weight", "stack", "bias"):
            act, weight = step.second, step.first
        else:
            return None
        if leads_out(step, counted_by(self.notation)):
            return self._outputs(weight, step.bias)
        if self._by_letter(weight):
            self.roles.setdefault(weight.name, Role("weight"))
            return 0
        if carries_layer(weight, self.notation):
            self.roles.setdefault(weight.name, Role("weight"))
            said = layer_said(weight, self.notation)
            if step.bias is not None and carries_layer(step.bias, self.notation):
                self.roles.setdefault(step.bias.name, Role("bias"))
            if said and step.bias is not None and step.bias.name not in self.scripted:
                self.beside_numbers.setdefault(step.bias.name, set()).add(said)
            return said or (-1 if _is_last(weight, self.notation) else 0)
        if weight.name in self.layered and not weight.sub:
            return 0  # "we write z = x W + b", of any layer
        layer = self.known.get(act.name)
        if layer is None:
            if (
                not carries_layer(act, self.notation)
                or self.roles.get(weight.name, Role("weight")).layer is not None
            ):
                return None
            return 0
        layer = self._free(layer + 1, weight)
        stacked = self.roles[act.name].kind == "augmented"
        if weight.name not in self.roles or self.roles[weight.name].layer is None:
            self.roles[weight.name] = Role("stack" if stacked else "weight", layer)
        letter = is_letter(weight.sub[0].node) if len(weight.sub) == 1 else None
        if letter and letter not in {is_letter(s.node) for s in act.sub} and weight.name.islower():
            role = self.roles[weight.name]
            role.columns, role.orient = True, "out_in" if (weight.name, letter) in self.rows else "in_out"
        self._bias(step.bias, layer)
        return layer

    def _outputs(self, weight: Sym, bias: Sym | None) -> int:
        """The last step of a text that counts its hidden layers."""
        self.roles[weight.name] = Role("weight", -1)
        if bias is not None:
            self.roles[bias.name] = Role("bias", -1)
        return -1

    def _free(self, layer: int, weight: Sym) -> int:
        """The layer of a step; if other weights lead to it already, and units above wait for a step, the one
        above those.
        """
        others = [n for n, role in self.roles.items() if role.kind == "weight" and role.layer == layer]
        taken = any(name.lower() != weight.name.lower() for name in others)
        top = max((k for name, k in self.known.items() if self.roles[name].kind != "prediction"), default=0)
        return top + 1 if taken and top >= layer else layer

    def _bias(self, bias: Sym | None, layer: int) -> None:
        if bias is None or carries_layer(bias, self.notation):
            return
        role = self.roles.get(bias.name, Role("bias"))
        if role.kind == "bias" and role.layer is None:
            self.roles[bias.name] = replace(role, layer=layer)

    def applied(self, left: Node, argument: Node) -> None:
        inner = patterns.affine(argument)
        layer = None
        if inner is not None:
            layer = self.affine(inner)
        elif (shift := patterns.shifted(argument)) is not None and self._kind(shift[0]) == "pre":
            layer = self.roles[shift[0].name].layer
            if layer:
                self._bias(shift[1], layer)
        elif isinstance(argument, Sym):
            role = self.roles.get(argument.name)
            if role is not None and role.kind == "pre":
                layer = role.layer if role.layer is not None else self._said(left, argument)
            elif role is None and isinstance(left, Sym) and self._kind(left) in ("act", "prediction"):
                self.roles[argument.name] = Role("pre")
        if layer is None or not isinstance(left, Sym):
            return
        open_before = self.roles.get(left.name, Role("", 0)).layer is None
        self.settle(left, "act", layer)
        if open_before and layer and layer == self._said(left, argument) == self.roles[left.name].layer:
            self.as_written.add(left.name)

    def _said(self, left: Node, argument: Node) -> int:
        """The layer that h = tanh(z_1) gives to an h of custom; 0 if none is said."""
        if not (isinstance(left, Sym) and isinstance(argument, Sym) and self._kind(left) == "act"):
            return 0
        return layer_said(argument, self.notation) or 0

    def _kind(self, sym: Sym) -> str:
        return self.roles.get(sym.name, Role("")).kind

    def settle(self, left: Sym, kind: str, layer: int) -> None:
        """A name on the left of a step: its role, and its layer if it carries none itself."""
        self.stepped.add(left.name)
        role = self.roles.get(left.name)
        if role is not None and role.kind not in (kind, "prediction"):
            return
        if role is not None and role.kind == "prediction":
            self.known.setdefault(left.name, layer)
            return
        if carries_layer(left, self.notation):
            self.roles.setdefault(left.name, Role(kind))
            return
        if layer == 0:
            if role is None:
                general = kind == "pre" or self._by_letter(left)
                self.roles[left.name] = Role(kind) if general else Role("prediction", -1)
            return
        if role is None and kind == "pre" and layer == -1 and left.name not in self.applied_to:
            self.roles[left.name] = Role("prediction", -1)  # the last sum, and nothing after it
        elif role is None or (role.layer is None and not self._by_letter(left)):
            self.roles[left.name] = Role(kind, layer, bare=role is not None and role.bare)
        if kind == "act":
            self.known.setdefault(left.name, layer)

    def _by_letter(self, sym: Sym) -> bool:
        """Whether the layer goes by the letter of the unit: a_j hidden, a_k output."""
        letters = {is_letter(s.node) for s in sym.sub}
        told = bool(letters & self.notation.unit_layers.keys())
        return told and len(self.layers_by_letter.get(sym.name, ())) > 1

    def by_letters(self) -> None:
        """Names whose units have letters of one layer only are of that layer, also where another letter counts them;
        and biases with a letter of their own beside weights with numbers.
        """
        for name, layers in self.beside_numbers.items():
            role = self.roles.get(name, Role("bias"))
            if role.kind == "bias" and role.layer is None and len(layers) == 1:
                self.roles[name] = replace(role, layer=min(layers))
        biases = [n for n in self.taken_off if self.roles.get(n, Role("")).kind == "bias"]
        if biases and all(self.taken_off[name] for name in biases):  # thresholds
            for name in biases:
                self.roles[name] = replace(self.roles[name], sign=-1)
        for name, layers in self.layers_by_letter.items():
            role = self.roles.get(name, Role(""))
            if role.kind in ("pre", "act", "bias") and role.layer is None and len(layers) == 1:
                role.layer = min(layers)

    def leftovers(self, used: set[str], on_line: set[str]) -> None:
        """Names without a layer in a text without weights are of the output layer; theta beside weights is
        any of them.
        """
        for name in {"theta", "Theta"} & used & self.roles.keys():
            role = self.roles[name]
            if (
                role.kind == "weight"
                and role.layer is None
                and name not in self.scripted
                and name in on_line
                and used & ({"W", "w", "Theta"} - {name})
            ):
                self.roles[name] = Role("weight", 1)
        if self._one_layer(used):
            for name in used & self.roles.keys():
                if self.roles[name].kind in ("weight", "stack", "bias") and self.roles[name].layer is None:
                    self.roles[name] = replace(self.roles[name], layer=1)
        elif any(role.kind in ("weight", "stack") for name, role in self.roles.items() if name in used):
            return
        for name in [n for n in self.roles if n not in self.inside and n not in self.stepped]:
            if self.roles[name].kind == "act" and self.notation.style is None:
                del self.roles[name]  # H = ... in a regression: what the text calls so
        for name, role in self.roles.items():
            if role.kind == "pre" and role.layer is None and self.notation.style is None:
                role.layer = -1
            elif role.kind == "act" and role.layer is None and self.notation.style is None:
                self.roles[name] = Role("prediction", -1)

    def _one_layer(self, used: set[str]) -> bool:
        """Whether one name holds all weights and nothing tells layers apart: a regression."""
        weights = {
            name for name, role in self.roles.items() if name in used and role.kind in ("weight", "stack")
        }
        numbered = weights & self.numbered
        hidden = any(role.kind in ("pre", "act") and (role.layer or 0) > 1 for role in self.roles.values())
        plain = self.notation.style is None and not self.notation.unit_layers
        return len(weights) == 1 and plain and not numbered and not hidden
