"""The parts of the page, each by itself: matrices in formulas, the drawing, the maps, the words."""

import base64
import dataclasses
import importlib.util
import re
import string
import zlib
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from clearprop.errors import SpecError
from clearprop.maths.equations import EQUATIONS
from clearprop.show.formula import mathml, read
from clearprop.show.page.equation import Layout
from clearprop.show.page.heat import picture
from clearprop.show.page.matrices import selected
from clearprop.show.page.network import Drawing
from clearprop.show.page.words import EN, ZH, words_of

BLOCK = re.compile(r'<div class="m( own)?(?: one)?" data-k="([^"]+)">')


def laid(trace, key):
    """The equation of a quantity as a reader sees it: keys of matrices, and the signs between them."""
    html = Layout(trace).equation(key, trace["quantities"][key]["lines"][-1])
    html = re.sub(r'<div class="cap">.*?</div>', lambda m: "ᵀ" if "⊤" in m[0] else "", html)
    html = re.sub(r"<table.*?</table>", "", html)
    html = BLOCK.sub(lambda m: f" {m[2]}", html)
    html = re.sub(r'<span class="group (\w+)">', " ( ", html).replace("</span></span>", " ) ")
    return unescape(re.sub("<[^>]+>", " ", html)).split()


def test_matrices_stand_where_their_symbols_do(traces):
    trace = traces.testnet()
    assert laid(trace, "z[1]") == ["z[1]", "=", "a[0]", "⋅", "W[1]", "+", "b[1]"]
    assert laid(trace, "z'[2]") == ["z'[2]", "=", "a'[1]", "⋅", "W'[2]", "+", "b'[2]"]
    assert laid(trace, "delta[2]") == ["delta[2]", "=", "p", "−", "Y"]
    assert laid(trace, "dW[1]") == ["dW[1]", "=", "1", "m", "a[0]ᵀ", "⋅", "delta[1]"]
    assert laid(trace, "J_total")[:3] == [
        "J_total",
        "=",
        "J",
    ]  # the mean, not the losses, which are written J_i
    assert laid(trace, "da[1]") == ["da[1]", "=", "delta[2]", "⋅", "W[2]ᵀ"]


def test_what_has_no_formula_in_matrices_names_its_operands(traces):
    assert laid(traces.testnet(), "losses") == ["losses", "⟵", "Y", "p"]


def test_selected_cells_alone():
    q = {"held": [[0, 1, 5], [2, 3]], "shown": [[1, 5], [3]], "values": [[1, 2], [3, 4], [5, 6]]}
    assert selected(q)["values"] == [[4], [6]]
    assert selected({**q, "shown": None})["values"] == q["values"]


def test_lines_of_the_network_are_the_weights(traces):
    trace = traces.testnet()
    svg = Drawing(trace, EN).svg()
    edges = re.findall(r'<g class="edge (\w+)" data-e="W\[(\d)\]/(\d),(\d)">.*?stroke-width="([\d.]+)"', svg)
    assert len(edges) == 3 * 4 + 4 * 2
    for sign, l, k, j, width in edges:
        W = np.array(trace["quantities"][f"W[{l}]"]["values"])
        w = W[int(k), int(j)]
        assert sign == ("minus" if w < 0 else "plus")
        assert float(width) == pytest.approx(0.5 + 4.5 * abs(w) / abs(W).max(), abs=0.051)  # one decimal
    assert len(re.findall('class="unit"', svg)) == 3 + 4 + 2


def test_left_out_units_are_dots(traces):
    svg = Drawing(traces.large(), EN).svg()
    assert svg.count("⋮") == 3
    assert "784" in svg


def test_a_heat_map_is_a_picture_of_its_numbers():
    values = [[1.0, -1.0, 0.0], [0.5, -0.25, 0.125]]
    data = base64.b64decode(picture(values).partition(",")[2])
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20]), int.from_bytes(data[20:24]) == (3, 2)
    size = int.from_bytes(data[33:37])
    assert data[37:41] == b"IDAT"
    raw = np.frombuffer(zlib.decompress(data[41 : 41 + size]), np.uint8).reshape(2, 13)
    pixels = raw[:, 1:].reshape(2, 3, 4)
    assert (pixels[..., 2] > pixels[..., 0]).tolist() == [[True, False, True], [True, False, True]]  # blue
    order = np.argsort(pixels[..., 3].ravel(), kind="stable")
    assert np.all(np.diff(np.abs(np.ravel(values))[order]) >= 0)  # the larger, the deeper


@pytest.mark.parametrize("field", [f.name for f in dataclasses.fields(EN) if f.name not in ("lang", "parts")])
def test_both_languages_say_the_same_things(field):
    holes = [
        sorted(name for _, name, _, _ in string.Formatter().parse(getattr(words, field)) if name)
        for words in (EN, ZH)
    ]
    assert holes[0] == holes[1]
    assert getattr(ZH, field)
    assert not re.search("[\u4e00-\u9fff]", getattr(EN, field))


def test_words_of_no_language():
    with pytest.raises(SpecError, match='"en" and "zh"; got `lang` \'fr\''):
        words_of("fr")


def test_the_font_holds_every_letter_and_sign_of_the_formulas():
    path = Path(__file__).parents[3] / "docs" / "font.py"
    spec = importlib.util.spec_from_file_location("font", path)
    font = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(font)
    said = set(
        "".join(re.sub("<[^>]+>", "", mathml(read(f.latex))) for row in EQUATIONS for f in row.forms())
    )
    said -= set("&;")
    assert said <= set(map(chr, font.letters()))
