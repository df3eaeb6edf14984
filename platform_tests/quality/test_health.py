"""Pipeline health of plain series: what is unusual is found, noise is not, and what is unknown is said."""

import random

from platform_assets.pipeline.health import HEALTH, health_report
from platform_assets.quality.health import Materialised

STEADY = [Materialised(f"run {at}", 10.0 + at % 3, 1000.0 + at, 5e6 + at, 0.01) for at in range(12)]


def test_a_steady_pipeline_is_healthy() -> None:
    report = health_report({"flights": STEADY, "weather": STEADY})

    assert [finding.passed for finding in report.findings] == [True, True, True, True]
    assert [finding.message for finding in report.findings] == ["As expected: 2 of 2 assets."] * 4


def test_what_takes_much_longer_writes_much_less_or_costs_much_more_is_named_with_its_numbers() -> None:
    slow = [*STEADY, Materialised("today", 60.0, 400.0, 5e6, 0.09)]

    duration, rows, size, cost = health_report({"flights": slow, "weather": STEADY}).findings

    assert (duration.unusual, rows.unusual, size.unusual) == (["flights"], ["flights"], [])
    assert duration.message.startswith(
        "flights: Unusually high: seconds is 60 in today; expected 0 to 22 (mean 11 of 12"
    )
    assert rows.message.startswith("flights: Unusually low: rows is 400 in today; expected 502.8 to 1,508")
    assert rows.message.endswith("As expected: 1 of 2 assets.")
    assert cost.message.startswith("flights: Unusually high: usd is 0.09 in today; expected 0 to 0.02")


def test_too_few_materialisations_are_said_to_be_too_few() -> None:
    duration, *_ = health_report({"flights": STEADY, "new": STEADY[:3]}).findings

    assert duration.passed
    assert duration.message == "As expected: 1 of 2 assets. Cannot tell yet: new."


def test_an_asset_without_the_measure_is_left_out_and_nothing_at_all_is_said() -> None:
    report = health_report({"decision": [Materialised("once", seconds=1.0)]})

    assert [len(finding.by_asset) for finding in report.findings] == [1, 0, 0, 0]
    assert report.findings[1].message == "Nothing ran yet."
    assert "| decision | ? 1 | - | - | - |" in report.table


def test_small_changes_of_what_hardly_moves_and_the_noise_of_a_shared_machine_do_not_alarm() -> None:
    chance = random.Random(1)
    alarms = 0
    for _ in range(300):
        seconds = [chance.lognormvariate(2, 0.4) for _ in range(13)]
        series = [Materialised(str(at), value, 1000.0, 5e6) for at, value in enumerate(seconds)]
        alarms += len(health_report({"flights": series}).findings[0].unusual)
    same = [*STEADY[:1] * 12, Materialised("today", 10.0, 1300.0, 6e6, 0.015)]

    assert alarms <= 3
    assert all(finding.passed for finding in health_report({"flights": same}).findings)


def test_only_what_is_unusual_is_drawn() -> None:
    report = health_report({"flights": [*STEADY, Materialised("today", 60.0, 1000.0, 5e6, 0.01)], "weather": STEADY})

    assert [list(report.plots(finding)) for finding in report.findings] == [["flights"], [], [], []]
    assert "flights: seconds" in report.plots(report.findings[0])["flights"]
    assert {rule.name for rule in HEALTH} == {"usual_duration", "usual_rows", "usual_bytes", "usual_cost"}
