"""The announced end of a table is seen on its asset, by a warning check, and on whatever reads it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from platform_assets.components.dataset import dataset_asset
from platform_assets.components.feature_set import feature_asset
from platform_assets.components.model_assets import model_asset
from platform_assets.components.performance_assets import performance_asset
from platform_assets.components.resources import WorkspaceResource
from platform_assets.pipeline import Product, load_product
from platform_assets.pipeline.product import DEFS_FOLDER, DeclarationError
from platform_assets.settings import load_settings

OWNER = "  owner: team:flight-operations\n"
COLUMN = "{name: name, type: string, nullable: false, description: Name of the carrier.}"

Ending = Callable[..., Product]


@pytest.fixture
def ending(tmp_path: Path) -> Ending:
    """The product with ``flights`` or another dataset deprecated from a day on."""

    def load(dataset: str = "flights", on: str = "2999-12-31", replacement: str = "weather") -> Product:
        folder = tmp_path / "defs"
        shutil.copytree(DEFS_FOLDER / "flight_delay", folder / "flight_delay")
        file = folder / "flight_delay" / "defs.yaml"
        before, name, after = file.read_text(encoding="utf-8").partition(f"  name: {dataset}\n")
        end = f"  deprecation: {{date: {on}, reason: Delivered no longer., replacement: {replacement}}}\n"
        after = after.replace(OWNER, f"{OWNER}  notify: [team:web, a@b.org]\n{end}", 1)
        marked = COLUMN.replace("}", ", deprecated: Read the code.}")
        file.write_text((before + name + after).replace(COLUMN, marked), encoding="utf-8")
        return load_product("flight_delay", folder)

    return load


def spec_of(asset: dg.AssetsDefinition) -> dg.AssetSpec:
    (spec,) = asset.specs
    return spec


END = "'flights' is deprecated from 2999-12-31 on: Delivered no longer. Read 'weather' instead."


def test_the_asset_shows_its_end_and_who_is_told(ending: Ending) -> None:
    product = ending()

    asset = dataset_asset(product, product.datasets["flights"])

    spec = spec_of(asset)
    assert (spec.description or "").endswith(f"**Deprecated.** {END}")
    assert spec.tags["deprecated"] == "2999-12-31"
    assert (spec.metadata["deprecated from"], spec.metadata["replacement"]) == ("2999-12-31", "weather")
    assert spec.metadata["notify"] == "team:web, a@b.org"
    (check,) = [check for check in asset.check_specs if check.name == "not_deprecated"]
    assert not check.blocking


def test_what_reads_it_says_so(ending: Ending) -> None:
    product = ending()
    model = product.models["flight_delay"]

    for asset in (
        feature_asset(product, product.feature_sets["flight_features"]),
        model_asset(product, model),
        performance_asset(product, model),
    ):
        for spec in asset.specs:
            assert f"**Reads a deprecated table.** {END}" in (spec.description or "")
            assert spec.metadata["deprecated inputs"] == "flights"
            assert "deprecated" not in spec.tags
    assert "deprecat" not in (spec_of(dataset_asset(product, product.datasets["weather"])).description or "")


def test_a_deprecated_column_says_so_where_its_description_stands(ending: Ending) -> None:
    product = ending()

    spec = spec_of(dataset_asset(product, product.datasets["airlines"]))

    columns = {column.name: column.description for column in spec.metadata["dagster/column_schema"].columns}
    assert columns["name"] == "Name of the carrier.\n\n**Deprecated.** Read the code."


@pytest.mark.parametrize(("on", "passed"), [("2999-12-31", True), ("2020-01-01", False)])
def test_materialising_it_warns_from_that_day_on_and_publishes_all_the_same(
    ending: Ending, tmp_path: Path, on: str, passed: bool
) -> None:
    product = ending("airlines", on, "planes")
    landing = tmp_path / "landing"
    landing.mkdir()
    (landing / "airlines.csv").write_text("carrier,name\nUA,United\n", encoding="utf-8")
    settings = load_settings({"PLATFORM_DATA": str(tmp_path)})

    result = dg.materialize(
        [dataset_asset(product, product.datasets["airlines"])],
        resources={"workspace": WorkspaceResource.from_settings(settings)},
    )

    (check,) = [c for c in result.get_asset_check_evaluations() if c.check_name == "not_deprecated"]
    assert (check.passed, check.severity) == (passed, dg.AssetCheckSeverity.WARN)
    assert f"'airlines' is deprecated from {on} on" in (check.description or "")
    assert len(result.get_asset_materialization_events()) == 1


def test_a_run_that_reads_it_is_warned_in_its_log(
    ending: Ending, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    product = ending()
    settings = load_settings({"PLATFORM_DATA": str(tmp_path)})

    dg.materialize(
        [feature_asset(product, product.feature_sets["flight_features"])],
        partition_key="2013-01",
        resources={"workspace": WorkspaceResource.from_settings(settings)},
        raise_on_error=False,
    )

    assert f"This asset reads a deprecated table: {END}" in caplog.text


def test_a_replacement_that_is_not_declared_is_refused_at_load(ending: Ending) -> None:
    with pytest.raises(DeclarationError) as error:
        ending(replacement="wether")

    assert (
        "flights.deprecation.replacement: there is no dataset or feature set 'wether'. Did you mean 'weather'?"
        in str(error.value)
    )
