"""Column lineage in Dagster: recorded with every materialisation, and told in words in the column schema."""

from typing import TYPE_CHECKING

import dagster as dg
import pytest

from platform_assets.components.asset_facts import column_lineage, column_metadata
from platform_assets.pipeline import Product
from platform_assets.quality.contract import Contract
from platform_assets.quality.lineage import with_lineage

if TYPE_CHECKING:
    from conftest import Replay

# A decision has no columns: its record is the event on the asset.
WITHOUT_TABLE = {"flight_delay_retraining", "pipeline_health", "platform_costs"}


@pytest.fixture
def contract(product: Product) -> Contract:
    return product.feature_sets["flight_features"]


def description(contract: Contract, column: str) -> str | None:
    schema = column_metadata(contract)["dagster/column_schema"]
    return next(shown.description for shown in schema.columns if shown.name == column)


def test_lineage_names_asset_and_column(contract: Contract) -> None:
    lineage = column_lineage(contract)["dagster/column_lineage"]

    assert lineage.deps_by_column["seats"] == [
        dg.TableColumnDep("flights", "tailnum"),
        dg.TableColumnDep("planes", "seats"),
        dg.TableColumnDep("planes", "tailnum"),
    ]


def test_what_is_delivered_has_no_lineage(product: Product) -> None:
    assert column_lineage(product.datasets["flights"]) == {}
    assert description(product.datasets["airlines"], "name") == "Name of the carrier."


def test_the_column_schema_tells_the_lineage_in_words(contract: Contract) -> None:
    told = "Seats of the assigned aircraft; missing if the aircraft is not in the registry.\n\n"
    told += "*From* `flights` tailnum; `planes` tailnum, seats"

    assert description(contract, "seats") == told


def test_many_columns_of_a_table_are_counted(contract: Contract) -> None:
    many = [f"flights.column_{number}" for number in range(16)]
    shown = with_lineage(contract, {"seats": [*many, "planes.seats"]})

    assert str(description(shown, "seats")).endswith("*From* `flights` (16 columns); `planes` seats")


@pytest.mark.slow
def test_every_asset_with_inputs_records_lineage_to_columns_of_these_inputs(replay: "Replay") -> None:
    from platform_assets.definitions import defs

    assert replay.done.returncode == 0, replay.done.stderr
    graph = defs().resolve_asset_graph()
    nodes = {
        name: graph.get(dg.AssetKey(name)) for name in (key.to_user_string() for key in graph.get_all_asset_keys())
    }
    columns = {
        name: {column.name for column in node.metadata["dagster/column_schema"].columns}
        for name, node in nodes.items()
        if name not in WITHOUT_TABLE
    }
    derived = {name: node.parent_keys for name, node in nodes.items() if node.parent_keys and name in columns}
    assert len(derived) == 8
    with replay.deployment.instance() as instance:
        for name, parents in derived.items():
            event = instance.get_latest_materialization_event(dg.AssetKey(name))
            assert event is not None, name
            assert event.asset_materialization is not None
            lineage = event.asset_materialization.metadata["dagster/column_lineage"].value
            assert isinstance(lineage, dg.TableColumnLineage)
            assert set(lineage.deps_by_column) <= columns[name]
            for dep in (dep for deps in lineage.deps_by_column.values() for dep in deps):
                assert dep.asset_key in parents, f"{name} from {dep}"
                assert dep.column_name in columns[dep.asset_key.to_user_string()], f"{name} from {dep}"
