"""An account as a list of blocks, for every printer of text: what is said, in which order.

A block is a tuple, its kind first::

    ("title", text)  ("part", text)  ("say", text)  ("list", heading, texts)
    ("quantity", symbol, name, facts)               a heading: the symbol as a formula, words, further facts
    ("line", text, formula or None)                 what a line says, and its general form
    ("equation", sides)                             a cell, a sample or the batch, worked out
    ("table", heading, header, rows)
"""

from collections.abc import Iterator, Mapping
from typing import Any

from clearprop.show.account import committee
from clearprop.show.account.matrices import Forms, dotted, matrix
from clearprop.show.account.numerals import numeral
from clearprop.show.account.reading import Quantities
from clearprop.show.account.words import Words
from clearprop.show.account.worked import EQUAL, ROUNDED, Side, worked_cell
from clearprop.show.formula import Formula, read

Block = tuple[Any, ...]
MOST_CELLS = 24  # of a line that are worked out; the trace has them all
MOST_SAMPLES = 6
ABREAST = 4  # columns of numbers in a table of a committee
WIDEST = 12  # rows and columns of a matrix that is printed whole


def outline(trace: Mapping[str, Any]) -> Iterator[Block]:
    """The blocks of an account."""
    words = Words(trace["lang"])
    yield ("title", trace["title"])
    yield ("say", _network(trace, words))
    if trace["batch"].get("which"):
        yield ("say", trace["batch"]["which"])
    yield ("list", words.text("conventions"), [c["text"] for c in trace["conventions"]])
    if trace["left_out"]:
        yield ("list", words.text("left out"), trace["left_out"])
    yield from _names(trace, words)
    found = Quantities(trace)
    forms = Forms(found)
    for part in trace["parts"]:
        keys = [key for key in part["quantities"] if trace["quantities"][key]["shown"]]
        if keys:
            yield ("part", part["title"])
        for key in keys:
            yield from _quantity(found, forms, words, key)
    yield from _committee(trace, words)
    yield from _training(trace, words)
    yield ("say", verdict(trace, words))


def _network(trace: Mapping[str, Any], words: Words) -> str:
    net = trace["network"]
    names = net["activations"]
    activations = (
        words.text("no hidden") if not names else names[0] if len(set(names)) == 1 else ", ".join(names)
    )
    return words.text(
        "network", sizes="-".join(map(str, net["sizes"])), activations=activations, head=net["head"],
        parameters=f"{net['parameters']:,}", rows=trace["batch"]["rows"],
    )  # fmt: skip


def _names(trace: Mapping[str, Any], words: Words) -> Iterator[Block]:
    batch = trace["batch"]
    for what in ("inputs", "outputs"):
        names = batch[what]
        if names != [str(n + 1) for n in range(len(names))]:
            shown = [f"{n + 1} = {name}" for n, name in enumerate(names[:WIDEST])]
            more = ["…"] if len(names) > WIDEST else []
            yield ("list", words.text(what), ["; ".join([*shown, *more])])
    if batch["table"]:
        table = batch["table"]
        rows = [[batch["samples"][n], *row] for n, row in zip(table["held"], table["rows"], strict=True)]
        yield ("table", words.text("raw"), [words.text("sample"), *batch["table"]["columns"]], rows[:WIDEST])
    if batch["encoding"]:
        rows = [[e["input"], e["column"], e["text"]] for e in batch["encoding"][: 4 * WIDEST]]
        yield (
            "table",
            words.text("encoding"),
            [words.text("inputs"), words.text("column"), words.text("encoded")],
            rows,
        )


def _quantity(found: Quantities, forms: Forms, words: Words, key: str) -> Iterator[Block]:
    q = found.by_key[key]
    yield ("quantity", read(q["latex"]["batch"]), q["name"], _facts(q, words))
    if not q["lines"] or q["part"] == "given":
        yield ("equation", _stated(found, forms, key))
    form = found.trace["options"]["form"]
    for line in q["lines"]:
        ids = [line["id"], *(i for i in line["requirements"] if i != line["id"])]
        yield ("line", f"{line['id']} · {line['rule_name']}: {line['name']}", _general(line), ids)
        if form in ("scalar", "all"):
            yield from _cells(found, words, key, line)
        if form in ("sample", "all"):
            yield from _samples(found, forms, words, key, line)
        if form in ("batch", "all"):
            sides = forms.worked(key, line, "batch")
            yield from [("equation", sides)] if sides else []
    if q["kinks"]:
        cells = ", ".join("[" + ",".join(str(n + 1) for n in cell) + "]" for cell in q["kinks"])
        at_zero = all(found.array(key)[found.place(key, *cell)] == 0 for cell in q["kinks"])
        yield ("say", f"{cells}: z = 0." if at_zero else words.text("kinks", cells=cells))


