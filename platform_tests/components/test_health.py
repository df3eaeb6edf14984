"""Pipeline health through Dagster: series come from its own event log, bounded, and the checks judge the newest."""

import time

import dagster as dg

from platform_assets.automation.event_log import materialisations
from platform_assets.components.health import health


def make(instance: dg.DagsterInstance, rows: int, partition: str = "2013-01", wait: float = 0.0) -> None:
    """One real materialisation of an asset ``shop``."""

    @dg.asset(name="shop", partitions_def=dg.MonthlyPartitionsDefinition("2013-01", fmt="%Y-%m"))
    def shop() -> dg.MaterializeResult[None]:
        time.sleep(wait)
        return dg.MaterializeResult(metadata={"dagster/row_count": rows, "bytes": 10 * rows, "cost USD": 10 / rows})

    dg.materialize([shop], instance=instance, partition_key=partition)


def judge(instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    definitions = health()
    return definitions.resolve_implicit_global_asset_job_def().execute_in_process(instance=instance)


def test_series_are_the_newest_materialisations_oldest_first(instance: dg.DagsterInstance) -> None:
    for rows, partition in ((1, "2013-01"), (2, "2013-02"), (3, "2013-03")):
        make(instance, rows, partition, wait=0.3 if rows == 3 else 0.0)
    instance.report_runless_asset_event(dg.AssetMaterialization("shop", metadata={"dagster/row_count": 4}))

    found = materialisations(instance, [dg.AssetKey("shop"), dg.AssetKey("never")], newest=3)

    assert list(found) == ["shop"]
    assert [(run.rows, run.bytes) for run in found["shop"]] == [(2, 20), (3, 30), (4, None)]
    second, third, released = (run.seconds for run in found["shop"])
    assert second is not None
    assert third is not None
    assert 0.0 < second < third
    assert third > 0.3
    assert released is None
    assert found["shop"][0].label.startswith("2013-02 (")


def test_the_checks_judge_the_newest_materialisation_and_draw_what_is_unusual(instance: dg.DagsterInstance) -> None:
    for at in range(9):
        make(instance, 1000 + at)
    healthy = judge(instance)
    make(instance, 10)
    ill = judge(instance)

    assert all(check.passed for check in healthy.get_asset_check_evaluations())
    checks = {check.check_name: check for check in ill.get_asset_check_evaluations()}
    assert {name: check.passed for name, check in checks.items() if name != "usual_duration"} == {
        "usual_rows": False,
        "usual_bytes": False,
        "usual_cost": False,
    }
    assert checks["usual_rows"].severity == dg.AssetCheckSeverity.WARN
    assert "shop: Unusually low: rows is 10" in str(checks["usual_rows"].description)
    assert "data:image/svg+xml;base64," in str(checks["usual_rows"].metadata["plot of shop"].value)
    (made,) = ill.asset_materializations_for_node("pipeline_health")
    assert "| shop | " in str(made.metadata["health"].value)


def test_it_is_judged_every_day_and_never_judges_itself(instance: dg.DagsterInstance) -> None:
    judge(instance)
    again = judge(instance)

    (schedule,) = health().schedules or []
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    (made,) = again.asset_materializations_for_node("pipeline_health")
    assert made.metadata["assets"].value == 0
