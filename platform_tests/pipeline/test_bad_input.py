"""Bad input: one clear message, nothing published, nothing lost, and the next month is unharmed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from platform_assets.compute.engines import Engine
from platform_assets.lake.errors import PartitionNotFound, TableNotFound
from platform_assets.pipeline import Product, Workspace, load_product
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.feature_set import materialise_features
from platform_assets.pipeline.materialisation import Refused
from platform_assets.pipeline.quarantine_entry import QUARANTINE
from platform_assets.quality.errors import DeliveryMissing, DeliveryRefused

Lines = list[str]
Put = Callable[[Path, str, str, bytes | Lines], Path]
SomeLines = Callable[[str, str], Lines]


@pytest.fixture(scope="module", params=["flights", "weather"])
def dataset(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def used(
    tmp_path_factory: pytest.TempPathFactory,
    workspace_at: Callable[[Path, Engine], Workspace],
    embedded: Engine,
    product: Product,
    some_lines: SomeLines,
    put: Put,
    dataset: str,
) -> Workspace:
    """A workspace that all spoiled files of a dataset reach one after the other; January is good."""
    workspace = workspace_at(tmp_path_factory.mktemp(dataset), embedded)
    put(workspace.landing, dataset, "2013-01", some_lines(dataset, "2013-01"))
    materialise_dataset(workspace, product, dataset, "2013-01")
    return workspace


def quarantine(workspace: Workspace) -> list[dict[str, Any]]:
    """Entries of the quarantine table, oldest first."""
    if not workspace.lake.exists(QUARANTINE.name):
        return []
    return sorted(workspace.lake.read(QUARANTINE.name).to_pylist(), key=lambda entry: entry["refused_at"])


def test_a_bad_file_is_refused_whole_and_harms_nothing(
    used: Workspace, product: Product, dataset: str, bad: Any, some_lines: SomeLines, put: Put
) -> None:
    table = product.table(dataset)
    before, kept_before = used.lake.read(table), len(quarantine(used))
    content = bad.spoil(some_lines(dataset, "2013-02"))
    path = put(used.landing, dataset, "2013-02", content)

    with pytest.raises((DeliveryRefused, Refused)) as error:
        materialise_dataset(used, product, dataset, "2013-02")

    message = str(error.value)
    assert message.startswith(f"{dataset} 2013-02")
    assert bad.rule in message
    assert bad.remedy in message
    assert "Nothing was published" in message
    assert "\n" not in message

    assert used.lake.read(table).equals(before)
    assert path.read_bytes() == content

    entries = quarantine(used)
    assert len(entries) == kept_before + 1
    entry = entries[-1]
    assert (entry["table"], entry["partition"], entry["run_id"]) == (table, "2013-02", "interactive")
    assert bad.rule in entry["rules"]
    folder = Path(entry["location"])
    assert (folder / "2013-02.csv").read_bytes() == content
    assert bad.rule in " ".join([json.loads((folder / "reason.json").read_text())["rules"]])
    staged = [pq.read_metadata(file).num_rows for file in folder.glob("*.parquet")]
    assert sum(staged) == (entry["rows"] or 0)
    if isinstance(error.value, Refused):
        # Where no good row is left, a share that is watched has no value, which is a breach as well.
        watched = {rule.name for rule in product.datasets[dataset].rate_of_change}
        blocking = [check.name for check in error.value.report.blocked_by]
        assert tuple(name for name in blocking if name not in watched) == bad.checks

    march = some_lines(dataset, "2013-03")
    put(used.landing, dataset, "2013-03", march)
    assert materialise_dataset(used, product, dataset, "2013-03").publication.rows == len(march) - 1


def test_a_refused_month_can_be_delivered_again(
    used: Workspace, product: Product, dataset: str, some_lines: SomeLines, put: Put
) -> None:
    good = some_lines(dataset, "2013-04")
    put(used.landing, dataset, "2013-04", good[:1])
    with pytest.raises(DeliveryRefused):
        materialise_dataset(used, product, dataset, "2013-04")

    put(used.landing, dataset, "2013-04", good)
    done = materialise_dataset(used, product, dataset, "2013-04")

    assert (done.publication.rows, done.report.blocked_by) == (len(good) - 1, [])


def test_a_month_that_was_not_delivered_is_named_with_its_place_and_nothing_happens(
    used: Workspace, product: Product, dataset: str
) -> None:
    before, kept_before = used.lake.snapshot_id(product.table(dataset)), len(quarantine(used))

    with pytest.raises(DeliveryMissing) as error:
        materialise_dataset(used, product, dataset, "2013-12")

    path = used.landing / dataset / "2013-12.csv"
    assert str(error.value) == (
        f"{dataset} 2013-12 has not been delivered: there is no file {path}. "
        "Deliver the file there (the arrival sensor picks it up), or choose a partition that was delivered."
    )
    assert used.lake.snapshot_id(product.table(dataset)) == before
    assert len(quarantine(used)) == kept_before


def test_a_month_delivered_again_replaces_the_first_and_the_first_stays_readable(
    workspace: Workspace, product: Product, dataset: str, some_lines: SomeLines, put: Put
) -> None:
    table, lines = product.table(dataset), some_lines(dataset, "2013-02")
    for month in ("2013-01", "2013-02"):
        put(workspace.landing, dataset, month, some_lines(dataset, month))
        first = materialise_dataset(workspace, product, dataset, month).publication
    january = len(some_lines(dataset, "2013-01")) - 1

    put(workspace.landing, dataset, "2013-02", [lines[0], *lines[1::10]])
    second = materialise_dataset(workspace, product, dataset, "2013-02").publication

    assert second.snapshot_id != first.snapshot_id
    assert workspace.lake.read(table).num_rows == january + len(lines[1::10])
    assert workspace.lake.read(table, snapshot_id=first.snapshot_id).num_rows == january + len(lines) - 1
    assert quarantine(workspace) == []


def test_a_publish_says_where_the_rows_came_from(
    workspace: Workspace, product: Product, some_lines: SomeLines, put: Put
) -> None:
    path = put(workspace.landing, "flights", "2013-02", some_lines("flights", "2013-02"))

    done = materialise_dataset(workspace.for_run("run 7"), product, "flights", "2013-02")

    recorded = workspace.lake.provenance("flight_delay.flights", done.publication.snapshot_id)
    assert recorded["run-id"] == "run 7"
    assert recorded["partition"] == "2013-02"
    assert recorded["contract-version"] == "1"
    assert recorded["source-file"] == "flights/2013-02.csv"
    assert len(recorded["code-commit"]) >= 7
    facts = {"source file": path.name, "source sha256": recorded["source-sha256"]}
    assert {name: done.facts[name] for name in facts} == facts


def windy(lines: Lines, rows: int) -> Lines:
    """The first rows with a wind that cannot be."""
    header = lines[0].rstrip("\n").split(",")
    changed = []
    for line in lines[1 : rows + 1]:
        values = line.rstrip("\n").split(",")
        values[header.index("wind_speed")] = "1048.36058"
        changed.append(",".join(values) + "\n")
    return [lines[0], *changed, *lines[rows + 1 :]]


def test_rows_that_break_a_lenient_rule_are_set_aside_and_the_others_published(
    workspace: Workspace, product: Product, some_lines: SomeLines, put: Put
) -> None:
    lines = windy(some_lines("weather", "2013-03"), 2)
    put(workspace.landing, "weather", "2013-03", lines)

    done = materialise_dataset(workspace, product, "weather", "2013-03")

    assert (done.publication.rows, done.report.refused_rows) == (len(lines) - 3, 2)
    (entry,) = quarantine(workspace)
    assert (entry["rows"], entry["rules"]) == (
        2,
        "2 rows: 'wind_speed' is above 200.0 (rows set aside, the others are published).",
    )
    (file,) = Path(entry["location"]).glob("*.parquet")
    aside = pq.read_table(file)
    assert aside["_refused_by"].to_pylist() == ["maximum:wind_speed"] * 2
    assert all("1048.36058" in delivered for delivered in aside["_delivered"].to_pylist())


def test_a_month_of_which_every_row_is_set_aside_is_refused(
    workspace: Workspace, product: Product, some_lines: SomeLines, put: Put
) -> None:
    lines = some_lines("weather", "2013-03")
    put(workspace.landing, "weather", "2013-03", windy(lines, len(lines)))

    with pytest.raises(Refused, match=r"contract_volume: 0 rows; the contract expects at least 1,900") as error:
        materialise_dataset(workspace, product, "weather", "2013-03")

    assert "Check that the delivery is complete" in str(error.value)
    assert not workspace.lake.exists("flight_delay.weather")
    (entry,) = quarantine(workspace)
    assert entry["rows"] == len(lines) - 1


SHOP = """
type: platform_assets.components.Dataset
attributes:
  name: sales
  description: One thing sold.
  owner: team:shop
  keys: [number]
  partitions: {column: sold, start: 2013-01}
  arrival: {file: "sales/{partition}.parquet", format: parquet}
  columns:
    - {name: number, type: long, nullable: false, description: Receipt number.}
    - {name: sold, type: timestamp, nullable: false, description: When (UTC).}
    - {name: price, type: double, minimum: 0, description: In euros.}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Product:
    """A product whose files are Parquet."""
    folder = tmp_path / "defs" / "shop"
    folder.mkdir(parents=True)
    (folder / "defs.yaml").write_text(SHOP)
    return load_product("shop", folder.parent)


