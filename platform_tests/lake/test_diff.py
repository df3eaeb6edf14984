"""Differences: counts by key are those of a plain comparison, and only files that differ are read."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platform_assets.lake import ColumnSpec, Lake, TableSpec, month_window
from platform_assets.lake.diff import ChangedRow
from platform_assets.lake.partitions import WHOLE_TABLE
from platform_assets.lake.version_errors import KeysDoNotFit

Rows = Callable[..., pa.Table]
PRICES = TableSpec(
    "shop.prices",
    (
        ColumnSpec("shop", "string"),
        ColumnSpec("item", "long"),
        ColumnSpec("price", "double"),
        ColumnSpec("text", "string"),
    ),
)
ARROW = pa.schema([("shop", pa.string()), ("item", pa.int64()), ("price", pa.float64()), ("text", pa.string())])


def prices(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=ARROW)


def row(shop: str, item: int, price: float | None, text: str | None = None) -> dict[str, Any]:
    return {"shop": shop, "item": item, "price": price, "text": text}


def test_rows_are_added_removed_and_changed_by_key(lake: Lake) -> None:
    old = [row("a", 1, 1.0, "x"), row("a", 2, None), row("b", 1, math.nan, "same"), row("b", 2, 2.0)]
    new = [row("b", 1, math.nan, "same"), row("a", 2, 3.0), row("a", 1, 1.5, None), row("c", 9, 0.0)]
    before = lake.publish_rows(PRICES, WHOLE_TABLE, prices(old), {}).snapshot_id
    after = lake.publish_rows(PRICES, WHOLE_TABLE, prices(new), {}).snapshot_id

    found = lake.versions(PRICES.name).diff(before, after, ["shop", "item"])

    assert (found.added, found.removed, found.changed) == (1, 1, 2)
    assert found.changed_columns == {"price": 2, "text": 1}
    assert (found.added_rows, found.removed_rows) == ([row("c", 9, 0.0)], [row("b", 2, 2.0)])
    assert sorted(found.changed_rows, key=lambda changed: changed.key["item"]) == [
        ChangedRow({"shop": "a", "item": 1}, {"price": (1.0, 1.5), "text": ("x", None)}),
        ChangedRow({"shop": "a", "item": 2}, {"price": (None, 3.0)}),
    ]
    assert (found.before, found.after, found.schema) == (before, after, ())


def test_only_files_that_differ_are_read(
    lake: Lake, events: TableSpec, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    for month in ("2013-01", "2013-02", "2013-03"):
        lake.publish_rows(events, month_window(month, "happened"), rows(month, "old", 4), {})
    before = lake.snapshot_id(events.name)
    lake.publish_rows(events, month_window("2013-02", "happened"), rows("2013-02", "new", 4), {})
    after = lake.snapshot_id(events.name)
    unchanged = set(lake.plan_files(events.name, snapshot_id=before)) & set(lake.plan_files(events.name))
    for location in unchanged:
        lake.store.delete(location)

    found = lake.versions(events.name).diff(before, after, ["happened"])

    assert len(unchanged) == 2
    assert (found.added, found.removed, found.changed, found.files_read) == (0, 0, 4, 2)
    other_month = month_window("2013-03", "happened")
    assert lake.versions(events.name).diff(before, after, ["happened"], other_month).files_read == 0


def test_the_same_rows_in_another_file_do_not_differ(lake: Lake, events: TableSpec, rows: Rows) -> None:
    january = month_window("2013-01", "happened")
    before = lake.publish_rows(events, january, rows("2013-01", "me", 4), {}).snapshot_id
    after = lake.publish_rows(events, january, rows("2013-01", "me", 4), {}).snapshot_id

    found = lake.versions(events.name).diff(before, after, ["happened"])

    assert (found.added, found.removed, found.changed, found.files_read) == (0, 0, 0, 2)
    assert lake.versions(events.name).diff(after, after, ["happened"]).files_read == 0


def test_a_changed_schema_is_told_and_rows_are_compared_by_what_both_have(lake: Lake, events: TableSpec) -> None:
    narrow = TableSpec(
        "shop.stock", (ColumnSpec("item", "long"), ColumnSpec("count", "int"), ColumnSpec("old", "string"))
    )
    table = pa.table({"item": [1, 2], "count": pa.array([5, 6], pa.int32()), "old": ["x", "y"]})
    before = lake.publish_rows(narrow, WHOLE_TABLE, table, {}).snapshot_id
    with lake.versions(narrow.name).table.update_schema(allow_incompatible_changes=True) as change:
        from pyiceberg.types import LongType, StringType

        change.update_column("count", LongType())
        change.add_column("place", StringType())
        change.rename_column("old", "label")
    wide = TableSpec(
        "shop.stock",
        (
            ColumnSpec("item", "long"),
            ColumnSpec("count", "long"),
            ColumnSpec("label", "string"),
            ColumnSpec("place", "string"),
        ),
    )
    again = pa.table({"item": [1, 2], "count": [5, 2**40], "label": ["x", "y"], "place": ["here", None]})
    after = lake.publish_rows(wide, WHOLE_TABLE, again, {}).snapshot_id

    found = lake.versions(wide.name).diff(before, after, ["item"])

    assert set(found.schema) == {
        "place added (string)",
        "old renamed to label",
        "count changed from int to long",
    }
    assert (found.changed, found.changed_columns) == (1, {"count": 1})
    backwards = lake.versions(wide.name).diff(after, before, ["item"])
    assert "place removed" in backwards.schema
    assert (backwards.changed, backwards.changed_columns) == (1, {"count": 1})


@pytest.mark.parametrize(
    ("keys", "reason"),
    [([], "no key was named"), (["nothing"], "nothing is no column of both"), (["shop"], "several rows share a key")],
)
def test_keys_that_cannot_tell_rows_apart_are_refused(local_lake: Lake, keys: list[str], reason: str) -> None:
    old = [row("a", 1, 1.0), row("a", 2, 2.0)]
    before = local_lake.publish_rows(PRICES, WHOLE_TABLE, prices(old), {}).snapshot_id
    after = local_lake.publish_rows(PRICES, WHOLE_TABLE, prices(old[:1]), {}).snapshot_id

    with pytest.raises(KeysDoNotFit, match=f"{reason}. Name the columns that together identify a row."):
        local_lake.versions(PRICES.name).diff(before, after, keys)


@st.composite
def tables(draw: st.DrawFn) -> dict[tuple[str, int], tuple[float | None, str | None]]:
    key = st.tuples(st.sampled_from("ab"), st.integers(0, 4))
    value = st.tuples(st.sampled_from([None, math.nan, 0.0, 1.0]), st.sampled_from([None, "", "x"]))
    return draw(st.dictionaries(key, value, max_size=8))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=tables(), new=tables())
def test_counts_are_those_of_a_plain_comparison(
    tmp_path_factory: pytest.TempPathFactory,
    old: dict[tuple[str, int], tuple[float | None, str | None]],
    new: dict[tuple[str, int], tuple[float | None, str | None]],
) -> None:
    lake = Lake(Path(tmp_path_factory.mktemp("lake")))
    snapshots = [
        lake.publish_rows(
            PRICES, WHOLE_TABLE, prices([row(*key, *value) for key, value in table.items()]), {}
        ).snapshot_id
        for table in (old, new)
    ]

    found = lake.versions(PRICES.name).diff(*snapshots, ["shop", "item"], samples=100)

    changed = {key for key in old.keys() & new.keys() if repr(old[key]) != repr(new[key])}
    assert (found.added, found.removed) == (len(new.keys() - old.keys()), len(old.keys() - new.keys()))
    assert {(one.key["shop"], one.key["item"]) for one in found.changed_rows} == changed
    assert found.changed == len(changed)
    price = sum(repr(old[key][0]) != repr(new[key][0]) for key in changed)
    assert found.changed_columns.get("price", 0) == price
