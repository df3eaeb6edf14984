"""The workspace of this deployment for a notebook or a script: the same as the assets have, without Dagster."""

from __future__ import annotations

import functools
from pathlib import Path

from platform_assets.compute.engines import EmbeddedEngine, Engine, Engines, SparkEngine
from platform_assets.compute.engines.ladder import EngineName
from platform_assets.compute.engines.spark import OpenSession
from platform_assets.compute.errors import EngineUnavailable
from platform_assets.lake import Lake
from platform_assets.lake.s3 import S3Access
from platform_assets.lake.store import Store
from platform_assets.pipeline import Workspace
from platform_assets.settings import Settings, load_settings, prepare_process


def open_workspace(
    settings: Settings | None = None, engine: Engine | None = None, engines: Engines | None = None
) -> Workspace:
    """Lake, engines, folders and model registry of this deployment.

    Args:
        settings: by default those of the environment, see ``platform_assets.settings``.
        engine: the one that runs every job, whatever is declared.
        engines: those to choose from; by default all of this deployment.
    """
    prepare_process()
    chosen = settings or load_settings()
    offered = engines or open_engines(chosen)
    return Workspace(
        lake=open_lake(chosen),
        engine=engine or offered.at_hand(),
        engines=None if engine else offered,
        landing=chosen.landing,
        remote_landing=chosen.open_landing() if chosen.is_landing_remote else None,
        reports=chosen.reports,
        tracking_uri=chosen.tracking_uri,
        artifacts=chosen.artifacts,
    )


def open_engines(settings: Settings) -> Engines:
    """The engines of this deployment; each starts with its first job."""
    return Engines(functools.partial(open_engine, settings=settings), settings.engine, ladder=settings.ladder)


def open_engine(name: EngineName, settings: Settings, open_session: OpenSession | None = None) -> Engine:
    """One engine of this deployment, the same for all who ask in this process.

    Args:
        open_session: how Apache Spark's session is opened, see :class:`SparkEngine`.

    Raises:
        EngineUnavailable: this deployment has none of that name.
    """
    if name == "emr":
        raise EngineUnavailable("emr", "this deployment has no clusters", "Use 'embedded', 'spark' or 'auto'")
    return _local_engine(name, s3_access(settings), open_session, settings.event_logs)


@functools.cache
def _local_engine(name: EngineName, s3: S3Access | None, open_session: OpenSession | None, event_logs: Path) -> Engine:
    """One engine a process: starting it takes seconds."""
    return EmbeddedEngine() if name == "embedded" else SparkEngine(open_session, s3, event_logs)


def s3_access(settings: Settings) -> S3Access | None:
    """How the lake's bucket is reached; None if the lake is in a folder."""
    access = S3Access(settings.s3_endpoint, settings.s3_region)
    return None if Store(settings.warehouse, access).is_local else access


def open_lake(settings: Settings | None = None) -> Lake:
    """The lake of this deployment, for those who only read or look after tables."""
    chosen = settings or load_settings()
    return Lake(chosen.warehouse, chosen.catalog, S3Access(chosen.s3_endpoint, chosen.s3_region))
