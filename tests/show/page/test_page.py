"""The page as text: every number is there in full, every name is escaped, nothing is asked for."""

import base64
import hashlib
import itertools
import json
import re
from collections import Counter

import numpy as np
import pytest

from clearprop.network import Network
from clearprop.show.account.explain import explain
from clearprop.show.page import fragment, render
from html_reader import Page


def cells(page):
    """The numbers of each cell, by its name."""
    found = {}
    for attributes in page.all("td"):
        if "data-c" in attributes:
            found.setdefault(attributes["data-c"], set()).add(attributes["data-v"])
    return found


def value(trace, key, at):
    found = trace["quantities"][key]["values"]
    for held, n in zip(trace["quantities"][key]["held"], at, strict=True):
        found = found[held.index(n)]
    return found


@pytest.mark.parametrize("which", ["testnet", "named", "large"])
def test_every_number_parses_back_to_the_same_float64(traces, which):
    trace = getattr(traces, which)()
    found = cells(Page(render(trace)))
    for name, said in found.items():
        key, _, at = name.rpartition("/")
        want = value(trace, key, tuple(map(int, at.split(","))))
        assert {np.float64(text).tobytes() for text in said} == {np.float64(want).tobytes()}, name
    shown = {
        f"{key}/{','.join(map(str, at))}"
        for part in trace["parts"]
        for key in part["quantities"]
        for at in itertools.product(*trace["quantities"][key]["held"])
    }
    assert shown <= set(found)


def test_numbers_of_training_parse_back_too(traces):
    trace = traces.named()
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', render(trace), re.DOTALL)
    assert json.loads(data[1])["training"] == trace["training"]


def test_each_number_has_one_line_where_scripts_are_off(traces):
    trace = traces.testnet()
    lines = Counter(a["data-line"] for a in Page(render(trace)).all("li") if "data-line" in a)
    want = [
        f"{key}/{','.join(map(str, at))}"
        for key, q in trace["quantities"].items()
        for at in itertools.product(*q["held"])
        if q["lines"]
    ]
    assert lines == Counter(want)


def test_names_are_escaped(traces):
    page = Page(render(traces.named()))
    assert page.all("b") == page.all("i") == []
    assert [tag for tag, _ in page.tags].count("script") == 2
    assert traces.nasty[0] in {a.get("title") for a in page.all("span")}
    assert "<i>no</i>" in page.text


def test_ids_are_there_once_and_links_lead_somewhere(traces):
    page = Page(render(traces.testnet()))
    ids = Counter(a["id"] for _, a in page.tags if "id" in a)
    assert set(ids.values()) == {1}
    assert {a["href"] for a in page.all("a")} <= {f"#{id}" for id in ids}


def test_nothing_is_asked_for_and_only_its_own_script_may_run(traces):
    html = render(traces.testnet())
    assert not re.search(r"""https?://|@import|url\((?!data:)|src="(?!data:)|href="(?!#|data:)""", html)
    script = re.search(r"<script>(.*?)</script>", html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in html


def test_the_same_trace_gives_the_same_page(traces):
    assert render(traces.testnet()) == render(json.loads(json.dumps(traces.testnet())))


def test_a_large_network_stays_small(traces):
    html = render(traces.large())
    assert len(html.encode()) < 2_000_000
    text = Page(html).text
    for said in traces.large()["left_out"]:
        assert " ".join(said.split()) in text
    assert "784 × 256" in text


def test_selections_are_followed(traces):
    trace = traces.testnet(quantities="z[1]", samples=(1,), form="scalar")
    page = Page(render(trace))
    assert [a["data-key"] for a in page.all("article")] == ["z[1]"]
    own = {c for c in cells(page) if c.startswith("z[1]/")}
    assert own == {f"z[1]/1,{j}" for j in range(4)}
    assert page.text.count("the batch") == page.text.count("one sample") == 0


def test_exact_numbers_stand_in_the_cells(traces):
    html = render(traces.testnet(numbers="exact"))
    cell = re.search(r'data-c="dW\[2\]/0,0"[^>]*>(.*?)</td>', html)[1]
    assert cell.startswith("<math>")
    assert "." not in re.sub("<[^>]+>", "", cell)


def test_chinese(traces):
    page = Page(re.sub(r"<script.*?</script>", "", render(traces.testnet(lang="zh")), flags=re.DOTALL))
    assert dict(page.tags[0][1])["lang"] == "zh-Hans"
    for word in ("前向传播", "反向传播", "参数更新", "已验证"):
        assert word in page.text
    english = re.findall(r"\b(?:Forward|Backward|Update|step|row|verified|number)\b", page.text)
    assert english == []


NETWORKS = {
    "one layer": (Network((2, 3)), {}),
    "logistic": (Network((3, 4, 1), "gelu", "logistic"), {}),
    "two labels": (Network((3, 4, 2), "silu", "logistic"), {"loss": "sum"}),
    "numbers": (Network((3, 2, 2), ["elu", ], "identity"), {"sample_weight": [1.0, 0.5, 2.0], "l2": 0.1}),
    "counts": (Network((3, 2, 1), "softplus", "exp"), {"lang": "zh"}),
    "quantile": (Network((3, 2, 2), "mish", "quantile", head_constants=(0.3,)), {}),
    "quantiles": (Network((3, 2, 2), "mish", "quantile", head_constants=(0.1, 0.9)), {}),
    "deep": (Network((2, 3, 3, 3, 3, 2), "selu"), {"digits": 2}),
    "own activation": (Network((2, 3, 2), "x / (1 + abs(x))"), {"steps": 2}),
    "one quantity": (Network((2, 3, 2), "leaky_relu"), {"quantities": "J", "form": "batch"}),
}  # fmt: skip


@pytest.mark.parametrize("which", NETWORKS)
def test_any_network_has_a_page(which):
    net, options = NETWORKS[which]
    rng = np.random.default_rng(2)
    X = rng.normal(size=(3, net.sizes[0]))
    y = rng.integers(0, 2, (3, net.sizes[-1])) if net.head != "softmax" else [0, 1, 0]
    trace = explain(net, net.initialize(seed=0), X, y, **options).trace
    page = Page(render(trace))
    keys = [
        key for part in trace["parts"][1:] for key in part["quantities"] if trace["quantities"][key]["shown"]
    ]
    assert [a["data-key"] for a in page.all("article")] == keys
    assert Page(fragment(trace)).all("table")


def test_the_top_says_which_rows_these_are():
    from clearprop import Network, explain
    from clearprop.show.account.naming import Names

    net, which = Network((2, 3, 2)), "These are the rows of <Monday>."
    account = explain(net, net.initialize(seed=0), [[1.0, 2.0]], [1], names=Names(which=which))
    top = account.to_html().partition('<header class="top">')[2].partition("</header>")[0]
    assert '<p class="about">These are the rows of &lt;Monday&gt;.</p>' in top
    assert which in account.to_text()
    plain = explain(net, net.initialize(seed=0), [[1.0, 2.0]], [1])
    assert '<p class="about">' not in plain.to_html()
