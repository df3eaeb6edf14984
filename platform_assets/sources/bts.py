"""The Bureau of Transportation Statistics' on-time files, read as rows of a ``flights`` contract.

A month's archive holds one CSV file with every US domestic departure of a local calendar month: about 600,000 rows and
110 columns, numbers written as ``"0517"`` and ``-4.00``, missing values empty, a comma at the end of every line.

What a month's file looks like, and its address, were taken from public documentation and from programs that read these
files; they could not be tried against the live server from where this was written. Not verified: whether the server
supports ranges and versions (the downloader works with and without), how it answers for a month that is not there
(404 is expected), and that archives of the 1990s are offered (others found them missing there). Also assumed: that a
scheduled departure at 2400 is the end of its day, and which of two equal hours is meant when clocks go back; the files
do not say.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.quality.source import BtsOnTime
from platform_assets.sources.archive import ArchiveLimits, open_csv
from platform_assets.sources.errors import ArchiveRefused
from platform_assets.sources.local_time import departure_hour

BLOCK = 4 << 20
# Tail numbers of some old months contain bytes that are no UTF-8; every byte is a character here.
ENCODING = "latin-1"
CHECK_SOURCE = "Compare the file with source.kind and source.origins in defs.yaml."

# Column of the contract: column of the file.
COLUMNS = {
    "year": "Year",
    "month": "Month",
    "day": "DayofMonth",
    "dep_time": "DepTime",
    "sched_dep_time": "CRSDepTime",
    "dep_delay": "DepDelay",
    "arr_time": "ArrTime",
    "sched_arr_time": "CRSArrTime",
    "arr_delay": "ArrDelay",
    # The reporting airline's own code can have a suffix, "PA(1)"; this one always has two letters.
    "carrier": "IATA_CODE_Reporting_Airline",
    "flight": "Flight_Number_Reporting_Airline",
    "tailnum": "Tail_Number",
    "origin": "Origin",
    "dest": "Dest",
    "air_time": "AirTime",
    "distance": "Distance",
}
NUMBERS = [name for name in COLUMNS if name not in ("carrier", "tailnum", "origin", "dest")]
COMPUTED = ("hour", "minute", "time_hour")
DELIVERABLE = (*COLUMNS, *COMPUTED)
# Not measured on a flight that did not arrive where it should, whatever the file says.
ONLY_IF_ARRIVED = ("arr_delay", "air_time")
FLAGS = {"cancelled": "Cancelled", "diverted": "Diverted"}
WHOLE_NUMBER = r"^(-?)0*(\d+)(?:\.0*)?$"
INSTANT_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def read_month(archive: Path, month: str, source: BtsOnTime, limits: ArchiveLimits) -> pa.Table:
    """The wanted departures of a local month's archive.

    The file is read in batches, of which only the declared origins are kept. Values are only rewritten, never judged:
    what is no number stays as it is, and the contract's audit says so with the row. A row whose scheduled departure
    cannot be understood has no ``time_hour``.

    Returns:
        every deliverable column as text; null where the file has no value. ``time_hour`` is in UTC.

    Raises:
        ArchiveRefused: the archive is damaged, lacks a column, or holds another month or none of the origins.
    """
    kept = _wanted_rows(archive, source.origins, limits)
    if kept.num_rows == 0:
        origins = ", ".join(source.origins)
        raise ArchiveRefused(archive.name, f"it holds no departure from {origins}", CHECK_SOURCE)
    table = pa.table({name: _rewritten(name, kept[column]) for name, column in {**COLUMNS, **FLAGS}.items()})
    _require_month(archive, month, table)
    return _with_departure(_missing_unless_arrived(table), source.origins)


def _wanted_rows(archive: Path, origins: Collection[str], limits: ArchiveLimits) -> pa.Table:
    from pyarrow import csv

    columns = [*COLUMNS.values(), *FLAGS.values()]
    wanted = pa.array(list(origins), pa.string())
    convert = csv.ConvertOptions(
        include_columns=columns,
        column_types=dict.fromkeys(columns, pa.string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    read = csv.ReadOptions(block_size=BLOCK, encoding=ENCODING)
    with open_csv(archive, limits) as content:
        try:
            with csv.open_csv(content, read_options=read, convert_options=convert) as reader:
                kept = [batch.filter(pc.is_in(batch["Origin"], value_set=wanted)) for batch in reader]
                return pa.Table.from_batches(kept, reader.schema)
        except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
            problem = str(error).strip("'\"").splitlines()[0]
            raise ArchiveRefused(archive.name, f"its CSV file cannot be read ({problem})", CHECK_SOURCE) from error


def _rewritten(name: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers without the file's leading zeros and decimals, anything else as it is."""
    return pc.replace_substring_regex(values, WHOLE_NUMBER, r"\1\2") if name in (*NUMBERS, *FLAGS) else values


def _require_month(archive: Path, month: str, table: pa.Table) -> None:
    found = sorted({f"{year}-{number:0>2}" for year, number in zip(*_lists(table, "year", "month"), strict=True)})
    if found != [month]:
        raise ArchiveRefused(archive.name, f"it holds {', '.join(found)} instead of {month}", CHECK_SOURCE)


def _missing_unless_arrived(table: pa.Table) -> pa.Table:
    flagged = [pc.fill_null(pc.equal(table[name], "1"), False) for name in FLAGS]
    astray = pc.or_(*flagged)
    for name in ONLY_IF_ARRIVED:
        values = pc.if_else(astray, pa.scalar(None, pa.string()), table[name])
        table = table.set_column(table.schema.get_field_index(name), name, values)
    return table.drop_columns(list(FLAGS))


def _with_departure(table: pa.Table, zones: dict[str, str]) -> pa.Table:
    """Add hour and minute of the scheduled departure, and the instant at which that hour began."""
    columns = _lists(table, "year", "month", "day", "sched_dep_time", "origin")
    departures = [
        _departure(year, month, day, scheduled, zones[str(origin)])
        for year, month, day, scheduled, origin in zip(*columns, strict=True)
    ]
    for position, name in enumerate(COMPUTED):
        values = [departure[position] for departure in departures]
        table = table.append_column(name, pa.array(values, pa.string()))
    return table


def _departure(
    year: str | None, month: str | None, day: str | None, scheduled: str | None, zone: str
) -> tuple[str | None, str | None, str | None]:
    try:
        hour, minute = divmod(int(scheduled or ""), 100)
        instant = departure_hour(int(year or ""), int(month or ""), int(day or ""), hour, zone)
    except ValueError:
        return None, None, None
    return str(hour % 24), str(minute), instant.strftime(INSTANT_FORMAT)


def _lists(table: pa.Table, *names: str) -> list[list[str | None]]:
    return [table[name].to_pylist() for name in names]
