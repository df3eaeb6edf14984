from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.errors import ScoringError
from platform_assets.learning.metrics import evaluate
from platform_assets.learning.model import FittedModel
from platform_assets.learning.performance import performance_row, segment_rows
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


def test_performance_counts_labelled_rows_only(model: FittedModel, months: Months) -> None:
    features, labels = months("2013-05", "2013-05", rows=400)
    known = labels.slice(0, 300)
    row = performance_row(_score(model, features), known, KEYS, "late")
    expected = evaluate(known["late"].to_numpy(), model.predict(features.slice(0, 300)))
    assert (row["rows"], row["labelled"], row["model_version"]) == (400, 300, 3)
    assert row["auc"] == pytest.approx(expected.auc)
    assert row["brier"] == pytest.approx(expected.brier)
    assert row["auc"] > row["baseline_auc"]
    assert row["baseline_brier"] > row["brier"]


def test_performance_without_labels_is_unknown(model: FittedModel, months: Months) -> None:
    features, labels = months("2013-05", "2013-05", rows=50)
    row = performance_row(_score(model, features), labels.slice(0, 0), KEYS, "late")
    assert (row["rows"], row["labelled"], row["auc"], row["brier"], row["baseline_auc"]) == (50, 0, None, None, None)


def test_predictions_of_two_versions_have_no_single_one(model: FittedModel, months: Months) -> None:
    features, labels = months("2013-05", "2013-05", rows=50)
    both = pa.concat_tables([_score(model, features.slice(0, 25)), _score(model, features.slice(25), version=4)])
    assert performance_row(both, labels, KEYS, "late")["model_version"] is None


def test_segments_cover_every_row_once(model: FittedModel, months: Months) -> None:
    features, labels = months("2013-05", "2013-05", rows=400)
    rows = segment_rows(
        _score(model, features), labels, features, keys=KEYS, label="late", columns=["carrier", "hour", "flight"]
    )
    carriers = [row for row in rows if row["segment"] == "carrier"]
    assert [row["value"] for row in carriers] == ["AA", "B6", "UA", None]
    assert sum(row["labelled"] for row in carriers) == 400
    b6 = pc.fill_null(pc.equal(features["carrier"], "B6"), False)
    expected = evaluate(labels.filter(b6)["late"].to_numpy(), model.predict(features.filter(b6)))
    assert carriers[1]["auc"] == pytest.approx(expected.auc)
    assert len([row for row in rows if row["segment"] == "flight"]) == 400
