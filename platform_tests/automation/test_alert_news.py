"""What the sensor tells besides failed runs: champions, levels, breaches of rules, age, refusals."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from alert_channel import Office, alert_channel
from dagster._core.definitions.freshness import FreshnessState, FreshnessStateChange
from slack_server import SlackServer

from platform_assets.automation.alert_state import read_state
from platform_assets.components.resources import MlflowResource, WorkspaceResource
from platform_assets.lake import Lake
from platform_assets.pipeline.alerts import record_sightings
from platform_assets.pipeline.product import DEFS_FOLDER, Product
from platform_assets.quality.alert import Sighting, Watch


@dg.asset(owners=["team:data-science"])
def flight_delay_champion() -> dg.MaterializeResult[None]:
    """Promoted at every run."""
    return dg.MaterializeResult(metadata={"model version": 3, "reason": "drift", "decided by": "gates"})


@pytest.fixture
def office(alert_office: Office) -> Office:
    alert_office.definitions = dg.Definitions([flight_delay_champion])
    return alert_office


@pytest.fixture
def slack_server(office: Office) -> SlackServer:
    return office.channel.server


def test_a_champion_is_told_as_it_is_made(office: Office, slack_server: SlackServer) -> None:
    office.make(flight_delay_champion)
    office.tick()

    (root,) = slack_server.roots
    assert "*flight_delay: version 3 is champion now*" in root.shown
    assert "Decided by gates: drift" in root.shown


def test_a_rollback_is_told_as_one_with_its_run_and_reason(office: Office, slack_server: SlackServer) -> None:
    @dg.asset(name="flight_delay_champion", owners=["team:data-science"])
    def given_back() -> dg.MaterializeResult[None]:
        reason = "rolled back from version 3: worse by 0.02 on 2013-05"
        return dg.MaterializeResult(metadata={"model version": 2, "reason": reason, "decided by": "policy"})

    run_id = office.make(given_back)
    office.tick()

    (root,) = slack_server.roots
    assert root.text == "[warning] flight_delay: version 2 is champion again"
    assert "Decided by policy: rolled back from version 3: worse by 0.02 on 2013-05" in root.shown
    assert "Owner: *team:data-science*" in root.shown
    assert f"<https://dagster.example.com/runs/{run_id}|run>" in root.shown


def judge(office: Office, partition: str, passed: bool) -> None:
    """Answer the check of a model's level for a partition."""
    office.instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey("flight_delay_performance"),
            check_name="holds_validation_level",
            passed=passed,
            severity=dg.AssetCheckSeverity.WARN,
            description="AUC fell by 0.04",
            partition=partition,
        )
    )


def test_a_model_below_its_level_is_told_and_so_is_its_recovery(office: Office, slack_server: SlackServer) -> None:
    for partition, passed in (("2013-02", False), ("2013-03", True)):
        judge(office, partition, passed)
        office.tick()

    (root,) = slack_server.roots
    assert "*flight_delay 2013-02: below its level*" in root.shown
    assert "AUC fell by 0.04" in root.shown
    assert [reply.broadcast for reply in slack_server.thread(root)] == [True]


def test_an_older_partition_that_is_judged_again_neither_ends_a_fall_nor_begins_one(
    office: Office, slack_server: SlackServer
) -> None:
    for partition, passed in (("2013-04", False), ("2013-02", True)):
        judge(office, partition, passed)
        office.tick()
    assert list(read_state(office.instance).incidents) == ["flight_delay_performance/holds_validation_level"]

    # Between two looks, the newest partition first.
    judge(office, "2013-05", True)
    judge(office, "2013-03", False)
    office.tick()
    judge(office, "2013-01", False)
    office.tick()

    assert read_state(office.instance).incidents == {}
    (root,) = slack_server.roots
    assert [reply.broadcast for reply in slack_server.thread(root)] == [True]


def test_a_breach_in_the_table_of_alerts_is_told_when_it_begins_and_when_it_ends(
    office: Office, slack_server: SlackServer, tmp_path: Path
) -> None:
    watch = Watch("flight_delay_drift_report", "no_drift", "team:data-science", "retrain", 1)
    blocking = Watch("flights", "arrivals_without_air_time", "team:flight-operations", "block", 0)
    lake = Lake(tmp_path / "lake")
    for day, breached in ((1, True), (2, False)):
        seen = Sighting(f"2013-0{day}", breached, f"PSI on day {day}", datetime(2026, 11, day, tzinfo=UTC))
        record_sightings(lake, {watch: [seen], blocking: [seen]}, "run")
        office.tick()
        office.tick()

    (root,) = slack_server.roots
    assert "*flight_delay_drift_report 2013-01: no_drift*" in root.shown
    assert "PSI on day 1" in root.shown
    (end,) = slack_server.thread(root)
    assert "PSI on day 2" in end.shown
    assert end.broadcast


