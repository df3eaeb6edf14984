"""Event logs in every shape that Spark leaves: one file or many, packed or plain, whole or cut off, or broken."""

import gzip
import itertools
import json
from pathlib import Path

import pyarrow as pa
import pytest
from event_log_writer import START, Event, application, executors, removed, stage, task, text, write_log
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_assets.compute.utilisation import EventLogError, Utilisation, read_event_log
from platform_assets.compute.utilisation.errors import EventLogMissing
from platform_assets.lake.store import Store

NAMES = st.sampled_from(["1", "2", "3"])
SECONDS = st.integers(0, 40).map(lambda tenths: tenths / 10)
TASKS = st.builds(task, NAMES, SECONDS, SECONDS, run=SECONDS, gc=SECONDS, read=st.integers(0, 10**9) | st.just(0))
RUNS = st.builds(
    lambda stages, lost: application(
        *executors(["1", "2", "3"], 2),
        *(event for number, tasks in enumerate(stages) for event in stage(number, tasks)),
        *([removed("3", 9, "lost")] if lost else []),
        seconds=10,
    ),
    st.lists(st.lists(TASKS, min_size=1, max_size=6), max_size=4),
    st.booleans(),
)
UNKNOWN = st.builds(
    lambda name, fields: {"Event": f"com.example.{name}", **fields},
    st.text(min_size=1, max_size=8),
    st.dictionaries(st.sampled_from(["Timestamp", "Stage ID", "text"]), st.integers() | st.text(), max_size=3),
)
RUN = application(*executors("12", 1), *stage(0, [task("1", 1, 2), task("2", 1, 3)]), seconds=5)


def read(path: Path) -> Utilisation:
    return read_event_log(str(path), Store(path.parent))


def read_if_started(path: Path) -> Utilisation | None:
    """None if so little is left that it does not say which application it is of."""
    try:
        return read(path)
    except EventLogMissing:
        return None


def packed(content: bytes, codec: str) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, codec) as stream:
        stream.write(content)
    return bytes(sink.getvalue())


def rolling(folder: Path, events: list[Event], cuts: list[int], codec: str | None) -> Path:
    """A rolling log whose files begin at the events numbered ``cuts``."""
    log = folder / "eventlog_v2_application_1_0001"
    log.mkdir(parents=True)
    bounds = [0, *sorted(min(cut, len(events)) for cut in cuts), len(events)]
    for number, (first, last) in enumerate(itertools.pairwise(bounds), start=1):
        content, ending = text(events[first:last]), f".{codec}" if codec else ""
        name = f"events_{number}_application_1_0001{ending}"
        (log / name).write_bytes(packed(content, "zstd") if codec else content)
    (log / "appstatus_application_1_0001").touch()
    (log / ".appstatus_application_1_0001.crc").write_bytes(b"crc")
    return log


@settings(max_examples=40, deadline=None)
@given(events=RUNS, cuts=st.lists(st.integers(0, 40), max_size=12), codec=st.sampled_from([None, "zstd"]))
def test_any_split_into_files_gives_the_same_figures(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], cuts: list[int], codec: str | None
) -> None:
    folder = tmp_path_factory.mktemp("log")

    assert read(rolling(folder, events, cuts, codec)) == read(write_log(folder / "plain", events))


@settings(max_examples=40, deadline=None)
@given(events=RUNS, unknown=st.lists(st.tuples(st.integers(0, 40), UNKNOWN), max_size=8))
def test_unknown_events_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], unknown: list[tuple[int, Event]]
) -> None:
    folder = tmp_path_factory.mktemp("log")
    mixed = list(events)
    for place, event in unknown:
        mixed.insert(place, event)

    assert read(write_log(folder / "mixed", mixed)) == read(write_log(folder / "plain", events))


@settings(max_examples=60, deadline=None)
@given(events=RUNS, left=st.floats(0, 1), codec=st.sampled_from([None, "zstd", "gz"]))
def test_a_log_that_is_cut_off_anywhere_is_read_up_to_there(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], left: float, codec: str | None
) -> None:
    content = text(events)
    content = {None: content, "zstd": packed(content, "zstd"), "gz": gzip.compress(content)}[codec]
    path = tmp_path_factory.mktemp("log") / f"application_1_0001{'.' + codec if codec else ''}.inprogress"
    path.write_bytes(content[: int(left * len(content))])

    run = read_if_started(path)

    if run is not None:
        assert run.application_id == "application_1_0001"
        assert run.started_ms == START
        assert (
            run.task_seconds
            <= sum(
                (event["Task Info"]["Finish Time"] - event["Task Info"]["Launch Time"]) / 1000
                for event in events
                if event["Event"] == "SparkListenerTaskEnd"
            )
            + 1e-6
        )


def test_tasks_that_were_running_when_the_driver_was_killed_count_as_work(tmp_path: Path) -> None:
    start = {
        "Event": "SparkListenerTaskStart",
        "Stage ID": 0,
        "Stage Attempt ID": 0,
        "Task Info": {"Task ID": 9, "Launch Time": START + 3000, "Executor ID": "2"},
    }
    events = application(*executors("12", 1), *stage(0, [task("1", 1, 4)])[:-1], start, seconds=0)[:-1]

    run = read(write_log(tmp_path, events))

    assert not run.is_finished
    assert run.seconds == 5
    assert sum(run.timeline.busy_ms["2"]) == 2000


