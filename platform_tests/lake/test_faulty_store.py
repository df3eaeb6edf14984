"""S3 that is slow, busy, or cuts connections: a publish succeeds or fails with a remedy, and never shows half."""

import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import pytest
from ceph import S3Server
from faulty_proxy import Faults, faulty_proxy
from publisher import expected, publish, take_turns

from platform_assets.lake import Lake, TableSpec, month_window
from platform_assets.lake.errors import StoreFailed
from platform_assets.lake.s3 import S3Access

pytestmark = [pytest.mark.s3, pytest.mark.slow]

EVERY_FAULT = {"slow down": 0.06, "reset": 0.04, "lost answer": 0.04, "half answer": 0.03, "latency": 0.05}
# More than a client that tries thrice can make good: some publishes fail.
TOO_MANY = {"slow down": 0.12, "reset": 0.08, "lost answer": 0.08, "half answer": 0.06}
FEW_ATTEMPTS = 3
PARTITION = "2013-01"
TIMES = 12


def through(lake: Lake, endpoint: str, attempts: int = S3Access.attempts) -> Lake:
    """The same lake, its store reached through a proxy."""
    kind, (warehouse, catalog, _) = lake.__reduce__()
    return kind(warehouse, catalog, S3Access(endpoint, attempts=attempts))


def written(lake: Lake, spec: TableSpec, partition: str = PARTITION) -> list[tuple[str, int]]:
    found = lake.read(spec.name, month_window(partition, "happened"))
    return sorted(zip(found["writer"].to_pylist(), found["number"].to_pylist(), strict=True))


@pytest.mark.parametrize(
    ("shares", "attempts"), [(EVERY_FAULT, S3Access.attempts), (TOO_MANY, FEW_ATTEMPTS)], ids=["some", "too many"]
)
def test_a_publish_on_a_faulty_store_succeeds_or_fails_cleanly(
    new_s3_lake: Callable[[], Lake],
    s3_endpoint: S3Server,
    events: TableSpec,
    capsys: pytest.CaptureFixture[str],
    shares: dict[str, float],
    attempts: int,
) -> None:
    direct, faults, ends = new_s3_lake(), Faults(shares), Counter[str]()
    publish(direct, events, PARTITION, "before", 2)
    now, began = expected("before", 2), time.perf_counter()
    with faulty_proxy(s3_endpoint.port, faults) as endpoint:
        for turn in range(TIMES):
            writer = f"turn {turn}"
            try:
                publish(through(direct, endpoint, attempts), events, PARTITION, writer, 4)
            except StoreFailed:
                ends["failed"] += 1
                assert written(direct, events) in (now, expected(writer, 4))
            else:
                ends["published"] += 1
                assert written(direct, events) == expected(writer, 4)
            now = written(direct, events)
    with capsys.disabled():
        print(
            f"\n{sum(faults.seen.values())} calls of S3 ({dict(faults.seen)}): {dict(ends)} of {TIMES} publishes in "
            f"{time.perf_counter() - began:.0f} s, none of them half"
        )
    assert set(shares) <= set(faults.seen)
    assert ends == {"published": TIMES} if shares is EVERY_FAULT else ends["failed"] > 0


def test_a_store_that_does_not_answer_fails_the_publish_with_a_remedy_and_changes_nothing(
    new_s3_lake: Callable[[], Lake], s3_endpoint: S3Server, events: TableSpec
) -> None:
    direct = new_s3_lake()
    publish(direct, events, PARTITION, "before", 2)
    with (
        faulty_proxy(s3_endpoint.port, Faults({"slow down": 1.0})) as endpoint,
        pytest.raises(
            StoreFailed, match=r"SLOW_DOWN.* See that disk, S3 and catalog can be reached, then run it again"
        ),
    ):
        publish(through(direct, endpoint, FEW_ATTEMPTS), events, PARTITION, "after", 4)

    assert written(direct, events) == expected("before", 2)


def test_many_writers_on_a_faulty_store_lose_and_double_nothing(
    start: Callable[..., tuple[BaseProcess, Connection]],
    new_s3_lake: Callable[[], Lake],
    s3_endpoint: S3Server,
    events: TableSpec,
) -> None:
    direct, own = new_s3_lake(), [f"2014-{number:02}" for number in range(1, 5)]
    with faulty_proxy(s3_endpoint.port, Faults(EVERY_FAULT)) as endpoint:
        lake = through(direct, endpoint)
        pipes = [start(take_turns, lake, events, partition, [PARTITION, partition])[1] for partition in own]
        assert [pipe.recv() for pipe in pipes] == ["ready"] * len(own)
        for pipe in pipes:
            pipe.send("go")
        published = dict(pipe.recv() for pipe in pipes)

    for partition in own:
        assert written(direct, events, partition) == expected(partition, 5)
    assert written(direct, events) in [expected(writer, 5) for writer in own]
    assert direct.read(events.name).num_rows == 5 * (len(own) + 1)
    made = [snapshot for of_writer in published.values() for snapshot in of_writer.values()]
    assert sorted(made) == sorted(entry.snapshot_id for entry in direct.iceberg(events.name).history())
