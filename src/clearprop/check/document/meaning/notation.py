"""What the symbols of a document mean: each name's role, and how layers, samples and units are written."""

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from clearprop.check.document.read.tree import Add, Call, Node, Num, Script, Sym

PARAMETERS = {"weight", "bias", "stack"}  # kinds of what a step moves
ROWLIKE = {"input", "pre", "act", "prediction", "target", "delta"}  # one row, or column, a sample
LAYERED = {"weight", "bias", "pre", "act", "delta", "stack", "augmented"}


@dataclass
class Role:
    """What a name stands for. `layer`: fixed for names that carry none (-1 is the last); `batch`: alone, it
    is all samples.
    """

    kind: str
    layer: int | None = None
    batch: bool = False
    of: str = ""  # of a gradient: what it is taken by
    counts_samples: bool = False  # its only index, x_i, is a sample
    columns: bool = False  # of a weight: w_k is the vector of weights into unit k
    orient: str | None = None  # of a weight that lies otherwise than the rest: in_out, out_in
    sign: int = 1  # of a gradient that the text takes with a minus, of a threshold: -1
    bare: bool = False  # of a pre-activation: without the bias, which the text adds inside the activation
    rate: bool = False  # of a gradient: times the learning rate, a change of the parameters
    slope: bool = False  # of a gradient: it lies as the text's dJ/dz does
    ones: str = (
        ""  # of a layer with a unit of value 1, and of weights that hold the biases: "first" or "last"
    )
    zeroed: bool = False  # of such weights: with zeros in the place of the biases
    added_up: bool = False  # of a gradient: the text adds it up sample by sample


def holds_biases(role: Role) -> bool:
    """Whether it is of weights with the biases as one row more."""
    return role.kind == "stack" or (role.kind == "weight" and bool(role.ones))


def ones_first(notation: "Notation") -> bool:
    """Whether the 1 of a layer stands before its units."""
    return any("first" in (role.ones, role.of) for role in notation.roles.values() if role.kind != "gradient")


PENALTIES = {  # the words before the sum of W^2, and how many times lambda W its slope is, for m samples
    "lambda/2": lambda m: 1.0,
    "lambda/(2 m)": lambda m: 1.0 / m,
    "lambda": lambda m: 2.0,
}
# dJ/dz as z lies; turned where it is by units above the input; where it is by any vector; always
SHAPED, UNITS, VECTORS, ALL = ("shaped", "units", "vectors", "all")
OWN = "own"  # the penalty as the text writes it
WHERE = " where lambda is"  # J is without it in lines that have no lambda

WITH_PENALTY = " + penalty"

REDUCED = ("value", "rows", "weights")  # of a loss: what is averaged over the samples, summed, or of one
ANY = "any loss"


@dataclass
class Reading:
    """The choices that a text leaves open; the checker takes those under which most lines hold.

    `losses`: of each loss name, its value, and its gradients by z and a, and by W and b, as "sample", "sum" or "mean";
    `gradients`: what delta, dZ and dW are gradients of, "sum" or "mean"; "+ penalty" if it is in them.
    `penalised`: of each loss, the penalty in it, OWN or a key of PENALTIES, and perhaps WHERE; "" for none.
    `jacobian`: a vector by a vector as (outputs, inputs), "numerator", or turned; `slopes`: how a number by a vector or
    matrix lies, SHAPED, UNITS, VECTORS or ALL.
    """

    losses: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    gradients: dict[str, str] = field(default_factory=dict)
    penalised: dict[str, str] = field(default_factory=dict)
    jacobian: str = "numerator"
    slopes: str = SHAPED

    def ask(self, what: str, name: str = "") -> str:
        """One choice: of a loss its `value`, its gradients by `rows` or `weights`, its `penalty` in a line with lambda
        or in a `bare` one; the `gradient` that a name stands for; the `jacobian`, the `slopes`.
        """
        if what in REDUCED:
            return self.losses.get(name, ("mean", "mean", "mean"))[REDUCED.index(what)]
        if what == "gradient":
            return self.gradients.get(name, "mean")
        if what in ("penalty", "bare"):
            every = (one for one in self.penalised.values() if one)
            penalty = next(every, "") if name == ANY else self.penalised.get(name, "")
            return "" if what == "bare" and penalty.endswith(WHERE) else penalty.removesuffix(WHERE)
        return {"jacobian": self.jacobian, "slopes": self.slopes}[what]

    def laid_out(self, jacobian: str, slopes: str) -> "Reading":
        """The same with derivatives in this layout."""
        return replace(self, jacobian=jacobian, slopes=slopes)


