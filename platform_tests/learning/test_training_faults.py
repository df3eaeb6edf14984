"""Trainings are killed at random moments: what they leave behind is whole, and the next one goes on from it."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow import MlflowClient
from training_process import registry_in, started

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.registry import ModelRegistry
from platform_assets.learning.training import train_candidate
from platform_assets.learning.training_set import TrainingSet

KILLS = 20
SEARCH = {"trials": 4, "space": {"max_leaf_nodes": {"low": 4, "high": 31, "integer": True}}}


@pytest.mark.slow
def test_killed_trainings_leave_nothing_half_done(
    tmp_path: Path,
    declare: Callable[..., ModelDeclaration],
    make_set: Callable[..., TrainingSet],
    capsys: pytest.CaptureFixture[str],
) -> None:
    declaration, first_set, training_set = declare(search=SEARCH), make_set(), make_set("2013-05")
    finish(tmp_path, declaration, first_set)
    registry = registry_in(tmp_path)
    registry.promote(1, "first model")
    expected = train_candidate(declaration, training_set, registry.load(1))
    begun = time.monotonic()
    finish(tmp_path, declaration, training_set)
    seconds, moments = time.monotonic() - begun, random.Random(5)
    killed = []
    while len(killed) < KILLS:
        process = started(tmp_path, declaration, training_set)
        moment = moments.uniform(0, seconds)
        process.join(moment)
        if process.is_alive():
            process.kill()
            killed.append(f"{moment:.2f}")
        process.join()
        check_whole(registry, expected.digest)
    with capsys.disabled():
        print(f"\nkilled after {', '.join(killed)} of {seconds:.2f} s; {len(registry.versions())} versions, all whole")

    finish(tmp_path, declaration, training_set)

    newest = registry.versions()[-1]
    assert (registry.champion(), registry.challenger()) == (1, newest.version)
    assert newest.tags["digest"] == expected.digest
    check_whole(registry, expected.digest)
    # The runs of killed processes were ended by the training that went on from them.
    client = MlflowClient(registry.tracking_uri)
    runs = client.search_runs([registry.ensure_experiment()], "attributes.status = 'RUNNING'")
    assert runs == []


def finish(folder: Path, declaration: ModelDeclaration, training_set: TrainingSet) -> None:
    process = started(folder, declaration, training_set)
    process.join()
    assert process.exitcode == 0


def check_whole(registry: ModelRegistry, digest: str) -> None:
    versions = registry.versions()
    assert {info.tags["digest"] for info in versions[1:]} == {digest}
    for info in versions:
        assert registry.load(info.version).metadata.digest == info.tags["digest"]
    assert registry.champion() == 1
    assert registry.challenger() in {info.version for info in versions[1:]}
