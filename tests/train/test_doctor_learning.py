"""What the doctor says of the training: the rate, the epochs, what was learned by heart, and why a run did not end."""

import numpy as np
import pytest

from clearprop.network import Network, Parameters
from clearprop.train.doctor.case import Case, Run, Scores
from clearprop.train.doctor.columns import dense, glance, some_rows
from clearprop.train.doctor.curve import read_curve
from clearprop.train.doctor.examination import examine
from clearprop.train.doctor.learning import why_not_converged
from oracles.patients import GOOD, X, case_of, only


# ---- Learning ------------------------------------------------------------------------------------------
def test_learning_rate_too_high():
    losses = [1.0 + 0.5 * (n % 2) for n in range(41)]
    finding = only(examine(case_of(losses=losses)), "learning rate too high")
    assert finding.figures["rose"] == 0.5
    assert finding.figures["rise"] == 0.5
    assert finding.sentence == ("J rose in 50 % of the 41 epochs, typically by 50 %; it went from 1 to 1.")
    assert "`learning_rate_init`" in finding.advice


def test_small_swings_about_a_minimum_are_no_illness():
    noise = np.random.default_rng(1).normal(size=200)
    assert examine(case_of(losses=list(0.3 + 0.9 ** np.arange(200) + 0.003 * noise))).ok
    assert examine(case_of(losses=list(0.9 ** np.arange(200) + 1e-4 * (2 + np.sin(noise))))).ok


def test_swings_of_a_schedule_are_excused_if_j_came_down():
    losses = [1.0 / (1 + n / 5) * (1 + 0.3 * (n % 2)) for n in range(40)]
    assert examine(case_of(losses=losses)).named("learning rate too high")
    assert examine(case_of(losses=losses, rests=True)).ok
    assert examine(case_of(losses=[1.0 + 0.5 * (n % 2) for n in range(40)], rests=True)).findings


def test_learning_rate_too_low():
    losses = [0.999**n for n in range(100)]
    finding = only(examine(case_of(losses=losses)), "learning rate too low")
    assert finding.figures["pace"] == pytest.approx(0.001)
    assert finding.figures["falls"] == 1.0
    assert finding.figures["epochs"] == pytest.approx(np.log(10) / 0.001)
    assert finding.sentence.startswith(
        "J still fell by 0.1 % an epoch at the end, as steadily as at the start: "
    )
    assert "2,400 epochs to a tenth of it, and 100 were run" in finding.sentence


def test_a_plateau_after_a_fall_is_no_low_rate():
    assert examine(case_of(losses=[0.5 + 0.8**n - 1e-4 * n for n in range(100)])).ok


def test_a_slow_end_after_the_best_score_is_excused_if_j_came_down():
    losses = [0.97**n for n in range(14)]
    assert examine(case_of(losses=losses, stale=True)).named("learning rate too low")
    losses = [0.95**n for n in range(14)]
    assert examine(case_of(losses=losses, stale=False)).ok


def test_not_converged():
    losses = [0.1 + 0.97**n for n in range(40)]
    finding = only(examine(case_of(losses=losses, most=40)), "not converged")
    assert finding.severity == "warning"
    assert finding.figures["J"] == losses[-1]
    left = (losses[-1] - 0.1) / losses[-1]
    assert finding.figures["gain"] == pytest.approx(left, rel=0.3)  # means of fifths stand for their ends
    assert finding.sentence.startswith(
        "The run ended at `max_iter`=40 while J still fell by 2.3 % an epoch; about "
    )
    assert finding.advice.startswith("Raise `max_iter` to about ")
    assert examine(case_of(losses=losses, most=41)).ok  # it ended by itself
    assert examine(case_of(losses=losses, most=40, rests=True)).ok
    assert examine(case_of(losses=losses, most=40, stale=True)).ok
    assert examine(case_of(losses=GOOD, most=len(GOOD))).ok  # nothing left to gain


@pytest.mark.parametrize("losses", [[1.0], [1.0, 0.8], [1.0, 0.9, 0.8, 0.7]])
def test_not_converged_after_a_few_epochs(losses):
    finding = only(examine(case_of(losses=losses, most=len(losses))), "not converged")
    assert f"after {len(losses)} epoch" in finding.sentence
    assert examine(case_of(losses=losses, most=5)).ok


def test_lbfgs_is_judged_by_its_gradient():
    case = case_of(losses=[], epochs=3, most=3)
    finding = only(examine(case), "not converged")
    working = case.working
    steepest = max(np.abs(part).max() for part in (*working.dW[1:], *working.db[1:]))
    assert finding.figures == {"gradient": pytest.approx(steepest), "tol": 1e-4}
    assert examine(case_of(losses=[], epochs=2, most=3)).ok
    assert examine(case_of(losses=[], epochs=3, most=3, tol=1.0)).ok