NO_DRIFT = Watch("flight_delay_drift_report", "no_drift", "team:data-science", "retrain", 1)


def sight(office_lake: Lake, *answers: tuple[int, bool], watch: Watch = NO_DRIFT) -> None:
    """Answers of a rule by day, each as soon as it was given: ``(1, True)`` is a breach on the first."""
    for day, breached in answers:
        seen = Sighting(f"2013-{day:02}", breached, f"PSI on day {day}", datetime(2026, 11, day, tzinfo=UTC))
        record_sightings(office_lake, {watch: [seen]}, "run")


def test_the_first_breach_there_ever_was_is_told_although_it_ended_between_two_looks(
    office: Office, slack_server: SlackServer, tmp_path: Path
) -> None:
    sight(Lake(tmp_path / "lake"), (1, True), (2, False))
    assert office.tick() == "1 messages were made; none waits."
    assert office.tick() == "No message waits."

    (root,) = slack_server.roots
    assert root.text == "Came and went: flight_delay_drift_report 2013-01: no_drift"
    assert "PSI on day 1\nOver since 2026-11-02 00:00 UTC: PSI on day 2" in root.shown
    assert slack_server.thread(root) == []


def test_a_rule_whose_first_breach_is_older_than_what_was_told_of_others_is_told_too(
    office: Office, slack_server: SlackServer, tmp_path: Path
) -> None:
    lake = Lake(tmp_path / "lake")
    sight(lake, (5, True))
    office.tick()
    # Its sensor came later to answers that were given before.
    late = Watch("flights", "cancelled_share", "team:flight-operations", "alert", 0)
    sight(lake, (3, True), (4, False), watch=late)
    office.tick()

    assert [root.text for root in slack_server.roots] == [
        "[warning] flight_delay_drift_report 2013-05: no_drift",
        "Came and went: flights 2013-03: cancelled_share",
    ]


def test_a_breach_that_is_taken_up_again_and_ends_between_two_looks_is_told_again(
    office: Office, slack_server: SlackServer, tmp_path: Path
) -> None:
    lake = Lake(tmp_path / "lake")
    sight(lake, (1, True), (2, False))
    office.tick()
    # Within the cool-down it is the same row.
    sight(lake, (3, True), (4, False))
    office.tick()
    office.tick()

    assert len(slack_server.roots) == 2
    assert "PSI on day 4" in slack_server.roots[1].shown


def test_a_first_look_tells_what_stands_and_nothing_that_is_over(
    product: Product, instance: dg.DagsterInstance, workspace_resource: WorkspaceResource, tmp_path: Path
) -> None:
    sight(Lake(tmp_path / "lake"), (1, True), (2, False), (6, True))
    with alert_channel(product) as channel:
        Office(instance, channel, workspace_resource, dg.Definitions()).tick()

        assert [root.text for root in channel.server.roots] == ["[warning] flight_delay_drift_report 2013-06: no_drift"]


def test_many_breaches_that_end_between_two_looks_are_one_message(
    office: Office, slack_server: SlackServer, tmp_path: Path
) -> None:
    lake = Lake(tmp_path / "lake")
    for number in range(12):
        watch = Watch("flights", f"rule_{number}", "team:flight-operations", "alert", 0)
        sight(lake, (1, True), (2, False), watch=watch)
    office.tick()

    (root,) = slack_server.roots
    assert root.text == "Came and went: 12 news of flights"


def test_a_breach_leads_to_the_run_that_made_its_partition(
    office: Office, slack_server: SlackServer, tmp_path: Path
) -> None:
    months = dg.StaticPartitionsDefinition(["2013-01"])

    @dg.asset(partitions_def=months)
    def flight_delay_drift_report() -> None:
        """Made by a run."""

    run_id = office.make(flight_delay_drift_report, partition="2013-01")
    sight(Lake(tmp_path / "lake"), (1, True))
    office.tick()

    assert f"<https://dagster.example.com/runs/{run_id}|run>" in slack_server.roots[0].shown


