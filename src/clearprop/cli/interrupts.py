"""Ctrl-C, which Python loses where it cannot be raised. Nothing is imported here: these lines come first."""

import sys

SOON = 0.02  # seconds


class never_lost:
    """Inside, a KeyboardInterrupt that fell into a callback comes again.

    Importing and compiling run callbacks, of which Python prints "Exception ignored" and goes on as if nothing were.
    """

    def __enter__(self) -> None:
        self.before = sys.unraisablehook
        sys.unraisablehook = self._again

    def __exit__(self, *_: object) -> None:
        sys.unraisablehook = self.before

    def _again(self, lost: "sys.UnraisableHookArgs") -> None:
        if not issubclass(lost.exc_type, KeyboardInterrupt):
            self.before(lost)
            return
        from _thread import interrupt_main
        from threading import Timer

        later = Timer(SOON, interrupt_main)
        later.daemon = True
        later.start()


def forget() -> None:
    """Let the process end with the exit code that is given, though a KeyboardInterrupt passed through `exec`.

    Python marks such an interrupt as one that nobody caught, and would end itself by the signal; the mark is gone when
    other lines run.
    """
    exec("")
