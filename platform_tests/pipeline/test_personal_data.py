"""Nothing the platform writes holds a personal value: planted values are searched for in every byte of it."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.catalog.sql import SqlCatalog

HERE = Path(__file__).parent
ROOT = Path(__file__).parents[2]
ROWS = 12
PROTECTED = {
    "name": {"protect": "drop"},
    "email": {"protect": "hash"},
    "passport": {"protect": "hash", "delivered_type": "long"},
    "phone": {"protect": "tokenise"},
    "born": {"protect": "generalise", "to": "month"},
    "paid": {"protect": "generalise", "to": "bucket", "width": 1000},
    "zip": {"protect": "generalise", "to": "prefix", "characters": 2},
    "address": {"protect": "generalise", "to": "network"},
}
FILES = {"guests": "csv", "stays": "parquet", "visits": "jsonl", "nights": "csv.gz"}
TYPES = {"passport": "long", "born": "date", "paid": "double", "number": "long", "arrived": "timestamp"}
OPEN = ["number", "arrived", "room", "remark"]
KEPT = "an open remark"


def declaration(name: str, suffix: str, *, protected: bool) -> dict[str, Any]:
    """One column for each way to protect, or the same columns without protection."""
    columns: list[dict[str, Any]] = [
        {"name": "number", "type": "long", "nullable": False, "description": "Of the stay."},
        {"name": "arrived", "type": "timestamp", "nullable": False, "description": "When (UTC)."},
        {"name": "room", "type": "string", "allowed": ["sea", "hill"], "description": "Kind of room."},
        {"name": "remark", "type": "string", "description": "Free text that is not personal."},
    ]
    for column, personal in PROTECTED.items():
        as_text = protected and personal["protect"] == "hash"
        columns.append(
            {
                "name": column,
                "type": "string" if as_text else TYPES.get(column, "string"),
                "description": f"Of the guest: {column}.",
                **({"personal": personal} if protected else {}),
                **({"minimum": 0, "maximum": 900000} if column == "paid" else {}),
                **({"on_violation": "refuse_row"} if column == "paid" else {}),
            }
        )
    return {
        "name": name,
        "description": "One night of a guest.",
        "owner": "team:house",
        "keys": ["number", "email"],
        "partitions": {"column": "arrived", "start": "2013-01"},
        "arrival": {"file": f"{name}/{{partition}}.{suffix}", "format": suffix.split(".")[0], "null_values": "NA"},
        "columns": columns,
        "expectations": [
            {"type": f"expect_column_values_to_{rule}", "arguments": {"column": column, **arguments}}
            for column, rule, arguments in (
                ("zip", "not_match_regex", {"regex": "^ZZ"}),
                ("born", "not_be_null", {"mostly": 0.5}),
            )
        ],
    }


class Planted:
    """Rows whose personal values are all different and stand nowhere else; remembers every value."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self._numbers = itertools.count(1)

    def row(self, month: str, **changes: str) -> dict[str, str]:
        n = next(self._numbers)
        made = {
            "name": f"Wilhelmina Planted{n:04d}",
            "email": f"planted{n:04d}.guest@example.org",
            "passport": f"{730000000000 + n * 7919}",
            "phone": f"+49-176-{55500000 + n * 7717}",
            "born": str(date(1931, 1, 2) + timedelta(days=n + n // 25)),
            "paid": f"{300000 + n * 577}.{n:04d}7",
            "zip": f"QX{n:04d}PLANT",
            "address": f"2001:db8:{n:x}:abcd:1234:5678:9abc:{n:04x}",
        }
        if made["born"].endswith("-01"):
            made["born"] = made["born"][:-2] + "02"
        row = {
            "number": str(n),
            "arrived": f"{month}-03T10:00:00Z",
            "room": "sea",
            "remark": KEPT,
            **made,
            **changes,
        }
        self.values += [row[name] for name in PROTECTED if row[name] != "NA"]
        return row

    def value(self, text: str) -> str:
        """A value that stands in a place of its own."""
        self.values.append(text)
        return text


@dataclass
class Deliveries:
    """Files by partition, and what must be told of each; an empty text for those that are published."""

    told: dict[tuple[str, str], str]
    planted: list[str]


def lines(rows: list[dict[str, str]]) -> list[str]:
    names = [*OPEN, *PROTECTED]
    return [",".join(names) + "\n", *(",".join(row[name] for name in names) + "\n" for row in rows)]


def deliver(landing: Path) -> Deliveries:
    """Good and bad files of every kind."""
    plant, told = Planted(), {}

    def put(month: str, rule: str, content: str | bytes | list[str]) -> None:
        path = landing / "guests" / f"{month}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(content) if isinstance(content, list) else content
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        told["guests", month] = rule

    def rows(month: str, *changes: dict[str, str]) -> list[dict[str, str]]:
        return [plant.row(month, **change) for change in [*({} for _ in range(ROWS)), *changes]]

    missing = {name: "NA" for name in PROTECTED if name != "email"}
    put("2013-01", "", lines(rows("2013-01", missing)))
    wrong = {"passport": "P-SECRET-PASSPORT", "born": "SECRETBIRTHDAY"}
    put("2013-02", "'passport' is not of type long", lines(rows("2013-02", wrong)))
    put("2013-03", "outside the partition's month", lines(rows("2013-03", {"arrived": "2013-09-09T00:00:00Z"})))
    twice = rows("2013-04")
    put("2013-04", "(number, email) that must be unique", lines([*twice, twice[0]]))
    put("2013-05", "", lines(rows("2013-05", {"paid": "98765432.125"}, {"paid": "-7654321.25"})))
    many = lines(rows("2013-06"))
    put("2013-06", "fields instead of", [*many[:4], many[4].replace("\n", ",TOOMUCH\n"), *many[5:]])
    put("2013-07", "its columns differ", lines(rows("2013-07"))[1:])
    put("2013-08", "is not UTF-8", "".join(lines(rows("2013-08"))).encode().replace(b"an open", b"an \xe9pen", 1))
    put("2013-09", "expect_column_values_to_not_match_regex on zip", lines(rows("2013-09", {"zip": "ZZTOPPLANT"})))
    shifted = rows("2013-10", {"room": plant.value("Misplaced.Person1"), "remark": plant.value("Misplaced.Person2")})
    put("2013-10", "'room' is not one of", lines(shifted))
    put("2013-11", "was cut off", "".join(lines(rows("2013-11")))[:-1])
    put("2013-12", "is not a value that can be generalised", lines(rows("2013-12", {"address": "no.address.at.all"})))
    many = lines(rows("2014-01"))
    put("2014-01", "quotes up to line 13 do not pair", [*many[:3], many[3].replace("planted", '"planted'), *many[4:]])
    put("2014-02", "'arrived' is missing", lines(rows("2014-02", {"arrived": "NA"}, {"email": "NA"})))
    _deliver_parquet(landing, plant, told)
    _deliver_json(landing, plant, told)
    _deliver_gzip(landing, plant, told)
    return Deliveries(told, sorted(set(plant.values)))


def _deliver_parquet(landing: Path, plant: Planted, told: dict[tuple[str, str], str]) -> None:
    for month, rule in (("2013-01", ""), ("2013-02", "no readable Parquet"), ("2013-03", "cannot be read")):
        rows = [plant.row(month) for _ in range(ROWS)]
        columns: dict[str, Any] = {name: [row[name] for row in rows] for name in [*OPEN, *PROTECTED]}
        columns["number"] = pa.array([int(row["number"]) for row in rows], pa.int64())
        moments = [datetime.fromisoformat(row["arrived"]).astimezone(UTC) for row in rows]
        columns["arrived"] = pa.array(moments, pa.timestamp("us", tz="UTC"))
        columns["passport"] = pa.array([int(row["passport"]) for row in rows], pa.int64())
        columns["born"] = pa.array([date.fromisoformat(row["born"]) for row in rows])
        columns["paid"] = pa.array([float(row["paid"]) for row in rows])
        path = landing / "stays" / f"{month}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(columns), path, compression="none", use_dictionary=False)
        content = path.read_bytes()
        if rule:
            # Four bytes of a date in a file that nobody can read cannot be told from chance.
            plant.values = [value for value in plant.values if value not in {row["born"] for row in rows}]
        if month == "2013-02":
            path.write_bytes(content[:-60])
        if month == "2013-03":
            path.write_bytes(content[:4] + b"\xff" * 20 + content[24:])
        told["stays", month] = rule


def _deliver_json(landing: Path, plant: Planted, told: dict[tuple[str, str], str]) -> None:
    def put(month: str, rule: str, *last: str) -> None:
        good = [json.dumps(plant.row(month)) for _ in range(ROWS)]
        path = landing / "visits" / f"{month}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([*good, *last]) + "\n", encoding="utf-8")
        told["visits", month] = rule

    put("2013-01", "")
    refused = plant.row("2013-02", address="nowhere.to.be.found", phone="Refused.Phone.Text")
    put("2013-02", "is not a value that can be generalised", json.dumps(refused))
    put("2013-03", "is no JSON", json.dumps(plant.row("2013-03"))[:-1])
    extra = {**plant.row("2013-04"), plant.value("Person.As.Fieldname"): "x"}
    put("2013-04", "has a field that the first line has not", json.dumps(extra))
    put("2013-05", "is no JSON object", json.dumps([plant.value("Person.In.A.List")]))
    path = landing / "visits" / "2013-06.jsonl"
    path.write_text(json.dumps({plant.value("Person.As.A.Column"): 1}) + "\n")
    told["visits", "2013-06"] = "its columns differ"


def _deliver_gzip(landing: Path, plant: Planted, told: dict[tuple[str, str], str]) -> None:
    for month, rule in (("2013-01", ""), ("2013-02", "cannot be unpacked")):
        content = gzip.compress("".join(lines([plant.row(month) for _ in range(ROWS)])).encode(), compresslevel=0)
        path = landing / "nights" / f"{month}.csv.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content[:-8] if rule else content)
        told["nights", month] = rule


@dataclass
class Outcome:
    """What runs left behind: each run's line, where planted values were found, and what was looked into."""

    runs: list[dict[str, Any]]
    found: dict[str, list[str]]
    looked: dict[str, int]
    folder: Path


def run_all(folder: Path, *, protected: bool, extra: dict[str, str] | None = None) -> tuple[Outcome, Deliveries]:
    """Deliver everything, materialise it in a process of its own, and search all that was written."""
    data, home = folder / "data", folder / "home"
    home.mkdir(parents=True)
    shutil.copy2(ROOT / "dagster.yaml", home)
    deliveries = deliver(data / "landing")
    asked = {
        "datasets": [declaration(name, suffix, protected=protected) for name, suffix in FILES.items()],
        "runs": list(deliveries.told),
    }
    (folder / "asked.json").write_text(json.dumps(asked))
    key = base64.urlsafe_b64encode(os.urandom(32)).decode()
    keys = {"PLATFORM_HASH_KEY": key, "PLATFORM_VAULT_KEY": key, "PLATFORM_VAULT": str(home / "vault.db")}
    environment = {
        **os.environ,
        "PLATFORM_DATA": str(data),
        "DAGSTER_HOME": str(home),
        "PLATFORM_DEPLOYMENT": "local",
        **keys,
    }
    printed = home / "printed.txt"
    for command in (
        [sys.executable, str(HERE / "personal_runs.py"), str(folder / "asked.json")],
        [sys.executable, "-m", "platform_assets.cli", "quarantine", "list", "--json"],
    ):
        with printed.open("ab") as output:
            done = subprocess.run(command, cwd=ROOT, env={**environment, **(extra or {})}, stdout=output, stderr=output)
        assert done.returncode == 0, printed.read_text()[-3000:]
    outcome = search(folder, [*deliveries.planted, KEPT, key], [data / name for name in written(data)] + [home])
    runs = [json.loads(line[4:]) for line in printed.read_text().splitlines() if line.startswith("RUN ")]
    return Outcome(runs, outcome["found"], outcome["looked"], folder), deliveries


def written(data: Path) -> list[str]:
    """Everything below the data folder but what others delivered."""
    return sorted(path.name for path in data.iterdir() if path.name != "landing")


def search(folder: Path, values: list[str], places: list[Path]) -> dict[str, Any]:
    (folder / "needles.json").write_text(json.dumps(values))
    command = [sys.executable, str(HERE / "personal_search.py"), str(folder / "needles.json"), *map(str, places)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout))


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def protected(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Deliveries]:
    return run_all(tmp_path_factory.mktemp("protected"), protected=True)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Deliveries]:
    return run_all(tmp_path_factory.mktemp("plain"), protected=False)


