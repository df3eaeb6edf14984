"""A second product on the same data: a model with variants and another label, added by declaration alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import dagster as dg
import pyarrow.compute as pc
import pytest
import yaml

import platform_assets.defs
from platform_assets.components.model import Model
from platform_assets.compute.engines import Engine
from platform_assets.lake import month_window
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.drift_report import DriftReport, materialise_drift_report
from platform_assets.pipeline.feature_set import materialise_features
from platform_assets.pipeline.performance import materialise_performance
from platform_assets.pipeline.predictions import materialise_predictions
from platform_assets.pipeline.product import DEFS_FOLDER, DeclarationError, load_product
from platform_assets.pipeline.promotion import promote_newest
from platform_assets.pipeline.training import train_model

JANUARY, FEBRUARY, MARCH = "2013-01", "2013-02", "2013-03"
PRODUCT = "flight_plans"
QUICK = {
    "parameters": {"max_iter": 20, "max_leaf_nodes": 8, "min_samples_leaf": 20, "early_stopping": False},
    "search": {},
    "gates": [],
}
VARIANTS = {
    "ewr": {"where": {"origin": "EWR"}},
    "jfk": {"where": {"origin": "JFK"}},
    "cities": {"where": {"origin": ["JFK", "LGA"]}},
    "shallow": {"parameters": {"max_leaf_nodes": 4}, "retraining": {"every_partitions": 1}},
}
CANCELLATION = {
    "name": "cancellation",
    "description": "Probability that a flight is cancelled, known two hours before departure.",
    "label": {
        "dataset": "flights",
        "function": "features.cancellation_labels",
        "column": "cancelled",
        "computed_from": ["flights.dep_time"],
    },
    # Nothing of the first model's own.
    "rate_of_change": [],
}
CANCELLATION_LABELS = '''

def cancellation_labels(flights: DataFrame) -> DataFrame:
    """One row a flight: its keys and `cancelled`, 1 if it never left, else 0."""
    return flights.select(*KEYS, F.col("dep_time").isNull().cast("int").alias("cancelled"))
'''


@pytest.fixture(scope="module")
def write_product(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Writes the packaged product under another name, with changes to the fields of its model."""

    def write(*models: dict[str, Any]) -> Path:
        folder = tmp_path_factory.mktemp("defs")
        shutil.copytree(DEFS_FOLDER / "flight_delay", folder / PRODUCT)
        file = folder / PRODUCT / "defs.yaml"
        documents = [document for document in yaml.safe_load_all(file.read_text()) if document]
        declared = [document for document in documents if document["type"].endswith(".Model")]
        others = [document for document in documents if document not in declared]
        changed = [{**declared[0], "attributes": {**declared[0]["attributes"], **QUICK, **model}} for model in models]
        file.write_text(yaml.safe_dump_all([*others, *changed], sort_keys=False))
        with (folder / PRODUCT / "features.py").open("a") as functions:
            functions.write(CANCELLATION_LABELS)
        return folder

    return write


@pytest.fixture(scope="module")
def folder(write_product: Any) -> Path:
    return cast(Path, write_product({"variants": VARIANTS}, CANCELLATION))


@pytest.fixture(scope="module")
def plans(folder: Path) -> Product:
    return load_product(PRODUCT, folder)


