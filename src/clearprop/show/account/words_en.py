"""The words of an account in English."""

PARTS = {
    "given": "What is given", "forward": "Forward", "loss": "The loss", "backward": "Backward", "update": "Update",
    "next": "The next forward pass",
}  # fmt: skip
QUANTITIES = {
    "a0": "the batch, a row a sample", "Y": "the targets", "Y.classes": "the targets: 1 for the class of a sample, else 0",
    "w": "the weight of each sample", "W": "the weights into layer {l}: row k is a unit before, column j a unit of it",
    "b": "the biases of layer {l}", "z": "the inputs of layer {l}, before its activation",
    "a": "the outputs of layer {l}", "p": "the outputs of the network", "p.classes": "the probability of each class",
    "losses": "the loss of each sample", "J_sum": "the sum of the losses", "J": "the loss: the mean over the batch",
    "penalty": "the penalty on the weights", "J_total": "the loss with the penalty",
    "dp": "how the loss of a sample changes with each probability",
    "jacobian": "how each probability changes with each input of the last layer",
    "delta": "the residuals of layer {l}: how the loss of a sample changes with each input of the layer",
    "da": "how the loss of a sample changes with each output of layer {l}",
    "da0": "how the loss of a sample changes with what was put in",
    "slope": "the slope of the activation of layer {l}", "slope.relu": "the mask of layer {l}: where relu lets pass",
    "dz": "the residuals of layer {l} divided by m, as automatic differentiation gives them",
    "outer": "what each sample adds to the gradient of the weights of layer {l}",
    "dW": "the gradient of the weights of layer {l}", "db": "the gradient of the biases of layer {l}",
    "decayed": "the same with the penalty", "W'": "the weights of layer {l} after the update",
    "b'": "the biases of layer {l} after the update", "rest": "{terms} further terms",
}  # fmt: skip
RULES = {
    "activation": "activation", "affine": "affine", "chain rule": "chain rule", "decay": "decay",
    "derivative of ln": "derivative of ln", "loss": "loss", "mask": "mask", "mean": "mean over the batch",
    "outer product": "outer product", "penalty": "penalty", "pull back": "pulled back", "quotient rule": "quotient rule",
    "residual": "residual", "slope": "slope", "softmax": "softmax", "sum": "sum", "update": "update",
}  # fmt: skip
LINES: dict[str, str] = {}  # the rows of `equations` are in English
CONVENTIONS = {
    "loss.mean": "J is the mean of the losses of the m samples; J_sum, their sum, is shown beside it.",
    "loss.sum": "The loss is J_sum, the sum of the losses of the samples; J, their mean, is shown beside it.",
    "divisor.mean": "1/m stands in the gradients of J, of the weights and of the biases; the residuals are per sample, "
    "not divided by m.",
    "divisor.sum": "1/m stands in J alone: residuals and gradients are those of the sum.",
    "weights": "Samples have weights: m is their sum, {m}, and a residual carries the weight of its sample.",
    "relu": "The slope of relu at 0 is taken to be {value}: 1(z {sign} 0).",
    "penalty": "The penalty, lambda = {value}, is not divided by m and leaves the biases alone.",
    "no penalty": "There is no penalty: lambda = 0.",
    "old": "Every gradient is taken at the parameters before the update; alpha = {value}.",
    "digits": "Numbers have {digits} significant digits or as many more as their result needs; = stands only where both "
    "sides are equal as they are printed, ≈ where one is rounded.",
    "exact": "Numbers are exact: fractions, logarithms and powers of e; a decimal after ≈ has {digits} significant digits.",
}  # fmt: skip
TEXTS = {
    "title": "The working of one step", "title.steps": "The working of the first of {steps} steps",
    "network": "Network {sizes}, {activations}; head {head}; {parameters} parameters; {rows} samples.",
    "no hidden": "no hidden layer", "conventions": "Conventions", "left out": "Left out", "sample": "sample",
    "samples": "samples", "shape": "shape", "statements": "statements", "verified": "Verified",
    "verified.text": "Every line shown was recomputed from its operands ({recomputed} numbers; worst relative error "
    "{recomputed_worst}), every derivative compared with the complex step ({complex_step} numbers; worst relative error "
    "{complex_step_worst}).",
    "verified.not": "NOT VERIFIED: an error is larger than {tolerance}.",
    "cut.axis": "{what}: {kept} of {n} are shown, the first and the last; lines add the others up as \"further terms\".",
    "cut.samples": "Samples", "cut.units": "Units of layer {l}",
    "cut.lines": "Lines of more than {most} terms are not written out: {keys}.",
    "cut.selected": "Of the quantities, those selected are shown; the others are operands alone.",
    "training": "Training: J after each of {steps} steps", "step": "step",
    "training.cut": "The weights of each step are left out: {numbers} numbers are more than {most}.",
    "encoding": "How the columns were encoded", "raw": "Rows of the table", "column": "column", "value": "value",
    "encoded": "encoded", "class": "class", "inputs": "inputs", "outputs": "outputs", "error": "worst error",
    "cut.cells": "{n} further cells are computed in the same way.",
    "cut.batch": "{n} further samples are computed in the same way.",
}  # fmt: skip
