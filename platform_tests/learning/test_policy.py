from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from platform_assets.learning import partitions
from platform_assets.learning.declaration import RetrainingDeclaration, RollbackDeclaration
from platform_assets.learning.policy import (
    REASONS_TO_TRAIN,
    Comparison,
    Evidence,
    decide,
    decide_rollback,
    drift_since,
)

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
        ({"on_decay": 0.03}, {**CHAMPION, "aucs": {"2013-04": 0.70}, "validation_auc": 0.75}, "decay"),
        ({"on_decay": 0.06}, {**CHAMPION, "aucs": {"2013-04": 0.70}, "validation_auc": 0.75}, "no_reason"),
        ({"on_decay": 0.03}, {**CHAMPION, "validation_auc": 0.75}, "no_reason"),
        (
            {"on_decay": 0.03, "cool_down_partitions": 3},
            {**CHAMPION, "aucs": {"2013-04": 0.5}, "validation_auc": 0.75},
            "cool_down",
        ),
        (
            {"on_decay": 0.03},
            {**CHAMPION, "aucs": {"2013-03": 0.6, "2013-04": 0.75}, "validation_auc": 0.75},
            "no_reason",
        ),
        ({"on_drift": True}, {**CHAMPION, "drift_verdicts": MAY}, "drift"),
        ({"on_drift": False}, {**CHAMPION, "drift_verdicts": MAY}, "no_reason"),
        ({"on_drift": True}, {**CHAMPION, "drift_verdicts": {"2013-05": "warning"}}, "no_reason"),
        ({"on_drift": True}, {**CHAMPION, "drift_verdicts": {"2013-04": "drift"}}, "no_reason"),
        ({"on_drift": True, "every_partitions": 1}, {**CHAMPION, "drift_verdicts": MAY}, "drift"),
        ({}, {**CHAMPION, "change_breaches": {"2013-05": ["fleet"]}}, "rate_of_change"),
        ({}, {**CHAMPION, "change_breaches": {"2013-04": ["fleet"]}}, "no_reason"),
        ({"cool_down_partitions": 3}, {**CHAMPION, "change_breaches": {"2013-05": ["fleet"]}}, "cool_down"),
        ({"on_rate_of_change": False}, {**CHAMPION, "change_breaches": {"2013-05": ["fleet"]}}, "no_reason"),
        ({"minimum_new_labels": 900, "every_partitions": 1}, {**CHAMPION, "new_labels": 899}, "too_few_new_labels"),
        ({"minimum_new_labels": 900, "every_partitions": 1}, {**CHAMPION, "new_labels": 900}, "schedule"),
        ({"minimum_new_labels": 900, "every_partitions": 1}, CHAMPION, "schedule"),
        ({"on_schedule": {"months": [5]}}, CHAMPION, "calendar"),
        # Due in April already; nothing was trained since.
        ({"on_schedule": {"months": [4]}}, CHAMPION, "calendar"),
        ({"on_schedule": {"months": [2, 6]}}, CHAMPION, "no_reason"),
        ({"on_schedule": {"months": [5]}, "cool_down_partitions": 3}, CHAMPION, "cool_down"),
        ({"all_of": [{"on_drift": True}, {"every_partitions": 3}]}, {**CHAMPION, "drift_verdicts": MAY}, "composite"),
        ({"all_of": [{"on_drift": True}, {"every_partitions": 4}]}, {**CHAMPION, "drift_verdicts": MAY}, "no_reason"),
        ({"all_of": [{"on_drift": True}, {"every_partitions": 3}]}, CHAMPION, "no_reason"),
        (
            {"all_of": [{"on_drift": True}, {"any_of": [{"on_decay": 0.1}, {"on_schedule": {"months": [5]}}]}]},
            {**CHAMPION, "drift_verdicts": MAY},
            "composite",
        ),
    ],
)
def test_decision(policy: dict[str, Any], evidence: dict[str, Any], code: str) -> None:
    seen = Evidence(**{"as_of": "2013-05", "labelled_partitions": 4, **evidence})
    decision = decide(RetrainingDeclaration.model_validate(policy), seen)
    assert decision.code == code
    assert decision.retrain is (code in REASONS_TO_TRAIN)
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


def test_a_new_champion_does_not_make_a_standing_drift_a_new_one() -> None:
    evidence = {"champion_as_of": "2013-04", "last_trained_as_of": "2013-04", "drift_verdicts": APRIL_AND_MAY}
    assert not _on_drift(**evidence)
    assert drift_since(Evidence(as_of="2013-05", labelled_partitions=4, **evidence)) == "2013-04"


def test_a_stable_month_rearms() -> None:
    verdicts = {"2013-03": "drift", "2013-04": "stable", "2013-05": "drift"}
    assert _on_drift(champion_as_of="2013-02", last_trained_as_of="2013-03", drift_verdicts=verdicts)


def test_reasons_carry_the_figures() -> None:
    evidence = Evidence(as_of="2013-05", labelled_partitions=4, aucs={"2013-04": 0.7}, validation_auc=0.75, **CHAMPION)
    reason = decide(RetrainingDeclaration(on_decay=0.03), evidence).reason
    assert "0.7000" in reason
    assert "0.0500 below" in reason


