"""What a drift report says about the policy: the declaration in words."""

import pytest

from platform_assets.learning.declaration import RetrainingDeclaration
from platform_assets.pipeline.report_context import policy_words


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"on_drift": True}, "The policy trains by itself when a drift begins."),
        (
            {"on_drift": True, "cool_down_partitions": 2},
            "The policy trains by itself when a drift begins, but not within 2 partitions of a training.",
        ),
        (
            {"on_drift": True, "cool_down_partitions": 1},
            "The policy trains by itself when a drift begins, but not within one partition of a training.",
        ),
        ({"every_partitions": 4}, "The policy trains every 4 partitions, whatever drifts."),
        ({"every_partitions": 1}, "The policy trains every partition, whatever drifts."),
        ({}, "No training follows by itself: train by hand."),
    ],
)
def test_the_policy_is_told_in_words(declared: dict[str, object], words: str) -> None:
    assert policy_words(RetrainingDeclaration.model_validate(declared)) == words
