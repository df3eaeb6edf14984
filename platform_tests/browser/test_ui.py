"""What a person sees in the Dagster UI after a short replay and one broken delivery."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Deployment

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GROUP = "/locations/platform_assets.definitions/asset-groups/flight_delay/lineage"
ASSETS = (
    "airlines",
    "airports",
    "flights",
    "planes",
    "weather",
    "flight_features",
    "flight_delay_model",
    "flight_delay_champion",
    "flight_delay_predictions",
    "flight_delay_performance",
    # Long names are shortened in their middle.
    "_by_segment",
    "_performance_estimate",
    "flight_delay_drift_report",
    "flight_delay_retraining",
)


def test_the_asset_graph_shows_every_asset_and_the_failed_one(page: Any) -> None:
    page.open(GROUP, width=1900, height=1500)

    page.wait_for(*ASSETS, "11 / 12 Passed", "23% filled (1 failed)")

    page.keep("asset-graph.png")


def test_a_drift_report_is_shown_with_its_picture(page: Any) -> None:
    page.open("/assets/flight_delay_drift_report?view=partitions&partition=2013-03", width=1150, height=950)
    page.wait_for("html report", "drift-2013-03.html", "stable")

    page.click("[Show Markdown]")

    page.wait_for("columns differ clearly", "Verdict", "pressure")
    pictures = [image for image in page.images() if image["source"].startswith("data:image/svg+xml;base64,")]
    assert len(pictures) == 1
    assert pictures[0]["done"]
    assert pictures[0]["width"] > 300
    page.scroll_up("columns differ clearly")
    page.keep("drift-report.png")


def test_a_failed_check_says_what_is_wrong_and_what_to_do(page: Any) -> None:
    page.open("/assets/flights?view=checks&checkDetail=contract_window", height=618)

    page.wait_for(
        "This is a blocking asset check.",
        "Every row lies within the partition's month (UTC).",
        "12 rows: 'time_hour' lies outside the partition's month (UTC).",
        "Correct the file, or the contract if the rule is wrong, and deliver again.",
        "Failed",
        "2013-04",
    )

    page.keep("failed-check.png")


def test_a_failed_run_tells_its_reason_in_words(page: Any, refused: "Deployment") -> None:
    import dagster as dg

    with refused.instance() as instance:
        (run,) = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE]))

    page.open(f"/runs/{run.run_id}")

    page.wait_for("flights 2013-04 was refused: contract_window: 12 rows", "Nothing was published")


def test_the_html_report_opens_without_a_server(page: Any, refused: "Deployment") -> None:
    report = refused.data / "reports" / "flight_delay" / "flight_delay" / "drift-2013-03.html"

    page.open(report.as_uri(), width=1300, height=900)

    page.wait_for("Drift of flight_delay in 2013-03", "Every column, most changed first", "pressure")
    assert page.driver.execute_script("return document.querySelectorAll('svg').length") > 5
    page.keep("report-html.png")