def test_the_penalty_is_part_of_the_gradient_of_lbfgs():
    """At the minimum of J and its penalty the gradient of J alone is not 0."""
    net = Network((4, 3), head="identity")
    solution = np.linalg.solve(X.T @ X + 200 * 0.5 * np.eye(4), X.T @ X[:, :3])
    params = Parameters.from_layers(net, [None, solution], [None, np.zeros(3)])
    centred = X - X.mean(axis=0)
    solution = np.linalg.solve(centred.T @ centred + 200 * 0.5 * np.eye(4), centred.T @ centred[:, :3])
    params = Parameters.from_layers(net, [None, solution], [None, np.zeros(3)])
    names = ["0", "1", "2", "3"]
    run = Run([], 3, 3, 1e-10)
    assert examine(Case(net, params, centred, centred[:, :3], None, names, run, l2=0.5)).ok
    assert examine(Case(net, params, centred, centred[:, :3], None, names, run)).named("not converged")


@pytest.mark.parametrize(("validation", "found"), [(0.5, True), (0.7, True), (0.82, False), (0.95, False)])
def test_overfitting(validation, found):
    """The limit is 0.1 + 2 / sqrt(100) of the way from 0.4 to 1."""
    scores = Scores("accuracy", 0.99, validation, 0.4, 1.0, 100)
    diagnosis = examine(case_of(scores=scores))
    assert bool(diagnosis.named("overfitting")) == found
    if found:
        finding = only(diagnosis, "overfitting")
        assert finding.figures["gap"] == pytest.approx((0.99 - validation) / 0.6)
        assert finding.sentence.startswith(
            f"accuracy is 0.99 on these rows but {validation:.3g} in validation: "
        )
    assert "overfitting" in diagnosis.looked_at


def test_few_rows_of_validation_are_given_their_chance():
    assert examine(case_of(scores=Scores("R2", 0.6, 0.3, 0.0, 1.0, 44))).ok
    assert not examine(case_of(scores=Scores("R2", 0.6, 0.3, 0.0, 1.0, 4400))).ok


# ---- Why a run did not converge ------------------------------------------------------------------------
def why(losses, X=X, names=None):
    return why_not_converged(losses, 1e-4, glance(X), names)


def test_why_by_the_curve():
    assert why([0.1 + 0.97**n for n in range(40)]).startswith(
        "J still fell by 2.3 % an epoch at the end: raise `max_iter` to about "
    )
    assert why([1.0 + 0.5 * (n % 2) for n in range(41)]) == (
        "J rose in 50 % of the epochs: lower `learning_rate_init`."
    )
    assert why([0.9999**n for n in range(40)]) == (
        "J still fell by 0.01 % an epoch at the end: raise `learning_rate_init`."
    )
    assert why([1.0, 0.9]) == "2 epochs are too few to say why: raise `max_iter`."
    assert why([1.0]) == "1 epoch is too few to say why: raise `max_iter`."


def test_why_by_the_inputs():
    unscaled = X * [0.5, 1, 1, 12e3]
    assert why(GOOD, unscaled) == (
        "The inputs are unscaled: column 3 has sd 1.2e4 against 0.5 for column 0; scale X."
    )
    assert "column `pay` has sd 1.2e4" in why(GOOD, unscaled, ["age", "size", "dose", "pay"])


@pytest.mark.parametrize("run", [30, 60, 90])
def test_the_epochs_to_come_are_told_within_a_factor_of_three(run):
    """Of falls by a constant factor and of falls by a power: the truth may be either."""
    for J in (0.98 ** np.arange(2000), 1 / np.arange(1, 2001)):
        truth = int(np.flatnonzero(-np.diff(J) < 1e-4)[0]) + 1
        told = read_curve(J[:run]).epochs_until(1e-4)
        assert truth / 3 < told < 3 * truth


# ---- Readings ------------------------------------------------------------------------------------------
def test_a_curve_in_figures():
    found = read_curve([2.0 * 0.9**n for n in range(50)])
    assert (found.epochs, found.first, found.rose, found.falls) == (50, 2.0, 0.0, 1.0)
    assert found.pace == pytest.approx(0.1)
    assert found.early_pace == pytest.approx(0.1)
    # falls of a window shrink by 0.9^10; the sum of those to come is then what the mean of the last window is
    assert found.gain == pytest.approx(1.0)
    assert read_curve([1.0] * 9) is None
    assert read_curve([1.0] * 20 + [np.nan]) is None
    assert read_curve([1.0] * 20).pace == pytest.approx(0.0, abs=1e-12)  # rounding of the fitted line
    assert read_curve([0.0] * 20).gain == 0.0


def test_only_some_rows_of_large_tables_are_looked_at():
    assert len(some_rows(np.empty((9_999, 3)))) == 9_999
    rows = some_rows(np.empty((1_000_000, 3)))
    assert len(rows) == 10_000
    assert (rows[0], rows[-1]) == (0, 999_999)
    assert len(some_rows(np.empty((50_000, 10_000), np.int8))) == 1000


def test_rows_are_made_dense():
    sparse = pytest.importorskip("scipy.sparse")
    for kind in (sparse.csr_matrix, sparse.csc_matrix, np.asarray):
        np.testing.assert_array_equal(dense(kind(X), np.array([3, 5])), X[[3, 5]])
