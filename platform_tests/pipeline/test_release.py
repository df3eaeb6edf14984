"""A release publishes exactly the staged files of a refused partition, once, on record; a discard gives them up."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from platform_assets.lake import Lake
from platform_assets.lake.errors import StoreFailed
from platform_assets.lake.quarantine import QuarantinedFileChanged
from platform_assets.pipeline import Product, Workspace, load_product
from platform_assets.pipeline import release as release_module
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.materialisation import Materialisation, Refused
from platform_assets.pipeline.quarantine import Decision, entries, find_entry
from platform_assets.pipeline.quarantine_entry import Entry
from platform_assets.pipeline.quarantine_errors import AlreadyDecided, NewerDelivery, NotReleasable, ReleaseBegan
from platform_assets.pipeline.release import discard, release
from platform_assets.quality.contract import Contract
from platform_assets.quality.errors import DeliveryRefused
from platform_assets.quality.profile_table import read_profile

Lines = list[str]
ME = Decision("ada", "the counter was reset, checked with the source")
SHOP = """
type: platform_assets.components.Dataset
attributes:
  name: sales
  description: One thing sold.
  owner: team:shop
  keys: [number]
  partitions: {column: sold, start: 2013-01}
  arrival: {file: "sales/{partition}.csv"}
  columns:
    - {name: number, type: long, nullable: false, description: Receipt number.}
    - {name: sold, type: timestamp, nullable: false, description: When (UTC).}
    - {name: price, type: PRICE, minimum: 0, on_violation: RULE, description: In euros.}
