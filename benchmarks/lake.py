"""What the lake costs as a table grows, and against the same Parquet files with no platform at all.

Growth: a table of flights is filled by real publishes, a month each. At every size a new month of real size is
published, an old one is published again, and one is read, each by a fresh handle that has to read the table's metadata,
as a run would; every publish before and between them has a few rows, so that only the table's metadata grows.

Floor: a year of flights ten times over is staged and published month by month, then one month is read by its filter;
pyarrow alone writes and reads the same files with the same settings. Both sides take turns in one process, and medians
are compared: of seconds, and of CPU seconds, which a busy machine disturbs less. A month is read twice: with the
table's metadata known from the process's earlier work, as in most reads of a run, and with all of it to be read first.

    python benchmarks/lake.py growth [--sizes 10,100,1000,5000]
    python benchmarks/lake.py floor [--times 10]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from benchmarks.turns import Spent, print_floor, timed  # noqa: E402
from platform_assets.lake import Lake, TableSpec, Window, month_window  # noqa: E402
from platform_assets.lake.known_metadata import KNOWN_FILES  # noqa: E402
from platform_assets.lake.known_schemas import TRANSLATIONS  # noqa: E402
from platform_assets.lake.schema import arrow_schema  # noqa: E402
from platform_assets.pipeline import load_product  # noqa: E402
from platform_assets.replay.deliveries import deliver, months  # noqa: E402

READ_GOAL, PUBLISH_GOAL = 2.0, 3.0
WRITE_FLOOR_GOAL, READ_FLOOR_GOAL = 1.3, 1.2
SIZES = "10,100,1000,5000"
REPEATS = 7
FIRST_YEAR = 1600
FEW_ROWS = 10
TIME = "time_hour"
PROVENANCE = {
    "run-id": str(uuid.uuid4()),
    "code-commit": "0" * 40,
    "contract-version": "1",
    "inputs": "{}",
    "source-file": "flights/2013-02.csv",
    "source-sha256": "0" * 64,
}


@dataclass(frozen=True)
class Costs:
    """Medians at one size of the table: milliseconds, and bytes of metadata."""

    partitions: int
    read: float
    publish: float
    publish_again: float
    plan_bytes: int
    all_bytes: int


def growth(sizes: list[int]) -> None:
    """Fill a table and print what a read and a publish cost on the way."""
    spec, month_of_flights = flights_spec(), real_months(1)[1]
    with tempfile.TemporaryDirectory() as folder:
        table, found = Table(Path(folder), spec, month_of_flights), []
        for size in sizes:
            table.grow_to(size)
            found.append(table.measure())
            print_costs(found[-1])
        smallest, largest = found[0], found[-1]
        print(f"\nfrom {smallest.partitions} to {largest.partitions} partitions")
        print_ratio("read one partition", largest.read, smallest.read, READ_GOAL, "ms")
        print_ratio("publish a new one", largest.publish, smallest.publish, PUBLISH_GOAL, "ms")
        print_ratio("publish one again", largest.publish_again, smallest.publish_again, PUBLISH_GOAL, "ms")


class Table:
    """A growing table: month after month from FIRST_YEAR on."""

    def __init__(self, folder: Path, spec: TableSpec, rows: pa.Table) -> None:
        self.folder, self.spec, self.rows = folder, spec, rows
        self.size = 0

    def grow_to(self, size: int) -> None:
        """Publish small months until the table has ``size`` partitions."""
        lake = Lake(self.folder)
        while self.size < size:
            self.publish(lake, self.size, self.rows.slice(0, FEW_ROWS))

    def publish(self, lake: Lake, number: int, rows: pa.Table) -> None:
        """Stage and publish one month."""
        month = month_name(number)
        provenance = {**PROVENANCE, "partition": month}
        staged = lake.stage_rows(self.spec, moved_to(rows, month))
        lake.publish(self.spec, month_window(month, TIME), [staged], provenance)
        self.size = max(self.size, number + 1)

    def measure(self) -> Costs:
        """A new month of real size, one of real size again, and a read of it."""
        size, old = self.size, self.size // 2
        again = median_ms(lambda: self.publish(self.fresh(), old, self.rows))
        window = month_window(month_name(old), TIME)
        read = median_ms(lambda: self.fresh().read(self.spec.name, window))
        new = median_ms(lambda: self.publish(self.fresh(), self.size, self.rows))
        return Costs(size, read, new, again, self.plan_bytes(), self.all_bytes())

    def fresh(self) -> Lake:
        """The lake as a run finds it."""
        forget_metadata()
        return Lake(self.folder)

    def plan_bytes(self) -> int:
        """Metadata of the current version: the table's, its list of manifests, and the manifests."""
        table = Lake(self.folder).versions(self.spec.name).table
        snapshot = table.current_snapshot()
        listed = [manifest.manifest_path for manifest in snapshot.manifests(table.io)]
        addresses = [table.metadata_location, snapshot.manifest_list, *listed]
        return sum(Path(address.removeprefix("file://")).stat().st_size for address in addresses)

    def all_bytes(self) -> int:
        """All metadata files; retention removes those of forgotten versions."""
        files = (self.folder / Path(*self.spec.name.split("."))).glob("metadata/*")
        return sum(file.stat().st_size for file in files)


