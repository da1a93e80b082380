"""A process that stays alive and measures when asked: JSON lines on stdin and stdout, one answer a request.

Requests: {"do": "load", "peer"}, {"do": "prepare", "peer", "net", "seconds"}, {"do": "round"[, "turns"]},
{"do": "loss", "peer", "net", "step", "solver"};
of `many` {"do": "many", "way", "net"}; of `time_to_accuracy` {"do": "learn", "peer", "data", "set"}, {"do": "epoch"}.
An answer with "error" says what went wrong.
"""

import json
import os
import sys
import time
from typing import Any

import numpy as np
import peers
from nets import NETS, by_plain_descent

WARM_UP = 0.1  # seconds: a turn shorter than this is run once before a round, unmeasured


class Worker:
    """What one process holds: a peer made ready for one net."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.peer: Any = None

    def load(self, request: dict[str, Any]) -> dict[str, Any]:
        peers.find(request["peer"])
        return {}

    def prepare(self, request: dict[str, Any]) -> dict[str, Any]:
        """Everything that happens once: memory, compiling, the first turn. Then how many turns make a round."""
        kind, net = peers.find(request["peer"]), NETS[request["net"]]
        self.peer = None  # the one before gives its memory back
        began = time.perf_counter()
        self.peer = kind(net, self.threads)
        self.peer.turns(1)
        first = time.perf_counter() - began
        self.steps = 1 if request["peer"] == peers.SGEMM else net.steps
        self.turn = min(self._time(1)[0] for _ in range(2))
        self.n = max(1, round(request["seconds"] / self.turn))
        return {"first_call": first}

    def round(self, request: dict[str, Any]) -> dict[str, Any]:
        """Microseconds a step, and how many cores were busy meanwhile."""
        n = request.get("turns") or self.n
        if self.turn < WARM_UP:
            self.peer.turns(1)
        wall, cpu = self._time(n)
        return {"us": wall / (n * self.steps) * 1e6, "cores": cpu / wall}

    def loss(self, request: dict[str, Any]) -> dict[str, Any]:
        kind, net = peers.find(request["peer"]), NETS[request["net"]]
        net = net if net.solver == request["solver"] else by_plain_descent(net)
        return {"loss": kind(net, self.threads).loss_at(request["step"])}

    def many(self, request: dict[str, Any]) -> dict[str, Any]:
        """A way of `many` gets ready; a step is one of all networks."""
        net = NETS[request["net"]]
        self.peer = peers.find(request["way"], peers.MANY)(net, self.threads)
        self.peer.turns(1)
        self.steps, self.turn = net.steps, WARM_UP
        return {}

    def learn(self, request: dict[str, Any]) -> dict[str, Any]:
        """A peer of `time_to_accuracy` gets ready: an epoch by one that is thrown away compiles all."""
        import time_to_accuracy

        net = time_to_accuracy.network(request["data"], request["set"])
        self.test = time_to_accuracy.images(request["data"], request["set"], "t10k")
        kind = peers.find(request["peer"], peers.LEARNING)
        kind(net, self.threads).turns(1)
        self.peer = kind(net, self.threads)
        return {}

    def epoch(self, request: dict[str, Any]) -> dict[str, Any]:
        """An epoch more: its seconds, and the accuracy after it."""
        seconds, _ = self._time(1)
        a, y = self.test
        for l, (W, b) in enumerate(self.peer.layers()):
            a = (np.maximum(a, 0) if l else a) @ W + b
        return {"seconds": seconds, "accuracy": float((a.argmax(axis=1) == y).mean())}

    def _time(self, n: int) -> tuple[float, float]:
        wall, cpu = time.perf_counter(), time.process_time()
        self.peer.turns(n)
        return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Answer until stdin ends. Whatever libraries print goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    worker = Worker(int(sys.argv[1]))
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(worker, request["do"])(request)
        except peers.NotSupportedError as error:
            answer = {"error": str(error), "kind": "NotSupportedError"}
        except Exception as error:  # reported, so that the other peers go on
            answer = {"error": f"{type(error).__name__}: {error}", "kind": type(error).__name__}
        answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
