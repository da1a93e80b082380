"""The doctor finds each illness that is built for it, says it with its figures, and leaves the healthy alone."""

import numpy as np
import pytest

from clearprop.network import Network
from clearprop.train.doctor.case import Limits
from clearprop.train.doctor.columns import read_columns, repeats
from clearprop.train.doctor.diagnosis import SEVERITIES, Diagnosis, Finding
from clearprop.train.doctor.examination import CHECKS, examine
from oracles.patients import LABELS, NET, RNG, X, case_of, only


def test_the_healthy_case_has_no_finding():
    found = examine(case_of())
    assert found.ok
    assert len(found) == 0
    assert found.looked_at == tuple(name for name in CHECKS if name != "overfitting")
    assert str(found) == "Nothing found on 200 rows in 14 checks."


def test_without_y_without_a_curve_and_with_few_rows_less_is_looked_at():
    assert "one class predicted" not in examine(case_of(y=None)).looked_at
    assert "learning rate too low" not in examine(case_of(losses=[])).looked_at
    few = examine(case_of(X=X[:19], y=LABELS[:19])).looked_at
    assert "dead units" not in few
    assert "vanishing gradients" in few
    assert examine(case_of(X=X[:20], y=LABELS[:20])).named("dead units") == ()


# ---- Units ---------------------------------------------------------------------------------------------
def biased(l, bias, units, **net):
    """A network in which the first units of layer l have an extreme bias."""
    net = Network((4, 10, 3), **net)
    params = net.initialize(seed=0)
    params.b[l][:units] = bias
    return net, params


@pytest.mark.parametrize(("units", "severity"), [(3, "note"), (5, "note"), (6, "serious")])
def test_dead_units(units, severity):
    net, params = biased(1, -50.0, units)
    finding = only(examine(case_of(net, params=params)), "dead units")
    assert finding.severity == severity
    assert finding.figures == {"layer": 1, "units": units, "of": 10, "share": units / 10}
    assert finding.sentence == (
        f"Layer 1: {units} of 10 relu units are positive on none of the 200 rows: they give 0 and learn nothing."
    )
    assert "`activation='leaky_relu'`" in finding.advice


def test_a_few_dead_units_are_let_pass_and_other_activations_have_none():
    net, params = biased(1, -50.0, 2)
    assert examine(case_of(net, params=params)).ok
    net, params = biased(1, -50.0, 9, activation="leaky_relu")
    assert not examine(case_of(net, params=params)).named("dead units")


def test_nearly_linear_units():
    net, params = biased(1, 50.0, 6)
    finding = examine(case_of(net, params=params)).named("nearly linear units")[0]
    assert finding.severity == "warning"
    assert finding.sentence.startswith("Layer 1: 6 of 10 relu units are positive on all 200 rows")
    net, params = biased(1, 50.0, 4)
    assert not examine(case_of(net, params=params)).named("nearly linear units")


@pytest.mark.parametrize("activation", ["tanh", "logistic"])
def test_saturated_units(activation):
    net, params = biased(1, 30.0, 2, activation=activation)
    finding = only(examine(case_of(net, params=params)), "saturated units")
    assert finding.figures["units"] == 2
    assert finding.sentence == (
        f"Layer 1: 2 of 10 {activation} units are saturated: on 90 % of the rows or more their slope is below 1 % of "
        "the greatest."
    )
    net, params = biased(1, 1.0, 10, activation=activation)
    assert examine(case_of(net, params=params)).ok


def blended(bias, units, share, activation="relu"):
    """The same of units that blend, whose shares are `share`; those of the others are 0.9."""
    net, params = biased(1, bias, units, activation=activation, blended=True)
    params.c[1][...] = 0.9
    params.c[1][:units] = share
    return case_of(net, params=params)


def test_dead_units_that_blend():
    finding = examine(blended(-50.0, 6, 0.995)).named("dead units")[0]
    assert finding.figures["units"] == 6
    assert finding.sentence.endswith(
        "as their shares are nearly 1, they give next to nothing, and hardly learn."
    )


@pytest.mark.parametrize("bias", [50.0, -50.0])
def test_units_that_blend_are_straight_lines_on_either_side(bias):
    found = examine(blended(bias, 6, 0.8))
    assert not found.named("dead units")
    finding = found.named("nearly linear units")[0]
    assert finding.figures["units"] == 6
    assert "6 of 10 relu units are straight lines on all 200 rows: their shares" in finding.sentence


