"""Any tokens, any change of a true document, any bytes: our own errors or a verdict, soon and in little memory.

Each property runs briefly in every test run, always on the same inputs, and for longer as `slow`. Inputs that once
failed stay as examples. Pieces in any order are in tests/faults/test_fuzz.py, the large inputs in test_safety.py.
"""

import json
import resource
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clearprop import check_document
from clearprop.errors import ClearpropError
from oracles.documents import documents

BRIEF, LONG = 30, 1000
SECONDS, KILOBYTES = 30, 500_000  # most documents take a second
PROFILE = settings(
    max_examples=BRIEF,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TEXTS = {name: document.text for name, document in documents().items()}
SMALL = sorted(name for name in TEXTS if not name.endswith("ipynb"))
WRITTEN = r"""
\frac \sqrt \sum _{i=1} ^{m} \prod \max \partial \nabla \begin{cases} \end{cases} \begin{bmatrix} \end{bmatrix}
\left( \right) \left. \right| \text{if} \mathrm{T} \hat \bar \mathbf \odot \cdot \times / + - = := \leftarrow
\Rightarrow \in \mathbb{R} \mathbb{1} \dots \ldots & \\ { } ( ) [ ] | ^ _ ' , ; . ! < \le 0 1 2 10 1e9 0.5 x y z a
p b W J L m n C l i j k \delta \sigma \lambda \eta \theta \top exp ln softmax relu \newcommand \def \operatorname
$ $$ ∂ Σ ² ₁ δ 第 个样本 # ``` > -
"""
TOKENS = [*WRITTEN.split(), " ", "\n", "\x00", "\ufeff", "\u202e"]


def twice(strategy, *examples, times=(BRIEF, LONG)):
    """The property as two tests: brief, and slow."""

    def made(function):
        for one in examples:
            function = example(one)(function)
        brief, long = (settings(PROFILE, max_examples=most)(given(strategy)(function)) for most in times)
        return brief, pytest.mark.timeout(3600)(pytest.mark.slow(long))

    return made


def ends_well(document, **options):
    """A verdict whose numbers add up, or one of our errors with a line of text; within the bounds."""
    start, memory = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said, check = "", None
    try:
        check = check_document(document, **options)
    except ClearpropError as error:
        said = str(error)
    if check is None:
        assert said
        assert "\n" not in said
    else:
        assert 0 <= check.verified <= check.statements
        assert all(one.what and one.why for one in check.findings)
        assert all(one.why for one in check.unread)
        assert str(check)
        assert json.loads(check.to_json())["verified"] == check.verified
    assert time.process_time() - start < SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < KILOBYTES


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("documents")


def _tokens(tokens):
    """Formulas of random tokens."""
    ends_well("$$" + " ".join(tokens) + "$$", sizes=(3, 4, 2))


test_random_tokens, test_random_tokens_long = twice(
    st.lists(st.sampled_from(TOKENS), max_size=30),
    ["=", "₁"],
    ["=", ",", "\\frac"],
    ["=", "\\\\", "x"],
    ["x", "₉", "=", "①"],
    ["\\def", "\\a", "#²", "{}"],
)(_tokens)

EDITS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 6), st.sampled_from([*TOKENS, ""])),
    min_size=1, max_size=5,
)  # fmt: skip


def _mutation(place, change):
    """A true document in which some characters are replaced by tokens, removed, or doubled."""
    name, edits = change
    text = TEXTS[name]
    for at, removed, new in edits:
        start = int(at * len(text))
        text = text[:start] + new + text[start + removed :]
    path = place / documents()[name].path.name
    path.write_text(text, encoding="utf-8")
    ends_well(path)


test_mutations, test_mutations_long = twice(st.tuples(st.sampled_from(SMALL), EDITS), times=(8, 300))(
    _mutation
)  # a whole document each


def _bytes(place, change):
    """Any bytes under each of the endings."""
    ending, data = change
    (place / f"d.{ending}").write_bytes(data)
    ends_well(place / f"d.{ending}")


ENDINGS = st.sampled_from(["md", "tex", "ipynb"])
test_bytes, test_bytes_long = twice(
    st.tuples(ENDINGS, st.binary(max_size=60)), ("tex", b"\xff\xfe$\x00"), ("ipynb", b"[" * 100_000)
)(_bytes)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["markdown", "code", "$x=$", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["cells", "source", "cell_type", "x"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
CELLS = st.fixed_dictionaries(
    {"cells": st.lists(st.fixed_dictionaries({"cell_type": st.just("markdown"), "source": JSON}))}
)


def _notebook(place, value):
    """JSON of any shape as a notebook."""
    (place / "n.ipynb").write_text(json.dumps(value), encoding="utf-8")
    ends_well(place / "n.ipynb")


test_notebooks, test_notebooks_long = twice(
    JSON | CELLS, {"cells": [{"cell_type": "markdown", "source": ["\ud800 $x = 1$"]}]}, {"cells": [[None]]}
)(_notebook)

NESTS = [(r"\frac{", "}{2}"), ("{", "}"), ("(", ")"), (r"\left[", r"\right]"), ("x_{", "}"), ("x^{", "}"),
         (r"\sqrt{", "}"),
         (r"\text{", "}"), (r"\begin{cases}", r"\end{cases}"), (r"\begin{matrix}", r"\end{matrix}"), ("-", ""),
         (r"\sum_{i=1}^{9}", ""), (r"\ln ", ""), ("f(", ")"), (r"\frac{\partial}{\partial x}", ""), ("|", "|"),
         ("x'", ""),
         ("2^", ""), (r"\hat", ""), ("1=", "")]  # fmt: skip


def _nested(nest):
    """One kind of nesting inside another, up to thousands deep, closed or not."""
    (outer, inner, depth, closed) = nest
    left, right = outer[0] + inner[0], inner[1] + outer[1]
    ends_well("$$z = " + left * depth + "x" + (right * depth if closed else "") + "$$")


KIND = st.sampled_from(NESTS)
test_nesting, test_nesting_long = twice(
    st.tuples(KIND, KIND, st.sampled_from([3, 25, 59, 500, 3000]), st.booleans())
)(_nested)
