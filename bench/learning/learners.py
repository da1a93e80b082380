"""The learners, each with its defaults and `threads` threads: fit on a DataFrame with categories and gaps."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import TransformedTargetRegressor, make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

MOST_LEVELS = 255  # of a category that HistGradientBoosting takes
Make = Callable[[bool, int, int], Any]  # whether a regression, threads, seed


def encoded(learner: Any) -> Any:
    """The learner behind scaled numbers and one-hot categories."""
    numbers = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    texts = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    columns = make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (texts, make_column_selector(dtype_include="category")),
    )
    return make_pipeline(columns, learner)


def linear(regression: bool, threads: int, seed: int) -> Any:
    return encoded(Ridge() if regression else LogisticRegression(max_iter=1000))


def sklearn_mlp(regression: bool, threads: int, seed: int) -> Any:
    if not regression:
        return encoded(MLPClassifier(random_state=seed))
    return encoded(TransformedTargetRegressor(MLPRegressor(random_state=seed), transformer=StandardScaler()))


def hist_gradient_boosting(regression: bool, threads: int, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier
    return FewLevels(kind(random_state=seed, categorical_features="from_dtype"))


def lightgbm(regression: bool, threads: int, seed: int) -> Any:
    from lightgbm import LGBMClassifier, LGBMRegressor

    kind = LGBMRegressor if regression else LGBMClassifier
    return PlainNames(kind(random_state=seed, n_jobs=threads, verbose=-1))


def catboost(regression: bool, threads: int, seed: int) -> Any:
    from catboost import CatBoostClassifier, CatBoostRegressor

    kind = CatBoostRegressor if regression else CatBoostClassifier
    return TextCategories(
        kind(random_seed=seed, thread_count=threads, verbose=False, allow_writing_files=False)
    )


def realmlp_td_s(regression: bool, threads: int, seed: int) -> Any:
    from pytabkit import RealMLP_TD_S_Classifier, RealMLP_TD_S_Regressor

    kind = RealMLP_TD_S_Regressor if regression else RealMLP_TD_S_Classifier
    return NoGaps(kind(random_state=seed, device="cpu", n_threads=threads))


def realmlp_td(regression: bool, threads: int, seed: int) -> Any:
    from pytabkit import RealMLP_TD_Classifier, RealMLP_TD_Regressor

    kind = RealMLP_TD_Regressor if regression else RealMLP_TD_Classifier
    return NoGaps(kind(random_state=seed, device="cpu", n_threads=threads))


def clearprop(preset: str) -> Make:
    """Ours, by preset."""

    def make(regression: bool, threads: int, seed: int) -> Any:
        from clearprop import TabularClassifier, TabularRegressor

        kind = TabularRegressor if regression else TabularClassifier
        return kind(preset, random_state=seed, threads=threads)

    return make


LEARNERS: dict[str, Make] = {
    **{f"clearprop {preset}": clearprop(preset) for preset in ("plain", "fast", "accurate", "best")},
    "linear": linear,
    "scikit-learn MLP": sklearn_mlp,
    "HistGradientBoosting": hist_gradient_boosting,
    "LightGBM": lightgbm,
    "CatBoost": catboost,
    "RealMLP TD-S": realmlp_td_s,
    "RealMLP TD": realmlp_td,
}


class Behind:
    """A learner behind a change of the columns that it cannot do without."""

    def __init__(self, learner: Any) -> None:
        self.learner = learner

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> "Behind":
        self.learn(X)
        self.learner.fit(self.changed(X), y)
        return self

    def learn(self, X: pd.DataFrame) -> None:
        """What the change needs to know of the rows of training."""

    def changed(self, X: pd.DataFrame) -> pd.DataFrame:
        """The columns as the learner takes them."""
        raise NotImplementedError

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        return np.ravel(self.learner.predict(self.changed(X)))

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        return self.learner.predict_proba(self.changed(X))

    @property
    def classes_(self) -> np.ndarray:
        return self.learner.classes_


class FewLevels(Behind):
    """Categories with many levels as their codes."""

    def changed(self, X: pd.DataFrame) -> pd.DataFrame:
        many = [c for c in X if X[c].dtype == "category" and len(X[c].cat.categories) > MOST_LEVELS]
        return X.assign(**{c: X[c].cat.codes.astype(float) for c in many})


class PlainNames(Behind):
    """Columns named by their number: LightGBM refuses JSON's signs."""

    def changed(self, X: pd.DataFrame) -> pd.DataFrame:
        return X.set_axis([f"x{i}" for i in range(X.shape[1])], axis=1)


class TextCategories(Behind):
    """Categories as texts, named to CatBoost."""

    def learn(self, X: pd.DataFrame) -> None:
        self.texts = [c for c in X if X[c].dtype == "category"]
        self.learner.set_params(cat_features=self.texts)

    def changed(self, X: pd.DataFrame) -> pd.DataFrame:
        return X.assign(
            **{c: X[c].astype(object).where(X[c].notna(), "missing").astype(str) for c in self.texts}
        )


class NoGaps(Behind):
    """Missing numbers as the median of training: RealMLP takes none."""

    def learn(self, X: pd.DataFrame) -> None:
        numbers = X.select_dtypes("number")
        self.medians = numbers.median().fillna(0.0)

    def changed(self, X: pd.DataFrame) -> pd.DataFrame:
        return X.fillna(self.medians.to_dict())
