"""Columns change with a publish or not at all: what is accepted leaves every partition and snapshot readable, what is
refused leaves the table as it was."""

import copy
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_assets.lake import ColumnSpec, Lake, TableSpec, month_window
from platform_assets.lake.errors import SchemaRefused
from platform_assets.lake.schema import ColumnType, arrow_type

HAPPENED = ColumnSpec("happened", "timestamp", False, "When it happened (UTC).")
PIECES = ColumnSpec("pieces", "int", True, "How many.")
V1 = TableSpec("shop.events", (HAPPENED, PIECES), (("happened", "month"),))
V2 = replace(V1, columns=(HAPPENED, ColumnSpec("gate", "string", True, "Where."), replace(PIECES, type="long")))
BIG = 2**40


def rows(partition: str, **columns: list[Any]) -> pa.Table:
    count = len(next(iter(columns.values())))
    start = month_window(partition, "happened").start
    moments = pa.array([start + timedelta(hours=n) for n in range(count)], arrow_type("timestamp"))
    return pa.table({"happened": moments, **columns})


def publish(lake: Lake, spec: TableSpec, partition: str, **columns: list[Any]) -> int:
    scope = month_window(partition, "happened")
    return lake.publish_rows(spec, scope, rows(partition, **columns), {}).snapshot_id


def read(lake: Lake, partition: str, **options: Any) -> dict[str, list[Any]]:
    found = lake.read(V1.name, month_window(partition, "happened"), **options).sort_by("happened")
    return {name: found[name].to_pylist() for name in found.column_names if name != "happened"}


@pytest.fixture
def first(lake: Lake) -> int:
    """January under the first columns."""
    return publish(lake, V1, "2013-01", pieces=[1, 2])


def test_an_added_column_is_null_in_older_partitions_and_a_widened_one_keeps_its_values(lake: Lake, first: int) -> None:
    publish(lake, V2, "2013-02", pieces=[BIG, None], gate=["A", "B"])

    assert read(lake, "2013-01") == {"pieces": [1, 2], "gate": [None, None]}
    assert read(lake, "2013-02") == {"pieces": [BIG, None], "gate": ["A", "B"]}
    assert lake.read(V1.name).schema.field("pieces").type == pa.int64()


def test_a_snapshot_from_before_reads_as_it_was(lake: Lake, first: int) -> None:
    publish(lake, V2, "2013-01", pieces=[BIG], gate=["A"])

    assert read(lake, "2013-01", snapshot_id=first) == {"pieces": [1, 2]}
    assert lake.read(V1.name, snapshot_id=first).schema.field("pieces").type == pa.int32()


def test_an_older_partition_can_be_published_again_under_the_new_columns(lake: Lake, first: int) -> None:
    publish(lake, V2, "2013-02", pieces=[3], gate=["A"])
    publish(lake, V2, "2013-01", pieces=[BIG], gate=["B"])

    assert read(lake, "2013-01") == {"pieces": [BIG], "gate": ["B"]}
    assert read(lake, "2013-02") == {"pieces": [3], "gate": ["A"]}


def test_files_are_uniform_until_columns_or_types_change(lake: Lake, first: int) -> None:
    assert lake.is_uniform(V1)
    publish(lake, replace(V1, columns=(HAPPENED, replace(PIECES, description="Pieces."))), "2013-02", pieces=[1])
    assert lake.is_uniform(V1)
    assert not lake.is_uniform(V2)
    publish(lake, V2, "2013-03", pieces=[3], gate=["A"])
    assert not lake.is_uniform(V2)


REFUSED = {
    "dropped": (replace(V1, columns=(HAPPENED,)), "the new rows lack pieces, which the table has. Keep the column"),
    "narrowed": (
        replace(V1, columns=(HAPPENED, replace(PIECES, type="boolean"))),
        "column 'pieces' is int in its files and would become boolean. Only int can become long.",
    ),
    "cut otherwise": (
        replace(V1, partition_by=(("pieces", "identity"),)),
        "it is cut into partitions by happened (month) and would be by pieces (identity). Keep the partition columns",
    ),
    "not cut": (replace(V1, partition_by=()), "by happened (month) and would be by nothing."),
}