@pytest.mark.parametrize("activation", ["relu", "mish"])
def test_units_with_no_share_of_their_activation_are_straight_lines(activation):
    finding = only(examine(blended(0.0, 6, 0.005, activation)), "nearly linear units")
    assert finding.sentence.startswith(f"Layer 1: 6 of 10 {activation} units are straight lines")
    assert examine(blended(0.0, 6, 0.1, activation)).ok


@pytest.mark.parametrize("activation", ["tanh", "logistic"])
def test_saturated_units_that_blend(activation):
    finding = examine(blended(30.0, 2, 1.0, activation)).named("saturated units")[0]
    assert finding.figures["units"] == 2
    for share in (0.9, 1.5):  # beyond the bend the slope is 1 - c
        assert not examine(blended(30.0, 2, share, activation)).named("saturated units")


def deep(scale):
    """Six narrow tanh layers whose weights are scaled: gradients shrink or grow by the scale in each."""
    net = Network((4, *[6] * 6, 3), "identity")
    params = net.initialize(seed=0)
    for W in params.W[2:]:
        W *= scale
    return net, params


@pytest.mark.parametrize(
    ("scale", "name", "words"), [(0.1, "vanishing", "smaller"), (10.0, "exploding", "larger")]
)
def test_vanishing_and_exploding_gradients(scale, name, words):
    net, params = deep(scale)
    case = case_of(net, params=params)
    finding = examine(case).named(f"{name} gradients")[0]
    deltas = [float(np.sqrt(np.mean(d**2))) for d in case.working.delta[1:]]
    assert finding.figures["rms of delta"] == deltas
    assert finding.figures["ratio"] == pytest.approx(deltas[0] / deltas[-1])
    assert finding.figures["norms of dW"] == [float(np.linalg.norm(dW)) for dW in case.working.dW[1:]]
    assert f"times {words} than in the last layer" in finding.sentence
    net, params = deep(1.0)
    assert not examine(case_of(net, params=params)).named(f"{name} gradients")


# ---- Data ----------------------------------------------------------------------------------------------
def test_unscaled_inputs_by_their_spreads():
    finding = examine(case_of(X=X * [1, 12e3, 1, 0.5])).named("unscaled inputs")[0]
    assert finding.severity == "serious"
    assert finding.figures["largest sd"] == pytest.approx(12e3)
    assert finding.figures["least sd"] == pytest.approx(0.5)
    assert finding.figures["columns"][0] == "1"
    assert finding.sentence == "The inputs are unscaled: column 1 has sd 1.2e4 against 0.5 for column 3."


@pytest.mark.parametrize("factor", [1e4, 1e-4])
def test_unscaled_inputs_all_alike(factor):
    finding = examine(case_of(X=X * factor)).named("unscaled inputs")[0]
    assert "far from 1" in finding.sentence


def test_inputs_far_from_the_centre():
    finding = examine(case_of(X=np.add(X, [0, 0, 500, 0]))).named("unscaled inputs")[0]
    assert finding.sentence == "The inputs are not centred: column 2 has mean 5e2 and sd 1."
    assert finding.figures["columns"] == ["2"]
    assert not examine(case_of(X=np.add(X, [0, 0, 20, 0]))).named("unscaled inputs")


def test_indicators_of_rare_values_are_not_unscaled():
    rare = np.zeros(2000)
    rare[7] = 1.0
    many = np.column_stack([RNG.normal(size=(2000, 3)) * 30, rare])  # sds 30 and 0.02
    assert examine(case_of(X=many, y=None)).ok


def test_constant_inputs():
    finding = only(examine(case_of(X=np.where([0, 1, 0, 0], 3.0, X))), "constant inputs")
    assert finding.figures == {"columns": ["1"], "share": 0.25}
    assert finding.severity == "note"
    net = Network((11, 10, 3))
    wide = np.column_stack([RNG.normal(size=(200, 10)), np.ones(200)])
    assert examine(case_of(net, wide)).ok  # one of eleven is let pass


def test_repeated_inputs():
    finding = only(examine(case_of(X=np.column_stack([X[:, :3], 5 - 2 * X[:, 1]]))), "repeated inputs")
    assert finding.figures["pairs"] == [["3", "1"]]
    assert "3 repeats 1" in finding.sentence


