"""A small dataset: what a shop sold, a delivered CSV file a month."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from platform_assets.quality.dataset import DatasetDeclaration

SALES: dict[str, Any] = {
    "name": "sales",
    "description": "One thing sold.",
    "owner": "team:shop",
    "keys": ["number"],
    "partitions": {"column": "sold", "start": "2013-01"},
    "arrival": {"file": "sales/{partition}.csv", "null_values": "NA"},
    "columns": [
        {"name": "number", "type": "long", "nullable": False, "description": "Receipt number."},
        {"name": "sold", "type": "timestamp", "nullable": False, "description": "When (UTC)."},
        {"name": "kind", "type": "string", "allowed": ["tea", "bun"], "description": "What."},
        {"name": "price", "type": "double", "minimum": 0, "maximum": 100, "description": "In euros."},
        {"name": "pieces", "type": "int", "minimum": 1, "description": "How many."},
        {"name": "gift", "type": "boolean", "description": "Whether it was wrapped."},
        {"name": "due", "type": "date", "description": "Day of payment."},
        {"name": "rating", "type": "int", "maximum": 5, "on_violation": "refuse_row", "description": "Stars."},
    ],
}
GOOD = {
    "number": "1",
    "sold": "2013-02-03T10:00:00Z",
    "kind": "tea",
    "price": "2.5",
    "pieces": "1",
    "gift": "true",
    "due": "2013-03-01",
    "rating": "4",
}


@pytest.fixture
def sales() -> Callable[..., dict[str, Any]]:
    """The declaration as a product would write it, with fields replaced; ``columns`` by name: changes of one column."""

    def build(*, without: str = "", columns: dict[str, dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
        declared = [{**column, **(columns or {}).get(column["name"], {})} for column in SALES["columns"]]
        written = {**SALES, "columns": declared, **changes}
        return {field: value for field, value in written.items() if field != without}

    return build


@pytest.fixture
def declaration(sales: Callable[..., dict[str, Any]]) -> DatasetDeclaration:
    """The valid declaration."""
    return DatasetDeclaration.model_validate(sales())


@pytest.fixture
def delivered(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of good rows, each with the given values replaced: ``delivered({"price": "-1"}, {})``."""

    def write(*rows: dict[str, str]) -> Path:
        lines = [",".join(GOOD), *(",".join({**GOOD, "number": str(n), **row}.values()) for n, row in enumerate(rows))]
        path = tmp_path / "2013-02.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write
