"""The workspace of this deployment for a notebook or a script: the same as the assets have, without Dagster."""

from __future__ import annotations

from platform_assets.compute.engines import EmbeddedEngine, Engine, SparkEngine
from platform_assets.lake import Lake
from platform_assets.lake.s3 import S3Access
from platform_assets.pipeline import Workspace
from platform_assets.settings import Settings, load_settings, prepare_process


def open_workspace(settings: Settings | None = None, engine: Engine | None = None) -> Workspace:
    """Lake, engine, folders and model registry of this deployment.

    Args:
        settings: by default those of the environment, see ``platform_assets.settings``.
        engine: by default the one that the settings name.
    """
    prepare_process()
    chosen = settings or load_settings()
    return Workspace(
        lake=open_lake(chosen),
        engine=engine or {"embedded": EmbeddedEngine, "spark": SparkEngine}[chosen.engine](),
        landing=chosen.landing,
        remote_landing=chosen.open_landing() if chosen.is_landing_remote else None,
        reports=chosen.reports,
        tracking_uri=chosen.tracking_uri,
        artifacts=chosen.artifacts,
    )


def open_lake(settings: Settings | None = None) -> Lake:
    """The lake of this deployment, for those who only read or look after tables."""
    chosen = settings or load_settings()
    return Lake(chosen.warehouse, chosen.catalog, S3Access(chosen.s3_endpoint, chosen.s3_region))