def test_repeats_are_found_whatever_their_sign_and_scale_and_no_others():
    many = np.column_stack([X, -3 * X[:, 0], X[:, 2], X[:, 2] * 1e5 + 7, X[:, 3] + 1e-6 * X[:, 0]])
    later, earlier = zip(*repeats(many, read_columns(many)), strict=True)
    assert later == (4, 5, 6)
    assert earlier[:2] == (0, 2)
    assert earlier[2] in (2, 5)


REGRESSION = Network((4, 10, 1), head="identity")


@pytest.mark.parametrize(
    ("factor", "words"), [(1e4, "above 1e3: steps"), (1e-5, "below 0.001: `tol` ends the run")]
)
def test_unscaled_target(factor, words):
    y = X[:, :1] * factor
    finding = only(examine(case_of(REGRESSION, y=y)), "unscaled target")
    assert finding.figures == {"mean": pytest.approx(y.mean()), "sd": pytest.approx(y.std()), "output": 0}
    assert words in finding.sentence
    assert examine(case_of(REGRESSION, y=X[:, :1])).ok


def always(k, net=NET):
    """A network that answers k whatever the row."""
    params = net.initialize(seed=0)
    params.W[2][...] *= 0.01
    params.b[2][...] = -1.0
    params.b[2][k] = 3.0
    return params


def test_one_class_predicted():
    finding = only(examine(case_of(params=always(2), classes=["a", "b", "c"])), "one class predicted")
    share = float((LABELS == 2).mean())
    assert finding.figures == {"answer": 2, "output": 0, "share": share, "classes": 3}
    assert (
        finding.sentence
        == f"Every one of the 200 rows gets class c, but only {100 * share:.2g} % of them have it."
    )
    assert examine(case_of(params=always(2), y=np.full(200, 2))).ok  # there is one class only


def test_one_label_predicted_of_several():
    net = Network((4, 10, 2), head="logistic")
    params = net.initialize(seed=0)
    params.W[2][...] *= 5.0  # answers of both kinds
    params.W[2][:, 1] *= 0.001
    params.b[2][1] = -2.0
    y = (X[:, :2] > 0).astype(float)
    finding = examine(case_of(net, y=y, params=params, classes=["hot", "wet"])).named("one class predicted")
    assert [f.figures["output"] for f in finding] == [1]
    assert "gets not the label wet" in finding[0].sentence


def test_saturated_outputs():
    params = always(2)
    params.b[2][2] = 40.0
    finding = examine(case_of(params=params)).named("saturated outputs")[0]
    wrong = np.flatnonzero(LABELS != 2)
    assert finding.figures["count"] == len(wrong)
    assert finding.figures["rows"] == wrong[:20].tolist()
    assert f"the first at row {wrong[0]}" in finding.sentence
    right = examine(case_of(params=params, y=np.full(200, 2)))
    assert not right.named("saturated outputs")  # sure and right


# ---- The diagnosis -------------------------------------------------------------------------------------
BAD = Finding("dead units", "serious", "3 < 4 units.", {"units": 3}, "Do <this>.")
MILD = Finding("constant inputs", "note", "One column.", {}, "Leave it.")


def test_the_diagnosis_reads_as_lines():
    found = Diagnosis((BAD, MILD), 1234, ("a", "b"))
    assert not found.ok
    assert list(found) == [BAD, MILD]
    assert str(found).splitlines() == [
        "2 findings on 1,234 rows in 2 checks.",
        "- serious: dead units. 3 < 4 units. Do <this>.",
        "- note: constant inputs. One column. Leave it.",
    ]
    assert bool(Diagnosis((), 1, ())) is True  # it is a report, not a verdict


def test_the_diagnosis_in_a_notebook_is_escaped():
    page = Diagnosis((BAD,), 10, ("a",))._repr_html_()
    assert "3 &lt; 4 units." in page
    assert "Do &lt;this&gt;." in page
    assert page.count("<tr>") == page.count("</tr>") == 1
    assert "<table" not in Diagnosis((), 10, ("a",))._repr_html_()


def test_the_worst_comes_first():
    net, params = biased(1, -50.0, 3)
    found = examine(case_of(net, np.where([0, 1, 0, 0], 3.0, X) * [1, 1, 1e4, 1], params=params))
    assert [f.severity for f in found] == sorted([f.severity for f in found], key=SEVERITIES.index)
    assert found.findings[0].name == "unscaled inputs"


def test_every_limit_is_explained():
    text = Limits.__doc__
    assert all(name in text for name in Limits.__dataclass_fields__)


def test_findings_are_frozen():
    with pytest.raises(AttributeError):
        BAD.severity = "note"
