"""The demo's deliveries: every row of the source exactly once, in the month of its instant in UTC."""

import csv
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from platform_assets.replay.deliveries import deliver, months

FLIGHTS_OF_2013 = 336_776


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A landing folder with all deliveries."""
    landing = tmp_path_factory.mktemp("landing")
    for month in months():
        deliver(landing, month)
    return landing


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_months_are_those_of_2013_and_the_evening_after_it() -> None:
    assert months() == [f"2013-{month:02d}" for month in range(1, 13)] + ["2014-01"]


def test_all_flights_of_the_year_are_delivered_exactly_once(year: Path) -> None:
    keys = Counter(
        (row["time_hour"], row["carrier"], row["flight"], row["origin"])
        for file in (year / "flights").glob("*.csv")
        for row in rows(file)
    )

    assert keys.total() == FLIGHTS_OF_2013
    assert max(keys.values()) == 1


def test_a_row_is_delivered_in_the_month_of_its_instant_in_utc(year: Path) -> None:
    for dataset in ("flights", "weather"):
        for file in (year / dataset).glob("*.csv"):
            assert {row["time_hour"][:7] for row in rows(file)} == {file.stem}


def test_files_are_dated_as_if_their_source_had_written_them_at_the_end_of_the_month(year: Path) -> None:
    written = (year / "flights" / "2013-02.csv").stat().st_mtime

    assert datetime.fromtimestamp(written, UTC) == datetime(2013, 3, 1, tzinfo=UTC)


def test_unpartitioned_files_come_with_the_first_delivery_only(tmp_path: Path) -> None:
    first = {path.relative_to(tmp_path).as_posix() for path in deliver(tmp_path, "2013-01")}
    second = {path.relative_to(tmp_path).as_posix() for path in deliver(tmp_path, "2013-02")}

    assert first == {"planes.csv", "airports.csv", "airlines.csv", "flights/2013-01.csv", "weather/2013-01.csv"}
    assert second == {"flights/2013-02.csv", "weather/2013-02.csv"}


def test_nothing_half_written_stays_in_the_landing_folder(year: Path) -> None:
    assert {path.suffix for path in year.rglob("*") if path.is_file()} == {".csv"}


def test_a_month_can_be_delivered_from_the_command_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "platform_assets.cli", "deliver", "2013-04"],
        cwd=Path(__file__).parents[2],
        env={"PLATFORM_DATA": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )

    assert f"delivered {tmp_path}/landing/flights/2013-04.csv" in done.stdout
    assert len(rows(tmp_path / "landing" / "flights" / "2013-04.csv")) > 20_000


def test_a_month_that_is_not_in_the_data_is_refused_with_those_that_are(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "platform_assets.cli", "deliver", "2012-04"],
        cwd=Path(__file__).parents[2],
        env={"PLATFORM_DATA": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "2012-04 is not in the demo's data" in done.stderr
    assert "2013-01" in done.stderr
    assert not (tmp_path / "landing").exists()
