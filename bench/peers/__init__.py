"""Who is measured: each peer in a module of its own, written as its own experts would.

A peer is a class made of `(net, threads)`, with two methods:

- ``turns(n)``: train n turns (see `Net.steps`), on freshly shuffled rows each, and come back when all is done;
- ``loss_at(step)``: from the start, over unshuffled batches: the mean loss of batch `step` before its update.

Those of `time_to_accuracy.py` also have ``layers()``: the W and b of each layer as they are now.
"""

from importlib import import_module
from typing import Any

OURS = "clearprop"
PEERS = {
    "clearprop": ("peers.ours", "Clearprop"),
    "scikit-learn": ("peers.sklearn_fit", "ScikitLearn"),
    "pytorch": ("peers.pytorch", "Eager"),
    "pytorch-loader": ("peers.pytorch", "Loader"),
    "pytorch-compiled": ("peers.pytorch", "Compiled"),
    "jax": ("peers.jax_scan", "Jax"),
}
MANY = {  # of `many.py`
    "fit_many": ("peers.many", "Together"),
    "one-by-one": ("peers.many", "OneByOne"),
    "scikit-learn": ("peers.many", "ScikitLearn"),
    "jax-vmap": ("peers.many", "Vmap"),
}
LEARNING = {  # of `time_to_accuracy.py`
    "clearprop": ("peers.ours", "Clearprop"),
    "clearprop-best": ("peers.images", "Best"),
    "scikit-learn": ("peers.images", "ScikitLearn"),
    "pytorch": ("peers.pytorch", "Eager"),
    "jax": ("peers.jax_scan", "Jax"),
}
COMPARED = ("clearprop", "scikit-learn", "pytorch", "jax")  # in the check that all do the same work
SGEMM = "sgemm"


class NotSupportedError(Exception):
    """The peer does not have such a network."""


def find(name: str, of: dict[str, tuple[str, str]] = PEERS) -> Any:
    """The class of a peer of such a table; imports its library."""
    module, kind = {SGEMM: ("peers.sgemm", "Sgemm"), **of}[name]
    return getattr(import_module(module), kind)