def test_the_number_in_a_files_name_is_a_number(tmp_path: Path) -> None:
    # As a text, 10 comes before 2, and then tasks would come before their stage.
    log = rolling(tmp_path, RUN, list(range(1, len(RUN))), None)

    assert read(log).task_seconds == 5
    assert len(list(log.glob("events_*"))) == len(RUN) > 8


def test_a_compacted_log_begins_with_its_compact_file(tmp_path: Path) -> None:
    log = rolling(tmp_path, RUN, [3, 5], None)
    first, second = log / "events_1_application_1_0001", log / "events_2_application_1_0001"
    first.rename(tmp_path / "1")
    (log / "events_2_application_1_0001.compact").write_bytes((tmp_path / "1").read_bytes() + second.read_bytes())

    assert read(log).task_seconds == 5


@pytest.mark.parametrize("name", ["application_1_0001", "application_1_0001.inprogress"])
def test_a_file_may_be_named_with_and_without_the_ending_of_an_unfinished_one(tmp_path: Path, name: str) -> None:
    write_log(tmp_path, RUN).rename(tmp_path / name)

    for asked in ("application_1_0001", "application_1_0001.inprogress"):
        assert read(tmp_path / asked).task_seconds == 5


def test_a_lost_file_in_the_middle_is_an_error(tmp_path: Path) -> None:
    log = rolling(tmp_path, RUN, [3, 5], None)
    (log / "events_2_application_1_0001").unlink()

    with pytest.raises(EventLogError, match=r"lacks its file events_2_\.\.\.; .+ Copy the whole folder"):
        read(log)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"not json", "Line 3 of '.+application_1_0001' is not an event of Spark's: Expecting value"),
        (b"[1, 2]", "Line 3 of .+ it has no field 'Event'"),
        (b'{"Event": "SparkListenerTaskEnd"', "Line 3 of .+ is not an event"),
        (
            b'{"Event": "SparkListenerStageSubmitted"}',
            "Line 3 of .+ SparkListenerStageSubmitted has no field 'Stage Info'",
        ),
        (b'{"Event": "SparkListenerExecutorAdded", "Executor Info": 7}', "Line 3 of .+ SparkListenerExecutorAdded has"),
        (
            b'{"Event": "SparkListenerApplicationEnd", "Timestamp": "today"}',
            "Line 3 of .+ SparkListenerApplicationEnd has a field of another type",
        ),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: bytes, problem: str) -> None:
    path = write_log(tmp_path, RUN)
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([*lines[:2], line, *lines[2:]]))

    with pytest.raises(EventLogError, match=problem):
        read(path)


def test_only_the_last_file_of_a_rolling_log_may_be_cut_off(tmp_path: Path) -> None:
    log = rolling(tmp_path, RUN, [4], "zstd")
    first = log / "events_1_application_1_0001.zstd"
    first.write_bytes(first.read_bytes()[:-20])

    with pytest.raises(EventLogError, match=r"events_1_application_1_0001\.zstd' is not an event"):
        read(log)


def test_a_damaged_compressed_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "application_1_0001.zstd"
    path.write_bytes(b"this is no zstd at all")

    with pytest.raises(EventLogError, match=r"Line 1 of '.+application_1_0001.zstd'"):
        read(path)


@pytest.mark.parametrize("codec", ["lz4", "snappy", "lzf"])
def test_a_framing_of_sparks_own_is_refused_with_the_remedy(tmp_path: Path, codec: str) -> None:
    write_log(tmp_path, RUN).rename(tmp_path / f"application_1_0001.{codec}.inprogress")

    with pytest.raises(EventLogError, match=f"compressed with {codec}.+spark.eventLog.compression.codec=zstd"):
        read(tmp_path / f"application_1_0001.{codec}.inprogress")


def test_a_folder_of_several_applications_is_refused_with_their_names(tmp_path: Path) -> None:
    for name in ("application_1_0001", "application_1_0002"):
        (tmp_path / name).write_bytes(text(RUN))

    with pytest.raises(
        EventLogError, match=r"2 applications: application_1_0001, application_1_0002\. Name one of them"
    ):
        read_event_log(str(tmp_path), Store(tmp_path))


def test_a_file_of_other_json_is_no_event_log(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text(json.dumps({"Event": "something"}))

    with pytest.raises(EventLogError, match="There is no Spark event log"):
        read(path)


def test_memory_does_not_grow_with_the_log(tmp_path: Path) -> None:
    import tracemalloc

    def peak(tasks: int) -> int:
        path = write_log(tmp_path, application(*executors("1", 1), *stage(0, [task("1", 0, 1)] * tasks), seconds=2))
        tracemalloc.start()
        read(path)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    # Three numbers of each task are kept, for medians; of its event, half a kilobyte and more, nothing.
    assert peak(4000) - peak(1000) < 3000 * 80
