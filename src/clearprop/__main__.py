"""``python -m clearprop``: the same as the command."""

from clearprop.cli import main

main()
