from typing import Any

import pytest

from platform_assets.learning.declaration import RetrainingDeclaration
from platform_assets.learning.policy import Evidence, decide, drift_since

MAY = {"2013-05": "drift"}
APRIL_AND_MAY = {"2013-04": "drift", "2013-05": "drift"}
CHAMPION = {"champion_as_of": "2013-02", "last_trained_as_of": "2013-02"}


@pytest.mark.parametrize(
    ("policy", "evidence", "code"),
    [
        ({"minimum_labelled_partitions": 5}, {}, "too_few_labels"),
        ({}, {}, "first_model"),
        ({"cool_down_partitions": 9}, {"last_trained_as_of": "2013-04"}, "first_model"),
        ({}, {"last_trained_as_of": "2013-05"}, "already_trained"),
        ({"every_partitions": 1}, {"champion_as_of": "2013-02", "last_trained_as_of": "2013-06"}, "already_trained"),
        ({}, CHAMPION, "no_reason"),
        ({"every_partitions": 3}, CHAMPION, "schedule"),
        ({"every_partitions": 4}, CHAMPION, "no_reason"),
        ({"every_partitions": 1, "cool_down_partitions": 3}, CHAMPION, "cool_down"),
        ({"every_partitions": 1, "cool_down_partitions": 2}, CHAMPION, "schedule"),
        ({"every_partitions": 2}, {"champion_as_of": "2013-02", "last_trained_as_of": "2013-04"}, "no_reason"),
        ({"on_decay": 0.03}, {**CHAMPION, "auc": 0.70, "validation_auc": 0.75}, "decay"),
        ({"on_decay": 0.06}, {**CHAMPION, "auc": 0.70, "validation_auc": 0.75}, "no_reason"),
        ({"on_decay": 0.03}, {**CHAMPION, "auc": None, "validation_auc": 0.75}, "no_reason"),
        ({"on_decay": 0.03, "cool_down_partitions": 3}, {**CHAMPION, "auc": 0.5, "validation_auc": 0.75}, "cool_down"),
        ({"on_drift": True}, {**CHAMPION, "drift_verdicts": MAY}, "drift"),
        ({"on_drift": False}, {**CHAMPION, "drift_verdicts": MAY}, "no_reason"),
        ({"on_drift": True}, {**CHAMPION, "drift_verdicts": {"2013-05": "warning"}}, "no_reason"),
        ({"on_drift": True}, {**CHAMPION, "drift_verdicts": {"2013-04": "drift"}}, "no_reason"),
        ({"on_drift": True, "every_partitions": 1}, {**CHAMPION, "drift_verdicts": MAY}, "drift"),
        ({}, {**CHAMPION, "change_breaches": {"2013-05": ["fleet"]}}, "rate_of_change"),
        ({}, {**CHAMPION, "change_breaches": {"2013-04": ["fleet"]}}, "no_reason"),
        ({"cool_down_partitions": 3}, {**CHAMPION, "change_breaches": {"2013-05": ["fleet"]}}, "cool_down"),
    ],
)
def test_decision(policy: dict[str, Any], evidence: dict[str, Any], code: str) -> None:
    seen = Evidence(**{"as_of": "2013-05", "labelled_partitions": 4, **evidence})
    decision = decide(RetrainingDeclaration.model_validate(policy), seen)
    assert decision.code == code
    assert decision.retrain is (code in {"first_model", "decay", "drift", "rate_of_change", "schedule"})
    assert decision.reason.endswith(".")
    assert decision.evidence["as_of"] == "2013-05"


def _on_drift(cool_down: int = 0, **evidence: Any) -> bool:
    policy = RetrainingDeclaration(on_drift=True, cool_down_partitions=cool_down)
    return decide(policy, Evidence(as_of="2013-05", labelled_partitions=4, **evidence)).retrain


def test_a_standing_drift_retrains_once() -> None:
    assert not _on_drift(champion_as_of="2013-02", last_trained_as_of="2013-04", drift_verdicts=APRIL_AND_MAY)


def test_a_drift_that_began_within_the_cool_down_retrains_after_it() -> None:
    assert _on_drift(champion_as_of="2013-03", last_trained_as_of="2013-03", drift_verdicts=APRIL_AND_MAY, cool_down=1)


def test_a_standing_breach_of_a_rate_of_change_retrains_once_and_says_which_rule() -> None:
    breaches = {"2013-05": ["fleet"], "2013-04": ["fleet", "seats"]}
    seen = {"as_of": "2013-05", "labelled_partitions": 4, "champion_as_of": "2013-02", "change_breaches": breaches}

    first = decide(RetrainingDeclaration(), Evidence(**seen, last_trained_as_of="2013-03"))
    after = decide(RetrainingDeclaration(), Evidence(**seen, last_trained_as_of="2013-04"))

    assert first.reason.startswith("The rate of change of fleet, seats is unusual since 2013-04; the last training")
    assert (first.evidence["breach_since"], first.evidence["change_breaches"]) == ("2013-04", breaches)
    assert after.code == "no_reason"


def test_a_new_champion_rearms() -> None:
    evidence = {"champion_as_of": "2013-04", "last_trained_as_of": "2013-04", "drift_verdicts": APRIL_AND_MAY}
    assert _on_drift(**evidence)
    assert drift_since(Evidence(as_of="2013-05", labelled_partitions=4, **evidence)) == "2013-05"


def test_a_stable_month_rearms() -> None:
    verdicts = {"2013-03": "drift", "2013-04": "stable", "2013-05": "drift"}
    assert _on_drift(champion_as_of="2013-02", last_trained_as_of="2013-03", drift_verdicts=verdicts)


def test_reasons_carry_the_figures() -> None:
    evidence = Evidence(as_of="2013-05", labelled_partitions=4, auc=0.7, validation_auc=0.75, **CHAMPION)
    reason = decide(RetrainingDeclaration(on_decay=0.03), evidence).reason
    assert "0.7000" in reason
    assert "0.0500 below" in reason
