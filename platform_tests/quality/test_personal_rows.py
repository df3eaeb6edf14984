"""Rows of a delivery with personal columns: what is stored of good and of refused ones, on every engine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import sqlite3
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
from platform_assets.quality.personal.errors import KeyMissing
from platform_assets.quality.personal.secrets import Secrets
from platform_assets.quality.personal.vault import Vault

HASH_KEY = "a key of these tests, long enough for them"

GUESTS: dict[str, Any] = {
    "name": "guests",
    "description": "One night of a guest.",
    "owner": "team:house",
    "keys": ["number", "email"],
    "partitions": {"column": "arrived", "start": "2013-01"},
    "arrival": {"file": "guests/{partition}.csv", "null_values": "NA"},
    "columns": [
        {"name": "number", "type": "long", "nullable": False, "description": "Of the stay."},
        {"name": "arrived", "type": "timestamp", "nullable": False, "description": "When (UTC)."},
        {"name": "name", "type": "string", "description": "Name.", "personal": {"protect": "drop"}},
        {"name": "email", "type": "string", "description": "Mail.", "personal": {"protect": "hash"}},
        {
            "name": "passport",
            "type": "string",
            "minimum": 1000,
            "description": "Passport.",
            "personal": {"protect": "hash", "domain": "passport", "delivered_type": "long"},
        },
        {"name": "phone", "type": "string", "description": "Phone.", "personal": {"protect": "tokenise"}},
        {
            "name": "born",
            "type": "date",
            "description": "Born.",
            "personal": {"protect": "generalise", "to": "year"},
        },
        {
            "name": "paid",
            "type": "double",
            "minimum": 0,
            "maximum": 500,
            "description": "Euros.",
            "personal": {"protect": "generalise", "to": "bucket", "width": 50},
        },
        {
            "name": "zip",
            "type": "string",
            "description": "Of the home.",
            "personal": {"protect": "generalise", "to": "prefix", "characters": 2},
        },
        {
            "name": "address",
            "type": "string",
            "description": "Of the booking's computer.",
            "personal": {"protect": "generalise", "to": "network"},
        },
        {"name": "room", "type": "string", "allowed": ["sea", "hill"], "description": "Kind of room."},
        {"name": "remark", "type": "string", "description": "Free text that is not personal."},
    ],
}
GOOD = {
    "number": "1",
    "arrived": "2013-02-03T10:00:00Z",
    "name": "Anna",
    "email": "anna@example.org",
    "passport": "4711",
    "phone": "+49 30 1",
    "born": "1980-05-06",
    "paid": "120.5",
    "zip": "10115",
    "address": "203.0.113.77",
    "room": "sea",
    "remark": "late",
}


@pytest.fixture(params=["embedded", pytest.param("spark", marks=[pytest.mark.spark, pytest.mark.slow])])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    key = base64.urlsafe_b64encode(os.urandom(32)).decode()
    return Secrets(HASH_KEY, str(tmp_path / "vault" / "vault.db"), key)


@pytest.fixture
def declared() -> DatasetDeclaration:
    return DatasetDeclaration.model_validate(GUESTS)


@pytest.fixture
def read(
    engine: Engine, secrets: Secrets, tmp_path: Path, declared: DatasetDeclaration
) -> Callable[..., list[dict[str, Any]]]:
    """Protected rows of a file of good rows with the given values replaced, ordered by their number."""

    def rows(*changes: dict[str, str]) -> list[dict[str, Any]]:
        lines = [
            ",".join(GOOD),
            *(",".join({**GOOD, "number": str(n), **row}.values()) for n, row in enumerate(changes)),
        ]
        path = tmp_path / "2013-02.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return _read(engine, declared, path, list(GOOD), secrets)

    return rows


def _read(
    engine: Engine, declared: DatasetDeclaration, path: Path, header: list[str], secrets: Secrets
) -> list[dict[str, Any]]:
    window = contract_window(declared, "2013-02")
    assert window is not None
    text = declared.model_dump(mode="json")
    frame = read_delivery(engine.session, text, str(path), header, window.as_text(), secrets)
    return sorted(frame.toArrow().to_pylist(), key=lambda row: row["number"])


def _hmac(domain: str, value: str) -> str:
    return hmac.new(HASH_KEY.encode(), f"{domain}\0{value}".encode(), hashlib.sha256).hexdigest()


def test_a_good_row_is_stored_protected(read: Callable[..., Any], secrets: Secrets) -> None:
    (row,) = read({})

    phone = row.pop("phone")
    assert row == {
        "number": 0,
        "arrived": datetime(2013, 2, 3, 10, tzinfo=UTC),
        "email": _hmac("guests.email", "anna@example.org"),
        "passport": _hmac("passport", "4711"),
        "born": date(1980, 1, 1),
        "paid": 100.0,
        "zip": "10",
        "address": "203.0.113.0/24",
        "room": "sea",
        "remark": "late",
        REFUSED_BY: None,
        DELIVERED: "0,2013-02-03 10:00:00" + ",[personal]" * 8 + ",sea,late",
    }
    assert Vault(secrets.require_vault("test")).reveal(phone, "me", "test") == "+49 30 1"


def test_equal_values_stay_equal_and_missing_ones_missing(read: Callable[..., Any]) -> None:
    missing = dict.fromkeys(["name", "passport", "phone", "born", "paid", "zip", "address"], "NA")

    first, second, other, none = read({}, {}, {"email": "bo@example.org", "phone": "2"}, missing)

    assert first["email"] == second["email"] != other["email"]
    assert first["phone"] == second["phone"] != other["phone"]
    assert [none[name] for name in missing if name != "name"] == [None] * 6
    assert none[REFUSED_BY] is None


def test_rules_judge_the_delivered_value(read: Callable[..., Any]) -> None:
    rows = read({"passport": "999"}, {"paid": "500.01"}, {"paid": "-1"}, {"paid": "0"}, {"email": "NA"})

    assert [row[REFUSED_BY] for row in rows] == [
        "minimum:passport",
        "maximum:paid",
        "minimum:paid",
        None,
        "null:email",
    ]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"passport": "P-SECRET"}, "type:passport"),
        ({"born": "SECRET"}, "type:born"),
        ({"address": "SECRET"}, "generalise:address"),
        ({"arrived": "2013-03-03T10:00:00Z", "name": "SECRET", "phone": "SECRET"}, "window:arrived"),
        ({"room": "SECRET"}, "allowed:room"),
        ({"remark": "SECRET", "paid": "-1"}, "minimum:paid"),
    ],
)
def test_a_refused_row_shows_nothing_personal(read: Callable[..., Any], change: dict[str, str], rule: str) -> None:
    (row,) = read(change)

    assert row[REFUSED_BY] == rule
    assert "SECRET" not in str(row)
    assert [row[name] for name in ("phone", "born", "paid", "zip", "address")] == [None] * 5
    assert row["remark"] == "[withheld]"
    assert row[DELIVERED].split(",")[2:10] == ["[personal]" if row_has(name, change) else "" for name in PERSONAL_ORDER]


PERSONAL_ORDER = ["name", "email", "passport", "phone", "born", "paid", "zip", "address"]


def row_has(name: str, change: dict[str, str]) -> bool:
    """A text that is not of the column's type reads as missing."""
    return not (name in ("passport", "born") and "SECRET" in change.get(name, ""))


