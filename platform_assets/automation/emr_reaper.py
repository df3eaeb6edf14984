"""Clusters that nobody watches any more are ended, every ten minutes; a run is only made when there is one."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import dagster as dg

from platform_assets.automation.news.place import OWNER_TAG
from platform_assets.pipeline.asset_owners import PLATFORM_OWNER

if TYPE_CHECKING:
    from platform_assets.compute.emr.reaper import Life
    from platform_assets.compute.emr.settings import EmrSettings

EVERY_TEN_MINUTES = "*/10 * * * *"
ABOUT = "Ends EMR clusters of this deployment whose run has ended or whose watcher has gone silent, as after a SIGKILL."


def life_in(instance: dg.DagsterInstance) -> "Callable[[str], Life]":
    """Says of a run whether this instance knows it, and whether it is over."""

    def life_of(run_id: str) -> "Life":
        run = instance.get_run_by_id(run_id)
        if run is None:
            return "unknown"
        return "ended" if run.is_finished else "alive"

    return life_of


def emr_reaper(settings: "EmrSettings | None", deployment: str) -> dg.Definitions:
    """The job ``emr_reaper`` and its schedule; nothing in a deployment without clusters."""
    if settings is None:
        return dg.Definitions()
    clusters = settings

    @dg.op(name="end_orphaned_clusters", description=ABOUT)
    def end(context: dg.OpExecutionContext) -> None:
        from platform_assets.compute.emr.aws import Aws
        from platform_assets.compute.emr.reaper import reap

        for each in reap(Aws(clusters.region), clusters, deployment, life_in(context.instance)):
            context.log.warning(f"Ended cluster {each.id} ({each.name}): its run {each.run_id} does not watch it.")

    @dg.job(name="emr_reaper", description=ABOUT, executor_def=dg.in_process_executor, tags={OWNER_TAG: PLATFORM_OWNER})
    def job() -> None:
        end()

    @dg.schedule(
        name="emr_reaper_schedule",
        job=job,
        cron_schedule=EVERY_TEN_MINUTES,
        description=ABOUT,
        # A cluster that nobody ends costs until somebody looks.
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        from platform_assets.compute.emr.aws import Aws
        from platform_assets.compute.emr.reaper import orphans, running

        aws = Aws(clusters.region)
        found = list(orphans(running(aws, clusters, deployment), life_in(context.instance)))
        if not found:
            return dg.SkipReason("Every cluster that runs is watched.")
        return dg.RunRequest(tags={"platform/clusters": " ".join(each.id for each in found)})

    return dg.Definitions(jobs=[job], schedules=[schedule])