def test_a_budget_leads_to_the_costs_which_have_no_partitions(
    office: Office, slack_server: SlackServer, tmp_path: Path
) -> None:
    @dg.asset
    def platform_costs() -> None:
        """Made every morning."""

    office.definitions = dg.Definitions([platform_costs])
    run_id = office.make(platform_costs)
    sight(
        Lake(tmp_path / "lake"), (1, True), watch=Watch("platform_costs", "team_kept", "team:data-science", "alert", 0)
    )
    office.tick()

    shown = slack_server.roots[0].shown
    assert f"<https://dagster.example.com/runs/{run_id}|run>" in shown
    assert "<https://dagster.example.com/assets/platform_costs|asset>" in shown


def test_a_fall_that_ended_between_two_looks_is_told(office: Office, slack_server: SlackServer) -> None:
    for partition, passed in (("2013-02", True), ("2013-03", False), ("2013-01", False), ("2013-04", True)):
        judge(office, partition, passed)
    office.tick()
    office.tick()

    (root,) = slack_server.roots
    assert root.text == "Came and went: flight_delay 2013-03: below its level"


def test_a_row_of_the_table_has_the_kind_that_routes_choose_by(office: Office, tmp_path: Path) -> None:
    kinds = {
        ("flight_delay_drift_report", "no_drift"): "drift",
        ("flights", "drift"): "drift",
        ("flights", "cancelled_share"): "rate_of_change",
        ("platform_costs", "flight_delay_team_kept"): "budget",
    }
    seen = Sighting("2013-02", True, "unusual", datetime(2026, 11, 21, tzinfo=UTC))
    watched = {Watch(asset, rule, "team:data-science", "alert", 0): [seen] for asset, rule in kinds}
    record_sightings(Lake(tmp_path / "lake"), watched, "run")
    office.tick()

    incidents = read_state(office.instance).incidents
    assert {(each.asset, each.rule): each.kind for each in incidents.values()} == kinds


def test_an_asset_older_than_promised_is_told(office: Office, slack_server: SlackServer) -> None:
    key = dg.AssetKey("delay_features")
    two_days = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=2))
    promised = dg.AssetSpec(key, freshness_policy=two_days)
    office.definitions = dg.Definitions([promised])
    for number, state in enumerate((FreshnessState.FAIL, FreshnessState.PASS), start=1):
        change = FreshnessStateChange(
            key=key, new_state=state, previous_state=FreshnessState.UNKNOWN, state_change_timestamp=1e9 + number
        )
        office.instance._report_runless_asset_event(change)
        office.tick()

    (root,) = slack_server.roots
    assert "*delay_features is older than promised*" in root.shown
    assert [reply.broadcast for reply in slack_server.thread(root)] == [True]


def test_an_asset_that_was_too_old_between_two_looks_is_told(office: Office, slack_server: SlackServer) -> None:
    key = dg.AssetKey("delay_features")
    two_days = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=2))
    office.definitions = dg.Definitions([dg.AssetSpec(key, freshness_policy=two_days)])
    for number, state in enumerate((FreshnessState.FAIL, FreshnessState.PASS), start=1):
        change = FreshnessStateChange(
            key=key, new_state=state, previous_state=FreshnessState.UNKNOWN, state_change_timestamp=1e9 + number
        )
        office.instance._report_runless_asset_event(change)
    office.tick()
    office.tick()

    (root,) = slack_server.roots
    assert root.text == "Came and went: delay_features is older than promised"


def test_a_refused_partition_is_told_with_what_to_do_and_no_log(
    office: Office, slack_server: SlackServer, definitions: dg.Definitions, tmp_path: Path
) -> None:
    office.definitions = definitions
    (tmp_path / "landing").mkdir()
    (tmp_path / "landing" / "airports.csv").write_text("faa,name\nJFK,Kennedy\n")
    declared = dg.load_from_defs_folder(path_within_project=DEFS_FOLDER)
    resources = {"workspace": office.workspace, "mlflow_tracking": MlflowResource(tracking_uri="sqlite://")}
    deployed = dg.Definitions.merge(declared, dg.Definitions(resources=resources))
    done = deployed.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=office.instance, asset_selection=[dg.AssetKey("airports")], raise_on_error=False
    )
    assert not done.success
    office.tick()

    (root,) = slack_server.roots
    assert "*airports was refused*" in root.shown
    assert "Owner: *team:flight-operations*" in root.shown
    assert "missing" in root.shown
    assert slack_server.files(root) == {}
