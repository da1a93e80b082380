"""The command line: parse, call, print. `main` is the command; heavy imports happen inside the commands."""

from clearprop.cli.app import main

__all__ = ["main"]