def sold(month: str, price: float | None = 1.0, **columns: pa.Array) -> pa.Table:
    """Two sales of a month."""
    moments = (
        pa.array([f"{month}-01T00:00:00", f"{month}-28T23:00:00"])
        .cast(pa.timestamp("us"))
        .cast(pa.timestamp("us", tz="UTC"))
    )
    return pa.table({"number": pa.array([1, 2]), "sold": moments, "price": pa.array([1.0, price]), **columns})


def spoiled_parquet(path: Path, case: str) -> str:
    """Writes February spoiled in one way; gives what must be said of it."""
    pq.write_table(sold("2013-02"), path)
    whole = path.read_bytes()
    if case == "cut off":
        path.write_bytes(whole[: len(whole) // 2])
        return "it is no readable Parquet file ("
    if case == "damaged within":
        pq.write_table(sold("2013-02"), path, compression="zstd", use_dictionary=False)
        whole = path.read_bytes()
        path.write_bytes(whole[:30] + bytes(120) + whole[150:])
        return "its rows cannot be read ("
    if case == "a text file":
        path.write_text("number,sold,price\n")
        return "it is no readable Parquet file ("
    if case == "another type":
        pq.write_table(sold("2013-02").set_column(2, "price", pa.array(["1", "2"])), path)
        return "column 'price' has type string, the contract says double"
    if case == "a column missing":
        pq.write_table(sold("2013-02").drop_columns(["price"]), path)
        return "its columns differ from contract version 1: missing price"
    if case == "no rows":
        pq.write_table(sold("2013-02").slice(0, 0), path)
        return "it has columns but no rows"
    if case == "another month":
        pq.write_table(sold("2013-03"), path)
        return "2 rows: 'sold' lies outside the partition's month (UTC)"
    pq.write_table(sold("2013-02", price=-1.0), path)
    return "1 row: 'price' is below 0.0"


@pytest.mark.parametrize(
    "case",
    [
        "cut off",
        "damaged within",
        "a text file",
        "another type",
        "a column missing",
        "no rows",
        "another month",
        "below minimum",
    ],
)
def test_a_bad_parquet_file_is_refused_whole_and_harms_nothing(workspace: Workspace, shop: Product, case: str) -> None:
    path = workspace.landing / "sales" / "2013-02.parquet"
    path.parent.mkdir()
    said = spoiled_parquet(path, case)

    with pytest.raises((DeliveryRefused, Refused)) as error:
        materialise_dataset(workspace, shop, "sales", "2013-02")

    assert str(error.value).startswith("sales 2013-02")
    assert said in str(error.value)
    assert "Nothing was published" in str(error.value)
    assert not workspace.lake.exists("shop.sales")
    (entry,) = quarantine(workspace)
    assert (Path(entry["location"]) / "2013-02.parquet").read_bytes() == path.read_bytes()
    pq.write_table(sold("2013-03"), path.with_name("2013-03.parquet"))
    assert materialise_dataset(workspace, shop, "sales", "2013-03").publication.rows == 2


def test_features_of_a_month_whose_flights_were_not_delivered_say_which_to_materialise(
    workspace: Workspace, product: Product, deliver_some: Callable[..., list[Path]]
) -> None:
    with pytest.raises(TableNotFound, match=r"'flight_delay.flights' does not exist yet.* Materialise its asset first"):
        materialise_features(workspace, product, "flight_features", "2013-02")
    deliver_some(workspace.landing, "2013-01")
    for name, partition in (("flights", "2013-01"), ("weather", "2013-01"), ("planes", None), ("airports", None)):
        materialise_dataset(workspace, product, name, partition)

    with pytest.raises(PartitionNotFound) as error:
        materialise_features(workspace, product, "flight_features", "2013-02")

    assert str(error.value) == (
        "Table 'flight_delay.flights' has no partition 2013-02: it was not published. Materialise that partition first."
    )
    assert not workspace.lake.exists("flight_delay.flight_features")
    assert materialise_features(workspace, product, "flight_features", "2013-01").report.blocked_by == []


def test_features_are_not_computed_over_a_gap_in_their_history(
    workspace: Workspace, product: Product, deliver_some: Callable[..., list[Path]]
) -> None:
    deliver_some(workspace.landing, "2013-01")
    deliver_some(workspace.landing, "2013-02")
    for name, partition in (("flights", "2013-02"), ("weather", "2013-02"), ("planes", None), ("airports", None)):
        materialise_dataset(workspace, product, name, partition)

    with pytest.raises(PartitionNotFound, match=r"'flight_delay.flights' has no partition 2013-01"):
        materialise_features(workspace, product, "flight_features", "2013-02")

    for name in ("flights", "weather"):
        materialise_dataset(workspace, product, name, "2013-01")
    assert materialise_features(workspace, product, "flight_features", "2013-02").report.blocked_by == []
