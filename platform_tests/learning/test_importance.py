"""How much a model's answers rest on each feature: the signal above the noise, the same every time, and kept."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from platform_assets.learning.candidate import Candidate
from platform_assets.learning.columns import categorical_features
from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.fitting import fit_pipeline
from platform_assets.learning.importance import permutation_importance
from platform_assets.learning.model import METADATA_FILE, ModelMetadata
from platform_assets.learning.registry import ModelRegistry
from platform_assets.learning.training import train_candidate
from platform_assets.learning.training_set import TrainingSet

Declare = Callable[..., ModelDeclaration]
MakeSet = Callable[..., TrainingSet]


@pytest.fixture(scope="module")
def candidate(declare: Declare, make_set: MakeSet) -> Candidate:
    return train_candidate(declare(), make_set())


def test_a_training_records_what_its_model_uses(candidate: Candidate) -> None:
    recorded = candidate.model.metadata.importance

    assert tuple(recorded) == candidate.model.metadata.features
    assert min(recorded["hour"], recorded["wind"], recorded["carrier"]) > 2 * recorded["noise"]
    assert all(0 <= value <= 1 for value in recorded.values())


def test_training_again_records_the_same(candidate: Candidate, declare: Declare, make_set: MakeSet) -> None:
    assert train_candidate(declare(), make_set()).model.metadata.importance == candidate.model.metadata.importance


@pytest.mark.parametrize("estimator", ["sklearn.linear_model.LogisticRegression", None])
def test_it_is_the_mean_change_of_the_probability_when_a_feature_is_shuffled(
    declare: Declare, make_set: MakeSet, estimator: str | None
) -> None:
    """Against the plain way: shuffle a column of the rows and predict them again."""
    chosen = {"estimator": estimator, "parameters": {}} if estimator else {}
    training_set = make_set()
    rows, features = training_set.rows.slice(0, 300), training_set.features
    pipeline = fit_pipeline(declare(**chosen), training_set, training_set.rows, dict(declare(**chosen).parameters))
    categorical = categorical_features(rows.schema, features)

    found = permutation_importance(pipeline, rows, features, categorical, 5)

    order = pa.array(np.random.default_rng(5).permutation(300))
    for name in features:
        shuffled = rows.set_column(rows.schema.get_field_index(name), name, rows[name].take(order))
        before, after = (pipeline.predict_proba(each.select(features).to_pandas())[:, 1] for each in (rows, shuffled))
        assert found[name] == pytest.approx(np.abs(after - before).mean(), abs=1e-12)


def test_a_feature_that_is_always_the_same_has_no_importance(declare: Declare, make_set: MakeSet) -> None:
    training_set = make_set()
    position = training_set.rows.schema.get_field_index("wind")
    rows = training_set.rows.set_column(position, "wind", pa.array(np.ones(training_set.rows.num_rows)))
    pipeline = fit_pipeline(declare(), training_set, rows, {})

    found = permutation_importance(pipeline, rows, training_set.features, training_set.categorical, 1)

    assert found["wind"] == 0 < found["hour"]


def test_the_registry_tells_it_without_loading_the_model(candidate: Candidate, tmp_path: Path) -> None:
    registry = ModelRegistry(f"sqlite:///{tmp_path}/mlflow.db", "late", str(tmp_path / "files"))
    version = registry.log_candidate(candidate)

    assert registry.metadata(version) == candidate.model.metadata


def test_models_that_were_kept_before_it_was_recorded_still_load(candidate: Candidate, tmp_path: Path) -> None:
    candidate.model.save(tmp_path)
    older = json.loads((tmp_path / METADATA_FILE).read_text())
    del older["importance"]

    assert ModelMetadata.model_validate(older).importance == {}
