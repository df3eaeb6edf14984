"""Declared retention: what it means for the lake, and which declarations are refused with the remedy."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from platform_assets.lake.policy import RetentionPolicy
from platform_assets.pipeline import load_product
from platform_assets.pipeline.retention import declared_policies
from platform_assets.quality.contract import Contract
from platform_assets.quality.retention import Retention

TABLE: dict[str, Any] = {
    "name": "events",
    "description": "What happened.",
    "owner": "team:shop",
    "keys": ["happened"],
    "columns": [{"name": "happened", "type": "timestamp", "description": "When (UTC)."}],
}


def test_left_out_rows_stay_for_ever_and_versions_for_thirty_days() -> None:
    assert Retention().policy() == RetentionPolicy(history=timedelta(days=30))


@pytest.mark.parametrize(
    ("retention", "problem"),
    [
        ({"expire_after_months": 12}, "events.retention: expire_after_months needs a table that is cut by month"),
        ({"expire_after_months": 0}, "greater than or equal to 1"),
        ({"archive_after_days": 30}, "greater than or equal to 31"),
        ({"archive_class": "DEEP_ARCHIVE"}, "'STANDARD_IA' or 'GLACIER_IR'"),
        ({"history_days": 0}, "greater than or equal to 1"),
        ({"keep_months": 3}, "Extra inputs"),
    ],
)
def test_a_declaration_that_cannot_be_kept_is_refused(retention: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Contract.model_validate({**TABLE, "retention": retention})


def test_predictions_are_kept_like_the_features_that_they_are_made_of() -> None:
    product = load_product("flight_delay")

    policies = declared_policies([product])

    declared = product.feature_sets["flight_features"].retention
    assert declared is not None
    assert policies["flight_delay.flight_features"] == declared.policy()
    assert policies["flight_delay.flight_delay_predictions"] == declared.policy()
    assert "flight_delay.planes" not in policies