"""


def shop(folder: Path, price: str = "double", rule: str = "refuse_partition", more: str = "") -> Product:
    """A product of one small dataset; ``more`` are further lines of its declaration."""
    (folder / "shop").mkdir(parents=True)
    text = SHOP.replace("PRICE", price).replace("RULE", rule)
    (folder / "shop" / "defs.yaml").write_text(text + more)
    load_product.cache_clear()
    return load_product("shop", folder)


def line(number: int, price: float = 1, day: str = "2013-02-01") -> str:
    return f"{number},{day}T00:00:00Z,{price}\n"


class Shop:
    """A workspace with the dataset, and what was told to the orchestrator."""

    def __init__(self, workspace: Workspace, product: Product) -> None:
        self.workspace = workspace
        self.product = product
        self.told: list[tuple[str, Materialisation]] = []

    @property
    def lake(self) -> Lake:
        return self.workspace.lake

    def deliver(self, *lines: str) -> Materialisation:
        path = self.workspace.landing / "sales" / "2013-02.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(["number,sold,price\n", *lines]))
        return materialise_dataset(self.workspace, self.product, "sales", "2013-02")

    def refused(self, *lines: str) -> Entry:
        with pytest.raises((Refused, DeliveryRefused)):
            self.deliver(*lines)
        return entries(self.lake)[-1]

    def release(self, entry: Entry, decision: Decision = ME, **options: Any) -> Materialisation:
        return release(
            self.workspace, [self.product], entry.quarantine_id, decision, options.pop("tell", self.tell), **options
        )

    def discard(self, entry: Entry, decision: Decision = ME) -> Entry:
        return discard(self.workspace, entry.quarantine_id, decision)

    def tell(self, contract: Contract, done: Materialisation) -> None:
        self.told.append((contract.name, done))

    def numbers(self) -> list[int]:
        if not self.lake.exists("shop.sales"):
            return []
        return sorted(self.lake.read("shop.sales").column("number").to_pylist())

    def status(self, entry: Entry) -> str:
        return find_entry(self.lake, entry.quarantine_id).status


@pytest.fixture
def sales(workspace: Workspace, tmp_path: Path) -> Shop:
    return Shop(workspace, shop(tmp_path / "defs"))


TWICE = [line(1), line(2), line(2)]


def test_a_release_publishes_exactly_the_staged_rows_on_record(sales: Shop) -> None:
    entry = sales.refused(*TWICE)
    (kept,) = [file for file in entry.files if file.kind == "staged"]
    content = sales.lake.store.read_bytes(kept.location)

    done = sales.release(entry)

    assert sales.numbers() == [1, 2, 2]
    (published,) = sales.lake.plan_files("shop.sales")
    assert sales.lake.store.read_bytes(published) == content
    recorded = sales.lake.provenance("shop.sales", done.publication.snapshot_id)
    assert recorded["released-by"] == ME.who
    assert recorded["release-reason"] == ME.why
    assert recorded["quarantine-id"] == entry.quarantine_id
    assert recorded["source-sha256"] == entry.source_sha256
    assert (recorded["partition"], recorded["source-file"]) == ("2013-02", "sales/2013-02.csv")
    profile = read_profile(sales.lake, "shop.sales", ["2013-02"])
    assert profile is not None
    assert profile.rows == 3
    after = find_entry(sales.lake, entry.quarantine_id)
    assert (after.status, after.decided_by, after.reason) == ("released", ME.who, ME.why)
    assert after.published_snapshot == done.publication.snapshot_id
    assert [name for name, _ in sales.told] == ["sales"]
    # The table has its rows now; the delivered file is kept.
    assert [sales.lake.store.exists(file.location) for file in after.files] == [True, False]


def test_the_checks_that_were_overruled_become_warnings_that_say_so(sales: Shop) -> None:
    done = sales.release(sales.refused(*TWICE))

    checks = {check.name: check for check in done.checks}
    assert checks["contract_values"].passed
    keys = checks["contract_keys"]
    assert (keys.passed, keys.blocking) == (False, False)
    assert keys.message.startswith(f"Released in spite of it by ada: {ME.why} What the audit said: 1 row repeats a key")


def test_rows_that_break_a_rule_themselves_are_not_published(sales: Shop) -> None:
    entry = sales.refused(line(1), line(2, -5))

    done = sales.release(entry)

    assert sales.numbers() == [1]
    assert (done.report.rows, done.report.refused_rows) == (1, 1)
    kept = {file.kind: sales.lake.store.exists(file.location) for file in entry.files}
    assert kept == {"delivered": True, "staged": False, "refused_rows": True}


def test_an_older_partition_is_replaced(sales: Shop) -> None:
    before = sales.deliver(line(7)).publication.snapshot_id
    sales.release(sales.refused(*TWICE))

    assert sales.numbers() == [1, 2, 2]
    assert sales.lake.read("shop.sales", snapshot_id=before).num_rows == 1


def test_a_decision_is_made_once(sales: Shop) -> None:
    first, second = sales.refused(*TWICE), sales.refused(*TWICE)
    sales.release(first)
    sales.discard(second)

    for entry, word in ((first, "released"), (second, "discarded")):
        for decide in (sales.release, sales.discard):
            with pytest.raises(AlreadyDecided, match=f"was already {word}, by ada at .*: {ME.why} An entry is decided"):
                decide(entry, Decision("bob", "me too"))


def test_a_newer_delivery_is_not_replaced_unless_that_is_asked_for(sales: Shop) -> None:
    entry = sales.refused(*TWICE)
    newer = sales.deliver(line(5)).publication.snapshot_id

    with pytest.raises(NewerDelivery) as error:
        sales.release(entry)

    assert f"shop.sales 2013-02 was published after the refusal at {entry.refused_at:%Y-%m-%d %H:%M} UTC" in str(
        error.value
    )
    assert f"(snapshot {newer})" in str(error.value)
    assert "--over-newer" in str(error.value)
    assert sales.numbers() == [5]
    assert sales.status(entry) == "quarantined"
    sales.release(entry, over_newer=True)
    assert sales.numbers() == [1, 2, 2]


def test_changed_files_are_not_released(sales: Shop) -> None:
    entry = sales.refused(*TWICE)
    (kept,) = entry.staged
    sales.lake.store.write_bytes(kept.location, b"something else")

    with pytest.raises(QuarantinedFileChanged, match="was changed since"):
        sales.release(entry)
    sales.lake.store.delete(kept.location)
    with pytest.raises(QuarantinedFileChanged, match="is missing"):
        sales.release(entry)

    assert (sales.numbers(), sales.status(entry)) == ([], "quarantined")
    assert sales.lake.store.list(sales.lake.store.location("shop")) == [
        file for file in sales.lake.store.list(sales.lake.store.location("shop")) if file.location == kept.source
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "the delivered file could not be read under the contract"),
        ([line(1), line(2, day="2013-03-01")], "it has rows outside of 2013-02"),
        ([line(1, day="2013-03-01")], "it has rows outside of 2013-02"),
        ([line(1, -1)], "no row is left to publish"),
    ],
    ids=["unreadable", "rows of another month", "another month", "no good row"],
)
def test_what_cannot_be_a_partition_can_only_be_discarded(sales: Shop, lines: Lines, said: str) -> None:
    entry = sales.refused(*lines)

    with pytest.raises(NotReleasable, match=said) as error:
        sales.release(entry)

    assert "deliver the partition again, or discard the entry" in str(error.value)
    sales.discard(entry)
    assert (sales.numbers(), sales.status(entry)) == ([], "discarded")


def test_rows_that_were_set_aside_alone_can_only_be_discarded(workspace: Workspace, tmp_path: Path) -> None:
    sales = Shop(workspace, shop(tmp_path / "defs", rule="refuse_row"))
    sales.deliver(line(1), line(2, -1))
    (entry,) = entries(workspace.lake)
    assert (entry.kind, entry.rows) == ("rows", 1)

    with pytest.raises(NotReleasable, match="set aside one by one because their values break the contract"):
        sales.release(entry)
    sales.discard(entry)

    assert (sales.numbers(), sales.status(entry)) == ([1], "discarded")


V2 = "  version: 2\n  changelog: [{version: 2, date: 2013-03-01, change: Changed for a test.}]\n"


def test_a_contract_whose_columns_changed_refuses_the_release(workspace: Workspace, tmp_path: Path) -> None:
    entry = Shop(workspace, shop(tmp_path / "one")).refused(*TWICE)
    later = Shop(workspace, shop(tmp_path / "two", price="int", more=V2))

    with pytest.raises(NotReleasable) as error:
        later.release(entry)

    assert "were staged under contract version 1 and do not fit version 2: price is double, declared as int" in str(
        error.value
    )


def test_a_contract_with_a_new_column_that_may_be_missing_accepts_the_release(
    workspace: Workspace, tmp_path: Path
) -> None:
    entry = Shop(workspace, shop(tmp_path / "one")).refused(*TWICE)
    new = "    - {name: shelf, type: string, description: Where it stood.}\n"
    later = Shop(workspace, shop(tmp_path / "two", more=new + V2))

    later.release(entry)

    assert workspace.lake.read("shop.sales").column("shelf").to_pylist() == [None] * 3


def test_a_table_that_is_not_declared_any_more_says_so(sales: Shop, product: Product) -> None:
    entry = sales.refused(*TWICE)

    with pytest.raises(NotReleasable, match=r"its table shop.sales is not declared any more"):
        release(sales.workspace, [product], entry.quarantine_id, ME, sales.tell)


def test_a_discard_deletes_what_was_kept_and_keeps_the_record(sales: Shop) -> None:
    entry = sales.refused(*TWICE)

    sales.discard(entry)

    assert [file.location for file in sales.lake.store.list(entry.location)] == [f"{entry.location}/reason.json"]
    assert (sales.workspace.landing / "sales" / "2013-02.csv").exists()
    after = find_entry(sales.lake, entry.quarantine_id)
    assert (after.status, after.decided_by, after.reason) == ("discarded", ME.who, ME.why)
    assert after.broken_rules == entry.broken_rules


class Killed(BaseException):
    """The process ends here."""


def die(*arguments: object, **named: object) -> None:
    raise Killed


@pytest.mark.parametrize(
    "step", ["_publish", "record_profile", "release_results", "tell", "list_entry", "delete_files"]
)
def test_a_release_that_died_is_finished_by_the_next(sales: Shop, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Whatever step the process reached: never half, never twice, and the first decision stands once it published."""
    entry = sales.refused(*TWICE)
    with monkeypatch.context() as patched:
        if step == "list_entry":
            calls = iter([release_module.list_entry, die])
            patched.setattr(release_module, "list_entry", lambda *given, **named: next(calls)(*given, **named))
        elif step != "tell":
            patched.setattr(release_module, step, die)
        with pytest.raises(Killed):
            sales.release(entry, tell=die if step == "tell" else sales.tell)

    if step == "delete_files":
        assert (sales.numbers(), sales.status(entry)) == ([1, 2, 2], "released")
        return
    published = step != "_publish"
    assert (sales.numbers(), sales.status(entry)) == ([1, 2, 2] if published else [], "releasing")
    with pytest.raises(ReleaseBegan, match="cannot be discarded: ada began to release it"):
        sales.discard(entry)

    done = sales.release(entry, Decision("bob", "finishing"))

    assert sales.numbers() == [1, 2, 2]
    assert len([v for v in history(sales.lake) if v == entry.quarantine_id]) == 1
    assert sales.told[-1][1] == done
    after = find_entry(sales.lake, entry.quarantine_id)
    assert (after.status, after.decided_by) == ("released", "ada" if published else "bob")
    assert not any(sales.lake.store.exists(file.location) for file in entry.staged)


