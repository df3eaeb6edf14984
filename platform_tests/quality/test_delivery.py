"""The ingestion job's function: typed values, and the rules that each row breaks."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from platform_assets.compute.engines import Engine
from platform_assets.quality.contract import contract_window
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.delivery import DELIVERED, REFUSED_BY, read_delivery

Delivered = Callable[..., Path]
Read = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def read(embedded: Engine, declaration: DatasetDeclaration, delivered: Delivered) -> Read:
    """Rows of a delivered file of February 2013, ordered by their number."""

    def rows(*changes: dict[str, str], declared: DatasetDeclaration = declaration) -> list[dict[str, Any]]:
        path = delivered(*changes)
        header = path.read_text().splitlines()[0].split(",")
        window = contract_window(declared, "2013-02")
        assert window is not None
        frame = read_delivery(embedded.session, declared.model_dump(mode="json"), str(path), header, window.as_text())
        return sorted(frame.toArrow().to_pylist(), key=lambda row: row[DELIVERED])

    return rows


def test_texts_become_the_declared_types(read: Read) -> None:
    (row,) = read({})

    assert row == {
        "number": 0,
        "sold": datetime(2013, 2, 3, 10, tzinfo=UTC),
        "kind": "tea",
        "price": 2.5,
        "pieces": 1,
        "gift": True,
        "due": date(2013, 3, 1),
        "rating": 4,
        REFUSED_BY: None,
        DELIVERED: "0,2013-02-03T10:00:00Z,tea,2.5,1,true,2013-03-01,4",
    }


@pytest.mark.parametrize("missing", ["", "NA"])
def test_empty_texts_and_the_declared_null_text_are_missing(read: Read, missing: str) -> None:
    (row,) = read({"kind": missing, "price": missing, "gift": missing, "due": missing})

    assert [row[name] for name in ("kind", "price", "gift", "due", REFUSED_BY)] == [None] * 5


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("price", "1e1", 10.0),
        ("price", ".5", 0.5),
        ("price", "+7", 7.0),
        ("pieces", "+3", 3),
        ("number", "9223372036854775807", 2**63 - 1),
        ("gift", "false", False),
        ("sold", "2013-02-03 10:00:00", datetime(2013, 2, 3, 10, tzinfo=UTC)),
        ("sold", "2013-02-03T10:00:00+02:00", datetime(2013, 2, 3, 8, tzinfo=UTC)),
        ("sold", "2013-02-03T10:00:00.123456Z", datetime(2013, 2, 3, 10, 0, 0, 123456, tzinfo=UTC)),
    ],
)
def test_other_ways_to_write_a_value_are_understood(read: Read, column: str, text: str, value: Any) -> None:
    (row,) = read({column: text})

    assert (row[column], row[REFUSED_BY]) == (value, None)


@pytest.mark.parametrize(
    ("column", "text", "rule"),
    [
        ("price", "cheap", "type:price"),
        ("price", "NaN", "type:price"),
        ("price", "1,5", "type:price"),
        ("price", " 1", "type:price"),
        ("pieces", "1.0", "type:pieces"),
        ("pieces", "9999999999", "type:pieces"),
        ("number", "99999999999999999999", "type:number"),
        ("number", "twelve", "type:number"),
        ("gift", "yes", "type:gift"),
        ("due", "2013-02-30", "type:due"),
        ("due", "01.03.2013", "type:due"),
        ("sold", "2013-02-03", "type:sold"),
        ("sold", "2013-02-31T10:00:00Z", "type:sold"),
        ("number", "", "null:number"),
        ("sold", "NA", "null:sold"),
        ("price", "-0.01", "minimum:price"),
        ("price", "100.01", "maximum:price"),
        ("pieces", "0", "minimum:pieces"),
        ("kind", "Tea", "allowed:kind"),
        ("sold", "2013-01-31T23:59:59Z", "window:sold"),
        ("sold", "2013-03-01T00:00:00Z", "window:sold"),
        ("rating", "6", "maximum:rating"),
    ],
)
def test_a_row_carries_the_one_rule_that_it_breaks(read: Read, column: str, text: str, rule: str) -> None:
    if "," in text:
        text = f'"{text}"'

    (row,) = read({column: text})

    assert row[REFUSED_BY] == rule


def test_bounds_themselves_are_allowed(read: Read) -> None:
    rows = read({"price": "0", "sold": "2013-02-01T00:00:00Z"}, {"price": "100", "sold": "2013-02-28T23:59:59.999999Z"})

    assert [row[REFUSED_BY] for row in rows] == [None, None]


def test_a_row_carries_every_rule_that_it_breaks(read: Read) -> None:
    good, bad = read({}, {"price": "-1", "kind": "cake", "gift": "perhaps"})

    assert good[REFUSED_BY] is None
    assert bad[REFUSED_BY].split(";") == ["type:gift", "allowed:kind", "minimum:price"]
    assert bad[DELIVERED] == "1,2013-02-03T10:00:00Z,cake,-1,1,perhaps,2013-03-01,4"


def test_quotes_commas_and_line_breaks_within_a_value_are_kept(
    read: Read, sales: Callable[..., dict[str, Any]]
) -> None:
    any_kind = DatasetDeclaration.model_validate(sales(columns={"kind": {"allowed": None}}))

    rows = read({"kind": '"a, b"'}, {"kind": '"say ""hi"""'}, {"kind": '"two\nlines"'}, declared=any_kind)

    assert [row["kind"] for row in rows] == ["a, b", 'say "hi"', "two\nlines"]
    assert [row[REFUSED_BY] for row in rows] == [None] * 3


def test_parquet_rows_are_typed_and_judged_alike(
    embedded: Engine, sales: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    declared = DatasetDeclaration.model_validate(sales(arrival={"file": "{partition}.parquet", "format": "parquet"}))
    moment = datetime(2013, 2, 3, 10, tzinfo=UTC)
    rows = pa.table(
        {
            "number": pa.array([1, 2, None], pa.int32()),
            "sold": pa.array([moment, datetime(2013, 3, 1, tzinfo=UTC), moment], pa.timestamp("ms", tz="UTC")),
            "kind": ["tea", "bun", "tea"],
            "price": pa.array([2.5, 101, None], pa.float32()),
            "pieces": pa.array([1, 1, 1], pa.int8()),
            "gift": [True, None, False],
            "due": pa.array([date(2013, 3, 1)] * 3),
            "rating": pa.array([4, 5, 6], pa.int32()),
        }
    )
    pq.write_table(rows, tmp_path / "2013-02.parquet")
    window = contract_window(declared, "2013-02")
    assert window is not None

    frame = read_delivery(
        embedded.session,
        declared.model_dump(mode="json"),
        str(tmp_path / "2013-02.parquet"),
        rows.column_names,
        window.as_text(),
    )
    first, second, third = frame.orderBy(DELIVERED, ascending=False).toArrow().to_pylist()[::-1]

    refused = {row["number"]: row[REFUSED_BY] for row in (first, second, third)}
    assert refused == {1: None, 2: "maximum:price;window:sold", None: "null:number;maximum:rating"}
    good = next(row for row in (first, second, third) if row["number"] == 1)
    assert (good["sold"], good["price"], good["gift"], good["due"]) == (moment, 2.5, True, date(2013, 3, 1))
