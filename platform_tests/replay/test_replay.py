"""The main job in short: three months of real flights through the platform's own sensors, conditions and runs."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from platform_assets.lake import Lake

if TYPE_CHECKING:
    from conftest import Deployment, Replay

pytestmark = pytest.mark.slow

MONTHS = {"2013-01", "2013-02", "2013-03"}
# What a delivery of these months leads to; the first model is born in February, from January's labels.
PARTITIONS = {
    "flights": MONTHS,
    "weather": MONTHS,
    "flight_features": MONTHS,
    "flight_delay_model": {"2013-02"},
    "flight_delay_predictions": {"2013-02", "2013-03"},
    "flight_delay_drift_report": {"2013-02", "2013-03"},
    "flight_delay_performance_estimate": {"2013-02", "2013-03"},
    "flight_delay_performance": {"2013-02"},
    "flight_delay_performance_by_segment": {"2013-02"},
    "flight_delay_retraining": {"2013-02", "2013-03"},
}
FLIGHTS_OF_FEBRUARY = 24_936


@pytest.fixture
def instance(replay: "Replay") -> Iterator[dg.DagsterInstance]:
    with replay.deployment.instance() as instance:
        yield instance


@pytest.fixture
def lake(replay: "Replay") -> Lake:
    return Lake(replay.deployment.data / "lake")


def partitions(instance: dg.DagsterInstance) -> dict[str, set[str]]:
    return {name: instance.get_materialized_partitions(dg.AssetKey(name)) for name in PARTITIONS}


def times_made(instance: dg.DagsterInstance, name: str) -> Counter[str | None]:
    """How often each partition was materialised."""
    records = instance.fetch_materializations(dg.AssetKey(name), limit=100).records
    return Counter(record.partition_key for record in records)


def test_it_ends_well_and_prints_a_line_a_month(replay: "Replay") -> None:
    done = replay.done

    assert done.returncode == 0, done.stderr
    lines = {line.split("│")[1].strip(): line for line in done.stdout.splitlines() if line.startswith("│")}
    assert lines.keys() == {*MONTHS, "all"}
    assert "24,936" in lines["2013-02"]
    assert "yes: first model, promoted" in lines["2013-02"]
    assert "no: cool down" in lines["2013-03"]
    assert "80,687" in lines["all"]


def test_it_says_where_to_look_next(replay: "Replay") -> None:
    assert "make ui" in replay.done.stdout
    assert "reports/flight_delay/flight_delay/drift-2013-03.html" in replay.done.stdout


def test_every_run_on_the_instance_succeeded(instance: dg.DagsterInstance) -> None:
    runs = instance.get_runs()

    assert len(runs) >= len(MONTHS)
    assert {run.status for run in runs} == {dg.DagsterRunStatus.SUCCESS}


def test_exactly_the_expected_partitions_are_there(instance: dg.DagsterInstance) -> None:
    assert partitions(instance) == PARTITIONS


def test_no_partition_was_made_twice(instance: dg.DagsterInstance) -> None:
    for name, expected in PARTITIONS.items():
        assert times_made(instance, name) == dict.fromkeys(expected, 1), name


def test_sensors_left_ticks_and_cursors_from_which_the_daemon_goes_on(instance: dg.DagsterInstance) -> None:
    states = {state.name: state for state in instance.all_instigator_state()}

    assert states.keys() == {
        "flight_delay_alerts",
        "flight_delay_arrival",
        "flight_delay_retraining_policy",
        "automation_conditions",
    }
    for name, state in states.items():
        assert state.instigator_data.cursor, name
        ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id)
        # Dagster calls every tick skipped that requests no run; alerts never do.
        expected = {"SKIPPED"} if name == "flight_delay_alerts" else {"SUCCESS", "SKIPPED"}
        assert {tick.status.value for tick in ticks} == expected, name


def test_the_training_carries_its_reason(instance: dg.DagsterInstance) -> None:
    (training,) = instance.get_runs(dg.RunsFilter(tags={"platform/retraining_decision": "first_model"}))

    assert training.tags["dagster/partition"] == "2013-02"
    assert "There is no champion" in training.tags["platform/retraining_reason"]


def test_the_champion_is_on_record(lake: Lake) -> None:
    (champion,) = lake.read("flight_delay.flight_delay_champion").to_pylist()

    assert champion["model_version"] == 1
    assert champion["validation_auc"] > 0.62


def test_every_flight_is_scored_with_model_version_and_feature_snapshot(lake: Lake) -> None:
    predictions = lake.read("flight_delay.flight_delay_predictions")

    flights = lake.read("flight_delay.flights").num_rows
    january = 26_865
    assert predictions.num_rows == flights - january
    assert set(predictions.column("model_version").to_pylist()) == {1}
    assert predictions.column("feature_snapshot").null_count == 0
    probabilities = predictions.column("probability").to_pylist()
    assert all(0 <= probability <= 1 for probability in probabilities)


def test_performance_is_better_than_the_naive_baseline(lake: Lake) -> None:
    (february,) = lake.read("flight_delay.flight_delay_performance").to_pylist()

    assert february["rows"] == FLIGHTS_OF_FEBRUARY
    assert february["auc"] > 0.66
    assert february["auc"] > february["baseline_auc"]


def test_reports_and_cards_can_be_opened_and_need_nothing_else(replay: "Replay") -> None:
    folder = replay.deployment.data / "reports" / "flight_delay" / "flight_delay"

    pages = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}
    assert sorted(pages) == ["card-v1.html", "drift-2013-02.html", "drift-2013-03.html"]
    assert "Drift of flight_delay in 2013-03" in pages["drift-2013-03.html"]
    assert "<strong>Champion</strong>" in pages["card-v1.html"]
    for html in pages.values():
        assert "<svg" in html
        assert "http://" not in html.replace("http://www.w3.org/", "")
        assert "https://" not in html


def test_the_one_impossible_reading_of_february_was_set_aside(lake: Lake) -> None:
    (refused,) = lake.read("platform.quarantine").to_pylist()

    assert (refused["table"], refused["partition"], refused["rows"]) == ("flight_delay.weather", "2013-02", 1)
    assert "'wind_speed' is above 200" in refused["rules"]


def test_the_data_version_of_features_names_what_it_was_made_from(lake: Lake) -> None:
    provenance = lake.provenance("flight_delay.flight_features")

    assert provenance["partition"] == "2013-03"
    for source in ("flights", "weather", "planes", "airports"):
        assert f'"flight_delay.{source}"' in provenance["inputs"]
    assert provenance["run-id"]


def test_a_second_replay_changes_nothing(replayed: "Deployment") -> None:
    with replayed.instance() as instance:
        before = {run.run_id for run in instance.get_runs()}

    done = replayed.python("-m", "platform_assets.cli", "replay", "--until", "2013-03")

    assert done.returncode == 0, done.stderr
    with replayed.instance() as instance:
        assert {run.run_id for run in instance.get_runs()} == before


def test_a_month_that_is_not_delivered_is_refused_with_those_that_are(deployment: "Deployment") -> None:
    done = deployment.python("-m", "platform_assets.cli", "replay", "--until", "2015-01")

    assert done.returncode == 2
    assert "2015-01 is not delivered. Choose one of: 2013-01" in done.stderr
    assert not deployment.data.exists()


def test_a_partition_materialised_from_the_command_line_replaces_itself(replayed: "Deployment") -> None:
    lake = Lake(replayed.data / "lake")
    rows, snapshot = lake.read("flight_delay.flights").num_rows, lake.snapshot_id("flight_delay.flights")

    done = replayed.python(
        "-m", "dagster", "asset", "materialize", "-m", "platform_assets.definitions",
        "--select", "flights", "--partition", "2013-02",
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    lake = Lake(replayed.data / "lake")
    assert lake.read("flight_delay.flights").num_rows == rows
    assert lake.snapshot_id("flight_delay.flights") != snapshot
    with replayed.instance() as instance:
        assert times_made(instance, "flights") == {"2013-01": 1, "2013-02": 2, "2013-03": 1}
