from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.registering import train_and_register
from platform_assets.learning.registry import ModelRegistry
from platform_assets.learning.training_set import TrainingSet
from platform_assets.learning.trial_log import TrialLog

SEARCH = {"trials": 2, "space": {"max_leaf_nodes": {"low": 4, "high": 31, "integer": True}}}
TAGS = {"code_commit": "abc-dirty", "code_dirty": "true", "reason": "first model"}


def test_trials_are_logged_as_they_end_and_once(
    tmp_path: Path,
    declare: Callable[..., ModelDeclaration],
    make_set: Callable[..., TrainingSet],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registry = ModelRegistry(f"sqlite:///{tmp_path}/mlflow.db", "late", str(tmp_path / "files"))
    client = MlflowClient(registry.tracking_uri)

    def runs() -> list[Run]:
        return list(client.search_runs([registry.ensure_experiment()], order_by=["attributes.start_time"]))

    def train(**more: Any) -> int:
        declaration = declare(search=SEARCH)
        return train_and_register(registry, declaration, make_set(), searches=tmp_path, tags=TAGS, **more)[0]

    logged = TrialLog.__call__

    def cut_off(self: TrialLog, trial: Any) -> None:
        logged(self, trial)
        if trial.number == 1:
            raise ConnectionError("cut off")

    with monkeypatch.context() as patch:
        patch.setattr(TrialLog, "__call__", cut_off)
        with pytest.raises(ConnectionError):
            train()
    assert sorted(run.info.run_name for run in runs()) == ["late as of 2013-04", "trial 0", "trial 1"]
    (failed,) = [run for run in runs() if run.info.run_name == "late as of 2013-04"]
    assert failed.info.status == "FAILED"
    assert registry.versions() == []

    # A retry of the same orchestrated run continues the run that it finds.
    assert train(run_id=failed.info.run_id) == 1

    trials = [run for run in runs() if run.data.tags.get("mlflow.parentRunId") == failed.info.run_id]
    assert sorted(run.info.run_name for run in trials) == ["trial 0", "trial 1", "trial 2"]
    for run in trials:
        known = run.data.tags
        assert (known["code_commit"], known["code_dirty"], known["seed"]) == ("abc-dirty", "true", "7")
        assert known["snapshots"] == '{"flight_features": 11, "flights": 12}'
        assert "scikit-learn" in known["libraries"]
        assert (known["state"], run.info.status) == ("complete", "FINISHED")
        assert run.data.metrics["value"] > 0.5
    plots = [file.path for file in client.list_artifacts(failed.info.run_id, "plots")]
    assert plots == [
        f"plots/{name}" for name in ("calibration.svg", "diagnostics.json", "importance.svg", "learning_curve.svg")
    ]
