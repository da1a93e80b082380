"""`explain`: one step on a network and a batch, as an `Account`."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from clearprop.batch import as_batch, embedding_gradients, is_rate, share_gradients, step, whole_step
from clearprop.errors import DivergedError, SpecError
from clearprop.maths import derivation
from clearprop.maths.derivation import Working
from clearprop.network import Network, Parameters
from clearprop.show.account.account import Account
from clearprop.show.account.conventions import conventions, left_out
from clearprop.show.account.cutting import kept
from clearprop.show.account.embedding import completed, encodings, input_names
from clearprop.show.account.exactly import add_exact
from clearprop.show.account.naming import Names, named
from clearprop.show.account.selecting import Selection, select
from clearprop.show.account.step import Outer, Step
from clearprop.show.account.trace import SCHEMA, described
from clearprop.show.account.training import trained
from clearprop.show.account.words import Words
from clearprop.version import __version__

CHOICES = {
    "form": ("all", "scalar", "sample", "batch"),
    "numbers": ("decimal", "exact"),
    "loss": ("mean", "sum"),
}
LARGEST = 10_000  # samples
MOST = 16  # units and samples that are all kept; of more, the first and the last


def explain(
    net: Network,
    params: Parameters,
    X: ArrayLike,
    y: ArrayLike,
    *,
    lr: float = 0.1,
    l2: float = 0.0,
    sample_weight: ArrayLike | None = None,
    steps: int = 1,
    loss: str = "mean",
    numbers: str = "decimal",
    digits: int = 4,
    form: str = "all",
    lang: str = "en",
    quantities: str | Iterable[str] | None = None,
    layers: int | Iterable[int] | None = None,
    units: int | Iterable[int] | None = None,
    samples: int | Iterable[int] | None = None,
    most: int = MOST,
    names: Names | None = None,
) -> Account:
    """The working of one step, in symbols and numbers: forward, loss, backward, update, and the next forward pass.

    Parameters
    ----------
    net, params, X, y, sample_weight
        As in `step`.
    lr, l2 : float
        The learning rate and the penalty of the update, as in `descend`.
    steps : int
        How many updates to follow: the account is of the first step; J and the parameters of each are kept.
    loss : {"mean", "sum"}
        Whether gradients are those of J, the mean over the batch, or of J_sum: where 1/m stands.
    numbers : {"decimal", "exact"}
        Decimal numbers, or fractions, logarithms and powers of e (for small networks; a parameter that is a
        multiple of ln 2 is taken as such; `params` may hold fractions or SymPy's numbers).
    digits : int
        Significant digits of decimal numbers, 2 to 12; the operands of a line get more where its result needs them.
    form : {"all", "scalar", "sample", "batch"}
        How lines are written: for each number, for each sample, for the batch.
    lang : {"en", "zh"}
        English or Chinese.
    quantities : str or iterable of str, optional
        What to show: keys (``"dW[1]"``) or names (``"dW"``); by default everything.
    layers, units, samples : int or iterable of int, optional
        Which layers, units and samples to show; they count from 0, as arrays do (layer 0 is the input).
    most : int
        Of a layer or a batch of more, the first and the last are shown (or those asked for), and what is left out
        is said.
    names : Names, optional
        What inputs, outputs and samples are called; by default their numbers.

    Returns
    -------
    Account
        .to_text() .to_markdown() .to_latex() .to_html() .to_json(), .trace, and ``account["dW[1]"]``.

    Raises
    ------
    ShapeError, SpecError
        If the arrays do not fit the network, or an option cannot be.
    DivergedError
        If a number of the step is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from clearprop import Network, explain
    >>> net = Network((2, 2, 2))
    >>> account = explain(net, net.initialize(seed=0), np.eye(2), [0, 1], quantities="db[2]", form="batch")
    >>> account["db[2]"].shape, account.trace["verified"]["ok"]
    ((1, 2), True)
    """
    words = _checked(locals())
    if net.embedded and numbers == "exact":
        msg = "Exact numbers are for networks without embedded inputs: waves have none. Pass `numbers='decimal'`."
        raise SpecError(msg)
    made = _made(net, _as_floats(params), (X, y, sample_weight), lr, l2, loss == "mean")
    m = len(made.X)
    selection = Selection.of(net.core, m, quantities, layers, units, samples)
    keep = kept(m, net.widths, most, selection.samples, selection.units)
    if made.outer:
        keep = replace(keep, units=(completed(keep.units[0], net), *keep.units[1:]), inputs=net.sizes[0])
        made = replace(made, outer=replace(made.outer, kept=tuple(keep.units[0].tolist())))
        names = _wider(net, names or Names(), words)
    options = {"form": form, "numbers": numbers, "digits": digits, "loss": loss, "steps": steps}
    trace = _head(made, words, options) | described(made, keep)
    named(trace, words, net.core, m, names or Names())
    select(trace, selection)
    if numbers == "exact":
        add_exact(trace, _given(params, made.X, made.y, made.w))
    trace["training"] = (
        trained(made, steps, partial(_after, lr=lr, l2=l2, mean=made.mean)) if steps > 1 else None
    )
    trace["conventions"] = conventions(trace, words)
    trace["left_out"] = left_out(trace, words, keep, selection)
    return Account(trace)


def _wider(net: Network, names: Names, words: Words) -> Names:
    """The names with those of the further numbers of a[0]."""
    inputs = input_names(net, names.inputs, partial(words.text, "further"))
    if inputs is None or not names.encoding:
        return replace(names, inputs=inputs)
    return replace(names, inputs=inputs, encoding=encodings(net, inputs, names.encoding))


def _made(
    net: Network, params: Parameters, batch: tuple[Any, Any, Any], lr: float, l2: float, mean: bool
) -> Step:
    """The step, its update, and the forward pass after it; DivergedError if a number is not finite."""
    X, y, w = as_batch(net, *batch, np.float64)
    with np.errstate(all="ignore"):  # what is not finite is refused by name
        working = step(net, params, X, y, w)
        after = _after(params, working, lr, l2, mean)
        then = whole_step(net, after, X, y, w)
    _finite(working, then)
    if len(X) > LARGEST:
        msg = (
            f"An account is of a batch of at most {LARGEST:,} samples; `X` has {len(X):,}. Take some of them."
        )
        raise SpecError(msg)
    weighted, rates = batch[2] is not None, (float(lr), float(l2))
    if not net.embedded:
        return Step(net, params, working, X, y, w, weighted, mean, *rates, after, then)
    outer = Outer(net, params, X, after)
    own = (net.core, params.core, working, working.a[0], y, w, weighted, mean, *rates, after.core, then)
    return Step(*own, outer)


def _checked(given: Mapping[str, Any]) -> Words:
    for name, choices in CHOICES.items():
        if given[name] not in choices:
            msg = f"`{name}` must be one of {', '.join(choices)}; got {given[name]!r}."
            raise SpecError(msg)
    for name, least, most in (("digits", 2, 12), ("steps", 1, 10_000), ("most", 2, 200)):
        value = given[name]
        if not isinstance(value, int | np.integer) or not least <= value <= most:
            msg = f"`{name}` must be a whole number from {least} to {most:,}; got {value!r}."
            raise SpecError(msg)
    for name in ("lr", "l2"):
        if not is_rate(given[name]):
            msg = f"`{name}` must be a finite number, not negative; got {given[name]!r}."
            raise SpecError(msg)
    return Words(given["lang"])


def _as_floats(params: Parameters) -> Parameters:
    flat: list[Any] = params.flat.tolist()
    return Parameters(params.net, np.array([float(x) for x in flat]))


def _after(params: Parameters, working: Any, lr: float, l2: float, mean: bool) -> Parameters:
    """The parameters after the update, by G10 and G11; of the sum where that is the loss."""
    new, share = params.copy(), 1.0 if mean else float(working.m)
    for l in range(1, params.net.L + 1):
        new.W[l][...] = derivation.descend(params.W[l], working.dW[l] * share, lr, l2)
        new.b[l][...] = derivation.descend_bias(params.b[l], working.db[l] * share, lr)
    for l, dc in enumerate(share_gradients(params.net, working) if params.net.blended else ()):
        if dc is not None:
            new.c[l][...] = derivation.descend_bias(params.c[l], dc * share, lr)
    if new.embedding:
        X, m = working.a[0][:, : params.net.sizes[0]], working.m / share
        own, _ = embedding_gradients(params.net, params, X, working.da[0], m)
        for moved, gradient in zip(new.embedding, own, strict=True):
            moved[...] = derivation.descend_bias(moved, gradient, lr)
    return new


def _finite(*workings: Working) -> None:
    for working, when in zip(workings, ("", " after the update"), strict=False):
        for name in ("z", "a", "delta"):
            for l, values in enumerate(getattr(working, name)):
                if values is not None and not np.isfinite(values).all():
                    advice = "Take a smaller `lr`" if when else "Check `X` and the weights"
                    msg = f"{name}[{l}] is not finite{when}, so there is no working to show. {advice}."
                    raise DivergedError(msg)


def _head(step: Step, words: Words, options: dict[str, Any]) -> dict[str, Any]:
    net = step.net
    title = "title.steps" if options["steps"] > 1 else "title"
    return {
        "schema": SCHEMA, "version": __version__, "lang": words.lang, "title": words.text(title, **options),
        "options": options | {"lr": step.lr, "l2": step.l2},
        "network": {
            "sizes": list(net.sizes), "L": net.L, "activations": list(net.activations), "head": net.head,
            "out": net.out_activation, "relu_grad_at_zero": net.relu_grad_at_zero,
            "head_constants": list(net.head_constants), "parameters": (step.outer or step).net.n_parameters,
            **({"blended": True} if net.blended else {}),
            **({"inputs": step.outer.net.sizes[0], "embedded": list(step.outer.net.embedded)} if step.outer else {}),
        },
    }  # fmt: skip


def _given(params: Parameters, X: np.ndarray, y: np.ndarray, w: np.ndarray) -> dict[str, Any]:
    found: dict[str, Any] = {"a[0]": X, "Y": y, "w": w[:, None]}
    found["kappa"] = np.array([params.net.head_constants])
    for l in range(1, params.net.L + 1):
        found |= {f"W[{l}]": params.W[l], f"b[{l}]": params.b[l][None]}
        if params.c[l] is not None:
            found[f"c[{l}]"] = params.c[l][None]
    return found