def history(lake: Lake) -> list[str | None]:
    """The quarantine entry that each version of the table was released from."""
    return [
        lake.provenance("shop.sales", v.snapshot_id).get("quarantine-id") for v in lake.versions("shop.sales").history()
    ]


def test_a_store_that_fails_during_the_publish_leaves_the_claim(sales: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit may have arrived all the same; what was staged must then not be deleted."""
    entry = sales.refused(*TWICE)
    publish = type(sales.lake).publish

    def lost_answer(lake: Lake, spec: Any, *arguments: Any, **named: Any) -> Any:
        published = publish(lake, spec, *arguments, **named)
        if spec.name == "shop.sales":
            raise StoreFailed("Publishing", OSError("the answer was lost"))
        return published

    with monkeypatch.context() as patched:
        patched.setattr(type(sales.lake), "publish", lost_answer)
        with pytest.raises(StoreFailed):
            sales.release(entry)

    assert (sales.numbers(), sales.status(entry)) == ([1, 2, 2], "releasing")
    sales.release(entry)
    assert (sales.numbers(), sales.status(entry)) == ([1, 2, 2], "released")


def test_a_discard_that_died_can_be_repeated(sales: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = sales.refused(*TWICE)
    with monkeypatch.context() as patched:
        patched.setattr(release_module, "delete_files", die)
        with pytest.raises(Killed):
            sales.discard(entry)
    assert sales.status(entry) == "discarded"
    with pytest.raises(AlreadyDecided):
        sales.release(entry)

    after = sales.discard(entry, Decision("bob", "again"))

    assert after.decided_by == "ada"
    assert not any(sales.lake.store.exists(file.location) for file in entry.files if file.copied)


def test_of_two_decisions_at_the_same_time_one_wins(sales: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = sales.refused(*TWICE)
    looked = release_module.find_entry

    def then_the_other_decides(lake: Lake, quarantine_id: str) -> Entry:
        found = looked(lake, quarantine_id)
        monkeypatch.setattr(release_module, "find_entry", looked)
        sales.discard(entry, Decision("bob", "rubbish"))
        return found

    monkeypatch.setattr(release_module, "find_entry", then_the_other_decides)
    with pytest.raises((AlreadyDecided, QuarantinedFileChanged)):
        sales.release(entry)

    assert (sales.numbers(), sales.status(entry)) == ([], "discarded")


def test_many_releases_at_the_same_time_publish_once(sales: Shop) -> None:
    entry = sales.refused(*TWICE)

    def decide(number: int) -> str:
        own = replace(sales.workspace, lake=Lake(sales.lake.warehouse))
        try:
            release(own, [sales.product], entry.quarantine_id, Decision(f"person {number}", "now"), sales.tell)
        except (AlreadyDecided, QuarantinedFileChanged) as error:
            return type(error).__name__
        return "released"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(decide, range(4)))

    assert "released" in outcomes
    assert (sales.numbers(), sales.status(entry)) == ([1, 2, 2], "released")
    assert [v for v in history(sales.lake) if v is not None] == [entry.quarantine_id]


def test_rows_are_read_back_with_the_types_of_the_contract(sales: Shop) -> None:
    sales.release(sales.refused(*TWICE))

    assert sales.lake.read("shop.sales").schema.field("sold").type == pa.timestamp("us", tz="UTC")


def test_features_that_were_refused_can_be_released(
    workspace: Workspace, product: Product, deliver_some: Callable[..., list[Path]]
) -> None:
    """Not only deliveries: every table passes the same door."""
    from platform_assets.pipeline.feature_set import materialise_features

    deliver_some(workspace.landing, "2013-01")
    for name, partition in (("flights", "2013-01"), ("weather", "2013-01"), ("planes", None), ("airports", None)):
        materialise_dataset(workspace, product, name, partition)
    features = product.feature_sets["flight_features"]
    volume = features.volume.model_copy(update={"minimum": 10**6, "maximum": None, "on_violation": "refuse_partition"})
    strict = features.model_copy(update={"volume": volume})
    changed = Product(product.name, product.module, product.datasets, {features.name: strict}, product.models)
    with pytest.raises(Refused):
        materialise_features(workspace, changed, features.name, "2013-01")
    entry = entries(workspace.lake)[-1]

    done = release(workspace, [product], entry.quarantine_id, ME, lambda contract, made: None)

    assert (done.publication.rows, entry.source_file) == (entry.rows, None)
    assert done.inputs.keys() >= {"flight_delay.flights"}
    assert workspace.lake.read("flight_delay.flight_features").num_rows == entry.rows
