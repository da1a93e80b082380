"""The account of a blended network: every line recomputed, every derivative by the complex step."""

import numpy as np
import pytest

from clearprop import Network, explain
from clearprop.maths.derivation import ACTIVATIONS


def account(activation, **options):
    rng = np.random.default_rng(0)
    net = Network((3, 4, 3, 2), activation, blended=True)
    params = net.initialize(seed=0)
    for l in (1, 2):
        params.c[l][...] = rng.normal(1, 0.5, net.sizes[l])
    return explain(net, params, rng.normal(size=(3, 3)), [0, 1, 1], lr=0.1, l2=0.01, **options)


@pytest.mark.parametrize("loss", ["mean", "sum"])
@pytest.mark.parametrize("activation", [*ACTIVATIONS, "x*tanh(softplus(x))"])
def test_every_line_is_right(activation, loss):
    made = account(activation, loss=loss)
    assert made.trace["verified"]["ok"]
    for key in ("dc[1]", "dc[2]", "delta[1]", "slope[1]"):
        assert made.trace["quantities"][key]["verified"]["complex_step"]["checked"]
    for key in ("a[1]", "c'[2]", "dc[1]", "a'[2]"):
        assert made.trace["quantities"][key]["verified"]["recomputed"]["cells"]


def test_shares_are_shown_with_their_gradient_and_their_update():
    made = account("tanh")
    before, after, slope = (made[key] for key in ("c[1]", "c'[1]", "dc[1]"))
    np.testing.assert_allclose(after, np.asarray(before) - 0.1 * np.asarray(slope), rtol=1e-14)
    text = made.to_latex()
    assert r"a^{(1)}_{i,j} = z^{(1)}_{i,j} + c^{(1)}_{j} (\tanh(z^{(1)}_{i,j}) - z^{(1)}_{i,j})" in text
    assert r"{c'}^{(1)} = c^{(1)} - \alpha" in text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_way_to_write_it(lang):
    made = account("mish", lang=lang, steps=2)
    assert all(write() for write in (made.to_text, made.to_markdown, made.to_latex, made.to_html))
    assert len(made.trace["training"]["weights"]["c[1]"]) == 3
