"""How a document was read, in one line."""

from clearprop.check.document.judging.readings import MIXED
from clearprop.check.document.meaning.build import Setting
from clearprop.check.document.meaning.notation import OWN, WHERE, WITH_PENALTY, Reading
from clearprop.check.document.numbers.world import Plan
from clearprop.check.document.read.single_units import MARK

LOSSES = {"cross-entropy": "cross-entropy", "binary": "binary cross-entropy", "squared": "squared error"}
STYLES = {"paren": "W^{(l)}", "bracket": "W^{[l]}", "plain": "W^l", "sub": "W_l"}
TOTALS = {
    "mean": "the mean over the samples",
    "sum": "the sum over the samples",
    "sample": "the loss of one sample",
}


def described(setting: Setting, reading: Reading) -> str:
    """The network, the layout and the losses of a text that is read by custom."""
    plan = setting.plan
    parts = _layout(setting)
    hidden = ", ".join(dict.fromkeys(plan.activations))
    if setting.depth != 1 and "smooth" not in plan.activations:
        parts.append(hidden)
    parts.append(f"{plan.head} output, {LOSSES[plan.loss]}{_before(plan)}")
    for name, how in reading.losses.items():
        parts.append(_loss(name, how, reading.penalised.get(name, "")))
    for gradient, how in reading.gradients.items():
        letter = gradient.removeprefix(MARK)
        name = letter if letter == gradient else f"{letter} of the output"
        parts.append(
            f"{name} is a gradient of {TOTALS[how.removesuffix(WITH_PENALTY)]}"
            + (" with its penalty" if how.endswith(WITH_PENALTY) else "")
            if how != "sum" or setting.notation.roles[gradient].added_up
            else f"{name} is of each sample's own loss"
        )
    return "; ".join(parts)


def described_by_itself(setting: Setting) -> str:
    """The layout of a text that says itself what its network is."""
    return "; ".join((*_layout(setting), "read by its own definitions"))


def _before(plan: Plan) -> str:
    """How squared errors differ from half their sum over the outputs."""
    if plan.loss != "squared":
        return ""
    mean = " averaged over the outputs" if plan.per_output else ""
    return mean + ("" if plan.factor == 0.5 else " without the 1/2")


def _layout(setting: Setting) -> list[str]:
    notation = setting.notation
    batch = "a sample in each row" if notation.rows else "a sample in each column"
    samples = f"one sample, a {notation.vectors}" if notation.one_sample else batch
    return [samples, *([f"layers as {STYLES[notation.style]}"] if notation.style else [])]


def _loss(name: str, how: tuple[str, str, str], penalty: str) -> str:
    name = name.removeprefix("mathcal ")
    kind = penalty.removesuffix(WHERE)
    said = "its penalty" if kind == OWN else f"the penalty {kind} |W|^2"
    extra = f" with {said}{penalty.removeprefix(kind)}" if penalty else ""
    if how in MIXED:
        values = f"{name} is {TOTALS[how[0]]}, in d{name}/dz {TOTALS[how[1]]}, in d{name}/dW {TOTALS[how[2]]}"
        return values + extra
    return f"{name} is {TOTALS[how[0]]}{extra}"
