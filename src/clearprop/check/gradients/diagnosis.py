"""Why a gradient is wrong: a factor, a sign, an order, a penalty, or a slip of the backward pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clearprop.check.gradients.verdict import Finding

SLIP = "what comes of this slip: "
NEAR = 1e-6  # a diagnosis need not be sharp: the wrong number is wrong by more


@dataclass(frozen=True)
class Reference:
    """The right gradient, and what a wrong one may have been made of.

    Attributes
    ----------
    right : ndarray
        The gradient; NaN where it is not known, or where a kink leaves it open.
    values : ndarray
        What it is the gradient of: W, b or x.
    penalty : float
        The lambda that is in `right`.
    slips : mapping of str to ndarray
        The gradient as each classic slip would make it.
    """

    right: np.ndarray
    values: np.ndarray
    penalty: float = 0.0
    slips: Mapping[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def sparse(
        cls, values: np.ndarray, at: Sequence[Any], right: Sequence[float], open_: Sequence[bool]
    ) -> Any:
        """From the entries that were checked."""
        whole = np.full(values.shape, np.nan)
        for index, number, left_open in zip(at, right, open_, strict=True):
            whole[index] = np.nan if left_open else number
        return cls(whole, values)


def diagnose(
    name: str, given: np.ndarray, reference: Reference, factors: Mapping[str, float], wrong: int
) -> Finding:
    """What is the matter with one gradient.

    Parameters
    ----------
    name : str
        As it is called in the sentence.
    given : ndarray
        The wrong gradient.
    reference : Reference
        The right one.
    factors : mapping of str to float
        Factors that have a name: ``{"m": 6.0}``.
    wrong : int
        How many entries are wrong.
    """
    right = reference.right
    if not np.isfinite(given).all():
        count = int((~np.isfinite(given)).sum())
        return Finding("no number", (name,), f"`{name}` holds {count} entries that are no finite number.")
    if given.shape != right.shape:
        return _transposed(name, given, right, factors)
    for look in (_scaled, _penalised, _slipped, _ordered, _scaled_somehow):
        found = look(name, given, reference, factors)
        if found is not None:
            return found
    known = int(np.isfinite(right).sum())
    if wrong < known:
        return Finding(
            "some entries", (name,), f"`{name}` is wrong in {wrong} of {known} entries, not in the others."
        )
    return Finding("unknown", (name,), f"`{name}` is wrong in every entry, by no mistake that is known here.")


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two gradients agree where both are known, and something is known."""
    known = np.isfinite(a) & np.isfinite(b)
    size = np.abs(b[known]).max(initial=0.0)
    return bool(known.any() and size > 0 and np.abs(a[known] - b[known]).max() <= NEAR * size)


def _scale(given: np.ndarray, right: np.ndarray) -> float | None:
    """The c for which given = c right, if there is one."""
    known = np.isfinite(right)
    g, r = given[known], right[known]
    if not r.any() or not g.any():
        return None
    c = float((g @ r) / (r @ r))
    return c if same(g, c * r) else None


def _scaled(
    name: str, given: np.ndarray, reference: Reference, factors: Mapping[str, float]
) -> Finding | None:
    known = np.isfinite(reference.right)
    if not given[known].any() and reference.right[known].any():
        return Finding("scale", (name,), f"`{name}` is zero everywhere, the right one is not.", 0.0)
    c = _scale(given, reference.right)
    found = None if c is None or abs(c - 1) <= NEAR else told_factor(name, c, factors)
    return found if found is not None and (found.code != "scale" or "everywhere:" in found.text) else None


def _scaled_somehow(
    name: str, given: np.ndarray, reference: Reference, factors: Mapping[str, float]
) -> Finding | None:
    """By a factor that has no name: what else could explain it was tried before."""
    c = _scale(given, reference.right)
    return None if c is None else told_factor(name, c, factors)


def told_factor(name: str, c: float, factors: Mapping[str, float]) -> Finding:
    """A gradient that is c times the right one."""
    if abs(c + 1) <= NEAR:
        return Finding("sign", (name,), f"`{name}` has the wrong sign everywhere.", c)
    sign = " and the sign is wrong" if c < 0 else ""
    m = factors.get("m", 0.0)
    if m not in (0.0, 1.0) and abs(abs(c) / m - 1) <= NEAR:
        return Finding(
            "1/m lost",
            (name,),
            f"`{name}` is {c:.6g} times the right one everywhere: 1/m lost{sign} (m = {m:g}).",
            c,
        )
    if m not in (0.0, 1.0) and abs(abs(c) * m - 1) <= NEAR:
        text = f"`{name}` is 1/m of the right one everywhere: divided by m once too often{sign} (m = {m:g})."
        return Finding("1/m twice", (name,), text, c)
    for said, factor in factors.items():
        if said != "m" and abs(c / factor - 1) <= NEAR:
            return Finding(
                "scale", (name,), f"`{name}` is {c:.6g} times the right one everywhere: {said}.", c
            )
    hint = (
        ""
        if m or abs(c - round(c)) > NEAR or abs(c) < 2
        else f" If there are {abs(round(c))} rows, 1/m is lost."
    )
    return Finding("scale", (name,), f"`{name}` is {c:.6g} times the right one everywhere.{hint}", c)


