"""What the code location holds: a change of any asset, check, job, sensor or schedule must be meant."""

import json
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

SNAPSHOT = Path(__file__).parent / "snapshots" / "definitions.json"
PARTITIONED = {
    "flights",
    "weather",
    "flight_features",
    "flight_delay_model",
    "flight_delay_predictions",
    "flight_delay_performance",
    "flight_delay_performance_by_segment",
    "flight_delay_performance_estimate",
    "flight_delay_drift_report",
    "flight_delay_retraining",
}
FRESH_WITHIN_DAYS = {"flights": 40, "weather": 40, "flight_features": 40}
# A decision has no table, and health none either: their record is the event on the asset.
WITHOUT_TABLE = {"flight_delay_retraining", "pipeline_health", "platform_costs"}
OF_NO_PRODUCT = {"pipeline_health", "platform_costs"}


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    from platform_assets.definitions import defs

    return defs()


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


def test_assets_checks_jobs_sensors_and_schedules_are_those_of_the_snapshot(
    definitions: dg.Definitions, pytestconfig: pytest.Config
) -> None:
    found = contents(definitions)
    if pytestconfig.getoption("--update-snapshots"):
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    assert found == json.loads(SNAPSHOT.read_text(encoding="utf-8")), (
        "The definitions changed. If that is meant: pytest platform_tests/test_definitions.py --update-snapshots"
    )


def contents(definitions: dg.Definitions) -> dict[str, Any]:
    """Keys of everything, assets with what they depend on and checks with what their failure means."""
    graph = definitions.resolve_asset_graph()
    checks = {key.to_user_string(): graph.get(key).blocking for key in graph.asset_check_keys}
    return {
        "assets": {
            key.to_user_string(): sorted(parent.to_user_string() for parent in graph.get(key).parent_keys)
            for key in sorted(graph.get_all_asset_keys())
        },
        "checks": {name: "blocking" if checks[name] else "warning" for name in sorted(checks)},
        "jobs": sorted(job.name for job in definitions.resolve_all_job_defs()),
        "sensors": {
            sensor.name: sensor.default_status.value
            for sensor in sorted(definitions.sensors or [], key=lambda sensor: sensor.name)
        },
        "schedules": sorted(schedule.name for schedule in definitions.schedules or []),
    }


def test_every_asset_says_what_it_is_and_who_answers_for_it(specs: dict[str, dg.AssetSpec]) -> None:
    for name, spec in specs.items():
        assert len(spec.description or "") > 20, name
        assert spec.owners, name
        assert spec.kinds, name
        assert spec.group_name == ("platform" if name in OF_NO_PRODUCT else "flight_delay"), name


def test_monthly_partitions_cover_the_year_and_the_evening_after_it(specs: dict[str, dg.AssetSpec]) -> None:
    partitions = {name: spec.partitions_def for name, spec in specs.items() if spec.partitions_def is not None}

    assert partitions.keys() == PARTITIONED
    for name, definition in partitions.items():
        keys = definition.get_partition_keys()
        assert (keys[0], keys[-1], len(keys)) == ("2013-01", "2014-01", 13), name


def test_every_table_shows_its_columns_with_type_and_description(specs: dict[str, dg.AssetSpec]) -> None:
    for name, spec in specs.items():
        if name in WITHOUT_TABLE:
            continue
        schema = spec.metadata["dagster/column_schema"]
        assert schema.columns, name
        for column in schema.columns:
            assert column.type, f"{name}.{column.name}"
            assert column.description, f"{name}.{column.name}"


def test_keys_are_never_null_in_the_column_schema(specs: dict[str, dg.AssetSpec]) -> None:
    for name, spec in specs.items():
        if name in WITHOUT_TABLE:
            continue
        columns = {column.name: column for column in spec.metadata["dagster/column_schema"].columns}
        for key in spec.metadata["keys"].split(", "):
            assert columns[key].constraints.nullable is False, f"{name}.{key}"


def test_declared_freshness_becomes_a_policy(specs: dict[str, dg.AssetSpec]) -> None:
    policies = {name: spec.freshness_policy for name, spec in specs.items() if spec.freshness_policy is not None}

    assert {name: policy.fail_window.to_timedelta().days for name, policy in policies.items()} == FRESH_WITHIN_DAYS


def test_every_check_is_described(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.asset_check_keys:
        assert graph.get(key).description, key.to_user_string()


def test_sensors_run_by_default(definitions: dg.Definitions) -> None:
    stopped = [s.name for s in definitions.sensors or [] if s.default_status != dg.DefaultSensorStatus.RUNNING]

    assert not stopped