def _facts(q: Mapping[str, Any], words: Words) -> list[str]:
    facts = [f"{words.text('shape')} {' × '.join(map(str, q['shape']))}"]
    ids = [id for form in ("scalar", "sample", "batch") for id in q["ids"].get(form, [])]
    if ids:
        facts.append(f"{words.text('statements')} {', '.join(dict.fromkeys(ids))}")
    errors = [e["worst"] for e in q["verified"].values() if e]
    if errors:
        facts.append(f"{words.text('error')} {max(errors):.1e}")
    return facts


def _general(line: Mapping[str, Any]) -> Formula | None:
    latex = next((line["latex"][form] for form in ("scalar", "sample", "batch") if line["latex"][form]), None)
    return read(latex) if latex else None


def _cells(found: Quantities, words: Words, key: str, line: Mapping[str, Any]) -> Iterator[Block]:
    if line["tree"] is None:
        return
    cells = list(found.cells(key))
    for cell in cells[:MOST_CELLS]:
        yield ("equation", worked_cell(found, key, line, cell))
    if len(cells) > MOST_CELLS:
        yield ("say", words.text("cut.cells", n=f"{len(cells) - MOST_CELLS:,}"))


def _samples(
    found: Quantities, forms: Forms, words: Words, key: str, line: Mapping[str, Any]
) -> Iterator[Block]:
    latex = line["latex"]["sample"]
    if latex is None:
        return
    q = found.by_key[key]
    if q["axes"][0] != "sample":
        sides = forms.worked(key, line, "sample")
        yield from [("equation", sides)] if sides else []
        return
    shown = q["shown"][0]
    for sample in shown[:MOST_SAMPLES]:
        sides = forms.worked(key, line, "sample", sample)
        yield from [("equation", sides)] if sides else []
    if len(shown) > MOST_SAMPLES:
        yield ("say", words.text("cut.batch", n=f"{len(shown) - MOST_SAMPLES:,}"))


def _stated(found: Quantities, forms: Forms, key: str) -> list[Side]:
    """What is given: the symbol and its numbers."""
    q = found.by_key[key]
    left = Side("", read(q["latex"]["batch"]), "symbol")
    if forms.exactly:
        return [
            left,
            Side(EQUAL, forms.exact_matrix(q["exact"], key, forms.index(key, ()), symbols=False), "result"),
        ]
    digits = found.trace["options"]["digits"]
    values = found.array(key)
    numbers = [[numeral(x, digits) for x in row] for row in values.tolist()]
    whole = matrix(numbers, key, forms.index(key, ()))
    exact = all(n.exact for row in numbers for n in row) and list(values.shape) == q["shape"]
    return [left, Side(EQUAL if exact else ROUNDED, dotted(whole, q["held"], q["shape"]), "result")]


def _committee(trace: Mapping[str, Any], words: Words) -> Iterator[Block]:
    found = trace.get("committee")
    if found:
        yield ("part", words.text("committee"))
        yield ("line", " ".join(found["said"]), read(found["latex"]), ["committee"])
        header, rows = committee.table(trace, words)
        for k in range(1, len(header), ABREAST):
            part = [[row[0], *row[k : k + ABREAST]] for row in (header, *rows)]
            yield ("table", words.text("committee.table"), part[0], part[1:])


def _training(trace: Mapping[str, Any], words: Words) -> Iterator[Block]:
    training = trace["training"]
    if not training:
        return
    digits = trace["options"]["digits"]
    rows = [[str(n), numeral(J, digits).text] for n, J in enumerate(training["J"])]
    if len(rows) > 4 * WIDEST:
        rows = [*rows[: 2 * WIDEST], ["…", "…"], *rows[-WIDEST:]]
    yield ("table", words.text("training", steps=training["steps"]), [words.text("step"), "J"], rows)


def verdict(trace: Mapping[str, Any], words: Words) -> str:
    """How the account was verified, in a sentence."""
    found = trace["verified"]
    text = words.text(
        "verified.text",
        **{kind: f"{found['cells'][kind]:,}" for kind in found["cells"]},
        **{f"{kind}_worst": f"{worst:.1e}" for kind, worst in found["worst"].items()},
    )
    return text if found["ok"] else f"{words.text('verified.not', tolerance=found['tolerance'])} {text}"