def _transposed(name: str, given: np.ndarray, right: np.ndarray, factors: Mapping[str, float]) -> Finding:
    c = _scale(given.T, right)
    also = "" if c is None or abs(c - 1) <= NEAR else " Besides: " + told_factor(name, c, factors).text
    if c is None:
        also = " Transposed back, it is still wrong."
    text = f"`{name}` is transposed: {given.shape} in place of {right.shape}.{also}"
    return Finding("transposed", (name,), text, c)


def _penalised(
    name: str, given: np.ndarray, reference: Reference, factors: Mapping[str, float]
) -> Finding | None:
    """A penalty that is missing, or too many, or of another lambda."""
    extra = _scale(given - reference.right, np.where(np.isfinite(reference.right), reference.values, np.nan))
    if extra is None:
        return None
    letter, due = ("x" if name == "gradient" else name[1:]), reference.penalty
    has = due + extra
    if abs(has) <= NEAR * abs(extra):
        return Finding(
            "penalty",
            (name,),
            f"`{name}` lacks the penalty: lambda {letter}, with lambda = {due:g}, is missing.",
        )
    if due:
        ratio = has / due
        m = factors.get("m", 0.0)
        known = {
            2.0: "Keras's c: lambda = 2c",
            m: "lambda not divided by the rows, as scikit-learn's alpha is",
        }
        known[1 / m if m else 0.0] = "lambda divided by the rows: scikit-learn's alpha"
        why = next((f" ({said})" for r, said in known.items() if r and abs(ratio / r - 1) <= NEAR), "")
        return Finding(
            "penalty",
            (name,),
            f"`{name}` has lambda = {has:.6g}, {ratio:.6g} times the {due:g} it should be{why}.",
            ratio,
        )
    bias = " Biases have no penalty (PyTorch's weight_decay has one)." if letter[0] == "b" else ""
    text = f"`{name}` is off by {extra:.6g} times `{letter}`: a penalty with lambda = {extra:.6g} too many.{bias}"
    return Finding("penalty", (name,), text)


def _slipped(
    name: str, given: np.ndarray, reference: Reference, factors: Mapping[str, float]
) -> Finding | None:
    for said, wrong in reference.slips.items():
        if wrong.shape == given.shape and not same(wrong, reference.right) and same(given, wrong):
            code = "row weights" if said.startswith("row weights") else "slip"
            return Finding(code, (name,), f"{SLIP}{said}.")
    return None


def _ordered(
    name: str, given: np.ndarray, reference: Reference, factors: Mapping[str, float]
) -> Finding | None:
    """The same numbers in another order."""
    right = reference.right
    if right.ndim == 2 and right.shape[0] == right.shape[1] and same(given, right.T):
        return Finding("transposed", (name,), f"`{name}` is transposed.")
    if not np.isfinite(right).all() or not same(np.sort(given, axis=None), np.sort(right, axis=None)):
        return None
    for axis, what in enumerate(("rows", "columns")[: right.ndim if right.ndim > 1 else 0]):
        order = _order(np.moveaxis(given, axis, 0), np.moveaxis(right, axis, 0))
        if order is not None:
            text = f"`{name}` has its {what} in another order: {', '.join(map(str, order))}."
            return Finding("permuted", (name,), text)
    return Finding("permuted", (name,), f"`{name}` holds the right numbers in another order.")


def _order(given: np.ndarray, right: np.ndarray) -> list[int] | None:
    """Which slice of `right` each slice of `given` is."""
    room, order = NEAR * np.abs(right).max(), []
    for one in given:
        left = [k for k in range(len(right)) if k not in order and np.abs(one - right[k]).max() <= room]
        if not left:
            return None
        order.append(left[0])
    return order


def merged(findings: Sequence[Finding]) -> list[Finding]:
    """Findings of one slip told once, with the names of all gradients that it spoils."""
    names: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        names.setdefault((finding.code, finding.text), []).extend(finding.names)
    found = []
    for (code, text), spoilt in names.items():
        factor = next(f.factor for f in findings if f.text == text)
        if text.startswith(SLIP):
            said = ", ".join(f"`{name}`" for name in spoilt)
            text = f"{said} {'is' if len(spoilt) == 1 else 'are'} {text}"
        found.append(Finding(code, tuple(spoilt), text, factor))
    return found
