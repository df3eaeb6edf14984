"""Costs through Dagster: steps show and record what they used, failed ones too; the daily asset reports and checks."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from simulated_month import price_book

from platform_assets.components.costs import costs
from platform_assets.components.resources import WorkspaceResource
from platform_assets.components.steps import run_step
from platform_assets.compute.cost.bill import spent
from platform_assets.compute.cost.budget import BudgetDeclaration
from platform_assets.compute.cost.meter import cluster_used
from platform_assets.compute.cost.record import read_records
from platform_assets.compute.cost.usage import ClusterUse, InstanceUse
from platform_assets.lake import Lake
from platform_assets.lake.errors import LakeError
from platform_assets.lake.partitions import WHOLE_TABLE
from platform_assets.pipeline import Product
from platform_assets.pipeline.alerts import read_alerts
from platform_assets.pipeline.costs.table import read_costs
from platform_assets.quality.contract import Contract
from platform_assets.settings import load_settings

MONTHS = dg.MonthlyPartitionsDefinition("2013-01", fmt="%Y-%m")


@pytest.fixture
def resource(tmp_path: Path) -> WorkspaceResource:
    settings = load_settings({"PLATFORM_DATA": str(tmp_path), "PLATFORM_CPU_HOUR_USD": "3600"})
    return WorkspaceResource.from_settings(settings)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def contract(product: Product) -> Contract:
    return product.datasets["flights"]


def use_cluster() -> None:
    """A cluster of one instance that ran for the hour that ends now."""
    now = datetime.now(UTC)
    started = now.replace(hour=0, minute=0, second=0, microsecond=0)
    machine = InstanceUse("i-1", "m6g.xlarge", "ON_DEMAND", "primary", "us-east-1a", started, now)
    cluster_used(ClusterUse("j-1", "us-east-1", (machine,)), price_book)


def step_of(contract: Contract, work: Callable[[], Any], **named: Any) -> dg.AssetsDefinition:
    """An asset that does ``work`` as a step of the pipeline, twice."""

    @dg.asset(name=contract.name, group_name="flight_delay", partitions_def=MONTHS)
    def asset(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        yield from run_step(contract, work, **named)
        yield from run_step(contract, lambda: None)
        yield dg.MaterializeResult(metadata={"rows": 1})

    return asset


def made(
    asset: dg.AssetsDefinition, instance: dg.DagsterInstance, resource: WorkspaceResource
) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [asset], instance=instance, partition_key="2013-02", resources={"workspace": resource}, raise_on_error=False
    )


def test_a_materialisation_shows_what_its_steps_cost_and_each_is_recorded(
    instance: dg.DagsterInstance, resource: WorkspaceResource, contract: Contract, lake: Lake
) -> None:
    done = made(step_of(contract, use_cluster), instance, resource)

    [event] = done.get_asset_materialization_events()
    shown = event.materialization.metadata
    records = [record for _, record in read_records(lake.store)]
    assert len(records) == 3
    cpu = sum(charge.quantity for record in records for charge in record.charges if charge.kind == "cpu")
    usd = sum((charge.usd for record in records for charge in record.charges), Decimal(0))
    assert shown["CPU seconds"].value == pytest.approx(cpu, abs=0.002)
    assert shown["cost USD"].value == pytest.approx(float(usd))
    [share] = {record.shares for record in records}.pop()
    assert share.to.model_dump(exclude_none=True) == {
        "asset": "flights",
        "product": "flight_delay",
        "owner": contract.owner,
        "partition": "2013-02",
    }
    assert {record.run_id for record in records} == {done.run_id}


def test_a_failed_step_is_recorded_as_such_and_so_is_its_cluster(
    instance: dg.DagsterInstance, resource: WorkspaceResource, contract: Contract, lake: Lake
) -> None:
    def fails() -> None:
        use_cluster()
        raise LakeError("the disk is gone")

    done = made(step_of(contract, fails), instance, resource)

    assert not done.success
    records = [record for _, record in read_records(lake.store)]
    assert [record.outcome for record in records] == ["failed", "failed"]
    assert {charge.kind for record in records for charge in record.charges} == {"cpu", "instance", "emr"}


def test_a_trainings_cost_belongs_to_its_model_version(
    instance: dg.DagsterInstance, resource: WorkspaceResource, contract: Contract, lake: Lake
) -> None:
    asset = step_of(contract, lambda: 12, version_of=lambda version: ("flight_delay", version))

    assert made(asset, instance, resource).success

    records = [record for _, record in read_records(lake.store)]
    assert [(share.to.model, share.to.model_version) for record in records for share in record.shares] == [
        ("flight_delay", 12),
        (None, None),
    ]


def test_a_store_that_takes_no_records_fails_no_step(
    instance: dg.DagsterInstance, resource: WorkspaceResource, contract: Contract, tmp_path: Path
) -> None:
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "usage").write_text("in the way")

    done = made(step_of(contract, lambda: None), instance, resource)

    assert done.success
    warnings = [entry.user_message for entry in instance.all_logs(done.run_id) if entry.level == 30]
    assert any("could not be recorded below" in words and "Make room" in words for words in warnings)


def test_the_daily_asset_folds_checks_budgets_and_raises_alerts(
    instance: dg.DagsterInstance, resource: WorkspaceResource, contract: Contract, lake: Lake, product: Product
) -> None:
    made(step_of(contract, use_cluster), instance, resource)
    budgets = {
        name: BudgetDeclaration(name=name, owner="team:data", usd_a_month=Decimal(usd))
        for name, usd in (("tight", "0.001"), ("wide", "100000"))
    }
    definitions = costs([dataclasses.replace(product, budgets=budgets)])

    done = dg.Definitions.merge(definitions, dg.Definitions(resources={"workspace": resource}))
    job = done.resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(instance=instance)

    checks = {check.check_name: check for check in result.get_asset_check_evaluations()}
    assert {name: check.passed for name, check in checks.items()} == {
        "flight_delay_tight_not_nearly_spent": False,
        "flight_delay_tight_kept": False,
        "flight_delay_wide_not_nearly_spent": True,
        "flight_delay_wide_kept": True,
    }
    assert checks["flight_delay_tight_not_nearly_spent"].severity == dg.AssetCheckSeverity.WARN
    [event] = result.get_asset_materialization_events()
    facts = event.materialization.metadata
    assert "data:image/svg+xml;base64," in str(facts["plot"].value)
    assert "| flights |" in str(facts["costs"].value)
    assert Path(str(facts["html report"].value)).is_file()
    assert list(read_records(lake.store)) == []
    assert float(spent(read_costs(lake, WHOLE_TABLE))) == pytest.approx(facts["cost USD"].value, abs=0.005)
    assert {alert.rule for alert in read_alerts(lake)} == {
        "flight_delay_tight_not_nearly_spent",
        "flight_delay_tight_kept",
    }
    [schedule] = definitions.schedules or []
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