def test_a_refused_value_never_reaches_the_vault(read: Callable[..., Any], secrets: Secrets) -> None:
    refused, _ = read({"paid": "-1", "phone": "+49 40 2"}, {"phone": "+49 40 3"})

    assert refused["phone"] is None
    assert secrets.vault is not None
    with sqlite3.connect(secrets.vault) as connection:
        assert connection.execute("select count(*) from tokens").fetchone() == (1,)


def test_parquet_tells_columns_by_name_so_texts_that_are_not_personal_are_kept(
    engine: Engine, secrets: Secrets, tmp_path: Path
) -> None:
    arrival = {"file": "{partition}.parquet", "format": "parquet"}
    declared = DatasetDeclaration.model_validate({**GUESTS, "arrival": arrival})
    moment = datetime(2013, 2, 3, 10, tzinfo=UTC)
    rows = {
        **{name: [value] * 2 for name, value in GOOD.items()},
        "number": [1, 2],
        "arrived": [moment] * 2,
        "passport": [4711, 1],
        "born": [date(1980, 5, 6)] * 2,
        "paid": [120.5, float("inf")],
    }
    table = pa.table(rows).set_column(1, "arrived", pa.array([moment] * 2, pa.timestamp("us", tz="UTC")))
    pq.write_table(table, tmp_path / "2013-02.parquet")

    good, bad = _read(engine, declared, tmp_path / "2013-02.parquet", table.column_names, secrets)

    assert (good["passport"], good["paid"], good[REFUSED_BY]) == (_hmac("passport", "4711"), 100.0, None)
    assert bad[REFUSED_BY] == "minimum:passport;maximum:paid;generalise:paid"
    assert bad["remark"] == "late"


def test_without_a_key_nothing_is_read(engine: Engine, tmp_path: Path, declared: DatasetDeclaration) -> None:
    path = tmp_path / "2013-02.csv"
    path.write_text(",".join(GOOD) + "\n" + ",".join(GOOD.values()) + "\n")

    with pytest.raises(KeyMissing, match="PLATFORM_HASH_KEY"):
        _read(engine, declared, path, list(GOOD), Secrets())
