"""The reaper's schedule exists where there are clusters, and asks for a run when one is orphaned."""

import dagster as dg

from platform_assets.automation.emr_reaper import emr_reaper, life_in
from platform_assets.compute.emr import reaper
from platform_assets.compute.emr.reaper import RunningCluster
from platform_assets.compute.emr.settings import EmrSettings

SETTINGS = EmrSettings(region="us-east-1", staging="s3://platform/staging")


def test_a_deployment_without_clusters_has_no_reaper():
    assert not emr_reaper(None, "local").schedules


def test_a_run_is_asked_for_when_a_cluster_is_orphaned(monkeypatch):
    found = [RunningCluster("j-1", "local x", "RUNNING", "gone", "x", started=None, silent=True)]
    monkeypatch.setattr(reaper, "running", lambda *_: iter(found))
    definitions = emr_reaper(SETTINGS, "local")
    (schedule,) = definitions.schedules
    with dg.instance_for_test() as instance, dg.build_schedule_context(instance=instance) as context:
        (request,) = schedule.evaluate_tick(context).run_requests
        assert request.tags["platform/clusters"] == "j-1"
        found.clear()
        tick = schedule.evaluate_tick(context)
        assert (tick.run_requests, tick.skip_message) == ([], "Every cluster that runs is watched.")


def test_the_life_of_a_run_is_what_the_instance_knows():
    @dg.job
    def nothing():
        pass

    with dg.DagsterInstance.ephemeral() as instance:
        life_of = life_in(instance)
        done = nothing.execute_in_process(instance=instance)
        assert life_of(done.run_id) == "ended"
        assert life_of("another") == "unknown"
        started = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.STARTED)
        assert life_of(started.run_id) == "alive"
