"""Who is measured: each peer in a module of its own, written as its own experts would.

A peer is a class made of `(net, threads)`, with two methods:

- ``turns(n)``: train n turns (see `Net.steps`), on freshly shuffled rows each, and come back when all is done;
- ``loss_at(step)``: from the start, over unshuffled batches: the mean loss of batch `step` before its update.
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
    "one by one": ("peers.many", "OneByOne"),
    "scikit-learn, one by one": ("peers.many", "ScikitLearn"),
    "jax.vmap": ("peers.many", "Vmap"),
}
COMPARED = ("clearprop", "scikit-learn", "pytorch", "jax")  # in the check that all do the same work
SGEMM = "sgemm"


class NotSupportedError(Exception):
    """The peer does not have such a network."""


def find(name: str) -> Any:
    """The class of a peer; imports its library."""
    module, kind = (PEERS | MANY | {SGEMM: ("peers.sgemm", "Sgemm")})[name]
    return getattr(import_module(module), kind)