@pytest.mark.parametrize(("last_trained", "trains"), [("2013-03", True), ("2013-04", False)])
def test_a_standing_decay_retrains_once_after_it_could_be_known(last_trained: str, trains: bool) -> None:
    """The labels of March, with which the decay begins, are known with April; February's belong to another level."""
    evidence = Evidence(
        as_of="2013-05",
        labelled_partitions=4,
        champion_as_of="2013-02",
        last_trained_as_of=last_trained,
        aucs={"2013-02": 0.74, "2013-03": 0.7, "2013-04": 0.69},
        label_delay=1,
        validation_auc=0.75,
    )
    assert decide(RetrainingDeclaration(on_decay=0.03), evidence).retrain is trains


@given(cool_down=st.integers(0, 3), delay=st.integers(0, 2), months=st.lists(st.booleans(), max_size=30))
def test_no_unbroken_decay_of_a_champion_leads_to_more_than_one_training(
    cool_down: int, delay: int, months: list[bool]
) -> None:
    """Gates refuse every candidate here, so that the champion stays and goes on decaying."""
    declared = RetrainingDeclaration(on_decay=0.05, cool_down_partitions=cool_down)
    last = partition = "2013-01"
    decayed: dict[str, bool] = {}
    in_this_decay = 0
    for decays in months:
        partition = partitions.next_partition(partition)
        labelled = partitions.offset(partition, -delay)
        decayed[labelled] = decays
        in_this_decay = in_this_decay if decays else 0
        seen = Evidence(
            as_of=partition,
            labelled_partitions=4,
            champion_as_of="2013-01",
            last_trained_as_of=last,
            aucs={month: 0.6 if low else 0.8 for month, low in decayed.items()},
            label_delay=delay,
            validation_auc=0.8,
        )
        if decide(declared, seen).retrain:
            last = partition
            in_this_decay += 1
        assert in_this_decay <= 1
        assert decays or last != partition


DRIFT_POLICIES = [
    {"on_drift": True},
    {"all_of": [{"on_drift": True}, {"every_partitions": 2}]},
    {"any_of": [{"on_drift": True}, {"all_of": [{"on_drift": True}, {"every_partitions": 1}]}]},
]


@given(
    policy=st.sampled_from(DRIFT_POLICIES),
    cool_down=st.integers(0, 3),
    months=st.lists(st.tuples(st.sampled_from(["drift", "stable", "warning"]), st.booleans()), max_size=30),
)
def test_no_unbroken_drift_leads_to_more_than_one_training(
    policy: dict[str, Any], cool_down: int, months: list[tuple[str, bool]]
) -> None:
    """Whatever the verdicts, and whether a gate lets a candidate pass or not."""
    declared = RetrainingDeclaration.model_validate({**policy, "cool_down_partitions": cool_down})
    champion = last = partition = "2013-01"
    verdicts: dict[str, str] = {}
    in_this_drift = 0
    for verdict, promoted in months:
        partition = partitions.next_partition(partition)
        verdicts[partition] = verdict
        in_this_drift = in_this_drift if verdict == "drift" else 0
        seen = Evidence(
            as_of=partition,
            labelled_partitions=4,
            champion_as_of=champion,
            last_trained_as_of=last,
            drift_verdicts=dict(verdicts),
        )
        if decide(declared, seen).retrain:
            last, champion = partition, partition if promoted else champion
            in_this_drift += 1
        assert in_this_drift <= 1
        assert verdict == "drift" or last != partition


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        ({"on_schedule": {"months": [0, 13]}}, "months are numbers from 1 to 12"),
        ({"all_of": [{"on_drift": True}]}, "all_of has a single reason"),
        ({"any_of": [{"on_drift": True}, {}]}, "reason 2 of any_of must be exactly one, but names none"),
        (
            {"all_of": [{"on_drift": True, "on_decay": 0.1}, {"every_partitions": 2}]},
            "reason 1 of all_of must be exactly one, but names on_drift and on_decay",
        ),
    ],
)
def test_a_policy_that_means_nothing_is_refused_with_the_rule(policy: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        RetrainingDeclaration.model_validate(policy)


WORSE = {"predecessor_version": 3, "predecessor_auc": 0.75, "auc": 0.70}
SURELY = {"difference": -0.05, "difference_low": -0.06, "difference_high": -0.04}


@pytest.mark.parametrize(
    ("seen", "champion", "code"),
    [
        ({**WORSE, **SURELY}, 4, "rolled_back"),
        ({**WORSE, **SURELY, "difference_high": -0.01}, 4, "within_margin"),
        ({**WORSE, **SURELY, "difference_high": 0.01}, 4, "within_margin"),
        ({**WORSE, **SURELY, "labelled": 999}, 4, "too_few_rows"),
        ({**WORSE}, 4, "too_few_rows"),
        ({"auc": 0.7}, 4, "no_predecessor"),
        # The version that came back is not judged on what the other predicted.
        ({**WORSE, **SURELY}, 3, "not_in_charge"),
        ({**WORSE, **SURELY, "version": None}, 4, "not_in_charge"),
    ],
)
def test_a_champion_gives_way_only_if_it_is_surely_worse(seen: dict[str, Any], champion: int, code: str) -> None:
    comparison = Comparison(**{"partition": "2013-05", "version": 4, "labelled": 5000, **seen})
    decision = decide_rollback(RollbackDeclaration(margin=0.01, minimum_rows=1000), comparison, champion)
    assert decision.code == code
    assert (decision.roll_back, decision.to_version) == ((True, 3) if code == "rolled_back" else (False, None))
    assert decision.reason.endswith(".")
    assert decision.evidence["partition"] == "2013-05"
