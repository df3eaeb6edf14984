from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from platform_assets.learning.candidate import Candidate
from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.errors import ParityBroken, RegistryError, ScoringError
from platform_assets.learning.registry import ModelRegistry
from platform_assets.learning.training import train_candidate
from platform_assets.learning.training_set import TrainingSet

SEARCH = {"trials": 1, "space": {"max_leaf_nodes": {"low": 4, "high": 31, "integer": True}}}


@pytest.fixture(scope="module")
def candidate(declare: Callable[..., ModelDeclaration], make_set: Callable[..., TrainingSet]) -> Candidate:
    return train_candidate(declare(search=SEARCH), make_set())


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One tracking store for the module, since making its tables takes seconds; tests use models of their own."""
    return tmp_path_factory.mktemp("mlflow")


@pytest.fixture
def registry(store: Path, request: pytest.FixtureRequest) -> ModelRegistry:
    return ModelRegistry(f"sqlite:///{store}/mlflow.db", request.node.name, str(store / "files"))


def _as_of(candidate: Candidate, as_of: str) -> Candidate:
    model = candidate.model
    return replace(candidate, model=replace(model, metadata=model.metadata.model_copy(update={"as_of": as_of})))


def test_an_unknown_model_has_no_versions(registry: ModelRegistry) -> None:
    assert registry.versions() == []
    assert registry.champion() is None
    assert registry.challenger() is None
    assert registry.champion_in_charge("2013-05") is None


def test_a_logged_candidate_is_challenger_until_promoted(
    registry: ModelRegistry, candidate: Candidate, make_set: Callable[..., TrainingSet]
) -> None:
    version = registry.log_candidate(candidate, tags={"code_commit": "abc"})
    assert (version, registry.challenger(), registry.champion()) == (1, 1, None)
    registry.promote(version, "first model")
    assert (registry.challenger(), registry.champion()) == (None, 1)
    [info] = registry.versions()
    assert (info.as_of, info.reason, info.aliases) == ("2013-04", "first model", ("candidate", "champion"))
    assert info.tags["code_commit"] == "abc"
    assert info.tags["digest"] == candidate.digest
    assert info.tags["snapshots"] == '{"flight_features": 11, "flights": 12}'
    loaded, rows = registry.load(version), make_set().rows
    np.testing.assert_array_equal(loaded.predict(rows), candidate.model.predict(rows))
    assert registry.load(version) is loaded


def test_the_run_holds_figures_and_nested_trials(registry: ModelRegistry, candidate: Candidate) -> None:
    from mlflow import MlflowClient

    registry.log_candidate(candidate)
    client = MlflowClient(registry.tracking_uri)
    run = client.get_run(registry.versions()[0].run_id)
    assert run.info.status == "FINISHED"
    assert run.data.metrics["validation_auc"] == candidate.metrics.auc
    assert run.data.params == {name: str(value) for name, value in candidate.parameters.items()}
    nested = client.search_runs([run.info.experiment_id], f"tags.`mlflow.parentRunId` = '{run.info.run_id}'")
    assert sorted(trial.data.metrics["value"] for trial in nested) == sorted(t.value for t in candidate.trials)


def test_a_run_that_is_given_is_left_open(registry: ModelRegistry, candidate: Candidate) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(registry.tracking_uri)
    experiment = client.create_experiment("another", artifact_location=f"{Path(registry.artifact_root or '')}/other")
    run_id = client.create_run(experiment).info.run_id
    version = registry.log_candidate(candidate, run_id=run_id)
    assert client.get_run(run_id).info.status == "RUNNING"
    assert registry.versions()[0].run_id == run_id
    assert registry.load(version).metadata.digest == candidate.digest


def test_the_champion_in_charge_is_answered_for_any_partition(registry: ModelRegistry, candidate: Candidate) -> None:
    for as_of in ("2013-02", "2013-04", "2013-05", "2013-06"):
        version = registry.log_candidate(_as_of(candidate, as_of))
        if as_of != "2013-05":
            registry.promote(version, "passed its gates")
    partitions = ["2013-01", "2013-02", "2013-03", "2013-04", "2013-05", "2013-06", "2013-07"]
    assert [registry.champion_in_charge(partition) for partition in partitions] == [None, 1, 1, 1, 2, 2, 4]
    registry.promote(1, "rollback")
    assert registry.champion() == 1
    assert registry.champion_in_charge("2013-07") == 1


def test_a_version_promoted_late_leaves_the_past_as_it_was(registry: ModelRegistry, candidate: Candidate) -> None:
    first, second = (registry.log_candidate(_as_of(candidate, as_of)) for as_of in ("2013-02", "2013-04"))
    registry.promote(first, "first")
    registry.promote(second, "better", decided_by="Ann", override=True, predicts_from="2013-08")
    months = ["2013-04", "2013-07", "2013-08", "2013-09", "2013-10"]
    assert [registry.champion_in_charge(month) for month in months] == [1, 1, 2, 2, 2]
    assert registry.previous_champion() == first
    registry.promote(first, "back", decided_by="Bob", predicts_from="2013-10", kind="rollback")
    assert [registry.champion_in_charge(month) for month in months] == [1, 1, 2, 2, 1]
    assert registry.previous_champion() is None
    told = [(each.version, each.kind, each.decided_by, each.override) for each in registry.promotions()]
    assert told == [
        (1, "promotion", "", False),
        (2, "promotion", "Ann", True),
        (1, "rollback", "Bob", False),
    ]


def test_versions_promoted_before_there_was_a_history_stay_in_charge(
    registry: ModelRegistry, candidate: Candidate
) -> None:
    from mlflow import MlflowClient

    version = registry.log_candidate(candidate)
    registry.promote(version, "first model")
    MlflowClient(registry.tracking_uri).delete_model_version_tag(registry.model_name, str(version), "promotions")
    assert registry.champion_in_charge("2013-05") == version
    [event] = registry.promotions()
    assert (event.predicts_from, event.reason) == ("2013-05", "first model")


def test_a_refused_candidate_is_no_challenger(registry: ModelRegistry, candidate: Candidate) -> None:
    accepted = registry.log_candidate(candidate)
    failed = replace(candidate.gates[0], passed=False)
    refused = registry.log_candidate(replace(candidate, gates=[failed]))
    assert (registry.candidate(), registry.challenger()) == (refused, accepted)
    assert [info.accepted for info in registry.versions()] == [True, False]


class Forgetful(LogisticRegression):  # type: ignore[misc]
    """An estimator that loses what it learned when it is stored."""

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "intercept_": self.intercept_ + 1}


def test_a_model_that_is_not_the_same_when_read_back_is_not_registered(
    registry: ModelRegistry,
    declare: Callable[..., ModelDeclaration],
    make_set: Callable[..., TrainingSet],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sklearn.linear_model.LogisticRegression", Forgetful)
    declared = declare(estimator="sklearn.linear_model.LogisticRegression", parameters={})
    broken = train_candidate(declared, make_set())
    with pytest.raises(ParityBroken, match=r"it gives [\d,]+ of [\d,]+ validation rows other probabilities"):
        registry.log_candidate(broken)
    assert registry.versions() == []
    assert registry.candidate() is None


@pytest.mark.parametrize("step", ["log_batch", "log_artifacts", "create_model_version"])
def test_a_failure_on_the_way_leaves_the_aliases(
    registry: ModelRegistry, candidate: Candidate, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    first = registry.log_candidate(candidate)
    registry.promote(first, "first model")
    second = registry.log_candidate(candidate)

    def fail(*_: Any, **__: Any) -> None:
        raise OSError("the store is gone")

    monkeypatch.setattr(f"mlflow.MlflowClient.{step}", fail)
    with pytest.raises(OSError, match="the store is gone"):
        registry.log_candidate(candidate)
    assert (registry.champion(), registry.challenger()) == (first, second)
    assert len(registry.versions()) == 2


def test_promotion_is_completed_by_repeating_it(
    registry: ModelRegistry, candidate: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = registry.log_candidate(candidate)
    with monkeypatch.context() as patch:
        patch.setattr("mlflow.MlflowClient.set_registered_model_alias", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            registry.promote(version, "first model")
    assert registry.champion() is None
    registry.promote(version, "first model")
    assert (registry.champion(), registry.challenger()) == (version, None)


def test_an_unknown_version_is_named_with_the_known_ones(registry: ModelRegistry, candidate: Candidate) -> None:
    registry.log_candidate(candidate)
    with pytest.raises(RegistryError, match=r"has no version 9 .* it has: 1\."):
        registry.load(9)
    with pytest.raises(RegistryError, match="has no version 9"):
        registry.promote(9, "why not")


def test_files_changed_behind_the_registry_are_refused(
    registry: ModelRegistry, candidate: Candidate, store: Path
) -> None:
    # Another as_of makes other files, and so another entry of the cache than the other tests' versions.
    version = registry.log_candidate(_as_of(candidate, "2014-01"))
    [info] = registry.versions()
    [file] = (store / "files" / registry.model_name / info.run_id).rglob("baseline.json")
    file.write_text("{}")
    with pytest.raises(ScoringError, match="checksum differs"):
        registry.load(version)


def test_the_experiment_is_made_once_and_keeps_its_files_together(registry: ModelRegistry, store: Path) -> None:
    from mlflow import MlflowClient

    experiment = registry.ensure_experiment()
    assert ModelRegistry(registry.tracking_uri, registry.model_name).ensure_experiment() == experiment
    client = MlflowClient(registry.tracking_uri)
    assert client.get_experiment(experiment).artifact_location == (store / "files" / registry.model_name).as_uri()
    client.delete_experiment(experiment)
    with pytest.raises(RegistryError, match="was deleted"):
        registry.ensure_experiment()
