"""Which quantities, layers, units and samples of an account are shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from clearprop.errors import SpecError
from clearprop.network import Network


@dataclass(frozen=True)
class Selection:
    """What was asked for; None is everything."""

    quantities: frozenset[str] | None
    layers: frozenset[int] | None
    only: frozenset[int] | None
    samples: tuple[int, ...] | None
    units: dict[int, tuple[int, ...]]

    @classmethod
    def of(
        cls, net: Network, rows: int, quantities: Any, layers: Any, units: Any, samples: Any
    ) -> "Selection":
        """Checked against the network and the batch."""
        names = [quantities] if isinstance(quantities, str) else quantities
        layers, units, samples = (_whole(x) for x in (layers, units, samples))
        _check_layers(layers, net)
        _check_within("samples", samples, rows, "the batch")
        _check_within("units", units, max(net.sizes), f"the largest layer of this {net}")
        of_layer = {l: tuple(u for u in units if u < n) for l, n in enumerate(net.sizes)} if units else {}
        return cls(
            None if names is None else frozenset(names),
            None if layers is None else frozenset(layers),
            None if units is None else frozenset(units),
            None if samples is None else tuple(samples),
            {l: kept for l, kept in of_layer.items() if kept},
        )

    @property
    def everything(self) -> bool:
        """Whether nothing was chosen."""
        return all(x is None for x in (self.quantities, self.layers, self.only, self.samples))

    def takes(self, key: str, layer: int | None) -> bool:
        """Whether a quantity is shown."""
        name = key.partition("[")[0]
        chosen = self.quantities is None or key in self.quantities or name in self.quantities
        return chosen and (self.layers is None or layer in self.layers)


def select(trace: dict[str, Any], selection: Selection) -> None:
    """Put into each quantity of a trace what of it is shown: None, or indices for each axis."""
    found = trace["quantities"]
    known = {key.partition("[")[0] for key in found} | set(found)
    for name in sorted(selection.quantities or ()):
        if name not in known:
            shown = ", ".join(sorted(n for n in known if "[" not in n and not n.startswith("rest")))
            msg = f"`quantities` names {name!r}, which this account does not have; it has {shown}."
            raise SpecError(msg)
    for key, q in found.items():
        q["shown"] = None
        if q["part"] != "rest" and selection.takes(key, q["layer"]):
            q["shown"] = [
                _shown(selection, *axis) for axis in zip(q["axes"], q["axis_layers"], q["held"], strict=True)
            ]


def _shown(selection: Selection, kind: str, layer: int | None, held: list[int]) -> list[int]:
    if kind == "sample" and selection.samples is not None:
        return [n for n in held if n in selection.samples]
    if kind == "unit" and layer is not None and layer in selection.units:
        return [n for n in held if n in selection.units[layer]] or held
    return held


def _whole(given: Any) -> list[int] | None:
    if given is None:
        return None
    values = list(given) if isinstance(given, Iterable) else [given]
    if not values or not all(float(v).is_integer() for v in values):
        msg = f"`layers`, `units` and `samples` are whole numbers, one or more; got {given!r}."
        raise SpecError(msg)
    return sorted({int(v) for v in values})


def _check_layers(layers: list[int] | None, net: Network) -> None:
    for layer in layers or ():
        if not 0 <= layer <= net.L:
            msg = (
                f"`layers` must be from 0, the input, to {net.L}, the last layer of this {net}; got {layer}."
            )
            raise SpecError(msg)


def _check_within(name: str, places: list[int] | None, n: int, whole: str) -> None:
    for place in places or ():
        if not 0 <= place < n:
            msg = f"`{name}` asks for {name[:-1]} {place + 1}, counted from 1; {whole} has {n}."
            raise SpecError(msg)
