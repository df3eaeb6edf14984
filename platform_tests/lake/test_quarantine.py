"""What is set aside is kept whole, named by a manifest that is written first; a release gets it back byte for byte."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from platform_assets.lake import Lake, TableSpec, month_window
from platform_assets.lake.guards import published_since, rows_of, snapshot_with
from platform_assets.lake.quarantine import (
    KeptFile,
    QuarantinedFileChanged,
    Source,
    delete_files,
    describe_files,
    keep_files,
    manifests,
    new_folder,
    restage,
)

Rows = Callable[..., pa.Table]
FEBRUARY = month_window("2013-02", "happened")


def set_aside(lake: Lake, quarantine_id: str, *sources: Source) -> tuple[str, list[KeptFile]]:
    folder = new_folder(lake.store, "shop.events", "2013-02", quarantine_id)
    files = describe_files(lake.store, folder, sources)
    keep_files(lake.store, folder, {"quarantine_id": quarantine_id}, files)
    return folder, files


@pytest.fixture
def delivered(tmp_path: Path) -> Path:
    path = tmp_path / "2013-02.csv"
    path.write_bytes(b"a,b\n1\n")
    return path


@pytest.fixture
def staged(lake: Lake, events: TableSpec, rows: Rows) -> str:
    return str(lake.stage_rows(events, rows("2013-02", "me", 3)))


def test_files_are_kept_with_digest_size_and_rows(lake: Lake, delivered: Path, staged: str) -> None:
    folder, files = set_aside(lake, "a", Source("delivered", str(delivered)), Source("staged", staged))

    assert lake.store.read_bytes(f"{folder}/2013-02.csv") == delivered.read_bytes()
    assert [(file.kind, file.rows, file.source) for file in files] == [
        ("delivered", None, str(delivered)),
        ("staged", 3, staged),
    ]
    for file in files:
        content = lake.store.read_bytes(file.location)
        assert (file.sha256, file.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    assert folder.startswith(lake.store.location("quarantine", "shop.events", "2013-02"))
    assert not lake.exists("shop.events")


def test_a_file_that_is_not_copied_is_only_referred_to(lake: Lake, delivered: Path) -> None:
    folder, (file,) = set_aside(lake, "a", Source("delivered", str(delivered), copied=False))

    assert (file.location, file.sha256) == (str(delivered), hashlib.sha256(b"a,b\n1\n").hexdigest())
    assert [info.location for info in lake.store.list(folder)] == [f"{folder}/reason.json"]
    delete_files(lake.store, [file])
    assert delivered.exists()


def test_files_of_the_same_name_are_all_kept(lake: Lake, events: TableSpec, rows: Rows) -> None:
    sources = [Source("staged", str(lake.stage_rows(events, rows("2013-02", "me", count)))) for count in (2, 3)]

    _, files = set_aside(lake, "a", *sources)

    assert len({file.location for file in files}) == 2
    assert [file.rows for file in files] == [2, 3]


def test_a_second_refusal_does_not_overwrite_the_first(lake: Lake, delivered: Path) -> None:
    first, _ = set_aside(lake, "a", Source("delivered", str(delivered)))
    delivered.write_bytes(b"another")
    second, _ = set_aside(lake, "b", Source("delivered", str(delivered)))

    assert lake.store.read_bytes(f"{first}/2013-02.csv") == b"a,b\n1\n"
    assert lake.store.read_bytes(f"{second}/2013-02.csv") == b"another"
    assert [manifest["quarantine_id"] for manifest in manifests(lake.store)] == ["a", "b"]


def test_a_process_that_dies_while_it_keeps_files_leaves_a_manifest_that_names_them(
    lake: Lake, delivered: Path, staged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(source: str, target: str) -> None:
        raise Killed

    monkeypatch.setattr(lake.store, "copy", die)
    with pytest.raises(Killed):
        set_aside(lake, "a", Source("delivered", str(delivered)), Source("staged", staged))
    monkeypatch.undo()

    (manifest,) = manifests(lake.store)
    assert manifest["quarantine_id"] == "a"


def test_staging_again_gives_the_same_bytes_elsewhere(lake: Lake, staged: str) -> None:
    _, files = set_aside(lake, "a", Source("staged", staged))

    (again,) = restage(lake.store, "a", files, lake.new_staging("shop.events"))

    assert again not in (staged, files[0].location)
    assert lake.store.read_bytes(again) == lake.store.read_bytes(staged)


@pytest.mark.parametrize(("harm", "said"), [("delete", "is missing"), ("change", "was changed since")])
def test_files_that_are_not_what_was_refused_are_not_staged(lake: Lake, staged: str, harm: str, said: str) -> None:
    _, files = set_aside(lake, "a", Source("staged", staged))
    if harm == "delete":
        lake.store.delete(files[0].location)
    else:
        content = lake.store.read_bytes(files[0].location)
        lake.store.write_bytes(files[0].location, content.replace(b"me", b"no"))

    with pytest.raises(QuarantinedFileChanged) as error:
        restage(lake.store, "a", files, lake.new_staging("shop.events"))

    assert f"Quarantine a cannot be released: its file {files[0].location} {said}" in str(error.value)
    assert "deliver again" in str(error.value)


def test_a_guard_is_asked_about_the_snapshot_that_the_commit_requires(
    lake: Lake, events: TableSpec, rows: Rows
) -> None:
    """A writer that commits while the guard looks makes the guard look again."""
    lake.publish_rows(events, FEBRUARY, rows("2013-02", "first", 2), {})
    seen: list[int] = []

    def guard(table: object) -> None:
        seen.append(len(rows_of(table, FEBRUARY, ("writer",))))
        if len(seen) == 1:
            lake.publish_rows(events, FEBRUARY, rows("2013-02", "between", 3), {})

    lake.publish_rows(events, FEBRUARY, rows("2013-02", "last", 4), {}, guard=guard)

    assert seen == [2, 3]
    assert lake.read("shop.events").num_rows == 4


def test_a_guard_that_raises_stops_the_publish(lake: Lake, events: TableSpec, rows: Rows) -> None:
    before = lake.publish_rows(events, FEBRUARY, rows("2013-02", "first", 2), {}).snapshot_id

    def guard(table: object) -> None:
        raise KeyError("no")

    with pytest.raises(KeyError):
        lake.publish_rows(events, FEBRUARY, rows("2013-02", "last", 4), {}, guard=guard)
    assert lake.snapshot_id("shop.events") == before


def test_what_was_published_since_a_commit_is_known_for_each_partition(
    lake: Lake, events: TableSpec, rows: Rows
) -> None:
    march = month_window("2013-03", "happened")
    lake.publish_rows(events, FEBRUARY, rows("2013-02", "me", 2), {"quarantine-id": "x"})
    sequence, (first,) = lake.sequence("shop.events"), [lake.snapshot_id("shop.events")]
    assert seen(lake, events, lambda table: published_since(table, FEBRUARY, sequence)) == []

    lake.publish_rows(events, march, rows("2013-03", "me", 2), {})
    assert seen(lake, events, lambda table: published_since(table, FEBRUARY, sequence)) == []
    assert seen(lake, events, lambda table: published_since(table, march, sequence)) == [
        lake.snapshot_id("shop.events")
    ]

    lake.publish_rows(events, FEBRUARY, rows("2013-02", "me", 2), {})
    assert seen(lake, events, lambda table: published_since(table, FEBRUARY, sequence)) == [
        lake.snapshot_id("shop.events")
    ]
    assert seen(lake, events, lambda table: snapshot_with(table, "quarantine-id", "x")) == first
    assert seen(lake, events, lambda table: snapshot_with(table, "quarantine-id", "y")) is None


def seen(lake: Lake, events: TableSpec, look: Callable[[object], object]) -> object:
    """What ``look`` says of the table within a guard that then stops the publish."""
    found = []

    def guard(table: object) -> None:
        found.append(look(table))
        raise StopIteration

    with pytest.raises(StopIteration):
        lake.publish(events, FEBRUARY, [], {}, guard=guard)
    return found[0]


def test_manifests_are_json_that_people_can_read(lake: Lake, delivered: Path) -> None:
    folder, _ = set_aside(lake, "a", Source("delivered", str(delivered)))

    assert json.loads(lake.store.read_bytes(f"{folder}/reason.json")) == {"quarantine_id": "a"}


def test_kept_parquet_files_stay_readable(lake: Lake, staged: str) -> None:
    _, (file,) = set_aside(lake, "a", Source("staged", staged))

    assert pq.read_table(lake.store.path(file.location), filesystem=lake.store.filesystem).num_rows == 3
