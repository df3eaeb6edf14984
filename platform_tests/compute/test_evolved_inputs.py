"""Files from before and after a change of columns are one input, on every engine."""

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from platform_assets.compute import TableInput
from platform_assets.compute.engines import Engine
from platform_assets.compute.job import TimeFilter
from platform_assets.compute.run import read_input

TYPES = {"happened": "timestamp", "number": "bigint", "day": "date", "gate": "string"}
JANUARY, FEBRUARY = datetime(2013, 1, 31, 23, tzinfo=UTC), datetime(2013, 2, 1, tzinfo=UTC)


@pytest.fixture(params=["embedded", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """One file of before, in which a number was an int and there was no gate, and one of today in another order."""
    moment, day = pa.timestamp("us", tz="UTC"), [date(2013, 1, 31)]
    before = {"day": day, "number": pa.array([7], pa.int32()), "happened": pa.array([JANUARY], moment)}
    today = {
        "happened": pa.array([FEBRUARY], moment),
        "gate": ["B"],
        "number": pa.array([2**40], pa.int64()),
        "day": pa.array([None], pa.date32()),
    }
    paths = [str(tmp_path / name) for name in ("before.parquet", "today.parquet")]
    for path, columns in zip(paths, (before, today), strict=True):
        pq.write_table(pa.table(columns), path)
    return paths


def rows(engine: Engine, table: TableInput) -> list[tuple[object, ...]]:
    found = read_input(engine.session, table).orderBy("happened").toArrow()
    assert found.column_names == list(TYPES)
    assert found.schema.field("number").type == pa.int64()
    return [tuple(row.values()) for row in found.to_pylist()]


@pytest.mark.parametrize("newest_first", [False, True])
def test_missing_columns_are_null_and_narrower_types_are_widened(
    engine: Engine, files: list[str], newest_first: bool
) -> None:
    ordered = files[::-1] if newest_first else files
    found = rows(engine, TableInput(files=ordered, columns=list(TYPES), types=list(TYPES.values())))

    assert found == [(JANUARY, 7, date(2013, 1, 31), None), (FEBRUARY, 2**40, None, "B")]


def test_a_window_narrows_them_as_any_input(engine: Engine, files: list[str]) -> None:
    window = TimeFilter(column="happened", start="2013-02-01T00:00:00+00:00", end="2013-03-01T00:00:00+00:00")
    table = TableInput(files=files, columns=list(TYPES), types=list(TYPES.values()), window=window)

    assert rows(engine, table) == [(FEBRUARY, 2**40, None, "B")]
