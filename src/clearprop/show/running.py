"""What was trained and how it ran, in words: network, settings, conventions, time."""

from typing import Any

from clearprop.show.wording import counted, duration, number, percent
from clearprop.tables.classes import Classes
from clearprop.tables.scale import Scale
from clearprop.train.model import Model
from clearprop.train.scores import DEFAULT, LOWER_IS_BETTER, OF_QUANTILES, better, names_for

Facts = list[tuple[str, str]]

HEADS = {
    "softmax": "softmax, with the cross-entropy: Jᵢ = −ln p of the true class",
    "logistic": "logistic, with the binary cross-entropy: Jᵢ = −y ln p − (1 − y) ln (1 − p)",
    "identity": "identity, with half the squared error: Jᵢ = ½ (p − y)²",
    "exp": "exp, with half the Poisson deviance: Jᵢ = p − y − y ln (p / y)",
    "absolute": "identity, with the absolute error: Jᵢ = |p − y|",
    "huber": "identity, with Huber's loss: ½ (p − y)² where |p − y| is small, else a line",
    "quantile": "identity, with the quantile loss",
}
SOLVERS = {"adamw": "AdamW", "adam": "Adam", "sgd": "stochastic gradient descent"}
SCHEMES = {"glorot": "uniform (Glorot)", "he": "normal (He)", "ntk": "normal (tangent kernel)"}
WORDS = {
    "accuracy": "share of the rows whose answer is right",
    "balanced_accuracy": "the share that is right within each class, averaged over the classes",
    "log_loss": "mean of −ln p of the true class",
    "auc": "chance that a row of a class gets a higher p for it than a row of another class",
    "brier": "half the squared distance of the probabilities from the truth, averaged",
    "r2": "share of the target's variance that is explained",
    "rmse": "root of the mean squared error",
    "mae": "mean absolute error",
    "quantile": "mean quantile loss",
}
NAMES = {
    "log_loss": "log loss",
    "auc": "AUC",
    "brier": "Brier score",
    "r2": "R²",
    "rmse": "RMSE",
    "mae": "MAE",
    "quantile": "quantile loss",
}
TIMED = {
    "read": "reading the table",
    "fit": "encoding and training",
    "evaluate": "scoring the held-out rows",
    "importances": "shuffling columns",
}


def metric(model: Model) -> str:
    """The score that chose the epoch; empty if the model does not say."""
    name = settings(model).get("metric", "auto")
    name = DEFAULT[model.task] if name == "auto" else name
    return name if name in (*names_for(model.task), *OF_QUANTILES) else ""


def validation(model: Model) -> tuple[str, list[float]]:
    """The name and direction of the validation score, and its values in its own sign.

    Scores are recorded so that higher is better; here a log loss is positive again.
    """
    name, values = metric(model), model.record.scores
    if name in LOWER_IS_BETTER:
        return f"{called(name)} (lower is better)", [-v for v in values]
    return f"{called(name) or 'validation score'} (higher is better)", values


def called(name: str) -> str:
    """A score's name in a sentence.

    Examples
    --------
    >>> called("balanced_accuracy"), called("auc")
    ('balanced accuracy', 'AUC')
    """
    return NAMES.get(name, name.replace("_", " "))


def score_row(name: str, value: float | None, plain: float | None) -> dict[str, str]:
    """A score beside the baseline's.

    Examples
    --------
    >>> score_row("rmse", 2.0, 3.0)["verdict"], score_row("r2", None, None)["value"]
    ('better', 'not defined')
    """
    shown = percent if name.endswith("accuracy") else _figure
    verdict = "cannot be compared"
    if value is not None and plain is not None:
        mine, theirs = better(name, value), better(name, plain)
        verdict = "better" if mine > theirs else "worse" if mine < theirs else "the same"
    direction = "lower is better" if name in LOWER_IS_BETTER else "higher is better"
    name_words = {"name": called(name), "what": WORDS[name], "direction": direction}
    return name_words | {"value": shown(value), "plain": shown(plain), "verdict": verdict}


def _figure(value: float | None) -> str:
    return number(value, zeros=bool(value))


def settings(model: Model) -> dict[str, Any]:
    """What is known of the settings: the resolved ones if the model has them, else those that were given."""
    given = model.estimator.get("params") or {}
    known = {key: value for key, value in given.items() if value is not None}
    return known | (model.estimator.get("settings") or {})


def network_facts(model: Model) -> Facts:
    """Sizes, activation, head, how many parameters."""
    net = model.params.net
    names = list(dict.fromkeys(net.activations))
    hidden = [f"{n:,}" for n in net.sizes[1:-1]]
    outputs = counted(net.sizes[-1], "output")
    facts = [
        ("layers", " – ".join([counted(net.sizes[0], "input"), *hidden, outputs])),
        ("activation", ", ".join(names) if names else "none: there is no hidden layer"),
        ("head", HEADS[net.head]),
        ("parameters", f"{net.n_parameters:,}, in {model.params.flat.dtype.name}"),
    ]
    if model.others:
        mean = "probabilities" if isinstance(model.target, Classes) else "predictions"
        facts.insert(
            0, ("networks", f"{len(model.members)} like this one; the answer is the mean of their {mean}")
        )
    if isinstance(model.target, Scale):
        mean, sd = number(model.target.mean), number(model.target.sd)
        shift, plain = model.target.shift, "target"
        if shift is not None:
            plain = f"ln(target + {number(shift)})" if shift else "ln(target)"
        facts.append(("target", f"standardised: y = ({plain} − {mean}) / {sd}"))
    return facts + held_facts(model)


