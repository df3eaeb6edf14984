from collections.abc import Callable

import pyarrow as pa
import pytest

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.errors import ScoringError
from platform_assets.learning.model import FittedModel
from platform_assets.learning.scoring import score
from platform_assets.learning.training import train_candidate
from platform_assets.learning.training_set import TrainingSet

KEYS = ("flight", "time_hour")
Months = Callable[..., tuple[pa.Table, pa.Table]]


@pytest.fixture(scope="module")
def model(declare: Callable[..., ModelDeclaration], make_set: Callable[..., TrainingSet]) -> FittedModel:
    return train_candidate(declare(), make_set()).model


def _score(model: FittedModel, rows: pa.Table, version: int = 3) -> pa.Table:
    return score(model, version, rows, keys=KEYS, event_time="time_hour", feature_snapshot=2**40)


def test_every_row_says_what_predicted_it_from_what(model: FittedModel, months: Months) -> None:
    features, _ = months("2013-05", "2013-05", rows=100)
    scored = _score(model, features)
    assert scored.schema == pa.schema(
        {
            "flight": pa.int64(),
            "time_hour": pa.timestamp("us", tz="UTC"),
            "probability": pa.float64(),
            "baseline_probability": pa.float64(),
            "model_version": pa.int32(),
            "feature_snapshot": pa.int64(),
            "model_as_of": pa.string(),
        }
    )
    assert scored["flight"] == features["flight"]
    assert set(scored["feature_snapshot"].to_pylist()) == {2**40}
    assert set(scored["model_as_of"].to_pylist()) == {"2013-04"}
    assert scored["probability"].to_pylist() == model.predict(features).tolist()
    assert scored == _score(model, features)


def test_no_rows_give_no_predictions(model: FittedModel, months: Months) -> None:
    features, _ = months("2013-05", "2013-05", rows=10)
    assert _score(model, features.slice(0, 0)).schema == _score(model, features).schema


def test_a_missing_column_is_named(model: FittedModel, months: Months) -> None:
    features, _ = months("2013-05", "2013-05", rows=10)
    with pytest.raises(ScoringError, match="column wind is not in the rows"):
        _score(model, features.drop_columns(["wind"]))
    with pytest.raises(ScoringError, match="column flight is not in the rows"):
        _score(model, features.drop_columns(["flight"]))
