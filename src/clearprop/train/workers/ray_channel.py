"""What the first worker tells whoever started the run, and what it is asked: an actor that both can reach."""

import threading
import time
from collections.abc import Callable
from typing import Any

from clearprop.train.checkpoint_signals import Asked
from clearprop.train.loop import Progress, Watch

EVERY = 0.2  # seconds between two tellings
GRACE = 60.0  # seconds that workers have to stop when they are asked to


class Channel:
    """The actor: the last progress, messages, and the signal that the starter heard."""

    def __init__(self) -> None:
        self.progress: Progress | None = None
        self.said: list[tuple[str, str]] = []
        self.signal: int | None = None

    def tell(self, progress: Progress) -> int | None:
        """From the worker; what it is asked is the answer."""
        self.progress = progress
        return self.signal

    def say(self, kind: str, text: str) -> None:
        """From the worker: a message or a warning."""
        self.said.append((kind, text))

    def ask(self, signal: int) -> None:
        """From the starter: stop, as the signal wants."""
        self.signal = signal

    def take(self) -> tuple[Progress | None, list[tuple[str, str]]]:
        """To the starter: what is new."""
        found, self.said = (self.progress, self.said), []
        self.progress = None
        return found


def teller(ray: Any, channel: Any, asked: Asked) -> Watch:
    """The watch of the first worker; it does not wait for the answer, but takes it the next time."""
    state: dict[str, Any] = {"at": 0.0, "answer": None}

    def watch(progress: Progress) -> None:
        if time.monotonic() - state["at"] < EVERY:
            return
        if state["answer"] is not None:
            ready, _ = ray.wait([state["answer"]], timeout=0)
            if not ready:
                return
            asked.number = ray.get(ready[0]) or asked.number
        state["at"], state["answer"] = time.monotonic(), channel.tell.remote(progress)

    return watch


def listen(
    ray: Any, channel: Any, run: Callable[[], Any], watch: Watch | None, say: dict[str, Callable[[str], None]],
    asked: Asked,
) -> Any:  # fmt: skip
    """What `run` returns; meanwhile what the worker tells is passed on, and the signal that this process heard to it.

    Workers that do not stop then are left to themselves: the signal is answered here.
    """
    done: list[Any] = []

    def guarded() -> None:
        try:
            done.append((run(), None))
        except BaseException as error:  # handed to the caller
            done.append((None, error))

    thread = threading.Thread(target=guarded, name="clearprop-ray", daemon=True)
    thread.start()
    sent: float | None = None
    while thread.is_alive():
        thread.join(EVERY)
        if asked.number is not None and sent is None:
            channel.ask.remote(asked.number)
            sent = time.monotonic()
        if sent is not None and time.monotonic() - sent > GRACE:
            asked.answer()  # without them: what they saved last is there
        _pass_on(ray.get(channel.take.remote()), watch, say)
    _pass_on(ray.get(channel.take.remote()), watch, say)
    found, error = done[0]
    if error is not None:
        raise error
    return found


def _pass_on(
    news: tuple[Progress | None, list[tuple[str, str]]],
    watch: Watch | None,
    say: dict[str, Callable[[str], None]],
) -> None:
    progress, said = news
    if watch and progress is not None:
        watch(progress)
    for kind, text in said:
        say[kind](text)