def print_costs(costs: Costs) -> None:
    """One line."""
    print(
        f"{costs.partitions:6} partitions: read {costs.read:6.1f} ms, publish {costs.publish:6.1f} ms, "
        f"again {costs.publish_again:6.1f} ms; metadata of this version {costs.plan_bytes / 1e6:.2f} MB, "
        f"of all {costs.all_bytes / 1e6:.1f} MB",
        flush=True,
    )


def floor(times: int) -> None:
    """Write and read the same months with the lake and with pyarrow alone, and print the ratios."""
    spec, year = flights_spec(), real_months(12)
    year = {number: pa.concat_tables([rows] * times).combine_chunks() for number, rows in year.items()}
    total = sum(rows.num_rows for rows in year.values())
    ours: list[Spent] = []
    theirs: list[Spent] = []
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as folder, timed(ours):
            lake = Lake(Path(folder))
            for number, rows in year.items():
                lake.publish(spec, month_2013(number), [lake.stage_rows(spec, rows)], PROVENANCE)
        with tempfile.TemporaryDirectory() as folder, timed(theirs):
            for number, rows in year.items():
                pq.write_table(rows, Path(folder, f"{number}.parquet"), compression="zstd")
    print(f"{total} rows, {len(spec.columns)} columns, {len(year)} files; median of {REPEATS}")
    print_floor("stage and publish", ours, theirs, WRITE_FLOOR_GOAL)
    read_floor(spec, year)


def read_floor(spec: TableSpec, year: dict[int, pa.Table]) -> None:
    """Read one month by its filter, and the same files with pyarrow."""
    known: list[Spent] = []
    unread: list[Spent] = []
    theirs: list[Spent] = []
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        for number, rows in year.items():
            lake.publish(spec, month_2013(number), [lake.stage_rows(spec, rows)], PROVENANCE)
        files = lake.plan_files(spec.name, month_2013(6))
        for _ in range(REPEATS * 3):
            with timed(known):
                found = lake.read(spec.name, month_2013(6))
            with timed(theirs):
                expected = pq.read_table(files)
            forget_metadata()
            with timed(unread):
                lake.read(spec.name, month_2013(6))
        if found.num_rows != expected.num_rows:
            raise RuntimeError(f"The lake read {found.num_rows} rows, pyarrow {expected.num_rows}.")
    print_floor("filtered read", known, theirs, READ_FLOOR_GOAL)
    print_floor("metadata unread", unread, theirs, READ_FLOOR_GOAL)


def forget_metadata() -> None:
    """What earlier work made known of tables, gone, as in a new process."""
    KNOWN_FILES.forget()
    TRANSLATIONS.forget()


def flights_spec() -> TableSpec:
    """The table of the demo's flights."""
    return load_product("flight_delay").datasets["flights"].table("benchmark")


def real_months(count: int) -> dict[int, pa.Table]:
    """The first ``count`` months of 2013 as they are published, by number."""
    schema = arrow_schema(flights_spec().columns)
    nullable = pa.schema([field.with_nullable(True) for field in schema])
    options = csv.ConvertOptions(column_types=nullable, include_columns=nullable.names, null_values=["", "NA"])
    result = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, month in enumerate(months()[:count], start=1):
            deliver(Path(folder), month)
            rows = csv.read_csv(Path(folder, "flights", f"{month}.csv"), convert_options=options)
            window = month_2013(number)
            within = pc.and_(pc.greater_equal(rows[TIME], window.start), pc.less(rows[TIME], window.end))
            result[number] = rows.filter(within).combine_chunks()
    return result


def month_2013(number: int) -> Window:
    """The window of a month of 2013."""
    return month_window(f"2013-{number:02}", TIME)


def month_name(number: int) -> str:
    """The name of the month ``number`` months after the first."""
    return f"{FIRST_YEAR + number // 12:04}-{number % 12 + 1:02}"


def moved_to(rows: pa.Table, month: str) -> pa.Table:
    """The same rows at the beginning of another month, a millisecond apart."""
    start = month_window(month, TIME).start
    first = pa.scalar(start, rows.schema.field(TIME).type).cast(pa.int64()).as_py()
    moments = pa.array(range(first, first + rows.num_rows * 1000, 1000), pa.int64()).cast(rows.schema.field(TIME).type)
    return rows.set_column(rows.column_names.index(TIME), TIME, moments)


def median_ms(action: Callable[[], object]) -> float:
    """Median milliseconds of an action, after one turn to warm up."""
    spent: list[Spent] = []
    for _ in range(REPEATS + 1):
        with timed(spent):
            action()
    return statistics.median(turn.wall for turn in spent[1:]) * 1000


def print_ratio(what: str, ours: float, base: float, goal: float, unit: str) -> None:
    """Both sides, their ratio and the goal."""
    print(f"{what:20} {ours:8.2f} {unit} against {base:8.2f} {unit}: ratio {ours / base:.2f} (goal {goal:g} or less)")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=["growth", "floor"], help="by default both")
    parser.add_argument("--sizes", default=SIZES, help=f"numbers of partitions, by default {SIZES}")
    parser.add_argument("--times", type=int, default=10, help="how often the year is repeated, by default 10")
    arguments = parser.parse_args()
    if arguments.what in (None, "floor"):
        floor(arguments.times)
    if arguments.what in (None, "growth"):
        growth([int(size) for size in arguments.sizes.split(",")])


if __name__ == "__main__":
    main()
