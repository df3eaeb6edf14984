"""What the quarantine table says of a refusal: rules with counts and sample rows, files with digests, the source."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from platform_assets.lake.store import Store
from platform_assets.pipeline import Product, Workspace, load_product
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.materialisation import Refused
from platform_assets.pipeline.quarantine import Decision, entries, find_entry, keeps_delivered_file, new_id
from platform_assets.pipeline.quarantine_entry import QUARANTINE, Entry
from platform_assets.pipeline.quarantine_errors import DecisionUnexplained, EntryNotFound
from platform_assets.quality.errors import DeliveryRefused
from platform_assets.quality.personal.declaration import Drop

Put = Callable[[Path, str, str, bytes | list[str]], Path]

GUESTS = """
type: platform_assets.components.Dataset
attributes:
  name: guests
  description: One night of a guest.
  owner: team:hotel
  keys: [number]
  partitions: {column: night, start: 2013-01}
  arrival: {file: "guests/{partition}.csv", format: csv}
  columns:
    - {name: number, type: long, nullable: false, description: Booking.}
    - {name: night, type: timestamp, nullable: false, description: Which night (UTC).}
    - {name: price, type: double, minimum: 0, description: In euros.}
    - {name: name, type: string, description: Who.PERSONAL}
"""
HEADER = "number,night,price,name\n"
GOOD = ["1,2013-02-01T00:00:00Z,80,Ada\n", "2,2013-02-02T00:00:00Z,90,Grace\n"]


def hotel(folder: Path, personal: str = "") -> Product:
    """A product of one small dataset."""
    (folder / "hotel").mkdir(parents=True)
    (folder / "hotel" / "defs.yaml").write_text(GUESTS.replace("PERSONAL", personal))
    return load_product("hotel", folder)


def refuse(workspace: Workspace, product: Product, put: Put, lines: list[str]) -> Entry:
    """Deliver February, which is refused; returns its entry."""
    put(workspace.landing, "guests", "2013-02", [HEADER, *lines])
    with pytest.raises((Refused, DeliveryRefused)) as error:
        materialise_dataset(workspace, product, "guests", "2013-02")
    entry = entries(workspace.lake)[-1]
    assert f"it is in quarantine as {entry.quarantine_id}, see `platform quarantine show" in str(error.value)
    return entry


def test_a_refused_partition_is_listed_with_each_rule_its_count_and_sample_rows(
    workspace: Workspace, tmp_path: Path, put: Put
) -> None:
    bad = ["3,2013-02-03T00:00:00Z,-1,Alan\n", "4,2013-02-04T00:00:00Z,cheap,Kurt\n", ",2013-02-05T00:00:00Z,-2,Emmy\n"]

    entry = refuse(workspace, hotel(tmp_path / "defs"), put, [*GOOD, *bad])

    rules = {rule.code: (rule.rows, rule.samples) for rule in entry.broken_rules}
    assert rules == {
        "minimum:price": (2, ["3,2013-02-03T00:00:00Z,-1,Alan", ",2013-02-05T00:00:00Z,-2,Emmy"]),
        "null:number": (1, [",2013-02-05T00:00:00Z,-2,Emmy"]),
        "type:price": (1, ["4,2013-02-04T00:00:00Z,cheap,Kurt"]),
    }
    assert {rule.words for rule in entry.broken_rules} >= {"'price' is below 0.0", "'price' is not of type double"}
    content = (workspace.landing / "guests" / "2013-02.csv").read_bytes()
    assert (entry.table, entry.partition, entry.kind, entry.status) == (
        "hotel.guests",
        "2013-02",
        "partition",
        "quarantined",
    )
    assert (entry.rows, entry.contract_version, entry.source_file) == (5, 1, "guests/2013-02.csv")
    assert entry.source_sha256 == hashlib.sha256(content).hexdigest()
    assert [(file.kind, file.rows, file.copied) for file in entry.files] == [
        ("delivered", None, True),
        ("staged", 2, True),
        ("refused_rows", 3, True),
    ]
    assert {check.name: check.passed for check in entry.checks}["contract_values"] is False
    assert all(workspace.lake.store.exists(file.location) for file in entry.files)


def test_rules_about_the_whole_partition_are_listed_by_their_check(
    workspace: Workspace, tmp_path: Path, put: Put
) -> None:
    entry = refuse(workspace, hotel(tmp_path / "defs"), put, [*GOOD, GOOD[0]])

    (rule,) = entry.broken_rules
    assert (rule.code, rule.rows, rule.samples) == ("contract_keys", None, ["(1, 2)"])
    assert "a key (number) that must be unique" in rule.words


def test_a_file_that_cannot_be_read_is_listed_with_its_rule(workspace: Workspace, tmp_path: Path, put: Put) -> None:
    entry = refuse(workspace, hotel(tmp_path / "defs"), put, [])

    assert (entry.kind, entry.rows, entry.source_file) == ("file", None, "guests/2013-02.csv")
    assert [(rule.code, rule.words) for rule in entry.broken_rules] == [
        ("contract_columns", "it has a header but no rows")
    ]
    assert entry.source_sha256 == hashlib.sha256(HEADER.encode()).hexdigest()


@pytest.mark.parametrize("lines", [[], [*GOOD, "3,2013-02-03T00:00:00Z,-1,Alan\n"]], ids=["unreadable", "refused"])
def test_the_delivered_file_of_personal_data_is_referred_to_and_not_copied(
    workspace: Workspace, tmp_path: Path, put: Put, lines: list[str]
) -> None:
    product = hotel(tmp_path / "defs", ", personal: {protect: generalise, to: prefix, characters: 1}")

    entry = refuse(workspace, product, put, lines)

    delivered = entry.files[0]
    path = workspace.landing / "guests" / "2013-02.csv"
    assert (delivered.location, delivered.copied) == (str(path), False)
    assert delivered.sha256 == entry.source_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    kept = [Path(file.location).suffix for file in workspace.lake.store.list(entry.location)]
    assert ".csv" not in kept
    # Samples are the staged columns, which were protected before; never the line as it was delivered.
    for rule in entry.broken_rules:
        assert all(sample.startswith("number=3, night=2013-02-03") for sample in rule.samples)
    assert sum(len(rule.samples) for rule in entry.broken_rules) == (1 if lines else 0)
    assert "Alan" not in entry.model_dump_json()


def test_a_personal_column_forbids_to_keep_the_delivered_file(product: Product) -> None:
    flights = product.datasets["flights"]
    assert keeps_delivered_file(flights)

    column = flights.columns[0].model_copy(update={"personal": Drop(protect="drop")})
    assert not keeps_delivered_file(flights.model_copy(update={"columns": [column, *flights.columns[1:]]}))


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("step", ["copy", "publish_rows"])
def test_a_refusal_whose_process_dies_before_it_is_listed_is_not_lost(
    workspace: Workspace, tmp_path: Path, put: Put, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def die(*arguments: object, **named: object) -> None:
        raise Killed

    owner = Store if step == "copy" else type(workspace.lake)
    put(workspace.landing, "guests", "2013-02", [HEADER, *GOOD, GOOD[0]])
    with monkeypatch.context() as patched:
        patched.setattr(owner, step, die)
        with pytest.raises(Killed):
            materialise_dataset(workspace, hotel(tmp_path / "defs"), "guests", "2013-02")

    assert not workspace.lake.exists(QUARANTINE.name)
    (entry,) = entries(workspace.lake)
    assert (entry.table, entry.partition, entry.status) == ("hotel.guests", "2013-02", "quarantined")
    assert [rule.code for rule in entry.broken_rules] == ["contract_keys"]


def test_an_entry_is_found_by_its_first_characters(workspace: Workspace, tmp_path: Path, put: Put) -> None:
    entry = refuse(workspace, hotel(tmp_path / "defs"), put, [])

    assert find_entry(workspace.lake, entry.quarantine_id[:6]) == entry
    with pytest.raises(EntryNotFound, match="'zz' names no single quarantine entry: there is none"):
        find_entry(workspace.lake, "zz")
    with pytest.raises(EntryNotFound):
        find_entry(workspace.lake, "")


def test_an_id_is_short_and_new_each_time() -> None:
    made = {new_id() for _ in range(1000)}

    assert len(made) == 1000
    assert {len(name) for name in made} == {12}


@pytest.mark.parametrize(("who", "why", "missing"), [("", "because", "who makes it"), ("me", " ", "why")])
def test_a_decision_says_who_and_why(who: str, why: str, missing: str) -> None:
    with pytest.raises(DecisionUnexplained, match=missing):
        Decision(who, why)