@pytest.mark.parametrize(("spec", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_readers_could_not_live_with_is_refused_and_changes_nothing(
    lake: Lake, first: int, spec: TableSpec, message: str
) -> None:
    before = lake.read(V1.name)

    with pytest.raises(SchemaRefused) as error:
        lake.publish(spec, month_window("2013-02", "happened"), [], {})

    assert str(error.value).startswith("Publishing to 'shop.events' was refused: ")
    assert message in str(error.value)
    assert lake.snapshot_id(V1.name) == first
    assert lake.read(V1.name).equals(before)
    assert lake.is_uniform(V1)


def test_terms_are_recorded_with_the_rows_and_asked_before_columns_change(lake: Lake) -> None:
    asked: list[Mapping[str, str]] = []

    def agree(version: str) -> Any:
        def terms(recorded: Mapping[str, str]) -> Mapping[str, str]:
            asked.append(recorded)
            return {"version": version}

        return terms

    def under(spec: TableSpec, partition: str, terms: Any, **columns: list[Any]) -> None:
        file = str(lake.stage_rows(spec, rows(partition, **columns)))
        lake.publish(spec, month_window(partition, "happened"), [file], {}, terms)

    under(V1, "2013-01", agree("1"), pieces=[1])
    under(V2, "2013-02", agree("2"), pieces=[2], gate=["A"])

    assert asked == [{}, {"version": "1"}]
    assert lake.terms(V1.name) == {"version": "2"}
    with pytest.raises(SchemaRefused, match="its columns changed without its contract"):
        publish(
            lake, replace(V2, columns=(*V2.columns, ColumnSpec("m", "int"))), "2013-03", pieces=[1], gate=["A"], m=[1]
        )
    publish(lake, V2, "2013-03", pieces=[1], gate=["A"])
    assert lake.terms(V1.name) == {"version": "2"}


def test_terms_that_refuse_leave_the_table_as_it_was(lake: Lake, first: int) -> None:
    def refuse(recorded: Mapping[str, str]) -> Mapping[str, str]:
        raise SchemaRefused("shop.events", "it must not", "Do not.")

    with pytest.raises(SchemaRefused, match="it must not"):
        lake.publish(V2, month_window("2013-01", "happened"), [], {}, refuse)

    assert (lake.snapshot_id(V1.name), lake.terms(V1.name)) == (first, {})
    assert read(lake, "2013-01") == {"pieces": [1, 2]}


def test_writers_that_bring_the_same_change_at_once_all_succeed(racing_lake: Lake) -> None:
    publish(racing_lake, V1, "2013-01", pieces=[1, 2])
    months = [f"2013-{month:02}" for month in range(2, 8)]

    with ThreadPoolExecutor(len(months)) as pool:
        list(pool.map(lambda month: publish(copy.copy(racing_lake), V2, month, pieces=[BIG], gate=[month]), months))

    assert sorted(racing_lake.read(V1.name)["gate"].to_pylist(), key=str) == [*months, None, None]
    assert racing_lake.read(V1.name).schema.names.count("gate") == 1


# Any history of columns

VALUES: dict[ColumnType, st.SearchStrategy[Any]] = {
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "double": st.floats(allow_nan=False),
    "string": st.text(max_size=3),
    "boolean": st.booleans(),
    "date": st.dates(),
}
MONTHS = ("2013-01", "2013-02", "2013-03")


@dataclass(frozen=True)
class Step:
    """A publish of one month under some columns."""

    partition: str
    columns: Mapping[str, ColumnType]
    values: Mapping[str, list[Any]]


@st.composite
def steps(draw: st.DrawFn, before: Mapping[str, ColumnType]) -> Step:
    """Mostly the columns of before, some more, some of another type, seldom one less."""
    kinds = st.sampled_from(tuple(VALUES))
    kept = {name: draw(st.just(kind) | st.just(kind) | kinds) for name, kind in before.items()}
    more = draw(st.dictionaries(st.sampled_from(("a", "b", "c", "d")), kinds, max_size=2))
    columns: dict[str, ColumnType] = {**more, **kept} or {"a": "int"}
    if len(columns) > 1 and draw(st.integers(0, 9)) == 0:
        columns.pop(draw(st.sampled_from(sorted(columns))))
    count = draw(st.integers(1, 2))
    values = {
        name: draw(st.lists(st.none() | VALUES[kind], min_size=count, max_size=count)) for name, kind in columns.items()
    }
    return Step(draw(st.sampled_from(MONTHS)), columns, values)


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    history: list[Step] = []
    for _ in range(draw(st.integers(2, 5))):
        history.append(draw(steps(history[-1].columns if history else {})))
    return history


def fits(table: Mapping[str, ColumnType], step: Step) -> bool:
    """The rule in other words: every column is there, as it was or as a wider one."""
    return all(name in step.columns and (kind, step.columns[name]) in ALLOWED for name, kind in table.items())


ALLOWED = {(kind, kind) for kind in VALUES} | {("int", "long")}


@settings(max_examples=25, deadline=None)
@given(histories())
def test_after_any_history_every_partition_and_snapshot_reads(history: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        table: Mapping[str, ColumnType] = {}
        visible: dict[str, Mapping[str, list[Any]]] = {}
        snapshots: dict[int, tuple[dict[str, Mapping[str, list[Any]]], list[str]]] = {}
        for step in history:
            columns = (HAPPENED, *(ColumnSpec(name, kind) for name, kind in step.columns.items()))
            spec = replace(V1, columns=columns)
            arrays = {n: pa.array(v, arrow_type(step.columns[n])) for n, v in step.values.items()}
            if not fits(table, step):
                before = lake.snapshot_id(V1.name), lake.read(V1.name)
                with pytest.raises(SchemaRefused):
                    publish(lake, spec, step.partition, **arrays)
                assert lake.snapshot_id(V1.name) == before[0]
                assert lake.read(V1.name).equals(before[1])
                continue
            snapshot = publish(lake, spec, step.partition, **arrays)
            table, visible = step.columns, {**visible, step.partition: step.values}
            snapshots[snapshot] = (visible, list(table))
        for snapshot, (months, names) in snapshots.items():
            for month, values in months.items():
                count = len(next(iter(values.values())))
                expected = {name: values.get(name, [None] * count) for name in names}
                assert read(lake, month, snapshot_id=snapshot) == expected
