"""The sentences of an account: its conventions, and what it leaves out."""

from collections.abc import Mapping
from typing import Any

from clearprop.show.account.cutting import WRITTEN, Kept
from clearprop.show.account.numerals import numeral
from clearprop.show.account.selecting import Selection
from clearprop.show.account.words import Words


def conventions(trace: Mapping[str, Any], words: Words) -> list[dict[str, Any]]:
    """What was chosen where the derivation leaves a choice."""
    options, net, batch = trace["options"], trace["network"], trace["batch"]
    loss, at_zero = options["loss"], net["relu_grad_at_zero"]
    made = [_one("loss", loss, words.convention(f"loss.{loss}"))]
    if batch["members"] > 1:
        text = words.convention("committee", members=batch["members"], member=batch["member"] + 1)
        made.insert(0, _one("committee", batch["members"], text))
    where = "dW db" if loss == "mean" else "J"
    made.append(_one("divisor", where, words.convention(f"divisor.{loss}")))
    if batch["weighted"]:
        made.append(_one("weights", batch["m"], words.convention("weights", m=numeral(batch["m"]).text)))
    if len(set(net["head_constants"])) == 1:
        kappa = net["head_constants"][0]
        made.append(_one("kappa", kappa, words.convention("kappa", value=f"{kappa:g}")))
    if "relu" in net["activations"]:
        sign = "≥" if at_zero == 1 else ">"
        made.append(_one("relu_grad_at_zero", at_zero, words.convention("relu", value=at_zero, sign=sign)))
    if "embedded" in net:
        made.append(
            _one("embedded", net["embedded"], words.convention("embedded", count=len(net["embedded"])))
        )
    l2 = options["l2"]
    text = words.convention("penalty", value=f"{l2:g}") if l2 else words.convention("no penalty")
    made += [
        _one("penalty", l2, text),
        _one("update", options["lr"], words.convention("old", value=f"{options['lr']:g}")),
    ]
    kind = "exact" if options["numbers"] == "exact" else "digits"
    return [*made, _one("numbers", options["numbers"], words.convention(kind, digits=options["digits"]))]


def _one(id: str, value: Any, text: str) -> dict[str, Any]:
    return {"id": id, "value": value, "text": text}


def left_out(trace: Mapping[str, Any], words: Words, keep: Kept, selection: Selection) -> list[str]:
    """What is not shown, each in a sentence."""
    said = []
    axes = [(words.text("cut.samples"), trace["batch"]["rows"], keep.samples)]
    axes += [
        (words.text("cut.units", l=l), n, units)
        for l, (n, units) in enumerate(zip(trace["network"]["sizes"], keep.units, strict=True))
    ]
    for what, n, kept in axes:
        if len(kept) < n:
            said.append(words.text("cut.axis", what=what, kept=len(kept), n=n))
    found = trace["quantities"]
    long = [key for key, q in found.items() if any(line["tree"] is None for line in q["lines"])]
    if long:
        said.append(words.text("cut.lines", most=f"{WRITTEN:,}", keys=", ".join(long)))
    if not selection.everything:
        said.append(words.text("cut.selected"))
    training = trace["training"]
    if training and training["weights"] is None:
        said.append(
            words.text("training.cut", numbers=f"{training['numbers']:,}", most=f"{training['most']:,}")
        )
    return said