@dataclass
class Notation:
    """How a document writes."""

    roles: dict[str, Role] = field(default_factory=dict)
    style: str | None = None  # layers: paren W^{(l)}, bracket W^{[l]}, plain W^l, sub W_l
    samples_above: bool = False  # x^{(i)}
    sample_letters: set[str] = field(default_factory=set)
    paired: set[str] = field(default_factory=set)  # the i of (x_i, y_i)
    layer_letters: set[str] = field(default_factory=lambda: {"l"})
    unit_layers: dict[str, int] = field(
        default_factory=dict
    )  # letters that tell the layer: i inputs, j hidden, k outputs
    unit_names: dict[str, set[int]] = field(
        default_factory=dict
    )  # the layers a name is computed in, by these
    numbered: set[str] = field(default_factory=set)  # names with a number below them
    bare_layers: dict[str, int] = field(default_factory=dict)  # of names that carry a layer elsewhere
    first_act: int = 0  # the number of the input layer: a^{(0)} or a^{(1)}
    first_weight: int = 0  # W^{(first_weight + 1)} leads from the input
    first_bias: int = 0
    numbers_doubtful: bool = False  # the text's own steps disagree about these
    rows: bool = True  # a batch has a sample in each row
    rows_said: bool = False  # by the caller
    weights: str = "in_out"  # W is (inputs, outputs), or "out_in"
    vectors: str = "row"  # one sample is a row, or a "column"
    biases: str | None = None  # they lie otherwise than one sample does: "row" or "column"
    sizes: dict[str, tuple] = field(default_factory=dict)  # letter -> ("m",), ("L",), ("n", layer)
    functions: dict[str, str] = field(default_factory=dict)  # letter -> a library name, "activation", "head"
    shifted_letters: dict[str, int] = field(
        default_factory=dict
    )  # of units of any layer, one layer further on
    vague: set[str] = field(default_factory=set)  # outputs of which the text does not say how they come about
    graph: Any = None  # the text's own network, where the text is read by its own definitions
    true_class: str | None = None  # the letter of a sample's own class
    below_last: set[str] = field(
        default_factory=set
    )  # names that are given for the layers below the last only
    hidden_functions: set[str] = field(default_factory=set)  # of which the text says: in the hidden layers
    bodies: dict[str, tuple[tuple[str, ...], Node]] = field(
        default_factory=dict
    )  # functions that the text defines
    diagonals: dict[str, Call] = field(
        default_factory=dict
    )  # functions whose value is a diagonal matrix: what stands on the diagonal, of one unit
    definitions: dict[str, list] = field(default_factory=dict)  # quantities that the text defines
    memories: dict[str, tuple[Sym, Node]] = field(
        default_factory=dict
    )  # v: as it is written, what it becomes with each step
    counters: set[str] = field(default_factory=set)  # letters that count steps, as in t = 1, 2, ...
    anew: dict[str, tuple[int, str]] = field(default_factory=dict)  # p: where it gets a constant, and which
    overwritten: set[str] = field(default_factory=set)  # names of an algorithm that changes them
    alternatives: set[int] = field(
        default_factory=set
    )  # where lines start that give one thing in several ways
    values: dict[str, float] = field(default_factory=dict)  # constants whose number the text gives and means
    main_loss: str | None = None
    penalty: Node | None = None  # what the text adds to its loss, of parameters alone
    penalty_names: set[str] = field(default_factory=set)  # Omega in lambda Omega(W)
    bare_loss: bool = True  # some line gives the loss without the penalty
    losses_of_one: set[str] = field(default_factory=set)  # J(W, b; x, y) is of one sample, J(W, b) of all
    one_sample: bool = False
    rate_absorbs: bool = False  # the learning rate holds a constant of the gradient, as the 2 of a square
    kronecker: bool = False  # a circled times is Kronecker's product, of vectors too
    anything: set[str] = field(default_factory=set)  # letters that stand for any matrices
    beside: set[str] = field(default_factory=set)  # those that do so in lines with one of these alone
    vec_by_rows: bool = False  # vec lists the entries of a matrix row by row
    from_zero: bool = (
        False  # x_0 = 1: the inputs' first entry stands for the bias, and their indices start at 0
    )
    ones_above: bool = False  # z_0 = 1 in a hidden layer
    cut_weights: bool = False  # weights without the biases that they hold elsewhere have a name of their own
    zero_index: bool = False  # W_0 is W with zeros in place of its biases
    dots_may_be_entrywise: bool = False  # no other sign for entrywise products is used

    def kind(self, name: str) -> str:
        """What a name is, "" for nothing that is known."""
        role = self.roles.get(name)
        return "" if role is None else role.kind


class Place(NamedTuple):
    """Where one occurrence of a symbol points."""

    role: Role
    layer: Node | int | None
    sample: Node | None
    indices: tuple[Script, ...]
    power: Node | None