def test_each_delivery_is_published_or_refused_by_the_rule_it_breaks(protected: tuple[Outcome, Deliveries]) -> None:
    outcome, deliveries = protected

    assert len(outcome.runs) == len(deliveries.told)
    for run in outcome.runs:
        rule = deliveries.told[run["dataset"], run["partition"]]
        assert run["success"] == (rule == ""), run
        assert rule in run["told"], run


def test_no_planted_value_is_in_anything_that_was_written(protected: tuple[Outcome, Deliveries]) -> None:
    outcome, deliveries = protected

    print(f"{len(deliveries.planted)} planted values, looked into {outcome.looked}")
    leaks = {value: places for value, places in outcome.found.items() if value != KEPT}
    assert leaks == {}


def test_the_search_finds_what_is_not_protected(plain: tuple[Outcome, Deliveries]) -> None:
    """The same deliveries without protection: the search would see a value wherever one could be."""
    outcome, deliveries = plain

    published = {run["partition"] for run in outcome.runs if run["success"] and run["dataset"] == "guests"}
    assert "2013-01" in published
    places = {place for value, found in outcome.found.items() if value != KEPT for place in found}
    for expected in (
        "lake/house/guests/data/",
        "lake/platform/profiles/data/",
        "lake/platform/quarantine/data/",
        "lake/quarantine/house.guests/",
        "parquet:email",
        "parquet:sketch",
        "sqlite:event_logs",
        "home/printed.txt",
    ):
        assert [place for place in places if expected in place], f"the search sees nothing in {expected}"
    missed = [value for value in deliveries.planted if value not in outcome.found]
    print(f"{len(deliveries.planted) - len(missed)} of {len(deliveries.planted)} found, in {len(places)} places")
    assert missed == []


def test_the_search_sees_bounds_in_lists_of_files(tmp_path: Path) -> None:
    """Our tables keep no bounds of columns that may be personal, so a table of PyIceberg's defaults is searched."""
    value = "plant@bounds.io"  # bounds are cut after 16 characters
    catalog = SqlCatalog("plain", uri="sqlite:///:memory:", warehouse=str(tmp_path / "lake"))
    catalog.create_namespace("house")
    rows = pa.table({"email": [value]})
    catalog.create_table("house.guests", rows.schema).append(rows)

    found = search(tmp_path, [value], [tmp_path / "lake"])["found"][value]

    assert any(place.endswith(">avro") for place in found)
