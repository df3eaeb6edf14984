"""The promise of `dagster dev`: files dropped into the landing folder become predictions and a drift report by
themselves."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from platform_assets.lake import Lake, month_window
from platform_assets.replay.deliveries import deliver

if TYPE_CHECKING:
    from conftest import Deployment

pytestmark = pytest.mark.slow

NEXT_MONTH = "2013-04"
# The new month brings the labels of the one before.
LEADS_TO = {
    ("flight_delay_predictions", NEXT_MONTH),
    ("flight_delay_drift_report", NEXT_MONTH),
    ("flight_delay_performance", "2013-03"),
}
# The promise is a minute; the rest is for machines that do other things at the same time.
AT_MOST_SECONDS = 120
START_SECONDS = 120


def wait_until_sensors_tick(instance: dg.DagsterInstance, since: float, log: Path) -> None:
    def ticked() -> set[str]:
        return {
            state.name
            for state in instance.all_instigator_state()
            if any(
                t.timestamp > since for t in instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1)
            )
        }

    deadline = time.monotonic() + START_SECONDS
    while len(ticked()) < 3:
        assert time.monotonic() < deadline, f"Only {ticked()} ticked. {log.read_text()[-3000:]}"
        time.sleep(1)


def seconds_until_materialised(instance: dg.DagsterInstance, log: Path) -> float:
    started = time.monotonic()
    waiting = LEADS_TO
    while waiting:
        passed = time.monotonic() - started
        assert passed < AT_MOST_SECONDS, f"{waiting} not there after {passed:.0f} s. {log.read_text()[-3000:]}"
        time.sleep(0.5)
        waiting = {
            (asset, partition)
            for asset, partition in waiting
            if partition not in instance.get_materialized_partitions(dg.AssetKey(asset))
        }
    return time.monotonic() - started


def timing(record: dg.RunRecord, delivered: float) -> str:
    """When a run was requested, began and ended, in seconds after the delivery."""
    assets = ", ".join(sorted(key.to_user_string() for key in record.dagster_run.asset_selection or ()))
    times = (record.create_timestamp.timestamp(), record.start_time, record.end_time)
    shown = [f"{moment - delivered:.0f}" if moment else "-" for moment in times]
    return f"requested {shown[0]}, began {shown[1]}, ended {shown[2]}: {assets}"


def test_files_dropped_into_the_landing_folder_lead_to_predictions_and_drift_report(
    replayed: "Deployment",
    dagster_dev: Callable[["Deployment"], AbstractContextManager[Path]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    started = time.time()
    with replayed.instance() as instance, dagster_dev(replayed) as log:
        earlier = {run.run_id for run in instance.get_runs()}
        wait_until_sensors_tick(instance, started, log)
        assert {run.run_id for run in instance.get_runs()} == earlier, "The daemon repeated what the replay had done."

        deliver(replayed.landing, NEXT_MONTH)
        delivered = time.time()
        seconds = seconds_until_materialised(instance, log)
        records = [record for record in instance.get_run_records() if record.dagster_run.run_id not in earlier]
        with capsys.disabled():
            print(f"\n  {NEXT_MONTH}: from files to predictions and drift report in {seconds:.0f} s")
            for record in reversed(records):
                print(f"    {timing(record, delivered)}")

        assert dg.DagsterRunStatus.FAILURE not in {record.dagster_run.status for record in records}
    flights = Lake(replayed.data / "lake").read("flight_delay.flights", month_window(NEXT_MONTH, "time_hour"))
    predictions = Lake(replayed.data / "lake").read(
        "flight_delay.flight_delay_predictions", month_window(NEXT_MONTH, "time_hour")
    )
    assert predictions.num_rows == flights.num_rows > 20_000
    assert (replayed.data / "reports" / "flight_delay" / "flight_delay" / f"drift-{NEXT_MONTH}.html").is_file()
