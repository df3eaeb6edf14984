"""The meter of a step: its own CPU seconds, those of programs that it runs, clusters; and the files that it leaves."""

import logging
import subprocess
import sys
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from simulated_month import START, price_book

from platform_assets.compute.cost.charge import Attribution, Share
from platform_assets.compute.cost.errors import UsageNotReadable
from platform_assets.compute.cost.meter import cluster_used, metered
from platform_assets.compute.cost.record import delete_records, read_records, write_record
from platform_assets.compute.cost.usage import ClusterUse, InstanceUse
from platform_assets.lake.store import Store

SHARE = Share(to=Attribution(asset="flights", product="flight_delay", owner="team:data"))
BUSY = "import time\nwhile time.process_time() < {}: pass\n"
CLUSTER = ClusterUse(
    "j-1",
    "us-east-1",
    (InstanceUse("i-1", "r5.xlarge", "ON_DEMAND", "primary", "us-east-1a", START, START + timedelta(hours=2)),),
)


def spend(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_cpu_seconds_are_metered_and_those_of_programs_too_whether_they_have_ended_or_not() -> None:
    with metered() as idle:
        time.sleep(0.05)
    running = subprocess.Popen(
        [sys.executable, "-c", BUSY.format(0.3) + "print(flush=True)\ntime.sleep(60)"], stdout=-1
    )
    try:
        with metered() as meter:
            spend(0.1)
            subprocess.run([sys.executable, "-c", BUSY.format(0.2)], check=True)
            assert running.stdout is not None
            running.stdout.readline()
    finally:
        running.kill()
        running.wait()

    assert idle.cpu_seconds < 0.04
    assert 0.1 + 0.2 <= meter.cpu_seconds < 1.5
    assert meter.ended > meter.started


def test_a_cluster_is_billed_to_the_step_on_whose_behalf_it_ran(caplog: pytest.LogCaptureFixture) -> None:
    with metered() as outer, metered() as inner:
        cluster_used(CLUSTER, price_book)
    own, cluster = inner.records("run-1", [SHARE], "failed", 0.05, "laptop")

    assert outer.clusters == []
    assert own.charges[0].kind == "cpu"
    assert (cluster.record_id, cluster.run_id, cluster.outcome) == ("cluster/j-1", "run-1", "failed")
    assert {charge.kind: charge.usd for charge in cluster.charges} == {
        "instance": Decimal("0.504"),
        "emr": Decimal("0.126"),
    }
    with caplog.at_level(logging.WARNING):
        cluster_used(CLUSTER, price_book)
    assert "Cluster j-1 ran for no step" in caplog.text


def test_a_cluster_without_a_price_fails_no_step_and_is_told_of() -> None:
    unknown = InstanceUse("i-1", "x9.huge", "ON_DEMAND", "core", "us-east-1a", START, START + timedelta(hours=1))
    with metered() as meter:
        cluster_used(ClusterUse("j-2", "us-east-1", (unknown,)), price_book)

    [charge] = meter.records("run", [SHARE], "succeeded", 0.05, "laptop")[1].charges
    assert (charge.kind, charge.usd, charge.quantity) == ("unpriced", 0, 3600)
    assert "x9.huge" in charge.detail


def test_records_come_back_as_they_were_written_and_go_when_deleted(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with metered() as meter:
        cluster_used(CLUSTER, price_book)
    records = meter.records("run", [SHARE], "succeeded", 0.05, "laptop")

    locations = [write_record(store, record) for record in records]

    assert dict(read_records(store)) == dict(zip(locations, records, strict=True))
    delete_records(store, locations)
    delete_records(store, locations)
    assert list(read_records(store)) == []


def test_a_process_that_dies_while_it_writes_leaves_no_half_record(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with metered() as meter:
        pass
    [record] = meter.records("run", [SHARE], "succeeded", 0.05, "laptop")
    location = write_record(store, record)
    # What is there right before the file is given its name.
    half = Path(location).read_bytes()[:40]
    (tmp_path / "usage" / ".20261101T000000000000Z-0123").write_bytes(half)

    assert list(read_records(store)) == [(location, record)]


def test_a_damaged_record_is_named(tmp_path: Path) -> None:
    (tmp_path / "usage").mkdir()
    (tmp_path / "usage" / "x.json").write_text('{"record_id": 1')

    with pytest.raises(UsageNotReadable, match=r"usage/x.json is not a record of use.*Restore the file"):
        list(read_records(Store(tmp_path)))


STEPS = """
import sys, threading, time
from platform_assets.compute.cost.charge import Attribution, Share
from platform_assets.compute.cost.meter import metered
from platform_assets.compute.cost.record import write_record
from platform_assets.lake.store import Store
store, spent, end = Store(sys.argv[1]), [], threading.Event()
share = Share(to=Attribution(asset="a", product="p", owner="o"))
for _ in range(50):
    threading.Thread(target=end.wait, daemon=True).start()
for _ in range(100):
    before = time.process_time()
    with metered() as meter:
        pass
    for record in meter.records("run", [share], "succeeded", 0.05, "laptop"):
        write_record(store, record)
    spent.append(time.process_time() - before)
print(sorted(spent)[50])
"""


def test_metering_and_recording_a_step_takes_less_than_two_milliseconds_of_cpu(tmp_path: Path) -> None:
    # In a process with as many threads as a run has; this one may have many more by now.
    done = subprocess.run([sys.executable, "-c", STEPS, str(tmp_path)], check=True, capture_output=True, text=True)

    assert float(done.stdout) < 0.002
