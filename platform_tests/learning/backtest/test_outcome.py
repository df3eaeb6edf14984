"""What errors cost, what policies came to, and how people are told."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_history import FIRST, MadeUpHistory, policy

from platform_assets.learning import partitions
from platform_assets.learning.backtest.answer import answer
from platform_assets.learning.backtest.chart import backtest_svg
from platform_assets.learning.backtest.declaration import BacktestDeclaration, ErrorCosts
from platform_assets.learning.backtest.outcome import PolicyOutcome, outcomes
from platform_assets.learning.backtest.report import backtest_html
from platform_assets.learning.backtest.simulation import simulate
from platform_assets.learning.backtest.tables import month_rows, policy_rows
from platform_assets.learning.backtest.value import error_cost

COSTS = BacktestDeclaration(costs=ErrorCosts(missed=60, false_alarm=10), cost_per_cpu_hour=3.6)


def compared(*texts: str, declared: BacktestDeclaration = COSTS, **history: object) -> list[PolicyOutcome]:
    made_up = MadeUpHistory(**history)  # type: ignore[arg-type]
    return outcomes(simulate(made_up, [policy(text) for text in ("never", *texts)]), declared)


def better_when_new() -> dict[tuple[str, str], float]:
    """The first model loses, later ones do not."""
    return {(FIRST, month): 0.7 for month in partitions.between("2020-06", "2021-01")}


@given(
    st.lists(st.tuples(st.booleans(), st.floats(0, 1)), max_size=30),
    st.floats(0.01, 100),
    st.floats(0.01, 100),
    st.one_of(st.just("best"), st.floats(0.01, 0.99)),
)
def test_the_cost_of_errors_is_counted_row_by_row(
    rows: list[tuple[bool, float]], missed: float, false_alarm: float, threshold: float
) -> None:
    declared = BacktestDeclaration(costs=ErrorCosts(missed=missed, false_alarm=false_alarm), threshold=threshold)
    from_ = false_alarm / (false_alarm + missed) if threshold == "best" else threshold

    found = error_cost(np.array([float(y) for y, _ in rows]), np.array([p for _, p in rows]), declared)

    assert found == pytest.approx(
        sum((missed if p < from_ else 0) if y else (false_alarm if p >= from_ else 0) for y, p in rows)
    )


def test_the_best_threshold_costs_least_if_probabilities_are_right() -> None:
    rng = np.random.default_rng(0)
    p = rng.random(200_000)
    y = (rng.random(len(p)) < p).astype(float)

    def cost(threshold: float | str) -> float:
        return error_cost(y, p, COSTS.model_copy(update={"threshold": threshold})) or 0.0

    assert min(np.linspace(0.02, 0.5, 25), key=cost) == pytest.approx(COSTS.acted_on_from, abs=0.03)
    assert cost("best") <= min(cost(each) for each in (0.05, 0.3, 0.5))


def test_money_is_compared_with_never_and_the_naive_forecast() -> None:
    never, monthly = compared("monthly", aucs=better_when_new())

    # Errors of the made-up history cost 1000 (1 - AUC) a month, those of the naive forecast 400.
    assert never.error_cost == pytest.approx(4 * 200 + 8 * 300)
    assert monthly.saved_against_never == pytest.approx(8 * 100)
    assert monthly.saved_against_baseline == pytest.approx(12 * 200)
    assert (monthly.months_better_than_never, monthly.labelled_months) == (8, 12)
    assert (monthly.trainings, monthly.retrainings, monthly.cpu_seconds) == (12, 11, 120.0)
    assert monthly.compute_cost == pytest.approx(0.12)
    assert monthly.net_against_never == pytest.approx(800 - 0.11)


def test_without_declared_costs_there_is_no_money_but_an_answer() -> None:
    made_up = MadeUpHistory(aucs=better_when_new())
    runs = simulate(made_up, [policy("never"), policy("monthly")])

    assert error_cost(np.array([1.0]), np.array([0.5]), BacktestDeclaration()) is None
    assert BacktestDeclaration().acted_on_from is None
    never, monthly = outcomes(runs, COSTS)
    assert monthly.auc_gained == pytest.approx((monthly.mean_auc or 0) - (never.mean_auc or 0))


def test_the_answer_names_the_best_and_whether_drift_is_worth_it() -> None:
    found = compared("monthly", "drift", aucs=better_when_new(), drifting=frozenset({"2020-06"}))

    sentences = answer(found, "USD")

    assert sentences[0].startswith("'monthly' came out best: it saves 800 USD against never retraining")
    assert sentences[1].startswith("Is it worth retraining on drift? Yes: 'drift' saves 700 USD")
    assert "1 retraining instead of 11" in sentences[2]


def test_the_answer_can_be_no() -> None:
    worse = {
        (month, later): 0.7 for month in partitions.between("2020-06", "2020-12") for later in ("2020-12", "2021-01")
    }

    sentences = answer(compared("drift", aucs=worse, drifting=frozenset({"2020-06"})), "USD")

    assert sentences[0].startswith("No policy was worth its trainings")
    assert sentences[1].startswith("Is it worth retraining on drift? No: 'drift' loses")


def test_what_makes_no_difference_is_told_as_such() -> None:
    sentences = answer(compared("drift"), "USD")

    assert sentences[1].startswith("Is it worth retraining on drift? No: 'drift' comes out like never retraining (")


def test_a_sweep_ranks_the_thresholds_and_tells_which_are_alike() -> None:
    sentences = answer(compared("drift:psi=0.1", "drift:psi=0.2", drifting=frozenset({"2020-06"})), "USD")

    assert any(
        sentence.startswith("At which threshold? Of those that look at drift, best first: drift:psi=0.1 (")
        for sentence in sentences
    )
    assert "Trained as of the same months: drift:psi=0.1 and drift:psi=0.2." in sentences


def test_the_tables_have_a_row_a_policy_and_a_star_where_it_trained() -> None:
    found = compared("drift", drifting=frozenset({"2020-06", "2020-10"}), refused=frozenset({"2020-10"}))

    months = {row["month"]: row["drift"] for row in month_rows(found)}

    assert [row["policy"] for row in policy_rows(found, "USD")] == ["never", "drift"]
    assert (months["2020-05"], months["2020-06"], months["2020-10"]) == ("0.800", "0.800 *", "0.800 (*)")


def test_the_picture_is_well_formed_and_marks_every_training() -> None:
    found = compared("drift", "monthly", drifting=frozenset({"2020-06"}), refused=frozenset({"2020-06"}))

    drawn = ET.fromstring(backtest_svg(found, "USD"))

    circles = [shape.get("class") for shape in drawn.iter("{http://www.w3.org/2000/svg}circle")]
    # Each once more in the legend.
    assert circles.count("promoted") == 1 + 1 + 11
    assert circles.count("refused") == 1 + 1 + 1


def test_the_page_needs_nothing_else_and_escapes_names() -> None:
    found = compared("drift")

    page = backtest_html(found, title="<b>", sentences=answer(found, "<$>"), facts={"a<": "b<"}, currency="<$>")

    assert not re.search(r"<script|<b>|<\$>|src=|https?://(?!www\.w3\.org)", page)
    assert "prefers-color-scheme:dark" in page
    assert 'name="viewport"' in page
