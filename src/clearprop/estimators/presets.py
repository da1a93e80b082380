"""The presets: settings that fit together, by name."""

from dataclasses import dataclass, fields, replace
from numbers import Integral
from typing import Any

from clearprop.errors import SpecError


@dataclass(frozen=True)
class Preset:
    """What a preset sets; each field is a parameter of the estimators, and None there takes it from here."""

    hidden_layer_sizes: tuple[int, ...]
    activation: str
    solver: str
    learning_rate: str
    learning_rate_init: float
    weight_decay: float
    weight_decay_of_classes: float
    betas: tuple[float, float]
    max_iter: int
    n_iter_no_change: int
    scheme: str
    members: int
    tangent: bool
    bias_rate: float
    scale_rate: float
    places: bool
    contrasts: float
    blended: bool = False
    blend_rate: float = 0.1
    embedded: bool = False
    embed_rate: float = 0.1


# scikit-learn's defaults, on encoded columns
PLAIN = Preset(
    (100,), "relu", "adam", "constant", 1e-3, 0.0, 0.0, (0.9, 0.999), 200, 10, "glorot", members=1, tangent=False,
    bias_rate=1.0, scale_rate=0.0, places=False, contrasts=0.0,
)  # fmt: skip
# Chosen on the tables of bench/accuracy.py that are to choose by. The rate falls to zero four times, so that a table on
# which few epochs are best still has an epoch at rest. Classes gain by more decay, numbers lose.
FAST = Preset(
    (128, 128), "mish", "adamw", "coslog4", 0.1, 0.02, 0.05, (0.9, 0.95), 64, 33, "ntk", members=3, tangent=True,
    bias_rate=0.1, scale_rate=6.0, places=True, contrasts=0.0,
)  # fmt: skip
PRESETS = {
    "plain": PLAIN,
    "fast": FAST,
    "accurate": replace(FAST, members=8, contrasts=0.3),
    "best": replace(FAST, members=24, contrasts=0.3),
}


def resolved(preset: str, given: dict[str, Any], of_classes: bool = False) -> Preset:
    """A preset with whatever the user gave in place of it; None means not given.

    Of classes, AdamW's decay is `weight_decay_of_classes`.

    Examples
    --------
    >>> resolved("fast", {"max_iter": 5, "solver": None}).max_iter
    5
    >>> resolved("fast", {}).weight_decay, resolved("fast", {}, of_classes=True).weight_decay
    (0.02, 0.05)
    """
    if preset not in PRESETS:
        msg = f"`preset` must be one of {', '.join(PRESETS)}; got {preset!r}."
        raise SpecError(msg)
    base = PRESETS[preset]
    known = {f.name: getattr(base, f.name) for f in fields(base)}
    known = {name: value if given.get(name) is None else given[name] for name, value in known.items()}
    if of_classes and known["solver"] == "adamw" and given.get("weight_decay") is None:
        known["weight_decay"] = base.weight_decay_of_classes
    if known["embedded"]:  # layer 1 reads other numbers than X's: nothing could be added into W[1]
        known["contrasts"] = 0.0
    members = known["members"]
    if not isinstance(members, Integral) or isinstance(members, bool) or members < 1:
        msg = f"`members` must be a whole number, 1 or more; got {members!r}."
        raise SpecError(msg)
    return Preset(**known)