@pytest.fixture(scope="module")
def lived(
    tmp_path_factory: pytest.TempPathFactory,
    workspace_at: Callable[[Path, Engine], Workspace],
    embedded: Engine,
    folder: Path,
    plans: Product,
    deliver_some: Callable[..., list[Path]],
) -> Any:
    """A workspace in which every model was trained as of February and predicted March."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(platform_assets.defs, "__path__", [*platform_assets.defs.__path__, str(folder)])
        space = workspace_at(tmp_path_factory.mktemp("plans"), embedded)
        for month in (JANUARY, FEBRUARY, MARCH):
            deliver_some(space.landing, month, rows=3000)
        for name in ("planes", "airports"):
            materialise_dataset(space, plans, name, None)
        for month in (JANUARY, FEBRUARY, MARCH):
            for name in ("flights", "weather"):
                materialise_dataset(space, plans, name, month)
            materialise_features(space, plans, "flight_features", month)
        reports: dict[str, DriftReport] = {}
        for name in plans.models:
            train_model(space, plans, name, FEBRUARY, "first")
            promote_newest(space, plans, name)
            for month in (FEBRUARY, MARCH):
                materialise_predictions(space, plans, name, month)
            materialise_performance(space, plans, name, FEBRUARY)
            reports[name] = materialise_drift_report(space, plans, name, MARCH)
        yield SimpleNamespace(workspace=space, reports=reports)


def test_a_declaration_stands_for_the_model_and_its_variants(plans: Product) -> None:
    family = [model.name for model in plans.family("flight_delay")]
    assert family == ["flight_delay", *(f"flight_delay_{variant}" for variant in VARIANTS)]
    shallow, base = plans.models["flight_delay_shallow"], plans.models["flight_delay"]
    assert shallow.parameters == {**base.parameters, "max_leaf_nodes": 4}
    assert shallow.retraining == base.retraining.model_copy(update={"every_partitions": 1})
    assert (shallow.label, shallow.drift, shallow.variants) == (base.label, base.drift, {})
    assert plans.family("cancellation") == [plans.models["cancellation"]]


def test_each_has_assets_and_a_policy_of_its_own(folder: Path) -> None:
    declared = Model("flight_delay").build_defs(cast(dg.ComponentLoadContext, SimpleNamespace(path=folder / PRODUCT)))
    keys = {key.to_user_string() for asset in declared.assets or [] for key in _keys(asset)}
    for name in ("flight_delay", "flight_delay_ewr", "flight_delay_shallow"):
        assert {f"{name}_{asset}" for asset in ("model", "champion", "predictions", "drift_report")} <= keys
    assert len(list(declared.sensors or [])) == 1 + len(VARIANTS)


def _keys(asset: Any) -> Iterable[dg.AssetKey]:
    return [asset.key] if isinstance(asset, dg.AssetSpec) else asset.keys


def test_a_segments_model_learns_from_and_predicts_its_own_rows(lived: Any, plans: Product) -> None:
    lake = lived.workspace.lake
    march = month_window(MARCH, "time_hour")
    features = lake.read("flight_plans.flight_features", march)
    for variant, origins in {"ewr": ["EWR"], "jfk": ["JFK"], "cities": ["JFK", "LGA"], "shallow": None}.items():
        predicted = lake.read(f"flight_plans.flight_delay_{variant}_predictions", march)
        wanted = features.filter(pc.field("origin").isin(origins)) if origins else features
        assert predicted.num_rows == wanted.num_rows > 0
        assert set(predicted["origin"].to_pylist()) == set(wanted["origin"].to_pylist())
    trained = {
        name: lived.workspace.registry(name).load(1).metadata for name in plans.models if name.startswith("flight_")
    }
    assert trained["flight_delay"].rows > trained["flight_delay_cities"].rows > trained["flight_delay_ewr"].rows
    # What cannot differ among its rows teaches a model nothing.
    assert "origin" in trained["flight_delay_cities"].features
    assert "origin" not in trained["flight_delay_ewr"].features


def test_the_variants_differ_in_what_they_say(lived: Any) -> None:
    digests = {name: lived.workspace.registry(name).load(1).metadata.digest for name in lived.reports}
    assert len(set(digests.values())) == len(digests)


def test_a_segments_drift_is_that_of_its_rows(lived: Any) -> None:
    lake = lived.workspace.lake
    rows = {}
    for name in ("flight_delay", "flight_delay_ewr"):
        (column,) = [column for column in lived.reports[name].result.columns if column.column == "distance"]
        rows[name] = column.current_rows
    all_rows = lake.read("flight_plans.flight_features", month_window(MARCH, "time_hour"))
    newark = all_rows.filter(pc.field("origin") == "EWR")
    assert rows == {"flight_delay": all_rows.num_rows, "flight_delay_ewr": newark.num_rows}


def test_another_label_makes_another_model(lived: Any) -> None:
    lake = lived.workspace.lake
    (performance,) = lake.read("flight_plans.cancellation_performance").to_pylist()
    february = lake.read("flight_plans.flights", month_window(FEBRUARY, "time_hour"))
    assert performance["base_rate"] == pytest.approx(february["dep_time"].null_count / february.num_rows)
    assert lake.read("flight_plans.cancellation_predictions", month_window(MARCH, "time_hour")).num_rows > 0


@pytest.mark.parametrize(
    ("variant", "message"),
    [
        ({"name": "other"}, "flight_delay.variants.odd.name: a variant cannot have name or variants. Remove it."),
        ({"where": {"orign": "EWR"}}, "flight_delay_odd.where: there is no column of flight_features 'orign'."),
        ({"parametres": {}}, "flight_delay_odd.parametres: there is no such field. Did you mean 'parameters'?"),
        ({"where": {"origin": []}}, "flight_delay_odd.where.origin"),
    ],
)
def test_a_wrong_variant_is_told(write_product: Any, variant: dict[str, Any], message: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        load_product(PRODUCT, write_product({"variants": {"odd": variant}}))
    assert message in str(refused.value)
