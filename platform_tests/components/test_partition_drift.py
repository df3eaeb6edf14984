"""Drift of a dataset through real materialisations: a month that moved is refused, one that reads alike is seen."""

import random
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
from checks import answers

from platform_assets.components.dataset import dataset_asset
from platform_assets.components.resources import WorkspaceResource
from platform_assets.lake import Lake
from platform_assets.pipeline import Product, load_product
from platform_assets.pipeline.alerts import watches
from platform_assets.pipeline.product import DeclarationError
from platform_assets.settings import load_settings

STAYS = """
type: platform_assets.components.Dataset
attributes:
  name: stays
  description: One night of a guest.
  owner: team:house
  partitions: {every: month, column: arrived, start: 2013-01}
  arrival: {file: "stays/{partition}.csv"}
  keys: [number]
  columns:
    - {name: number, type: long, nullable: false, description: Which.}
    - {name: arrived, type: timestamp, nullable: false, description: When (UTC).}
    - {name: persons, type: int, description: How many.}
    - {name: paid, type: double, description: "In euros: a hundred a person, more or less."}
  drift: {partitions: 2, min_columns: 1, on_breach: block, multivariate: {sample_rows: 4000, auc_at_least: 0.8}}
"""
ROWS = 2000

Stay = Callable[..., dg.ExecuteInProcessResult]


def product(folder: Path, text: str) -> Product:
    (folder / "stays").mkdir(parents=True)
    (folder / "stays" / "defs.yaml").write_text(text, encoding="utf-8")
    return load_product("stays", folder)


@pytest.fixture
def stays(tmp_path: Path) -> Product:
    return product(tmp_path / "defs", STAYS)


@pytest.fixture
def stay(tmp_path: Path, stays: Product, instance: dg.DagsterInstance) -> Stay:
    """Delivers and materialises a month: ``stay("2013-01", euros=100.0, shuffled=False)``."""
    settings = load_settings({"PLATFORM_DATA": str(tmp_path / "data")})

    def month(partition: str, euros: float = 100.0, *, shuffled: bool = False) -> dg.ExecuteInProcessResult:
        chance = random.Random(partition)
        persons = [chance.randint(1, 6) for _ in range(ROWS)]
        paid = [euros * count + chance.gauss(0, 5) for count in persons]
        if shuffled:
            chance.shuffle(paid)
        file = tmp_path / "data" / "landing" / "stays" / f"{partition}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        days = (f"{partition}-{at % 28 + 1:02}T00:00:00Z" for at in range(ROWS))
        rows = (f"{at},{day},{persons[at]},{paid[at]:.2f}\n" for at, day in enumerate(days))
        file.write_text("".join(["number,arrived,persons,paid\n", *rows]), encoding="utf-8")
        return dg.materialize(
            [dataset_asset(stays, stays.datasets["stays"])],
            partition_key=partition,
            resources={"workspace": WorkspaceResource.from_settings(settings)},
            instance=instance,
            raise_on_error=False,
        )

    return month


def verdicts(result: dg.ExecuteInProcessResult) -> list[object]:
    found = answers(result)
    return [found[name].metadata["verdict"].value for name in ("drift", "drift_of_columns_together")]


def test_a_partition_that_moved_is_refused_and_named_with_its_columns(stay: Stay, tmp_path: Path) -> None:
    first, second = stay("2013-01"), stay("2013-02")
    published = Lake(tmp_path / "data" / "lake").snapshot_id("stays.stays")
    moved = stay("2013-03", euros=140.0)

    assert (first.success, verdicts(first)) == (True, ["no_reference", "no_reference"])
    assert (second.success, verdicts(second)) == (True, ["stable", "stable"])
    check = answers(moved)["drift"]
    assert (moved.success, check.passed, check.severity) == (False, False, dg.AssetCheckSeverity.ERROR)
    assert check.metadata["compared with"].value == "2013-01, 2013-02"
    assert "paid" in str(check.metadata["drifted columns"].value)
    assert "data:image/svg+xml;base64," in str(check.metadata["plot"].value)
    lake = Lake(tmp_path / "data" / "lake")
    assert lake.snapshot_id("stays.stays") == published
    (entry,) = lake.read("platform.quarantine").to_pylist()
    assert entry["partition"] == "2013-03"


def test_a_column_in_another_order_than_its_rows_is_seen_by_the_look_at_columns_together(stay: Stay) -> None:
    stay("2013-01")
    stay("2013-02")

    shuffled = stay("2013-03", shuffled=True)

    assert verdicts(shuffled) == ["stable", "drift"]
    assert not shuffled.success
    assert answers(shuffled)["drift_of_columns_together"].metadata["auc"].value > 0.8


def test_both_checks_can_raise_an_alert(stays: Product) -> None:
    found = {(watch.asset, watch.rule, watch.action) for watch in watches(stays)}

    assert found == {("stays", "drift", "block"), ("stays", "drift_of_columns_together", "block")}


def test_a_column_that_is_not_declared_is_refused_with_the_ones_there_are(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"stays.drift.columns: there is no column 'price'. Choose from: number"):
        product(tmp_path / "defs", STAYS.replace("min_columns: 1", "columns: [price]"))


def test_a_table_without_partitions_cannot_declare_drift(tmp_path: Path) -> None:
    text = STAYS.replace("  partitions: {every: month, column: arrived, start: 2013-01}\n", "")
    with pytest.raises(DeclarationError, match="without partitions there is nothing to compare with"):
        product(tmp_path / "defs", text.replace("{partition}", "all"))
