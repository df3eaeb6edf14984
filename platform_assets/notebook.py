"""The workspace of this deployment for a notebook or a script: the same as the assets have, without Dagster."""

from __future__ import annotations

from platform_assets.compute.engines import EmbeddedEngine, Engine, SparkEngine
from platform_assets.lake import Lake
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
        lake=Lake(chosen.lake),
        engine=engine or {"embedded": EmbeddedEngine, "spark": SparkEngine}[chosen.engine](),
        landing=chosen.landing,
        reports=chosen.reports,
        tracking_uri=chosen.tracking_uri,
        artifacts=chosen.artifacts,
    )
