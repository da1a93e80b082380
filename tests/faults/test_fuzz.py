"""Anything at all for the readers of models, tables, settings and documents: only our own errors come out.

Each property runs briefly in every test run, always on the same inputs; `make faults` searches for minutes more. Inputs
that once failed stay as examples.
"""

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import wraps
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clearprop.check.document.checker import check_document
from clearprop.cli.options import settings_file
from clearprop.errors import ClearpropError, ModelFileError
from clearprop.tables.encoding import Encoding
from clearprop.tables.read import read_table
from clearprop.train.checkpoint_file import DamagedError, Saved, from_bytes, to_bytes
from clearprop.train.files import read_any_model, write_model
from clearprop.train.record import EpochRow, Record
from clearprop.train.state import RunState, check_kinds
from oracles.models import classifier

pytestmark = pytest.mark.timeout(900)
COUNT = Counter()  # of the test under way
GOOD_CHECKPOINT = to_bytes(Saved({"seed": 0}, {"epoch": 3, "lr": 0.1}, {"best": np.arange(40.0)}))
BRIEF, LONG = 30, 1000
CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
BREVE = settings(
    max_examples=BRIEF, derandomize=True, deadline=None, database=None, suppress_health_check=CHECKS
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
CELLS = st.one_of(
    TEXTS, st.integers().map(str), st.floats().map(str), st.sampled_from(["", "NA", "nan", "true", "1,5", "0x1F", '"']),
    st.dates().map(str), st.sampled_from(["1e999", "-0", "+1", "1_000", "\uff11\uff12", "∞", "1e-400", "9" * 400]),
)  # fmt: skip


@pytest.fixture(autouse=True)
def counted(tally):
    COUNT.clear()
    yield
    tally("anything at all for the readers", times=COUNT["inputs"])


def twice(strategy, *examples):
    """The property as two tests: brief, and slow."""

    def made(property_):
        @wraps(property_)
        def function(*given, **named):
            COUNT["inputs"] += 1
            property_(*given, **named)

        for one in examples:
            function = example(one)(function)
        brief = BREVE(given(strategy)(function))
        long = settings(BREVE, max_examples=LONG)(given(strategy)(function))
        return brief, pytest.mark.slow(long)

    return made


def refusal(read, kind):
    """What `read` says when it refuses; empty if it does not. Errors of any other kind are let through."""
    try:
        read()
    except kind as error:
        said = str(error)
    else:
        return ""
    assert said
    return said


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@pytest.fixture(scope="module")
def good(place):
    write_model(classifier().model_, place / "good")
    return (place / "good").read_bytes()


CHANGES = st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=6), st.integers(0, 40))
DAMAGE = st.lists(CHANGES, min_size=1, max_size=4)


def _damaged_model(place, good, damage):
    """Some bytes of a model replaced, removed or put in."""
    data = good
    for at, new, removed in damage:
        start = int(at * len(data))
        data = data[:start] + new + data[start + removed :]
    (place / "m").write_bytes(data)
    said = refusal(lambda: read_any_model(place / "m"), ModelFileError)
    assert said or data == good


test_damaged_models, test_damaged_models_long = twice(DAMAGE)(_damaged_model)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6,
)  # fmt: skip


def _foreign_header(place, good, change):
    """A value anywhere in the header's JSON is another."""
    key, value = change
    length = int.from_bytes(good[:8], "little")
    header = json.loads(good[8 : 8 + length])
    names = sorted(header["__metadata__"])
    name = names[key % len(names)]
    if key % 3:
        inner = json.loads(header["__metadata__"][name]) if header["__metadata__"][name][:1] in "{[" else {}
        if isinstance(inner, dict) and inner:
            inner[sorted(inner)[key % len(inner)]] = value
        header["__metadata__"][name] = json.dumps(inner)
    else:
        header["__metadata__"][name] = value if isinstance(value, str) else json.dumps(value)
    text = json.dumps(header).encode()
    (place / "h").write_bytes(len(text).to_bytes(8, "little") + text + good[8 + length :])
    refusal(lambda: read_any_model(place / "h"), ModelFileError)


test_foreign_headers, test_foreign_headers_long = twice(st.tuples(st.integers(0, 1000), JSON))(
    _foreign_header
)


def _damaged_checkpoint(place, damage):
    data = GOOD_CHECKPOINT
    for at, new, removed in damage:
        start = int(at * len(data))
        data = data[:start] + new + data[start + removed :]
    said = refusal(lambda: from_bytes(data), DamagedError)
    assert said or data == GOOD_CHECKPOINT