def held_facts(model: Model) -> Facts:
    """What the held-out rows settled: the temperature, and whatever else."""
    held, facts = model.held, []
    if held.temperature != 1:
        before, after = (number(loss) for loss in held.log_loss)
        what = f"z is divided by {number(held.temperature)} before the softmax"
        facts.append(("temperature", f"{what}; log loss on the held-out rows: {after}, without it {before}"))
    return facts + [("settled by the held-out rows", f"{note[0].upper()}{note[1:]}.") for note in held.notes]


def setting_facts(model: Model) -> Facts:
    """The solver and its settings, as far as they are known."""
    known = settings(model)
    solver = known.get("solver", "")
    facts = [
        ("made by", " ".join(str(x) for x in (model.estimator.get("class"), _preset(known)) if x)),
        ("solver", SOLVERS.get(solver, solver)),
        ("learning rate", _rate(known)),
        ("lambda" if solver in ("adam", "sgd") else "weight decay", _shown(known.get("weight_decay"))),
        ("betas", ", ".join(number(b) for b in known.get("betas", ()))),
        ("rows a step", _shown(known.get("batch_size"))),
        ("epochs at most", _shown(known.get("max_iter"))),
        ("patience", _epochs(known.get("n_iter_no_change"))),
        ("first weights", SCHEMES.get(known.get("scheme", ""), "")),
        ("seed", _shown(known.get("random_state"))),
    ]
    return [(name, text) for name, text in facts if text]


def _preset(known: dict[str, Any]) -> str:
    return f"with the preset {known['preset']}" if "preset" in known else ""


def _rate(known: dict[str, Any]) -> str:
    parts = [_shown(known.get("learning_rate_init")), _shown(known.get("learning_rate"))]
    return ", ".join(part for part in parts if part)


def _epochs(n: Any) -> str:
    return f"{counted(n, 'epoch')} without a better score" if isinstance(n, int) else ""


def _shown(value: Any) -> str:
    if value is None or isinstance(value, (dict, list)):
        return ""
    return number(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)


def conventions(model: Model) -> list[str]:
    """What must be said before numbers can be compared with another program's."""
    net = model.params.net
    slope = f"relu′(0) is taken as {net.relu_grad_at_zero}"
    unused = "" if "relu" in net.activations else "; no layer of this network is relu"
    return [
        "J is the mean of Jᵢ over the rows of a batch, divided once by the sum of their weights m; "
        "dW and db are gradients of this J.",
        "The J of an epoch is the mean over its batches while the weights move; no penalty is part of it.",
        f"{slope}{unused}.",
        _decay(settings(model).get("solver", "")),
    ]


def _decay(solver: str) -> str:
    apart = (
        "the decay is decoupled: a step takes the share learning rate × decay off W, apart from the gradient"
    )
    inside = "lambda is added to the gradient, dW + lambda W, of the mean J; it is not divided by the rows"
    last = "; biases are not decayed."
    if solver == "adamw":
        return f"With AdamW {apart}{last}"
    if solver in SOLVERS:
        return f"With {SOLVERS[solver]} {inside}{last}"
    return f"With AdamW {apart}; with the other solvers {inside}{last}"


def run_facts(model: Model, timings: dict[str, float]) -> Facts:
    """Seconds, speed, epochs, threads, and why it ended."""
    record = model.record
    ran = counted(len(record.rows), "epoch")
    kept = f", epoch {record.best_epoch} kept" if record.best_epoch else ", none of them whole"
    return [
        *((TIMED.get(name, name.replace("_", " ")), duration(seconds)) for name, seconds in timings.items()),
        ("training loop, with scoring", duration(record.seconds)),
        ("speed of training", f"{number(round(record.rows_per_second))} rows a second"),
        ("epochs run", ran + kept),
        ("why it stopped", stopped(model)),
        *([("cut short", record.cut)] if record.cut else []),
        ("threads of the products", str(record.threads)),
        *([("share of their peak", f"{record.peak_share:.0%}")] if record.peak_share else []),
    ]


def stopped(model: Model) -> str:
    """Why training ended, in words."""
    patience = settings(model).get("n_iter_no_change")
    waited = f" in {counted(patience, 'epoch')}" if isinstance(patience, int) else ""
    words = {
        "epochs": "all epochs were run",
        "patience": f"the validation score had not become better{waited}",
        "time limit": "the time limit was reached",
        "interrupted": "it was interrupted",
        "diverged": "J ceased to be finite",
    }
    return words.get(model.record.stopped, model.record.stopped)
