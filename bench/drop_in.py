"""How much faster the drop-in is: both libraries fit the digits data, in turn, on one thread.

    python bench/drop_in.py [--rounds 9]

Prints, for each setting, the ratio of the fits' times round by round (its median, least and largest), and how far
the two losses are apart at the end.
"""

import argparse
import time
import warnings

import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier as Theirs
from threadpoolctl import threadpool_limits

from clearprop import MLPClassifier as Ours

SETTINGS = {"defaults (adam, batch 200)": {}, "sgd, batch 32": {"solver": "sgd", "batch_size": 32}}
EPOCHS = 200


def main() -> None:
    """Measure, and print a line a setting."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    X, y = load_digits(return_X_y=True)
    print(
        f"{'digits, 64-100-10, 200 epochs':<34}{'dtype':<9}{'times faster':>13}  (least, largest)  losses apart"
    )
    for dtype in ("float64", "float32"):
        for name, options in SETTINGS.items():
            ratios, apart = compare(X.astype(dtype) / 16, y, options, rounds)
            print(
                f"{name:<34}{dtype:<9}{np.median(ratios):>13.2f}  ({ratios.min():.2f}, {ratios.max():.2f})"
                f"{'':>6}{apart:.0e}"
            )


def compare(X: np.ndarray, y: np.ndarray, options: dict, rounds: int) -> tuple[np.ndarray, float]:
    """The ratio of times, a round each after a first that is not counted; and the difference of the losses."""
    ratios = []
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for _ in range(rounds + 1):
            theirs, their_loss = fit(Theirs, X, y, options)
            ours, our_loss = fit(Ours, X, y, options)
            ratios.append(theirs / ours)
    return np.array(ratios[1:]), abs(their_loss - our_loss)


def fit(kind: type, X: np.ndarray, y: np.ndarray, options: dict) -> tuple[float, float]:
    """Seconds of one fit, and its last loss."""
    model = kind(random_state=0, max_iter=EPOCHS, **options)
    began = time.perf_counter()
    model.fit(X, y)
    return time.perf_counter() - began, model.loss_


if __name__ == "__main__":
    main()
