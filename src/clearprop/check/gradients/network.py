"""The gradients of a network on trial: the oracles know J's forward pass only, and nothing of the backward pass."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clearprop.batch import activation_pairs, as_batch, check_numbers, embedded, head_of, share_gradients
from clearprop.check.gradients import embeddings, kinks
from clearprop.check.gradients.conventions import Convention, convention, mapped
from clearprop.check.gradients.diagnosis import Reference, diagnose, merged
from clearprop.check.gradients.function import ORACLES, chosen
from clearprop.check.gradients.judging import TOLERANCES, Index, Trial, judge
from clearprop.check.gradients.objective import Objective
from clearprop.check.gradients.slips import from_wrong_inputs, from_wrong_shares, slipped_steps
from clearprop.check.gradients.verdict import Entry, Finding, GradientCheck
from clearprop.errors import ShapeError, SpecError
from clearprop.maths import derivation
from clearprop.maths.derivation import Working
from clearprop.network import Network, Parameters

TOLERANCE = 1e-12  # float64 keeps 16 digits; sums over some thousand rows and units lose a few
LETTERS = {"dW": "W", "db": "b", "dc": "c", "delta": "z", **embeddings.LETTERS}


def complex_step(net: Network, params: Parameters, name: str, l: int, index: Index, batch: Any) -> float:
    """dJ by one entry of W[l], b[l] or c[l]: the imaginary part of J at a step of 1e-30 i, divided by it."""
    return Objective(net, params, batch).slopes("complex", name, l, [index], 0.0)[0].value


@dataclass(frozen=True)
class Case:
    """A network, a batch, the step on it in float64, and the convention that the gradients on trial keep."""

    net: Network
    params: Parameters
    batch: Any
    own: Any
    of: Convention
    penalty: float

    @classmethod
    def of_step(
        cls, net: Network, params: Parameters, batch: tuple[Any, Any, Any], library: str, l2: float
    ) -> "Case":
        """The case, with lambda as the library counts it."""
        if not 0 <= l2 < np.inf:
            msg = f"`l2` must be a finite number, not negative; got {l2!r}."
            raise SpecError(msg)
        of, exact = convention(library), params.astype(np.float64)
        fed = embedded(net, exact.embedding, batch[0]), *batch[1:]
        own = derivation.step(exact.W, exact.b, *fed, activation_pairs(net, shares=exact.c), head_of(net))
        return cls(net, exact, batch, own, of, of.penalty(l2, float(batch[2].sum())))

    def penalty_of(self, quantity: str) -> float:
        """lambda, for what it holds for."""
        return self.penalty if quantity == "dW" or (quantity != "delta" and self.of.biases) else 0.0

    def gradient(self, working: Working, quantity: str, l: int) -> np.ndarray:
        """One gradient of a step, with the penalty."""
        if quantity in embeddings.GRADIENTS:
            found = [embeddings.gradients(self.net, self.params, self.batch[0], working)[quantity]]
        else:
            found = share_gradients(self.net, working) if quantity == "dc" else getattr(working, quantity)
        found, penalty = found[l], self.penalty_of(quantity)
        return derivation.decayed(found, self.values(quantity, l), penalty) if penalty else found

    def values(self, quantity: str, l: int) -> np.ndarray:
        """What it is the gradient of."""
        if quantity in embeddings.GRADIENTS:
            return getattr(self.params.embedding, LETTERS[quantity])
        held = {"dW": self.params.W, "db": self.params.b, "dc": self.params.c, "delta": self.own.z}
        return held[quantity][l]

    def size(self, quantity: str, l: int) -> float:
        """The largest sum of |terms| of a gradient: rounding scales with it, also where the terms cancel."""
        if quantity in embeddings.GRADIENTS:
            terms = embeddings.size(quantity, self.net, self.params, self.batch[0], self.own)
            penalty = self.penalty_of(quantity) * np.abs(self.values(quantity, l)).max()
            return max(float(terms + penalty), 1e-8)
        delta = np.abs(self.own.delta[l])
        terms = {
            "dW": lambda: derivation.weight_grad(np.abs(self.own.a[l - 1]), delta, self.own.m),
            "db": lambda: derivation.bias_grad(delta, self.own.m),
            "dc": lambda: self._shared(l),
            "delta": lambda: delta if l == self.net.L else self._pulled(l),
        }[quantity]()
        penalty = self.penalty_of(quantity) * np.abs(self.values(quantity, l)).max()
        return max(float(terms.max() + penalty), 1e-8)

    def _pulled(self, l: int) -> np.ndarray:
        return derivation.pull_back(np.abs(self.own.delta[l + 1]), np.abs(self.params.W[l + 1]))

    def _shared(self, l: int) -> np.ndarray:
        z = self.own.z[l]
        v = activation_pairs(replace(self.net, blended=False))[l][0](z)
        return derivation.bias_grad(derivation.share_term(self._pulled(l), -np.abs(z), np.abs(v)), self.own.m)


def check_network(
    net: Network, params: Parameters, X: Any, y: Any, sample_weight: Any, *, working: Working | None,
    gradients: Mapping[str, Sequence[Any]] | None, library: str, l2: float, oracles: Any, tolerance: float | None,
    most: int, seed: int,
) -> GradientCheck:  # fmt: skip
    """See `check_gradients`."""
    batch = as_batch(net, X, y, sample_weight, np.float64)
    check_numbers("X", batch[0])
    case = Case.of_step(net, params, batch, library, l2)
    given = _given(case, working, gradients)
    near = kinks.near_zero(case.params, case.own, (working or case.own).z)
    objective = Objective(net, case.params, case.batch, case.penalty, case.of.biases, near, case.own.z)
    asked, sharp = _asked(oracles), TOLERANCE if tolerance is None else tolerance
    allowed = {name: max(sharp, TOLERANCES.get(name, 0.0)) if tolerance is None else sharp for name in asked}
    rng, rows, entries, wrong = np.random.default_rng(seed), [], [], []
    for quantity, l, on_trial in _each(given, net.L):
        row, found = _judged(case, objective, quantity, l, on_trial, allowed, most, rng)
        rows.append(row)
        entries += found
        if row["wrong"]:
            wrong.append((quantity, l, on_trial, found, row["wrong"]))
    findings = merged(_diagnosed(case, wrong)) + kinks.told(entries)
    bends = sum(int(np.count_nonzero(near[l])) for l in kinks.bent_layers(net))
    return GradientCheck(tuple(rows), max(allowed.values()), bends, tuple(entries), tuple(findings), asked)


def _asked(oracles: Any) -> tuple[str, ...]:
    asked = ("complex",) if oracles is None else (oracles,) if isinstance(oracles, str) else tuple(oracles)
    if not asked or not set(asked) <= set(ORACLES):
        msg = f"`oracles` must be some of {', '.join(ORACLES)}; got {', '.join(map(repr, asked)) or 'none'}."
        raise SpecError(msg)
    return asked


# ---- What is on trial ---------------------------------------------------------------------------------------
def _given(
    case: Case, working: Working | None, gradients: Mapping[str, Sequence[Any]] | None
) -> dict[str, Any]:
    """The gradients on trial, as the derivation has them, by quantity and layer."""
    L = case.net.L
    if gradients is None:
        step = case.own if working is None else working
        found: dict[str, Any] = {
            q: [
                None,
                *(None if case.values(q, l) is None else case.gradient(step, q, l) for l in range(1, L + 1)),
            ]
            for q in ("dW", "db", "dc")
        }
        of_inputs = embeddings.GRADIENTS if case.net.embedded else ()
        return found | {q: [case.gradient(step, q, 0)] for q in of_inputs}
    absent = (*(() if case.net.blended else ("dc",)), *(() if case.net.embedded else embeddings.GRADIENTS))
    letters = [q for q in LETTERS if q not in absent]
    if working is not None or not gradients or not set(gradients) <= set(letters):
        msg = (
            f"`gradients` must be a mapping with some of {', '.join(letters)}, and goes without `working`; "
            f"got {', '.join(map(repr, gradients)) or 'none'}."
        )
        raise SpecError(msg)
    return mapped({q: _layers(q, arrays, L) for q, arrays in gradients.items()}, case.of, case.own.m)


def _layers(quantity: str, arrays: Sequence[Any], L: int) -> list[Any]:
    if quantity in embeddings.GRADIENTS:
        return [arrays]
    if quantity == "dc":
        return _hidden_layers(arrays, L)
    if len(arrays) not in (L, L + 1):
        msg = f"`{quantity}` must have an array for each of {L} layers (or {L + 1}, index 0 unused); got {len(arrays)}."
        raise ShapeError(msg)
    return [None, *arrays] if len(arrays) == L else list(arrays)


def _hidden_layers(arrays: Sequence[Any], L: int) -> list[Any]:
    """Those of dc, which the last layer has not."""
    if len(arrays) == L + 1 and arrays[L] is None:
        return list(arrays)
    if len(arrays) == L - 1:
        return [None, *arrays, None]
    msg = (
        f"`dc` must have an array for each of {L - 1} hidden layers (or {L + 1}, where indices 0 and {L} are None); "
        f"got {len(arrays)}."
    )
    raise ShapeError(msg)


def _each(given: Mapping[str, Sequence[Any]], L: int) -> Iterator[tuple[str, int, np.ndarray]]:
    for quantity in (q for q in given if q in embeddings.GRADIENTS):
        yield quantity, 0, np.asarray(given[quantity][0])
    for l in range(1, L + 1):
        for quantity, arrays in given.items():
            if len(arrays) > l and arrays[l] is not None:
                yield quantity, l, np.asarray(arrays[l])


def _judged(
    case: Case, objective: Objective, quantity: str, l: int, on_trial: np.ndarray, allowed: Mapping[str, float],
    most: int, rng: np.random.Generator,
) -> tuple[dict[str, Any], list[Entry]]:  # fmt: skip
    """The row and the entries of one gradient; one that is transposed is wrong, and judged as if it were not."""
    name, letter, shape = f"{quantity}[{l}]", LETTERS[quantity], case.values(quantity, l).shape
    if on_trial.shape not in (shape, shape[::-1]):
        msg = f"`{name}` must be {shape}, as `{letter}[{l}]` is; got {on_trial.shape}."
        raise ShapeError(msg)
    turned = on_trial.shape != shape
    at, size = chosen(shape, most, rng), case.size(quantity, l)
    room = max(allowed.values()) * size
    slopes = {oracle: objective.slopes(oracle, letter, l, at, room) for oracle in allowed}
    trial = Trial(name, on_trial.T if turned else on_trial, at, size)
    row, entries = judge(trial, slopes, allowed, lambda index: objective.sides(letter, l, index, room))
    row["shape"], row["wrong"] = on_trial.shape, max(row["wrong"], int(turned))
    return row, entries


# ---- What is the matter -------------------------------------------------------------------------------------
def _diagnosed(case: Case, wrong: Sequence[tuple[Any, ...]]) -> list[Finding]:
    fed = case.own.a[0], *case.batch[1:]
    slipped = list(slipped_steps(case.net.core, case.params.core, fed)) if wrong else []
    rows, m = len(case.batch[0]), case.own.m
    factors = {"m": m} | (
        {"divided by the number of rows, not by the sum of the weights": m / rows} if m != rows else {}
    )
    if case.net.sizes[-1] > 1:
        factors["of the sum over the outputs, where their mean is meant"] = float(case.net.sizes[-1])
    found = []
    for quantity, l, on_trial, entries, count in wrong:
        right = case.gradient(case.own, quantity, l).copy()
        for entry in entries:
            right[entry.index] = np.nan if entry.status == "kink" else right[entry.index]
        slips = dict(from_wrong_inputs(case.own, l)) if quantity == "dW" else {}
        slips |= dict(from_wrong_shares(case.net, case.own, l)) if quantity == "dc" else {}
        if quantity in embeddings.GRADIENTS:
            slips |= dict(embeddings.slips(quantity, case.net, case.params, case.batch[0], case.own))
        slips = {said: case.gradient(step, quantity, l) for said, step in slipped} | slips
        reference = Reference(right, case.values(quantity, l), case.penalty_of(quantity), slips)
        found.append(diagnose(f"{quantity}[{l}]", on_trial, reference, factors, count))
    return found
