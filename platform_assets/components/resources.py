"""Dagster resources: the workspace of a step, and MLflow."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import dagster as dg

from platform_assets.components.utilisation import observe_attempt
from platform_assets.compute.cost.rate import DEFAULT_CPU_HOUR_USD
from platform_assets.compute.engines.engines import ENGINE_TAG, Engines
from platform_assets.compute.engines.ladder import EngineWanted
from platform_assets.settings import Settings

if TYPE_CHECKING:
    from platform_assets.pipeline import Workspace


class WorkspaceResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Lake, engine, folders and registry of this deployment, for the steps of an asset."""

    deployment: str
    engine: EngineWanted
    data: str
    tracking_uri: str
    warehouse: str
    catalog: str | None = None
    s3_endpoint: str | None = None
    s3_region: str | None = None
    arrivals: str | None = None
    cpu_hour_usd: float = DEFAULT_CPU_HOUR_USD
    auto_engines: str = "embedded"

    @classmethod
    def from_settings(cls, settings: Settings) -> "WorkspaceResource":
        """The resource of a deployment."""
        return cls(
            deployment=settings.deployment,
            engine=settings.engine,
            data=str(settings.data),
            tracking_uri=settings.tracking_uri,
            warehouse=settings.warehouse,
            # Its address can hold a password: Dagster shows the variable's name instead.
            catalog=dg.EnvVar("PLATFORM_CATALOG") if settings.catalog else None,
            s3_endpoint=settings.s3_endpoint,
            s3_region=settings.s3_region,
            arrivals=settings.arrivals,
            cpu_hour_usd=settings.cpu_hour_usd,
            auto_engines=settings.auto_engines,
        )

    @property
    def settings(self) -> Settings:
        """The settings that it was made of."""
        return Settings(
            deployment=self.deployment,
            engine=self.engine,
            data=Path(self.data),
            tracking_uri=self.tracking_uri,
            warehouse=self.warehouse,
            # Outside a run nobody has looked the variable up yet.
            catalog=self.catalog.get_value() if isinstance(self.catalog, dg.EnvVar) else self.catalog,
            s3_endpoint=self.s3_endpoint,
            s3_region=self.s3_region,
            arrivals=self.arrivals,
            cpu_hour_usd=self.cpu_hour_usd,
            auto_engines=self.auto_engines,
        )

    def open(self, run_id: str) -> "Workspace":
        """The workspace on behalf of a run."""
        return self._open(run_id, None)

    def open_step(self, context: dg.AssetExecutionContext) -> "Workspace":
        """The workspace of a step that runs jobs; the run's tag ``platform/engine`` says where, if it has one."""
        return self._open(context.run_id, context.run.tags.get(ENGINE_TAG), context)

    def _open(self, run_id: str, asked: str | None, context: dg.AssetExecutionContext | None = None) -> "Workspace":
        from platform_assets.compute.emr.pipes import DagsterReporting
        from platform_assets.notebook import open_engine, open_workspace

        settings = self.settings
        reporting = DagsterReporting(context) if context is not None else None
        offered = partial(open_engine, settings=settings, open_session=_dagster_pyspark_session, reporting=reporting)
        engines = Engines(offered, settings.engine, asked, settings.ladder)
        workspace = open_workspace(settings, engines=engines).for_run(run_id)
        return replace(workspace, show_attempt=partial(observe_attempt, context)) if context else workspace


class MlflowResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """One MLflow run per Dagster run, through dagster-mlflow.

    dagster-mlflow's own resource is a legacy function with untyped config that imports mlflow when definitions are
    loaded and opens a run for every step; this one opens it only for the step that trains (see docs/decisions).
    """

    tracking_uri: str

    @contextlib.contextmanager
    def run(self, context: dg.AssetExecutionContext, experiment: str) -> Iterator[str]:
        """The MLflow run of this Dagster run, tagged with its id; a retried run continues it. Yields its id."""
        import mlflow
        from dagster_mlflow.resources import MlFlow

        # What MlFlow reads of a resource's init context.
        init = SimpleNamespace(
            log=context.log,
            dagster_run=context.run,
            run_id=context.run_id,
            resource_config={"mlflow_tracking_uri": self.tracking_uri, "experiment_name": experiment},
        )
        tracking: Any = MlFlow(init)
        status = "FAILED"
        try:
            yield str(tracking.mlflow_run_id or mlflow.active_run().info.run_id)
            status = "FINISHED"
        finally:
            mlflow.end_run(status)


def _dagster_pyspark_session(settings: dict[str, Any]) -> Any:
    from dagster_pyspark import LazyPySparkResource

    return LazyPySparkResource(spark_config=settings).spark_session
