"""What the tests of this room share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clearprop.errors import TableError
from clearprop.tables.read import read_table
from clearprop.tables.table import Table


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write bytes or text to a file in a fresh folder."""

    def write(content: bytes | str, name: str = "t.csv") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def read(write: Callable[..., Path]) -> Callable[..., Table]:
    """Read bytes or text as the file t.csv."""

    def read(content: bytes | str, name: str = "t.csv", **options: Any) -> Table:
        return read_table(write(content, name), **options)

    return read


@pytest.fixture
def fault(read: Callable[..., Table]) -> Callable[..., str]:
    """The message of the TableError with which reading fails: one line."""

    def fault(content: bytes | str, name: str = "t.csv", **options: Any) -> str:
        with pytest.raises(TableError) as caught:
            read(content, name, **options)
        message = str(caught.value)
        assert "\n" not in message
        return message

    return fault


@pytest.fixture
def refusal() -> Callable[..., str]:
    """The message of the TableError with which a call fails: one line."""

    def refusal(call: Callable[..., object], *args: Any, **options: Any) -> str:
        with pytest.raises(TableError) as caught:
            call(*args, **options)
        message = str(caught.value)
        assert "\n" not in message
        return message

    return refusal
