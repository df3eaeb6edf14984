"""The champion of a real replay is rebuilt by another process with another number of threads."""

import json
import os
from typing import TYPE_CHECKING

import pytest

from platform_assets.notebook import open_workspace
from platform_assets.settings import load_settings

if TYPE_CHECKING:
    from conftest import Replay

pytestmark = pytest.mark.slow


def test_a_champion_is_the_same_model_in_another_process_with_more_threads(
    replay: "Replay", monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = open_workspace(load_settings({"PLATFORM_DATA": str(replay.deployment.data)}))
    recorded = {info.version: info.tags["digest"] for info in workspace.registry("flight_delay").versions()}
    # The platform trains on half of the cores.
    monkeypatch.setenv("OMP_NUM_THREADS", str(max(2, os.cpu_count() or 2)))

    done = replay.deployment.python("-m", "platform_assets.cli", "reproduce", "flight_delay@1", "--json")

    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    compared = {one["what"]: one for one in told["comparisons"]}
    assert told["same"]
    assert compared["model digest"]["now"] == recorded[1]
    assert {one["same"] for one in told["comparisons"]} == {True}
