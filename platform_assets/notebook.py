"""The workspace of this deployment for a notebook or a script: the same as the assets have, without Dagster."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from platform_assets.compute.engines import EmbeddedEngine, Engine, Engines, SparkEngine
from platform_assets.compute.engines.ladder import EngineName
from platform_assets.compute.engines.spark import OpenSession
from platform_assets.compute.errors import EngineUnavailable
from platform_assets.lake import Lake
from platform_assets.lake.s3 import S3Access
from platform_assets.lake.store import Store
from platform_assets.pipeline import Workspace
from platform_assets.settings import Settings, load_emr, load_settings, prepare_process

if TYPE_CHECKING:
    from platform_assets.compute.emr.cluster_run import ClusterRun
    from platform_assets.compute.emr.engine import EmrEngine
    from platform_assets.compute.emr.reporting import Reporting
    from platform_assets.compute.emr.settings import EmrSettings


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


def open_engine(
    name: EngineName,
    settings: Settings,
    open_session: OpenSession | None = None,
    reporting: Reporting | None = None,
) -> Engine:
    """One engine of this deployment; those of this machine are the same for all who ask in this process.

    Args:
        open_session: how Apache Spark's session is opened, see :class:`SparkEngine`.
        reporting: to whom clusters report; by default to the log.

    Raises:
        EngineUnavailable: this deployment has none of that name.
        EmrSettingsWrong: the file of its clusters' settings is not understood.
    """
    if name == "emr":
        return open_emr(settings, reporting)
    return _local_engine(name, s3_access(settings), open_session, settings.event_logs)


def open_emr(settings: Settings, reporting: Reporting | None = None) -> EmrEngine:
    """The clusters of this deployment.

    Raises:
        EngineUnavailable: it has none, or they would not see its lake.
        EmrSettingsWrong: the file of their settings is not understood.
    """
    from platform_assets.compute.emr.engine import EmrEngine
    from platform_assets.pipeline.spot_losses import read_losses

    clusters = load_emr()
    if clusters is None:
        reason = "this deployment has no clusters, as PLATFORM_EMR names no file of settings"
        raise EngineUnavailable("emr", reason, "Write one as docs/guides/aws.md says, or use another engine")
    if s3_access(settings) is None:
        reason = "its machines do not see a lake in a folder of this one"
        raise EngineUnavailable("emr", reason, "Put the lake on S3 (PLATFORM_WAREHOUSE), or use another engine")
    lake = open_lake(settings)
    return EmrEngine(
        clusters,
        settings.deployment,
        reporting=reporting,
        losses=functools.partial(read_losses, lake),
        ended=functools.partial(_attempt_ended, lake, clusters),
    )


def _attempt_ended(lake: Lake, clusters: EmrSettings, run: ClusterRun) -> None:
    from platform_assets.compute.emr.bookkeeping import noted
    from platform_assets.pipeline.costs.clusters import bill_attempt
    from platform_assets.pipeline.spot_losses import record_experience

    with noted("its cost", run.cluster_id):
        bill_attempt(clusters, run)
    with noted("what it says of spot pools (platform.spot_losses)", run.cluster_id):
        record_experience(lake, run)


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
