"""The command line: parse, call, print. `main` is the command; heavy imports happen inside the commands."""

from clearprop.cli.interrupts import forget, never_lost


def main(arguments: list[str] | None = None) -> None:
    """Run a command and end the process with its exit code; Ctrl-C ends it from the first moment on."""
    try:
        with never_lost():
            from clearprop.cli.app import main as run
    except KeyboardInterrupt:
        import sys

        print("clearprop: Interrupted.", file=sys.stderr)
        forget()
        sys.exit(130)
    run(arguments)


__all__ = ["main"]
