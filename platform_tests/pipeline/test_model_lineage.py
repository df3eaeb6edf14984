"""Column lineage of a model's tables, which follows from the model's declaration."""

from collections.abc import Callable
from typing import Any

import pytest

from platform_assets.learning.feature_set import FeatureSetDeclaration
from platform_assets.pipeline import Product, model_lineage, model_tables, performance_tables
from platform_assets.pipeline.drift_windows import watched
from platform_assets.pipeline.product import MonitoredModelDeclaration
from platform_assets.quality.contract import Contract
from platform_assets.quality.lineage import ColumnReference

Lineage = dict[str, list[str]]
Change = Callable[..., MonitoredModelDeclaration]

# What a table records itself: its partition, what it counts or measures about its own step, and names.
OWN = {
    "flight_delay_predictions": {"feature_snapshot"},
    "flight_delay_performance": {"month"},
    "flight_delay_performance_by_segment": {"month", "segment"},
    "flight_delay_performance_estimate": {"month"},
    "flight_delay_drift_report": {"month", "column"},
    "flight_delay_model": {"month", "model_version", "reason", "seconds"},
    "flight_delay_champion": {"promoted_at", "decided_by", "override", "predicts_from"},
}


@pytest.fixture
def features(product: Product) -> FeatureSetDeclaration:
    return product.feature_sets["flight_features"]


@pytest.fixture
def model_with(product: Product) -> Change:
    """The declared model with other values in some fields."""

    def change(**fields: Any) -> MonitoredModelDeclaration:
        return product.models["flight_delay"].model_copy(update=fields)

    return change


@pytest.fixture
def tables(model_with: Change, features: FeatureSetDeclaration) -> list[tuple[Contract, Lineage]]:
    model = model_with()
    return [
        (
            model_tables.predictions_contract(model, features),
            model_lineage.predictions_lineage(model, features),
        ),
        (performance_tables.performance_contract(model), model_lineage.performance_lineage(model, features)),
        (performance_tables.segments_contract(model), model_lineage.segments_lineage(model, features)),
        (performance_tables.estimate_contract(model), model_lineage.estimate_lineage(model, features)),
        (model_tables.drift_contract(model), model_lineage.drift_lineage(model, features)),
        (model_tables.trainings_contract(model), model_lineage.trainings_lineage(model, features)),
        (model_tables.champions_contract(model), model_lineage.champions_lineage(model)),
    ]


def test_every_column_has_lineage_or_is_recorded_by_its_own_step(tables: list[tuple[Contract, Lineage]]) -> None:
    without = {
        contract.name: {column.name for column in contract.columns} - {name for name in lineage if lineage[name]}
        for contract, lineage in tables
    }

    assert without == OWN


def test_every_reference_is_a_column_of_another_table(tables: list[tuple[Contract, Lineage]], product: Product) -> None:
    contracts = [*(contract for contract, _ in tables), *product.datasets.values(), *product.feature_sets.values()]
    columns = {contract.name: {column.name for column in contract.columns} for contract in contracts}
    for contract, lineage in tables:
        for name, references in lineage.items():
            assert name in columns[contract.name]
            assert len(set(references)) == len(references), f"{contract.name}.{name}"
            for table, column in map(ColumnReference.parse, references):
                assert table != contract.name
                assert column in columns[table], f"{contract.name}.{name} from {table}.{column}"


def test_a_prediction_comes_from_the_features_that_the_model_uses_and_the_version_in_charge(
    model_with: Change, features: FeatureSetDeclaration
) -> None:
    whole = model_lineage.predictions_lineage(model_with(), features)
    narrow = model_lineage.predictions_lineage(model_with(features=["hour", "dest"]), features)

    version = "flight_delay_champion.model_version"
    assert whole["probability"] == [*(f"flight_features.{name}" for name in features.feature_columns), version]
    assert narrow["probability"] == ["flight_features.hour", "flight_features.dest", version]
    assert narrow["carrier"] == ["flight_features.carrier"]
    assert [name.rpartition(".")[2] for name in narrow["baseline_probability"]] == [
        "origin",
        "carrier",
        "hour",
        "model_version",
    ]


def test_a_figure_comes_from_the_prediction_and_what_the_label_is_computed_from(
    model_with: Change, features: FeatureSetDeclaration
) -> None:
    lineage = model_lineage.performance_lineage(model_with(), features)

    assert lineage["auc"] == ["flight_delay_predictions.probability", "flights.arr_delay"]
    assert lineage["baseline_auc"] == ["flight_delay_predictions.baseline_probability", "flights.arr_delay"]


@pytest.mark.parametrize("fields", [{}, {"features": ["hour", "dest"]}, {"monitored_columns": ["hour"]}])
def test_drift_comes_from_what_the_report_watches(
    model_with: Change, features: FeatureSetDeclaration, product: Product, fields: dict[str, Any]
) -> None:
    model = model_with(**fields)

    compared = model_lineage.drift_lineage(model, features)["psi"]

    assert [ColumnReference.parse(reference).column for reference in compared] == [
        *watched(product, model),
        "arr_delay",
    ]


def test_a_gate_comes_from_the_baseline_only_if_one_compares_with_it(
    model_with: Change, features: FeatureSetDeclaration
) -> None:
    declared = model_with(features=["dest"])
    alone = model_with(features=["dest"], gates=[gate for gate in declared.gates if gate.better_than != "baseline"])

    compared = model_lineage.trainings_lineage(declared, features)["accepted"]
    absolute = model_lineage.trainings_lineage(alone, features)["accepted"]

    assert set(compared) - set(absolute) == {f"flight_features.{name}" for name in ("origin", "carrier", "hour")}
    assert absolute == ["flight_features.dest", "flight_features.time_hour", "flights.arr_delay"]
    assert model_lineage.trainings_lineage(model_with(gates=[]), features)["accepted"] == []


def test_parameters_come_from_data_only_if_they_are_searched(
    model_with: Change, features: FeatureSetDeclaration
) -> None:
    declared = model_with()
    fixed = model_with(search=declared.search.model_copy(update={"trials": 0}))

    assert model_lineage.trainings_lineage(declared, features)["parameters"]
    assert model_lineage.trainings_lineage(fixed, features)["parameters"] == []
