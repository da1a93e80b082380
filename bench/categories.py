"""Categories of many levels: nRMSE beside others on made tables: ``python bench/categories.py``.

Levels are as frequent as words (Zipf's law), each with an effect of its own, which also turns the slope of a number.
"""

import numpy as np
import pandas as pd
from learning.data import Task
from learning.judge import judged
from learning.learners import LEARNERS

LEVELS = (50, 500, 2000)
NAMES = ("clearprop accurate", "CatBoost", "LightGBM", "linear")
ROWS, TEST = 10_000, 5_000


def made(levels: int) -> Task:
    """Three numbers and a category of so many levels."""
    rng = np.random.default_rng(levels)
    codes, numbers = rng.zipf(1.3, ROWS + TEST) % levels, rng.normal(size=(ROWS + TEST, 3))
    effect = rng.normal(size=levels)[codes]
    y = effect + numbers[:, 0] * np.where(effect > 0, 1, -0.5) + 0.5 * rng.normal(size=len(codes))
    X = pd.DataFrame(numbers, columns=["a", "b", "c"]).assign(kind=pd.Categorical([f"L{i}" for i in codes]))
    return Task("made", X[:ROWS], y[:ROWS], X[ROWS:].reset_index(drop=True), y[ROWS:])


def main() -> None:
    """Print a row a number of levels, in Markdown."""
    print(f"| levels | {' | '.join(NAMES)} |\n|--:|{'--:|' * len(NAMES)}")
    for levels in LEVELS:
        task = made(levels)
        found = [judged(LEARNERS[name], task, 2, 0)["nrmse"] for name in NAMES]
        print(f"| {levels:,} | {' | '.join(f'{value:.3f}' for value in found)} |")


if __name__ == "__main__":
    main()
