"""A declaration that breaks a rule is refused with field, rule and remedy; a good one says exactly what it promises."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from platform_assets.lake import ColumnSpec, TableSpec
from platform_assets.quality.contract import contract_window
from platform_assets.quality.dataset import DatasetDeclaration

Sales = Callable[..., dict[str, Any]]

WRONG = {
    "minimum of a text": (
        {"columns": {"kind": {"allowed": None, "minimum": 1}}},
        "column 'kind': minimum and maximum need a number type, not string. Drop them.",
    ),
    "maximum of a date": (
        {"columns": {"due": {"maximum": 1}}},
        "column 'due': minimum and maximum need a number type, not date. Drop them.",
    ),
    "allowed numbers": (
        {"columns": {"pieces": {"minimum": None, "allowed": ["1"]}}},
        "column 'pieces': 'allowed' needs type string, not int. Use minimum/maximum.",
    ),
    "minimum above maximum": (
        {"columns": {"price": {"minimum": 101}}},
        "column 'price': minimum 101 is above maximum 100. Swap or correct them.",
    ),
    "volume without room": (
        {"volume": {"minimum": 5, "maximum": 4}},
        "volume: minimum 5 is above maximum 4. Swap or correct them.",
    ),
    "column twice": (
        {"columns": {"due": {"name": "sold", "type": "timestamp"}}},
        "sales.columns: sold declared twice. Keep one of each.",
    ),
    "key with a slip": (
        {"keys": ["numbr"]},
        "sales.keys: 'numbr' is not one of the columns. Did you mean 'number'? Declare it under columns or correct it.",
    ),
    "key from elsewhere": (
        {"keys": ["zzz"]},
        "sales.keys: 'zzz' is not one of the columns. Declare it under columns or correct it.",
    ),
    "partition column unknown": (
        {"partitions": {"column": "solt", "start": "2013-01"}},
        "sales.partitions.column: 'solt' is not one of the columns. Did you mean 'sold'?",
    ),
    "partition column no instant": (
        {"partitions": {"column": "due", "start": "2013-01"}},
        "sales.partitions.column: 'due' must be a timestamp to cut the table by month. "
        "Declare its type as timestamp, or name another column.",
    ),
    "ends before it starts": (
        {"partitions": {"column": "sold", "start": "2013-03", "end": "2013-03"}},
        "partitions.end: 2013-03 is the month after the last one and must lie after start 2013-03. "
        "Correct one of them, or leave out the end.",
    ),
    "expectation on an unknown column": (
        {"expectations": [{"type": "expect_column_values_to_be_unique", "arguments": {"column": "prize"}}]},
        "sales.expectations.expect_column_values_to_be_unique: 'prize' is not one of the columns. "
        "Did you mean 'price'?",
    ),
    "partitioned but one file": (
        {"arrival": {"file": "sales.csv"}},
        "sales.arrival.file: 'sales.csv' must contain {partition} exactly when the dataset has partitions. "
        "Add or remove the placeholder.",
    ),
    "unpartitioned but a file a month": (
        {"partitions": None},
        "sales.arrival.file: 'sales/{partition}.csv' must contain {partition} exactly when the dataset has partitions.",
    ),
}


@pytest.mark.parametrize(("changes", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_declaration_names_field_rule_and_remedy(sales: Sales, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as error:
        DatasetDeclaration.model_validate(sales(**changes))

    assert message in str(error.value)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Sales Table"}, "name"),
        ({"columns": {"price": {"type": "decimal"}}}, "columns"),
        ({"keys": []}, "keys"),
        ({"partitions": {"column": "sold", "start": "January"}}, "partitions"),
        ({"freshness_days": -1}, "freshness_days"),
        ({"arrival": {"file": "sales/{partition}.csv", "format": "xlsx"}}, "arrival"),
        ({"retention": "forever"}, "retention"),
        ({"without": "owner"}, "owner"),
    ],
)
def test_a_value_of_the_wrong_kind_names_its_field(sales: Sales, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as error:
        DatasetDeclaration.model_validate(sales(**changes))

    assert [problem["loc"][0] for problem in error.value.errors()] == [field]


def test_a_contract_becomes_the_table_it_promises(declaration: DatasetDeclaration) -> None:
    table = declaration.table("shop")

    assert isinstance(table, TableSpec)
    assert (table.name, table.partition_by) == ("shop.sales", (("sold", "month"),))
    assert table.columns[0] == ColumnSpec("number", "long", False, "Receipt number.")
    assert table.column_names == ["number", "sold", "kind", "price", "pieces", "gift", "due", "rating"]


def test_a_partition_is_a_month_of_the_declared_column(sales: Sales, declaration: DatasetDeclaration) -> None:
    window = contract_window(declaration, "2013-12")

    assert window is not None
    assert window.column == "sold"
    assert (window.start, window.end) == (datetime(2013, 12, 1, tzinfo=UTC), datetime(2014, 1, 1, tzinfo=UTC))
    assert declaration.landing_file("2013-12") == "sales/2013-12.csv"
    whole = DatasetDeclaration.model_validate(sales(partitions=None, arrival={"file": "sales.csv"}))
    assert contract_window(whole, None) is None
    assert whole.landing_file(None) == "sales.csv"


def test_a_declaration_never_changes(declaration: DatasetDeclaration) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        declaration.version = 2  # type: ignore[misc]
