"""Loading the code location and ticking its sensors stays light: heavy libraries wait for the step that needs them."""

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Deployment

HEAVY = {"great_expectations", "matplotlib", "mlflow", "optuna", "pandas", "pyspark", "sklearn"}

ALERTS = """
sinks:
  chat: {kind: slack, channel: C0123ABCDEF, token: {env: SLACK_BOT_TOKEN}}
routes: [{to: [chat]}]
"""

LOAD = """
import json, sys
from platform_assets.definitions import defs
definitions = defs()
definitions.resolve_asset_graph()
"""

# The daemon's own evaluation of all sensors, on an instance on which nothing has happened yet.
TICK_ALL = """
from platform_assets.replay.ticks import open_ticker
from platform_assets.settings import dagster_home
with open_ticker(dagster_home()) as ticker:
    runs = ticker.until_quiet()
    states = ticker.instance.all_instigator_state()
    ticks = {state.name: [tick.status.value for tick in ticker.instance.get_ticks(state.instigator_origin_id,
        state.selector_id)] for state in states}
    facts.update(runs=len(runs), ticks=ticks)
"""

# A tick that has something to decide reads the model's tables; it is still not a place for heavy libraries.
TICK_POLICY = """
import dagster as dg
sensor = definitions.resolve_sensor_def("flight_delay_retraining_policy")
with dg.DagsterInstance.get() as instance:
    context = dg.build_sensor_context(instance, resources=definitions.resources, cursor=CURSOR)
    answer = sensor.evaluate_tick(context)
    facts.update(cursor=answer.cursor)
"""


def facts_of(deployment: "Deployment", *steps: str) -> dict[str, Any]:
    """What a fresh process found when it ran ``steps``, with the modules that it had imported in the end."""
    script = "\n".join(["facts = {}", *steps, "print(json.dumps({**facts, 'modules': sorted(sys.modules)}))"])
    done = deployment.python("-c", script)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_loading_the_code_location_imports_no_heavy_library(deployment: "Deployment") -> None:
    facts = facts_of(deployment, LOAD)

    assert (HEAVY | {"numpy", "pyarrow"}) & set(facts["modules"]) == set()


def test_ticking_every_sensor_imports_no_heavy_library(deployment: "Deployment") -> None:
    facts = facts_of(deployment, LOAD, TICK_ALL)

    assert facts["runs"] == 0
    assert facts["ticks"] == {
        "automation_conditions": ["SKIPPED"],
        "flight_delay_alerts": ["SKIPPED"],
        "flight_delay_arrival": ["SKIPPED"],
        "flight_delay_retraining_policy": ["SKIPPED"],
    }
    assert HEAVY & set(facts["modules"]) == set()


def test_looking_for_news_of_which_there_are_none_imports_no_heavy_library(deployment: "Deployment") -> None:
    declared = deployment.folder / "alerts.yaml"
    declared.write_text(ALERTS)
    declare = f"import os; os.environ['PLATFORM_ALERTS'] = {str(declared)!r}"

    facts = facts_of(deployment, declare, LOAD, TICK_ALL)

    assert facts["ticks"]["alert_delivery"] == ["SKIPPED"]
    # pyarrow.dataset, with which Iceberg tables are read, imports pandas itself.
    assert (HEAVY | {"dagster_slack", "slack_sdk", "requests"}) & set(facts["modules"]) <= {"pandas"}


@pytest.mark.slow
def test_deciding_on_a_retraining_imports_no_heavy_library(replayed: "Deployment") -> None:
    facts = facts_of(replayed, LOAD, "CURSOR = '[\"2013-02\"]'", TICK_POLICY)

    assert json.loads(facts["cursor"]) == ["2013-02", "2013-03"]
    # pyarrow.dataset, with which Iceberg tables are read, imports pandas itself.
    assert HEAVY & set(facts["modules"]) <= {"pandas"}
