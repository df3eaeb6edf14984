"""The one code location: declared products, the automation over them, and the resources of this deployment."""

from __future__ import annotations

import functools
import warnings
from pathlib import Path

import dagster as dg

from platform_assets.alerts.declaration import load_alerting
from platform_assets.automation.alert_delivery import alert_delivery
from platform_assets.automation.alerting import alerts_sensor
from platform_assets.automation.arrival import arrival_sensor
from platform_assets.automation.backfill import data_job
from platform_assets.automation.emr_reaper import emr_reaper
from platform_assets.automation.fetching import fetching
from platform_assets.automation.interval import SENSOR_SECONDS
from platform_assets.automation.quarantine_job import quarantine_decision
from platform_assets.automation.retention import retention
from platform_assets.components.costs import costs
from platform_assets.components.health import health
from platform_assets.components.resources import MlflowResource, WorkspaceResource
from platform_assets.pipeline.product import DEFS_FOLDER, all_products, declaration_files
from platform_assets.settings import load_emr, load_settings, prepare_process


def automation() -> dg.Definitions:
    """Sensors and jobs over all products."""
    conditions = dg.AutomationConditionSensorDefinition(
        name="automation_conditions",
        description="Requests partitions whose automation condition holds.",
        target=dg.AssetSelection.all(),
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=SENSOR_SECONDS,
        use_user_code_server=True,
        emit_backfills=False,
    )
    products = all_products()
    declared = load_settings().alerts
    # Where nobody is to be told, nothing looks for news.
    told = [alert_delivery(products, load_alerting(declared))] if declared else []
    return dg.Definitions(
        sensors=[*(arrival_sensor(product) for product in products), *map(alerts_sensor, products), conditions, *told],
        jobs=[*(data_job(product) for product in products), quarantine_decision],
    )


def deployment() -> dg.Definitions:
    """Resources and executor: small work runs in the run's process, large work goes to an engine."""
    settings = load_settings()
    clusters = emr_reaper(load_emr(), settings.deployment)
    return dg.Definitions.merge(
        clusters,
        dg.Definitions(
            resources={
                "workspace": WorkspaceResource.from_settings(settings),
                "mlflow_tracking": MlflowResource(tracking_uri=settings.tracking_uri),
            },
            executor=dg.in_process_executor,
        ),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Everything that Dagster loads."""
    return _loaded()


@functools.cache
def _loaded() -> dg.Definitions:
    # Dagster asks for the definitions again with every run that it starts in a process; they do not change in between.
    prepare_process()
    # The pinned version keeps the beta parameters that we chose; a warning at every load helps nobody.
    warnings.filterwarnings("ignore", category=dg.BetaWarning)
    declared = _declared()
    fetched, kept = map(fetching, all_products()), retention(all_products())
    watched = [health(), costs(all_products())]
    return dg.Definitions.merge(declared, automation(), *fetched, kept, *watched, deployment())


def _declared() -> dg.Definitions:
    """What the products' folders declare.

    `load_from_defs_folder` would import every package with component types that is installed, dagster-aws with boto3
    among them, to list them in the UI: a third of the time that loading takes.
    """
    tree = dg.ComponentTree.for_project(Path(DEFS_FOLDER))
    products = (tree.build_defs(file.parent) for file in declaration_files())
    return dg.Definitions.merge(*products, dg.Definitions(component_tree=tree))
