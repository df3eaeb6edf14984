"""A run says where its jobs run by a tag; each materialisation says which engine that was, and why."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from platform_assets.components.dataset import dataset_asset
from platform_assets.components.resources import WorkspaceResource
from platform_assets.pipeline import Product
from platform_assets.settings import load_settings

Materialise = Callable[..., dg.ExecuteInProcessResult]


@pytest.fixture
def materialise(
    tmp_path: Path, instance: dg.DagsterInstance, deliver_some: Callable[..., list[Path]], product: Product
) -> Materialise:
    """Materialises the asset ``planes`` of a deployment whose engine is 'auto', with tags of the run."""
    settings = load_settings(
        {"PLATFORM_DATA": str(tmp_path), "PLATFORM_ENGINE": "auto", "PLATFORM_AUTO_ENGINES": "embedded:2GB; emr"}
    )
    deliver_some(settings.landing, "2013-01")
    asset = dataset_asset(product, product.datasets["planes"])
    resources = {"workspace": WorkspaceResource.from_settings(settings)}
    deployed = dg.Definitions(assets=[asset], resources=resources)

    def run(**tags: str) -> dg.ExecuteInProcessResult:
        return deployed.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance, tags=tags, raise_on_error=False
        )

    return run


def metadata_of(done: dg.ExecuteInProcessResult) -> dict[str, object]:
    (event,) = done.asset_materializations_for_node("planes")
    return {name: value.value for name, value in event.metadata.items()}


def test_a_materialisation_says_which_engine_ran_it_and_why(materialise: Materialise) -> None:
    chosen, asked = metadata_of(materialise()), metadata_of(materialise(**{"platform/engine": "embedded"}))

    assert chosen["engine"] == asked["engine"] == "embedded"
    assert str(chosen["engine reason"]).startswith("auto: ")
    assert str(chosen["engine reason"]).endswith(" in 1 file: embedded")
    assert asked["engine reason"] == "asked for by the run's tag platform/engine"


@pytest.mark.parametrize(
    ("engine", "told"),
    [
        (
            "sparkle",
            ("The tag platform/engine of the run says 'sparkle'", "Set it to one of: embedded, spark, emr, auto"),
        ),
        ("emr", ("Engine 'emr' cannot run here", "Choose 'embedded', 'spark' or 'auto'")),
    ],
)
def test_an_engine_that_there_is_not_fails_the_run_with_the_remedy(
    materialise: Materialise, engine: str, told: tuple[str, ...]
) -> None:
    done = materialise(**{"platform/engine": engine})

    (failure,) = [event for event in done.all_events if event.event_type == dg.DagsterEventType.STEP_FAILURE]
    description = failure.step_failure_data.user_failure_data.description
    for part in told:
        assert part in description
    assert not done.asset_materializations_for_node("planes")