test_damaged_checkpoints, test_damaged_checkpoints_long = twice(DAMAGE)(_damaged_checkpoint)


def _foreign_numbers(place, change):
    """A number of a checkpoint, whose checksum is made anew, is any value: refused before anything is changed."""
    key, value = change
    state = RunState(np.zeros(2), np.zeros(2), Record([EpochRow(1, 0.5, 0.9, 0.1, 1.0)], 1))
    numbers = json.loads(json.dumps(state.numbers()))
    names = [(numbers, name) for name in numbers] + [
        (numbers["record"]["rows"][0], "loss"),
        (numbers["record"], "rows"),
    ]
    inside, name = names[key % len(names)]
    inside[name] = value
    refusal(lambda: check_kinds(numbers), (ValueError, LookupError, TypeError, AttributeError))


test_foreign_numbers, test_foreign_numbers_long = twice(st.tuples(st.integers(0, 1000), JSON))(
    _foreign_numbers
)


def _csv(place, lines):
    """Any cells, as they are, in a text file: read and encoded, or refused."""
    (place / "t.csv").write_text("\n".join(",".join(line) for line in lines), encoding="utf-8")
    _read(place / "t.csv")


def _read(source):
    def read():
        table = read_table(source)
        encoding = Encoding.learn(table)
        X = encoding.encode(table)
        assert X.shape == (table.n_rows, encoding.n_outputs)
        assert np.isfinite(X).all()

    refusal(read, ClearpropError)


LINES = st.lists(st.lists(CELLS, min_size=2, max_size=3), min_size=1, max_size=8)
test_text_tables, test_text_tables_long = twice(LINES)(_csv)


def _bytes(place, data):
    (place / "b.csv").write_bytes(data)
    _read(place / "b.csv")


test_bytes_as_tables, test_bytes_as_tables_long = twice(st.binary(max_size=200), b"\x00", b"a,b\n\r\r\n1,2")(
    _bytes
)


def _columns(column):
    """Columns in memory, of any values and mixtures."""
    _read({"x": column, "y": list(range(len(column)))})


VALUES = st.one_of(
    st.none(),
    st.integers(),
    st.floats(),
    TEXTS,
    st.booleans(),
    st.dates(),
    st.decimals(),
    st.binary(max_size=3),
)
SAME = st.sampled_from([st.floats(), st.integers(-(2**70), 2**70), TEXTS, st.booleans()])
COLUMNS = st.one_of(
    st.lists(VALUES, min_size=1, max_size=6),
    SAME.flatmap(lambda kind: st.lists(st.none() | kind, min_size=1, max_size=8)),
)
test_columns, test_columns_long = twice(COLUMNS, ["", 0, Decimal("sNaN")], [date(2000, 1, 1), 106751992])(
    _columns
)


def _settings(place, text):
    """A settings file of any text."""
    (place / "s.toml").write_text(text, encoding="utf-8")
    options = [SimpleNamespace(name="lr", opts=["--lr"]), SimpleNamespace(name="epochs", opts=["--epochs"])]
    context = SimpleNamespace(default_map=None, command=SimpleNamespace(params=options))
    said = refusal(lambda: settings_file(context, place / "s.toml"), ClearpropError)
    assert said.startswith("The settings file") if said else set(context.default_map) <= {"lr", "epochs"}


TOML = st.one_of(
    TEXTS,
    st.lists(st.tuples(st.sampled_from(["lr", "epochs", "epoch", "[lr]", ""]), CELLS), max_size=4).map(
        lambda pairs: "\n".join(f"{key} = {value}" for key, value in pairs)
    ),
)
test_settings_files, test_settings_files_long = twice(TOML)(_settings)

PIECES = st.sampled_from(
    [
        "$", "$$", r"\frac{", "}", "{", r"\partial J", "=", r"\sum_{i=1}^{m}", "x_i", r"a^{(l)}", r"W^{(2)}", ")", "(",
        "^", "_", r"\begin{aligned}", r"\end{aligned}", "&", r"\\", "\n", " ", "1", "m", r"\delta", "∂", "²", "T", "\\",
        r"\sigma(",
    ]
)  # fmt: skip


def _document(place, pieces):
    """A document of pieces of formulas in any order."""
    (place / "d.md").write_text("# A derivation\n\n" + "".join(pieces), encoding="utf-8")

    def check():
        found = check_document(place / "d.md", sizes=(3, 4, 2))
        assert found.verified <= found.statements

    refusal(check, ClearpropError)


test_documents, test_documents_long = twice(st.lists(PIECES, max_size=25), ["$", "=", "$"])(_document)
