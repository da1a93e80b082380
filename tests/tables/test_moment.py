"""Dates as numbers with parts that come again: what is learned, what is encoded, and what is refused."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearprop import TabularRegressor
from clearprop.errors import TableError
from clearprop.tables.encoding import Encoding
from clearprop.tables.moment import PARTS, Moment, as_seconds
from clearprop.tables.moments import look_like_dates, moments_of
from clearprop.tables.prepare import prepare
from clearprop.tables.read import read_table
from clearprop.tables.stream import Stream

DAYS = [datetime.datetime(2024, 1, 1) + datetime.timedelta(hours=31 * k) for k in range(60)]


def learned(values, **options):
    return Encoding.learn(read_table({"when": values}), **options).columns[0]


def by_hand(when):
    """Each part of one date, from the calendar."""
    seconds = (when - datetime.datetime(1970, 1, 1)).total_seconds()
    day = (when.date() - datetime.date(1970, 1, 1)).days
    turns = (seconds // 1 / 86400, day / 7, day / 365.2425)
    return [f(2 * np.pi * turn) for turn in turns for f in (np.cos, np.sin)]


def test_parts_are_cosines_and_sines_of_the_calendar():
    table = read_table({"when": DAYS})
    encoding = Encoding.learn(table, dtype="float64")
    assert encoding.columns[0].parts == tuple(PARTS)
    want = [by_hand(when) for when in DAYS]
    np.testing.assert_allclose(encoding.encode(table)[:, 1:], want, atol=1e-10)  # turns of some 20,000 days


def test_the_same_weekday_has_the_same_cosine_and_other_days_another():
    days = [datetime.date(2024, 5, 6) + datetime.timedelta(days=k) for k in range(28)]
    X = Encoding.learn(read_table({"day": days}), dtype="float64").encode(read_table({"day": days}))
    week = np.round(X[:, 1:3], 9)
    assert len(np.unique(week, axis=0)) == 7
    np.testing.assert_array_equal(week[:7], week[7:14])


@pytest.mark.parametrize(
    ("days", "parts"),
    [
        (["2024-05-06", "2024-05-13"], ()),  # two Mondays
        (["2024-05-06", "2024-05-07"], ("day of week",)),
        (["2024-05-06", "2024-07-01"], ("day of year",)),  # two Mondays, eight weeks apart
        (["2024-05-06 10:00", "2024-05-06 11:00"], ("time of day",)),
    ],
)
def test_only_parts_that_vary_are_encoded(days, parts):
    assert learned(days).parts == parts


def test_a_missing_date_is_the_median_without_parts():
    table = read_table({"when": [*DAYS, None]})
    encoding = Encoding.learn(table, dtype="float64")
    assert encoding.feature_names[1] == "when is missing"
    assert encoding.encode(table)[-1].tolist() == [0.0, 1.0] + [0.0] * 6


FORMS = {
    "pandas": lambda d: pd.DataFrame({"when": pd.to_datetime(d)}),
    "pandas, seconds": lambda d: pd.DataFrame({"when": pd.to_datetime(d).astype("datetime64[s]")}),
    "pandas, texts": lambda d: pd.DataFrame({"when": [str(x) for x in d]}),
    "polars": lambda d: pl.DataFrame({"when": d}),
    "numpy": lambda d: {"when": np.array(d, "datetime64[ms]")},
    "texts with T": lambda d: {"when": [x.isoformat() for x in d]},
    "German": lambda d: {"when": [f"{x.day}.{x.month}.{x.year} {x:%H:%M}" for x in d]},
    "slashes": lambda d: {"when": [f"{x.year}/{x.month}/{x.day} {x:%H:%M:%S}" for x in d]},
    "zone": lambda d: {"when": [f"{x.isoformat()}Z" for x in d]},
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_date_gives_the_same(form):
    assert learned(FORMS[form](DAYS)["when"]) == learned(DAYS)


def test_a_zone_of_the_column_is_its_own_clock():
    noon = pd.Series(pd.date_range("2024-05-06 12:00", periods=5, freq="D", tz="Asia/Tokyo"))
    assert as_seconds(read_table({"when": noon}).column("when"))[0] % 86400 == 12 * 3600


@pytest.mark.parametrize(
    "texts", [["5/6/2024"], ["2024-13-45"], ["2024-05-31", "soon"], ["20240531"], [None]]
)
def test_texts_that_are_no_dates_beyond_doubt(texts):
    assert moments_of(pa.chunked_array([pa.array(texts, pa.string())])) is None


def test_what_is_no_date_at_predict_is_named():
    table = read_table({"when": [str(x) for x in DAYS]})
    encoding = Encoding.learn(table)
    with pytest.raises(TableError) as caught:
        encoding.encode(read_table({"when": ["2024-05-06", "soon"]}))
    assert str(caught.value) == (
        'Column `when` must hold dates, as it did in training, but holds "soon" at row 2 of the mapping. Write it like '
        "2024-05-31 13:45, or leave it empty if it is missing."
    )


def test_a_target_of_dates_is_refused():
    with pytest.raises(
        TableError, match=r"^The target must be classes or numbers, but column `y` of .* holds dates"
    ):
        TabularRegressor("fast").fit({"x": range(60)}, pd.Series(DAYS, name="y"))


def test_dates_can_be_categories():
    days = ["2024-05-06", "2024-05-07"] * 20
    assert Encoding.learn(read_table({"d": days}, categorical=["d"]), categorical=["d"]).feature_names == [
        "d=2024-05-07"
    ]


def test_prepared_and_streamed_dates_are_those_of_memory(tmp_path):
    path = tmp_path / "t.csv"
    rows = "".join(f"{when.isoformat(' ')},{k % 7}\n" for k, when in enumerate(DAYS * 20))
    path.write_text("when,y\n" + rows)
    prepare(path, tmp_path / "t.parquet", memory=1 << 20)
    assert pq.read_schema(tmp_path / "t.parquet").field("when").type == pa.timestamp("us")
    model = TabularRegressor("fast", max_iter=1, early_stopping=False)
    streamed = model.fit(Stream(tmp_path / "t.parquet", "y")).model_.encoding.columns[0]
    assert isinstance(streamed, Moment)
    assert streamed == Encoding.learn(read_table(path).select(["when"])).columns[0]


def test_a_model_learns_a_weekly_pattern():
    days = pd.date_range("2022-01-01", periods=700, freq="D")
    y = 10.0 * (days.day_of_week >= 5) + np.random.default_rng(0).normal(0, 0.1, 700)
    model = TabularRegressor("fast", max_iter=40).fit(pd.DataFrame({"day": days[:600]}), y[:600])
    assert model.score(pd.DataFrame({"day": days[600:]}), y[600:]) > 0.8


def test_a_repeated_column_is_dropped_and_said_so():
    table = read_table(
        {
            "a": [1.5, 2, None],
            "b": [1.5, 2, None],
            "c": ["x", "y", "x"],
            "d": ["x", "y", "x"],
            "e": [1.5, 2, 3],
        }
    )
    encoding = Encoding.learn(table)
    assert [c["kind"] for c in encoding.summary()] == ["number", "repeated", "category", "repeated", "number"]
    assert encoding.summary()[3]["why"] == "the same values as column `c`"
    assert Encoding.from_dict(encoding.to_dict()) == encoding
    assert encoding.encode(read_table({"a": [1.0], "c": ["x"], "e": [2.0]})).shape == (1, 4)


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        ("31/12/2020", True), ("5/6/24 13:45", True), ("31-12-2020", True), ("2020.12.31", True), ("31-Dec-2020", True),
        ("December 31, 2020", True), ("31 März 2020", True), ("31. 12. 2020", False), ("555-1234", False),
        ("1.2.3.4", False), ("12/31", False), ("AB 12", False), ("1/2-2020", False),
    ],
)  # fmt: skip
def test_texts_that_look_like_dates(text, alike):
    assert look_like_dates([text, text]) is alike
    assert not look_like_dates([text, "soon"])
    assert not look_like_dates([])
