"""A small table on disk, and a model trained on it by the command."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from clearprop.cli import main


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """A command run in this process."""

    def go(*arguments: object) -> Ended:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(a) for a in arguments])
        out, err = capfd.readouterr()
        return Ended(int(ended.value.code or 0), out, err)

    return go


def rows(n: int, seed: int) -> list[str]:
    """CSV rows: a number, a number with holes, a category, and a class that depends on all three."""
    rng = np.random.default_rng(seed)
    lines = []
    for _ in range(n):
        age, hours, town = rng.integers(18, 80), rng.normal(40, 10), rng.choice(["Łódź", "Oslo", "東京"])
        well_off = age + hours + 20 * (town == "Oslo") > 95
        shown = "?" if age % 9 == 0 else f"{hours:.1f}"
        lines.append(f"{age},{shown},{town},{'yes' if well_off else 'no'}")
    return lines


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 rows: age, hours (with holes), town, rich."""
    path = tmp_path_factory.mktemp("a table") / "people 人.csv"
    path.write_text("\n".join(["age,hours,town,rich", *rows(600, seed=1)]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def fresh(table: Path) -> Path:
    """200 further rows of the same kind."""
    path = table.parent / "new.csv"
    path.write_text("\n".join(["age,hours,town,rich", *rows(200, seed=2)]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def model(table: Path, fresh: Path) -> Path:
    """A model of `table`, scored on `fresh`."""
    path = table.parent / "model.safetensors"
    with pytest.raises(SystemExit) as ended:
        main(
            [
                "train",
                str(table),
                "--target",
                "rich",
                "--valid",
                str(fresh),
                "-o",
                str(path),
                "--preset",
                "fast",
            ]
        )
    assert not ended.value.code
    return path
