"""Tables to learn: a folder of Parquet files, or what scikit-learn bundles; split by a seed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.model_selection import train_test_split

TARGET = "__target__"
TEST_SHARE = 1 / 3


@dataclass(frozen=True)
class Task:
    """One table, its rows split in two. Texts are categories; `y` holds texts (classes) or numbers."""

    name: str
    X: pd.DataFrame
    y: np.ndarray
    X_test: pd.DataFrame
    y_test: np.ndarray

    @property
    def is_regression(self) -> bool:
        """Whether the target holds numbers."""
        return self.y.dtype.kind == "f"


def bundled(load: Callable[..., tuple[pd.DataFrame, pd.Series]], regression: bool) -> pd.DataFrame:
    """One of scikit-learn's tables with its target as a column."""
    X, y = load(return_X_y=True, as_frame=True)
    return X.assign(**{TARGET: y.astype(float) if regression else y.astype(str)})


BUNDLED: dict[str, Callable[[], pd.DataFrame]] = {
    "breast_cancer": lambda: bundled(datasets.load_breast_cancer, False),
    "diabetes": lambda: bundled(datasets.load_diabetes, True),
    "digits": lambda: bundled(datasets.load_digits, False),
    "iris": lambda: bundled(datasets.load_iris, False),
    "wine": lambda: bundled(datasets.load_wine, False),
}


def names(folder: Path | None) -> list[str]:
    """The tables there are."""
    return sorted(path.stem for path in folder.glob("*.parquet")) if folder else sorted(BUNDLED)


def half(name: str) -> str:
    """`choose` or `report`: settings are chosen on one half of the tables, and results reported on the other."""
    return "choose" if crc32(name.encode()) % 2 else "report"


def task(folder: Path | None, name: str, rows: int, seed: int) -> Task:
    """A table of at most `rows` rows, a third of them for the test, drawn by the seed."""
    frame = pd.read_parquet(folder / f"{name}.parquet") if folder else BUNDLED[name]()
    y = frame.pop(TARGET).to_numpy()
    y = y.astype(float) if y.dtype.kind in "fiu" else y.astype(str)
    X = categories(frame)
    X, y = rows_of(X, y, np.random.default_rng((seed, 0)).permutation(len(y))[:rows])
    strata = None
    if y.dtype.kind != "f":
        labels, counts = np.unique(y, return_counts=True)
        X, y = rows_of(X, y, np.flatnonzero(np.isin(y, labels[counts > 1])))
        strata = y
    kept, aside = train_test_split(
        np.arange(len(y)), test_size=TEST_SHARE, random_state=seed, stratify=strata
    )
    return Task(name, *rows_of(X, y, kept), *rows_of(X, y, aside))


def categories(frame: pd.DataFrame) -> pd.DataFrame:
    """Every column a number (float64, or whole without gaps) or a category."""
    for column in frame:
        kind = frame[column].dtype
        if not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind):
            texts = frame[column].astype(str).where(frame[column].notna())
            frame[column] = pd.Categorical(texts)
    return frame


def rows_of(X: pd.DataFrame, y: np.ndarray, rows: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """Some rows, numbered anew."""
    return X.iloc[rows].reset_index(drop=True), y[rows]