def place(sym: Sym, role: Role, notation: Notation) -> Place:
    """Scripts sorted into layer, sample, indices and power."""
    layer: Node | int | None = role.layer
    sample = power = None
    layered = role.kind in LAYERED or (role.kind in ("act", "prediction", "gradient") and role.layer is None)
    taken = role.layer is not None
    for item in sym.sup:
        if item.node is None:
            continue
        if layered and not taken and _is_layer(item, sym, notation):
            layer, taken = item.node, True
        elif item.kind == "paren" or _is_sample(item, notation):
            sample = item.node
        else:
            power = item.node
    indices = sym.sub
    told = notation.style == "sub" and layered and not taken and indices and indices[0].node is not None
    told = told and _counts_layers(sym, indices[0].node, notation)
    if told and not (role.kind == "weight" and _is_entry(sym, notation)):
        layer, indices = indices[0].node, indices[1:]
    if layer is None:
        layer = notation.bare_layers.get(sym.name)
    if role.kind == "loss":
        indices = tuple(one for one in indices if not _is_of_whole(one.node))
    return Place(role, layer, sample, indices, power)


def _is_of_whole(node: Node | None) -> bool:
    """Whether what stands below a loss tells no sample: J_theta, C_0."""
    return (isinstance(node, Sym) and node.name in ALL_PARAMETERS) or (
        isinstance(node, Num) and node.value == 0
    )


def sample_first(indices: tuple[Script, ...], role: Role, notation: Notation) -> bool:
    """Whether the first of two indices is the sample: by their letters, Z_{im} of sample i, else as a batch lies."""
    counted = [is_letter(one.node) in notation.sample_letters for one in indices[:2]]
    return counted[0] if counted[0] != counted[1] else notation.rows or not role.batch


def power_of(sym: Sym, role: Role, notation: Notation) -> Node | None:
    """What a symbol is raised to."""
    return place(sym, role, notation).power if sym.sup else None


def _counts_layers(sym: Sym, node: Node | None, notation: Notation) -> bool:
    """Whether what stands first below a name tells its layer: a number, or a letter of layers, or any letter in the
    place of such numbers; in f_k, of an f that has none, it is a unit.
    """
    near = near_letter(node)
    if isinstance(node, Sym) and (node.sub or node.sup):
        return False
    if near in notation.sample_letters:  # W_i of a text that has W_1 and W_2: no parameter is of a sample
        parameter = notation.kind(sym.name) in ("weight", "bias")
        return parameter and sym.name in notation.numbered and len(sym.sub) == 1 and not sym.sup
    depths = {letter for letter, size in notation.sizes.items() if size in (("L",), ("H",))}
    letters = notation.layer_letters | {"L"} | depths
    return near is None or near in letters or sym.name in notation.numbered


def _is_entry(sym: Sym, notation: Notation) -> bool:
    """Whether two letters stand below a small one, w_{kj}: an entry of a matrix, where W_1 and W_2 are the matrices."""
    letters = [is_letter(one.node) for one in sym.sub]
    plain = len(letters) == 2 and all(letters) and letters[0] not in ("l", "ell")
    return plain and sym.name.islower() and sym.name.upper() in notation.roles


ALL_PARAMETERS = {"theta", "W", "w", "Theta"}  # names below a loss, J_theta: all that it depends on


def layer_script(call: Call, notation: Notation) -> Node | None:
    """The layer that a function's name carries: l in g^{[l]}."""
    if notation.style == "sub" or not call.sup:
        return None
    return next((item.node for item in call.sup if item.kind == notation.style), None)


def _is_layer(item: Script, sym: Sym, notation: Notation) -> bool:
    if item.kind != notation.style:
        return False
    if (
        item.kind == "paren"
        and is_letter(item.node) in notation.sample_letters
        and len(sym.sup) == 1
        and notation.samples_above
    ):
        return is_letter(item.node) in notation.layer_letters
    if item.kind == "paren" and sum(one.kind == "paren" for one in sym.sup) > 1:  # a^{(n, l)}
        layers = [one for one in sym.sup if is_near_letter(one.node, notation.layer_letters | {"L"})]
        return item in layers or not layers
    if item.kind == "plain" and len(sym.sup) > 1:
        return is_letter(item.node) not in notation.sample_letters
    return True


def _is_sample(item: Script, notation: Notation) -> bool:
    return item.kind == "plain" and is_letter(item.node) in notation.sample_letters


def orient(role: Role, notation: Notation) -> str:
    """Whether a weight is (inputs, outputs) or (outputs, inputs)."""
    return role.orient or notation.weights


def first(kind: str, notation: Notation) -> int:
    """What is taken off a written layer so that the input is layer 0 and W[1] leads from it."""
    return {"W": notation.first_weight, "b": notation.first_bias}.get(kind, notation.first_act)


def is_letter(node: Node | None) -> str | None:
    """The letter, if a node is a bare one."""
    return node.name if isinstance(node, Sym) and not node.sup and not node.sub else None


def capital(name: str) -> str:
    """A for a, hat Y for hat y."""
    before, _, letter = name.rpartition(" ")
    return f"{before} {letter.capitalize()}".strip()


def near_letter(node: Node | None) -> str | None:
    """The l of l, l - 1, l + 1."""
    return is_letter(node.left if isinstance(node, Add) and isinstance(node.right, Num) else node)


def is_near_letter(node: Node | None, letters: set[str]) -> bool:
    """Whether it is one of these letters, or a number from it."""
    return near_letter(node) in letters
