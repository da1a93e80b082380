"""Findings about the units: dead, nearly linear, saturated; and about the gradients between the layers."""

from collections.abc import Container, Iterator
from typing import Any

import numpy as np

from clearprop.batch import activation_pairs
from clearprop.maths.derivation import ACTIVATIONS
from clearprop.train.doctor.case import Case
from clearprop.train.doctor.diagnosis import Finding
from clearprop.train.doctor.wording import number, percent

BOUNDED = ("tanh", "logistic")
BENDING = frozenset(ACTIVATIONS) - {"identity"}


def dead(case: Case) -> Iterator[Finding]:
    """Units of a relu layer that no row makes positive: their output and their gradient are 0.

    A unit that blends relu with z gives (1 - c) z there: it is dead if its share c is nearly 1.
    """
    for l, z in _layers(case, ("relu",)):
        share, figures = _count(np.all(z <= 0, axis=0) & _whole(case, l), l)
        if share >= case.limits.dead_share:
            what = "they give 0 and learn nothing."
            if case.net.blended:
                what = "as their shares are nearly 1, they give next to nothing, and hardly learn."
            yield Finding(
                "dead units",
                "serious" if share >= case.limits.dead_most else "note",
                f"Layer {l}: {_of(figures)} relu units are positive on none of the {case.m:,} rows: {what}",
                figures,
                "Scale the inputs, lower `learning_rate_init`, or take `activation='leaky_relu'`.",
            )


def nearly_linear(case: Case) -> Iterator[Finding]:
    """Units of a relu layer that every row makes positive: they bend nothing.

    A unit that blends bends nothing either if its share is nearly 0, or if relu is 0 on every row and it is not dead.
    """
    for l, z in _layers(case, BENDING if case.net.blended else ("relu",)):
        name, straight = case.net.activations[l - 1], _unused(case, l)
        if name == "relu":
            straight = straight | np.all(z > 0, axis=0) | (np.all(z <= 0, axis=0) & ~_whole(case, l))
        share, figures = _count(straight, l)
        if share >= case.limits.linear_share:
            what = f"positive on all {case.m:,} rows, where relu is a straight line."
            if case.net.blended:
                what = f"straight lines on all {case.m:,} rows: their shares are nearly 0, or z is on one side of 0."
            yield Finding(
                "nearly linear units",
                "warning",
                f"Layer {l}: {_of(figures)} {name} units are {what}",
                figures,
                "Centre the inputs, so that units see both sides; else a smaller layer would do the same.",
            )


def saturated(case: Case) -> Iterator[Finding]:
    """Units of a tanh or logistic layer that most rows drive to where the slope is nearly 0."""
    limits, pairs = case.limits, activation_pairs(case.net, shares=case.params.c)
    for l, z in _layers(case, BOUNDED):
        g, back = pairs[l]
        one, zero = np.ones_like(z), np.zeros_like(z[:1])
        greatest = np.maximum(np.abs(back(one[:1], zero, g(zero))), np.abs(1.0 - _shares(case, l)))
        slope = np.abs(back(one, z, g(z))) / greatest
        share, figures = _count((slope < limits.flat_slope).mean(axis=0) >= limits.flat_rows, l)
        if share >= limits.flat_share:
            yield Finding(
                "saturated units",
                "warning",
                f"Layer {l}: {_of(figures)} {case.net.activations[l - 1]} units are saturated: on "
                f"{percent(limits.flat_rows)} of the rows or more their slope is below {percent(limits.flat_slope)} "
                "of the greatest.",
                figures,
                "Scale the inputs, lower `learning_rate_init`, or raise `alpha`.",
            )


def vanishing(case: Case) -> Iterator[Finding]:
    """Gradients that shrink on their way back to the first layers."""
    yield from _between_layers(case, "vanishing gradients", shrink=True)


def exploding(case: Case) -> Iterator[Finding]:
    """Gradients that grow on their way back to the first layers."""
    yield from _between_layers(case, "exploding gradients", shrink=False)


def _between_layers(case: Case, name: str, shrink: bool) -> Iterator[Finding]:
    """delta is compared and not dW: at a minimum the rows' parts of dW cancel, but those of delta do not."""
    assert case.working is not None
    L = case.net.L
    deltas = np.array([float(np.sqrt(np.mean(np.square(d)))) for d in case.working.delta[1:]])
    if L < 2 or not deltas[-1] > 0 or not np.isfinite(deltas).all():
        return
    ratios = deltas[:-1] / deltas[-1]
    l = int(np.argmin(ratios) if shrink else np.argmax(ratios))
    beyond = ratios[l] * case.limits.layers < 1 if shrink else ratios[l] > case.limits.layers
    if not beyond:
        return
    norms = [float(np.linalg.norm(dW)) for dW in case.working.dW[1:]]
    figures = {
        "layer": l + 1,
        "ratio": float(ratios[l]),
        "rms of delta": deltas.tolist(),
        "norms of dW": norms,
    }
    less = "smaller" if shrink else "larger"
    times = number(1 / ratios[l]) if ratios[l] else "infinitely many"
    yield Finding(
        name,
        "serious",
        f"delta in layer {l + 1} is {times if shrink else number(ratios[l])} times {less} than in the last layer; "
        f"the norms of dW are {', '.join(map(number, norms))} in layers 1 to {L}.",
        figures,
        "Take fewer layers, `activation='relu'` or 'silu', or start again from another `random_state`."
        if shrink
        else "Start from smaller weights, lower `learning_rate_init`, or raise `alpha`.",
    )


def _layers(case: Case, kinds: Container[str]) -> Iterator[tuple[int, np.ndarray]]:
    """The hidden layers of some activations, with z[l]."""
    for l, name in enumerate(case.net.activations, 1):
        if name in kinds:
            yield l, case.passed[0][l]


def _shares(case: Case, l: int) -> np.ndarray:
    """c[l]; 1 for each unit that does not blend."""
    return np.ones(case.net.sizes[l]) if case.params.c[l] is None else case.params.c[l]


def _whole(case: Case, l: int) -> np.ndarray:
    """Which units take nothing of z but by their activation."""
    return np.abs(1.0 - _shares(case, l)) < case.limits.flat_slope


def _unused(case: Case, l: int) -> np.ndarray:
    """Which units take nothing of their activation."""
    return np.abs(_shares(case, l)) < case.limits.flat_slope


def _count(units: Any, l: int) -> tuple[float, dict[str, int | float]]:
    share = float(units.mean())
    return share, {"layer": l, "units": int(units.sum()), "of": len(units), "share": share}


def _of(figures: dict[str, int | float]) -> str:
    return f"{figures['units']} of {figures['of']}"
