"""The declared policy in a backtest against the replay by the platform's own sensors, and the command's messages."""

import json
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from platform_assets.lake import Lake

if TYPE_CHECKING:
    from conftest import Deployment

pytestmark = pytest.mark.slow

# The guide shows this command.
COMMAND = "platform replay flight_delay --policies never,monthly,as_declared --until 2013-03"


def test_the_declared_policy_is_what_the_sensors_did(replayed: "Deployment") -> None:
    done = replayed.python("-m", "platform_assets.cli", *COMMAND.split()[1:], timeout=600)

    assert done.returncode == 0, done.stderr
    for words in ("as_declared", "Is it worth retraining on drift?", "trainings were needed, 2 made", "backtest.html"):
        assert words in done.stdout
    folder = replayed.data / "reports" / "flight_delay" / "flight_delay"
    told = json.loads((folder / "backtest.json").read_text())
    never, monthly, declared = told["policies"]
    months = {month["partition"]: month for month in declared["months"]}
    assert {month: (told["decision"], told["reason"]) for month, told in months.items()} == decisions(replayed)
    lake = Lake(replayed.data / "lake")
    (champion,) = lake.read("flight_delay.flight_delay_champion").to_pylist()
    (performance,) = lake.read("flight_delay.flight_delay_performance").to_pylist()
    assert [month for month, told in months.items() if told["promoted"]] == [f"{champion['month']:%Y-%m}"]
    assert (months["2013-02"]["auc"], months["2013-02"]["brier"]) == (performance["auc"], performance["brier"])
    assert (never["trainings"], monthly["trainings"], declared["trainings"]) == (1, 2, 1)


def decisions(deployment: "Deployment") -> dict[str, tuple[str, str]]:
    """What the retraining sensor recorded, by month."""
    with deployment.instance() as instance:
        records = instance.fetch_materializations(dg.AssetKey("flight_delay_retraining"), limit=100).records
        events = [record.asset_materialization for record in records]
    return {
        str(event.partition): (str(event.metadata["decision"].value), str(event.metadata["reason"].value))
        for event in events
        if event is not None
    }


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["flight_delay", "--policies", "drfit"], "There is no policy 'drfit'. Did you mean 'drift'?"),
        (["flights"], "there is no product 'flights'. Products here: flight_delay"),
        (["--policies", "never"], "name the product"),
        (["flight_delay", "--fresh"], "it deletes the history"),
        (["flight_delay", "--model", "delay"], "there is no model 'delay'"),
        (["flight_delay", "--until", "2013"], "a month written YYYY-MM"),
    ],
)
def test_a_mistake_is_told_in_words_and_changes_nothing(
    deployment: "Deployment", arguments: list[str], told: str
) -> None:
    done = deployment.python("-m", "platform_assets.cli", "replay", *arguments)

    assert done.returncode != 0
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not deployment.data.exists()
