"""Any two contracts, one after the other on a real table: an accepted change leaves old and new rows readable, a
refused one leaves the table as it was."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from platform_assets.lake import Lake, month_window
from platform_assets.lake.schema import arrow_type
from platform_assets.quality.contract import Contract
from platform_assets.quality.errors import ContractRefused
from platform_assets.quality.evolution import compare
from platform_assets.quality.recorded_contract import read_contract, recording

TABLE = "shop.things"
TYPES = ("int", "long", "double", "string", "boolean", "date")
VALUES: dict[str, Any] = {
    "int": -(2**31),
    "long": 2**62,
    "double": 0.5,
    "string": "tea",
    "boolean": True,
    "date": datetime(2013, 1, 5, tzinfo=UTC).date(),
}
Columns = dict[str, dict[str, Any]]

COLUMN = st.fixed_dictionaries(
    {
        "type": st.sampled_from(TYPES),
        "nullable": st.booleans(),
        "description": st.sampled_from(("In minutes.", "In hours.", "A thing.", "A thing, really.")),
    }
)
COLUMNS = st.dictionaries(st.sampled_from(("a", "b", "c")), COLUMN, max_size=3)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Contract, Contract]:
    """A contract and another one that differs from it in a few places, harmless ones more often than others."""
    before: Columns = draw(COLUMNS)
    after = {name: dict(column) for name, column in before.items()}
    for name in before:
        match draw(st.sampled_from(("same", "same", "widened", "missing", "words", "dropped", "other"))):
            case "widened" if before[name]["type"] == "int":
                after[name]["type"] = "long"
            case "missing":
                after[name]["nullable"] = True
            case "words":
                after[name]["description"] += " Indeed."
            case "dropped":
                del after[name]
            case "other":
                after[name] = draw(COLUMN)
    for name, column in draw(COLUMNS).items():
        after.setdefault(name, {**column, "nullable": column["nullable"] or draw(st.booleans())})
    raised = draw(st.sampled_from((0, 1, 1, 1)))
    return _contract(before, 1), _contract(after, 1 + raised)


def _contract(columns: Columns, version: int) -> Contract:
    when = {"name": "when", "type": "timestamp", "nullable": False, "description": "When (UTC)."}
    return Contract.model_validate(
        {
            "name": "things",
            "description": "One thing.",
            "owner": "team:things",
            "partitions": {"column": "when", "start": "2013-01"},
            "columns": [when, *({"name": name, **column} for name, column in columns.items())],
            "keys": ["when"],
            "version": version,
            "changelog": [{"version": version, "date": "2026-01-01", "change": "New."}] if version > 1 else [],
        }
    )


def publish(lake: Lake, contract: Contract, month: str) -> int:
    spec = contract.table("shop")
    window = month_window(month, "when")
    row = {column.name: pa.array([VALUES.get(column.type)], arrow_type(column.type)) for column in spec.columns[1:]}
    rows = pa.table({"when": pa.array([window.start], arrow_type("timestamp")), **row})
    file = str(lake.stage_rows(spec, rows))
    return lake.publish(spec, window, [file], {}, recording(contract, "run")).snapshot_id


def row(lake: Lake, month: str, **options: Any) -> dict[str, Any]:
    (found,) = lake.read(TABLE, month_window(month, "when"), **options).to_pylist()
    del found["when"]
    return dict(found)


def expected(published: Contract, read_under: Contract) -> dict[str, Any]:
    types = {column.name: column.type for column in published.columns}
    return {c.name: VALUES[types[c.name]] if c.name in types else None for c in read_under.columns if c.name != "when"}


@settings(max_examples=30, deadline=None)
@given(pairs())
def test_an_accepted_change_harms_no_row_and_a_refused_one_changes_nothing(pair: tuple[Contract, Contract]) -> None:
    before, after = pair
    accepted = all(change.accepted for change in compare(before, after))
    event("accepted" if accepted else "refused")
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        first = publish(lake, before, "2013-01")
        if accepted:
            publish(lake, after, "2013-02")
            assert row(lake, "2013-01") == expected(before, after)
            assert row(lake, "2013-02") == expected(after, after)
            assert row(lake, "2013-01", snapshot_id=first) == expected(before, before)
            publish(lake, after, "2013-01")
            assert row(lake, "2013-01") == expected(after, after)
            assert read_contract(lake.terms(TABLE)) == after
        else:
            terms = lake.terms(TABLE)
            with pytest.raises(ContractRefused):
                publish(lake, after, "2013-02")
            assert (lake.snapshot_id(TABLE), lake.terms(TABLE)) == (first, terms)
            assert row(lake, "2013-01") == expected(before, before)
