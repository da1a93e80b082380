"""The encoding: equal inputs for equal tables, columns by name, exact storage, refusal of damaged descriptions."""

import contextlib
import copy
import gzip
import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearprop.errors import ModelFileError, SpecError, TableError
from clearprop.tables.encoding import Encoding
from clearprop.tables.read import read_table

COLUMNS = {
    "age": [39, 50, None, 28, 37, 49],
    "rate": [0.1, 2.5, 1 / 3, None, -4.25, 1e-7],
    "work": ["State, gov", "Private", None, "Private", "Self", 'say "x"'],
    "sex": ["m", "f", "m", "m", None, "f"],
    "old": [True, False, True, True, False, False],
    "one": [1, 1, 1, 1, 1, 1],
}


@pytest.fixture
def sources(tmp_path):
    """The same table in every form."""
    frame = pd.DataFrame(
        {name: pd.Series(values, dtype=object) for name, values in COLUMNS.items()}
    ).convert_dtypes()
    text = frame.to_csv(index=False)
    contents = {
        "lf.csv": text.encode(),
        "crlf.csv": text.replace("\n", "\r\n").encode(),
        "open.csv": text.rstrip("\n").encode(),
        "bom.csv": b"\xef\xbb\xbf" + text.encode(),
        "gz.csv.gz": gzip.compress(text.encode()),
        "spaced.csv": frame.to_csv(index=False, na_rep=" ? ").encode(),
        "tab.tsv": frame.to_csv(index=False, sep="\t").encode(),
        "semicolon.csv": frame.to_csv(index=False, sep=";").encode(),
        "bar.txt": frame.to_csv(index=False, sep="|").encode(),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    pq.write_table(pa.table(COLUMNS), tmp_path / "t.parquet")
    plain = pd.DataFrame(COLUMNS)
    memory = [
        frame,
        plain,
        plain.astype({"work": "category"}),
        pl.DataFrame(COLUMNS),
        pa.table(COLUMNS),
        COLUMNS,
    ]
    return [*(tmp_path / name for name in (*contents, "t.parquet")), *memory]


def test_the_same_table_gives_the_same_bits(sources):
    expected = Encoding.learn(read_table(COLUMNS))
    X = expected.encode(read_table(COLUMNS))
    assert X.shape == (6, 11)
    for source in sources:
        table = read_table(source)
        encoding = Encoding.learn(table)
        assert encoding == expected
        assert encoding.encode(table).tobytes() == X.tobytes()


def test_a_table_of_one_form_is_predicted_in_another(sources):
    encoding = Encoding.learn(read_table(sources[0]))
    X = encoding.encode(read_table(sources[0]))
    for source in sources:
        table = read_table(source, only=encoding.needed, categorical=encoding.categorical)
        assert encoding.encode(table).tobytes() == X.tobytes()
        assert table.unread == ("one",)


def test_features_and_summary():
    encoding = Encoding.learn(read_table(COLUMNS))
    assert encoding.feature_names == [
        *("age", "age is missing", "rate", "rate is missing"),
        *("work=Private", "work=Self", "work=State, gov", 'work=say "x"', "work is missing"),
        *("sex=m", "old=True"),
    ]
    kinds = [(line["name"], line["kind"], line["width"], line["missing"]) for line in encoding.summary()]
    assert kinds == [
        ("age", "number", 2, 1),
        ("rate", "number", 2, 1),
        ("work", "category", 5, 1),
        ("sex", "category", 1, 1),
        ("old", "category", 1, 0),
        ("one", "constant", 0, 0),
    ]
    assert encoding.summary()[-1]["why"] == "all values are the same"
    json.dumps(encoding.summary(), allow_nan=False)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_X_is_contiguous_and_of_the_type(dtype):
    X = Encoding.learn(read_table(COLUMNS), dtype=dtype).encode(read_table(COLUMNS))
    assert X.flags.c_contiguous
    assert X.dtype == dtype


def test_other_types_of_X_are_refused():
    with pytest.raises(SpecError, match="`dtype` must be float32 or float64, but is int64"):
        Encoding.learn(read_table(COLUMNS), dtype="int64")


def test_columns_are_taken_by_name(refusal):
    encoding = Encoding.learn(read_table(COLUMNS))
    X = encoding.encode(read_table(COLUMNS))
    turned = {name: COLUMNS[name] for name in reversed(COLUMNS)}
    assert (encoding.encode(read_table(turned)) == X).all()
    more = read_table({**COLUMNS, "more": ["x"] * 6})
    assert (encoding.encode(more) == X).all()
    assert encoding.extra(more) == ["more"]
    lacking = read_table({"ages" if name == "age" else name: values for name, values in COLUMNS.items()})
    assert refusal(encoding.encode, lacking) == (
        "The model needs column `age`, which is not in the mapping: the nearest name is `ages`. "
        "Add it, or rename a column."
    )
    assert "(2 columns are missing)" in refusal(
        encoding.encode, read_table({"age": [1], "work": ["x"], "sex": ["m"]})
    )


def test_a_dropped_column_need_not_be_there():
    encoding = Encoding.learn(read_table(COLUMNS))
    table = read_table(COLUMNS, drop=["one"])
    assert (encoding.encode(table) == encoding.encode(read_table(COLUMNS))).all()


def test_what_is_excluded_and_what_is_mistyped(refusal):
    table = read_table(COLUMNS)
    assert "age" not in Encoding.learn(table, exclude=["age"]).needed
    for setting in ("exclude", "categorical"):
        assert refusal(Encoding.learn, table, **{setting: ["agee"]}) == (
            f"`{setting}` names `agee`, which is not a column of the mapping: the nearest name is `age`."
        )


def test_nothing_left_to_learn_from(refusal):
    assert refusal(Encoding.learn, read_table({"a": [1, 1], "b": ["?", ""]})) == (
        "No column of the mapping is left to learn from (`a`: all values are the same, `b`: all values are missing). "
        "Add a column that varies."
    )
    assert "has none left" in refusal(Encoding.learn, read_table({"a": [1, 2]}), exclude=["a"])


def test_rows_of_weight_zero_count_as_absent():
    table = read_table({"a": [1.0, 2.0, 3.0, 1e9], "t": ["x", "y", "z", "only here"]})
    few = Encoding.learn(table.take(np.arange(3)))
    assert Encoding.learn(table, weight=np.array([1, 2, 0.5, 0])) == few


def test_identifiers_are_dropped_and_said():
    names = [f"person {i}" for i in range(40)]
    columns = {"": list(range(40)), "name": names, "code": list(range(40)), "group": ["a", "b"] * 20}
    frame = pd.DataFrame(columns).rename(columns={"": "Unnamed: 0"})
    kinds = {line["name"]: line["kind"] for line in Encoding.learn(read_table(frame)).summary()}
    assert kinds == {"Unnamed: 0": "identifier", "name": "identifier", "code": "number", "group": "category"}
    kept = Encoding.learn(read_table(frame), categorical=["name"])
    assert kept.columns[1].kind == "category"


def test_identifiers_that_look_like_dates_are_said_to():
    days = [f"{1 + k % 28}/{1 + k // 28}/2020" for k in range(100)]
    found = Encoding.learn(read_table({"sold": days, "x": list(range(100))})).summary()[0]
    assert (found["kind"], found["why"]) == (
        "dates", "it looks like dates, but in no form that is read; write them like 2020-12-31"
    )  # fmt: skip
    again = Encoding.from_dict(Encoding.learn(read_table({"sold": days, "x": list(range(100))})).to_dict())
    assert again.summary()[0] == found


# ---- any table ----------------------------------------------------------------------------------------
numbers = st.one_of(st.none(), st.floats(allow_infinity=False), st.integers(-(2**53), 2**53).map(float))
texts = st.one_of(st.none(), st.text(max_size=3), st.sampled_from(["a", "b", " a", "?", "1"]))
truths = st.one_of(st.none(), st.booleans())
whole = st.one_of(st.none(), st.integers(-(2**53), 2**53))


@st.composite
def tables(draw):
    rows = draw(st.integers(2, 12))
    kinds = draw(st.lists(st.sampled_from([numbers, texts, truths, whole]), min_size=1, max_size=5))
    return {f"c{i}": draw(st.lists(kind, min_size=rows, max_size=rows)) for i, kind in enumerate(kinds)}


@given(tables(), st.sampled_from(["float32", "float64"]), st.data())
@settings(max_examples=150, deadline=None)
def test_any_table_is_encoded_finite_by_name_and_stored_exactly(columns, dtype, data):
    varying = {**columns, "v": list(range(len(columns["c0"])))}
    table = read_table(varying)
    encoding = Encoding.learn(table, dtype=dtype)
    X = encoding.encode(table)
    assert np.isfinite(X).all()
    assert X.shape == (table.n_rows, len(encoding.feature_names))
    assert np.abs(X).max(initial=0) <= 3
    turned = data.draw(st.permutations(list(varying)))
    assert encoding.encode(read_table({name: varying[name] for name in turned})).tobytes() == X.tobytes()
    stored = Encoding.from_dict(json.loads(json.dumps(encoding.to_dict(), allow_nan=False)))
    assert stored == encoding
    assert stored.encode(table).tobytes() == X.tobytes()
    other = read_table({**{name: [None] for name in columns}, "v": [10**15]})
    assert np.isfinite(encoding.encode(other)).all()


# ---- damaged descriptions -----------------------------------------------------------------------------
def test_damaged_descriptions_are_refused():
    good = Encoding.learn(read_table(COLUMNS)).to_dict()
    damage = [
        (("dtype",), "object", "`dtype` of the encoding must be one of float32, float64, but is 'object'"),
        (("rows",), -1, "`rows` of the encoding must be between 0 and 2^53, but is -1"),
        (("rows",), True, "`rows` of the encoding must be a whole number, but is True"),
        (("columns",), {}, "`columns` of the encoding must be a list, but is dict"),
        (("columns",), [], "width of the encoding must be positive"),
        (("columns",), [[]], "description of a column must be a mapping, but is list"),
        (("columns",), [good["columns"][0]] * 2, "columns of the encoding must differ"),
        (
            ("columns",),
            [0] * 200_000,
            "length of `columns` of the encoding must not be above 100,000, but is 200000",
        ),
        (
            ("columns", 0, "kind"),
            "code",
            "`kind` of a column must be one of number, category, moment, constant",
        ),
        (("columns", 0, "name"), 3, "`name` of a column must be a text, but is 3"),
        (("columns", 0, "scale"), math.nan, "`scale` of column `age` must be a finite number, but is nan"),
        (("columns", 0, "scale"), -1.0, "`scale` of column `age` must not be negative"),
        (("columns", 0, "median"), math.inf, "`median` of column `age` must be a finite number, but is inf"),
        (("columns", 0, "median"), "0", "`median` of column `age` must be a finite number, but is '0'"),
        (("columns", 0, "median"), 10**400, "`median` of column `age` must be a finite number"),
        (("columns", 0, "median"), 1e9, "quantiles of column `age` must be in order"),
        (
            ("columns", 2, "levels"),
            ["a", 1],
            "must be texts, numbers or truth values, all of one type, but is 1",
        ),
        (("columns", 2, "levels"), ["a", "a"], "must differ, but one occurs twice"),
        (("columns", 2, "levels"), [], "must be 1 to 1000, but is 0"),
        (("columns", 2, "levels"), [2**70], "must be finite"),
        (("columns", 2, "levels"), ["\ud800"], "must be proper text"),
        (("columns", 2, "levels"), [None], "must be texts, numbers or truth values"),
        (("columns", 2, "counts"), [1], "`counts` of column `work` must be a whole number a level"),
        (("columns", 5, "missing"), 1.5, "`missing` of column `one` must be a whole number, but is 1.5"),
    ]
    for path, value, message in damage:
        bad = copy.deepcopy(good)
        at = bad
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value
        with pytest.raises(ModelFileError) as caught:
            Encoding.from_dict(bad)
        assert message in str(caught.value)
        assert "\n" not in str(caught.value)
    for column in good["columns"]:
        for key in column:
            bad = copy.deepcopy(good)
            del next(other for other in bad["columns"] if other == column)[key]
            with pytest.raises(ModelFileError, match=f"must hold `{key}`, but does not"):
                Encoding.from_dict(bad)


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(anything, st.data())
@settings(max_examples=200, deadline=None)
def test_whatever_stands_in_a_field_it_is_taken_or_refused(value, data):
    description = Encoding.learn(read_table(COLUMNS)).to_dict()
    at = data.draw(st.sampled_from([description, *description["columns"]]))
    at[data.draw(st.sampled_from(sorted(at)))] = value
    with contextlib.suppress(ModelFileError):
        encoding = Encoding.from_dict(description)
        if set(encoding.needed) <= set(COLUMNS):
            assert len(encoding.encode(read_table(COLUMNS))) == 6


def test_a_missing_column_is_likened_also_to_columns_that_were_not_read():
    encoding = Encoding.learn(read_table({"height": [1.5, 1.8, 1.7], "sex": ["m", "f", "m"]}))
    table = read_table({"heights": [1.6], "sex": ["f"]}, only=encoding.needed)
    with pytest.raises(TableError, match="the nearest name is `heights`"):
        encoding.encode(table)
