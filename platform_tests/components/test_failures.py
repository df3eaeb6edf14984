"""What goes wrong in a run is told to the person who looks at it: what, which rule, what to do; no bare traceback."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from platform_assets.components.resources import MlflowResource, WorkspaceResource
from platform_assets.pipeline.product import DEFS_FOLDER
from platform_assets.settings import load_settings

Materialise = Callable[..., dg.ExecuteInProcessResult]


@pytest.fixture(scope="module")
def declared() -> dg.Definitions:
    """Everything that is declared, without the resources of a deployment."""
    return dg.load_from_defs_folder(path_within_project=DEFS_FOLDER)


@pytest.fixture
def materialise(declared: dg.Definitions, instance: dg.DagsterInstance, tmp_path: Path) -> Materialise:
    """Materialises one asset of the real definitions on data below tmp_path."""
    settings = load_settings({"PLATFORM_DATA": str(tmp_path)})
    resources = {
        "workspace": WorkspaceResource.from_settings(settings),
        "mlflow_tracking": MlflowResource(tracking_uri=settings.tracking_uri),
    }
    deployed = dg.Definitions.merge(declared, dg.Definitions(resources=resources))

    def run(asset: str, partition: str | None = None) -> dg.ExecuteInProcessResult:
        return deployed.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance, asset_selection=[dg.AssetKey(asset)], partition_key=partition, raise_on_error=False
        )

    return run


def failure(result: dg.ExecuteInProcessResult) -> Any:
    """The data of the run's one failed step."""
    (event,) = [event for event in result.all_events if event.event_type == dg.DagsterEventType.STEP_FAILURE]
    return event.step_failure_data


@pytest.mark.parametrize(
    ("asset", "partition", "told"),
    [
        ("flights", "2013-02", ("flights 2013-02 has not been delivered", "/landing/flights/2013-02.csv", "Deliver")),
        ("planes", None, ("planes has not been delivered", "/landing/planes.csv", "Deliver")),
        ("flight_features", "2013-02", ("flight_delay.flights", "nothing was published", "Materialise its asset")),
        ("flight_delay_model", "2013-02", ("flight_delay.", "nothing was published", "Materialise its asset")),
        ("flight_delay_champion", None, ("'flight_delay' was never trained", "Materialise flight_delay_model")),
        ("flight_delay_predictions", "2013-02", ("no champion in charge of partition 2013-02", "Train one")),
        ("flight_delay_performance", "2013-02", ("flight_delay.flight_delay_predictions", "Materialise its asset")),
        ("flight_delay_drift_report", "2013-02", ("no champion in charge of partition 2013-02", "Train one")),
    ],
)
def test_what_is_not_there_yet_is_told_with_the_remedy(
    materialise: Materialise, asset: str, partition: str | None, told: tuple[str, ...]
) -> None:
    result = materialise(asset, partition)

    assert not result.success
    description = failure(result).user_failure_data.description
    for words in told:
        assert words in description
    assert "Traceback" not in description


def test_the_message_is_the_headline_of_the_failed_step(materialise: Materialise) -> None:
    data = failure(materialise("flights", "2013-02"))

    headline = data.error.message.splitlines()[0]
    assert "flights 2013-02 has not been delivered" in headline


def test_a_refused_delivery_fails_its_check_and_names_quarantine(
    materialise: Materialise, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    file = tmp_path / "landing" / "planes.csv"
    file.parent.mkdir()
    file.write_bytes(b"")

    result = materialise("planes")

    assert not result.success
    assert "planes (planes.csv) was refused: the file is empty" in failure(result).user_failure_data.description
    (check,) = [check for check in result.get_asset_check_evaluations() if not check.passed]
    assert check.asset_check_key == dg.AssetCheckKey(dg.AssetKey("planes"), "contract_columns")
    assert check.severity == dg.AssetCheckSeverity.ERROR
    assert check.metadata["message"].value == failure(result).user_failure_data.description
    assert instance.get_latest_materialization_event(dg.AssetKey("planes")) is None
    (kept,) = (tmp_path / "lake" / "quarantine" / "flight_delay.planes" / "all").glob("*/planes.csv")
    assert kept.read_bytes() == b""


def test_a_defect_of_the_platform_itself_is_not_dressed_up_as_the_users(
    materialise: Materialise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from platform_assets.pipeline import dataset

    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(dataset, "inspected", broken)

    data = failure(materialise("planes"))

    assert data.user_failure_data is None
    assert "ZeroDivisionError" in data.error.to_string()
