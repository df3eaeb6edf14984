"""A range of months made again with the README's command while `dagster dev` runs."""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import pyarrow as pa
import pytest

from platform_assets.lake import Lake, month_window

if TYPE_CHECKING:
    from conftest import Deployment, Replay
    from platform_assets.pipeline import Product

pytestmark = pytest.mark.slow

MONTHS = ("2013-01", "2013-02", "2013-03")
RANGE = ("--from", "2013-02", "--to", "2013-03")
ASSETS = ("flights", "weather", "flight_features")
# One reading of February has an impossible wind speed.
REFUSED_ROWS = {("weather", "2013-02"): 1}
AT_MOST_SECONDS = 240

Partition = tuple[str, str | None]
SUCCESS, FAILURE = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE


@dataclass(frozen=True)
class Live:
    """A deployment on which `dagster dev` runs."""

    deployment: "Deployment"
    instance: dg.DagsterInstance
    log: Path

    def backfill(self, *partitions: str) -> list[dg.RunRecord]:
        """Run the command and wait until all of its runs have ended; returns them in the order of their months."""
        command = ("-m", "dagster", "job", "backfill", "-w", "workspace.yaml", "-j", "flight_delay_data")
        done = self.deployment.python(*command, *partitions, "--noprompt")
        launched = re.search("Launched backfill job `(.+)`", done.stdout)
        assert launched, done.stdout + done.stderr
        deadline = time.monotonic() + AT_MOST_SECONDS
        while unfinished(records := self._runs(launched[1])):
            assert time.monotonic() < deadline, f"{statuses(records)}. {self.log.read_text()[-3000:]}"
            time.sleep(0.5)
        return records

    def _runs(self, backfill: str) -> list[dg.RunRecord]:
        return sorted(self.instance.get_run_records(dg.RunsFilter(tags={"dagster/backfill": backfill})), key=month_of)

    def made_by(self, record: dg.RunRecord) -> list[tuple[Partition, str]]:
        """Every materialisation of a run with its data version."""
        logs = self.instance.all_logs(record.dagster_run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        return [version(entry.asset_materialization) for entry in logs if entry.asset_materialization]

    def failures(self, record: dg.RunRecord) -> list[str]:
        """What the failed steps of a run say."""
        logs = self.instance.all_logs(record.dagster_run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
        events = [entry.dagster_event for entry in logs if entry.dagster_event]
        return [str(event.step_failure_data.user_failure_data.description) for event in events]

    def versions(self) -> dict[Partition, str]:
        """The current data version of every partition that a backfill makes."""
        found = {}
        for asset in ASSETS:
            for month in MONTHS:
                wanted = dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), asset_partitions=[month])
                (latest,) = self.instance.fetch_materializations(wanted, limit=1).records
                assert latest.asset_materialization
                found |= [version(latest.asset_materialization)]
        return found


def version(materialisation: dg.AssetMaterialization) -> tuple[Partition, str]:
    partition = (materialisation.asset_key.to_user_string(), materialisation.partition)
    return partition, (materialisation.tags or {})["dagster/data_version"]


def month_of(record: dg.RunRecord) -> str:
    return record.dagster_run.tags["dagster/partition"]


def unfinished(records: list[dg.RunRecord]) -> bool:
    return not all(record.dagster_run.is_finished for record in records)


def statuses(records: list[dg.RunRecord]) -> dict[str, dg.DagsterRunStatus]:
    return {month_of(record): record.dagster_run.status for record in records}


def made_once(month: str, versions: dict[Partition, str]) -> list[tuple[Partition, str]]:
    """What a run of a month materialises if it makes each asset once, with the data versions that are expected."""
    return sorted(((asset, month), versions[asset, month]) for asset in ASSETS)


@pytest.fixture(scope="module")
def live(replay: "Replay", dagster_dev: Callable[["Deployment"], AbstractContextManager[Path]]) -> Iterator[Live]:
    """The short replay, which made every month once, with `dagster dev`."""
    assert replay.done.returncode == 0, replay.done.stderr
    with replay.deployment.restored() as deployment, deployment.instance() as instance, dagster_dev(deployment) as log:
        yield Live(deployment, instance, log)


def delivered_rows(deployment: "Deployment", asset: str, month: str) -> int:
    dataset = "flights" if asset == "flight_features" else asset
    lines = (deployment.landing / dataset / f"{month}.csv").read_text(encoding="utf-8").splitlines()
    return len(lines) - 1 - REFUSED_ROWS.get((asset, month), 0)


def assert_every_delivered_row_stands_once(live: Live, product: "Product") -> None:
    lake = Lake(live.deployment.data / "lake")
    for asset in ASSETS:
        keys = product.readable(asset).keys
        for month in MONTHS:
            rows: pa.Table = lake.read(f"flight_delay.{asset}", month_window(month, "time_hour"), columns=keys)
            distinct = rows.group_by(keys).aggregate([])
            expected = delivered_rows(live.deployment, asset, month)
            assert (rows.num_rows, distinct.num_rows) == (expected, expected), f"{asset} {month}"
        assert lake.read(f"flight_delay.{asset}", columns=keys).num_rows == sum(
            delivered_rows(live.deployment, asset, month) for month in MONTHS
        )


def test_a_month_without_its_file_fails_alone_and_is_completed_by_itself_later(
    live: Live, product: "Product", tmp_path: Path
) -> None:
    before = live.versions()
    file = live.deployment.landing / "flights" / "2013-02.csv"
    taken_away = shutil.move(file, tmp_path)

    february, march = live.backfill(*RANGE)
    shutil.move(taken_away, file)

    assert statuses([february, march]) == {"2013-02": FAILURE, "2013-03": SUCCESS}
    assert [entry for entry, _ in live.made_by(february)] == [("weather", "2013-02")]
    (message,) = live.failures(february)
    assert message.startswith("flights 2013-02 has not been delivered: ")
    # What was published before stays, so March still finds its history.
    assert live.versions() == before
    assert_every_delivered_row_stands_once(live, product)

    (again,) = live.backfill("--partitions", "2013-02")

    assert statuses([again]) == {"2013-02": SUCCESS}
    assert sorted(live.made_by(again)) == made_once("2013-02", before)
    assert_every_delivered_row_stands_once(live, product)


def test_the_same_range_again_replaces_every_month_by_equal_rows(live: Live, product: "Product") -> None:
    before = live.versions()

    february, march = live.backfill(*RANGE)

    assert statuses([february, march]) == {"2013-02": SUCCESS, "2013-03": SUCCESS}
    assert sorted(live.made_by(february)) == made_once("2013-02", before)
    assert sorted(live.made_by(march)) == made_once("2013-03", before)
    assert_every_delivered_row_stands_once(live, product)
    # dagster.yaml lets one month of a backfill run at a time.
    assert february.end_time
    assert march.start_time
    assert february.end_time <= march.start_time
