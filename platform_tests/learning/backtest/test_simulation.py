"""Policies going through a made-up history: the rules of production, and nothing that was not known at the time."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_history import FIRST, LAST, MadeUpHistory, policy

from platform_assets.learning import partitions
from platform_assets.learning.backtest.simulation import PolicyRun, simulate
from platform_assets.learning.declaration import RollbackDeclaration

MONTHS = partitions.between(FIRST, LAST)
POLICIES = ("never", "monthly", "drift", "decay", "drift+decay", "schedule:every=3", "drift:cool_down=0")

some_months = st.frozensets(st.sampled_from(MONTHS))
histories = st.builds(
    MadeUpHistory,
    delay=st.integers(0, 2),
    drifting=some_months,
    refused=some_months,
    aucs=st.dictionaries(st.tuples(st.sampled_from(MONTHS), st.sampled_from(MONTHS)), st.floats(0.5, 1), max_size=40),
)


def run(history: MadeUpHistory, text: str) -> PolicyRun:
    return simulate(history, [policy(text)])[0]


def trained(history: MadeUpHistory, text: str) -> list[str]:
    return [training.as_of for training in run(history, text).trainings]


def test_never_keeps_the_first_model() -> None:
    done = run(MadeUpHistory(drifting=frozenset(MONTHS)), "never")

    assert done.champions == [FIRST]
    assert set(done.in_charge.values()) == {FIRST}


def test_monthly_trains_in_every_month_and_serves_from_the_next_on() -> None:
    done = run(MadeUpHistory(), "monthly")

    assert [training.as_of for training in done.trainings] == MONTHS
    assert [step.in_charge for step in done.steps] == [FIRST, *MONTHS[:-1]]


def test_a_standing_drift_asks_for_one_training() -> None:
    drifting = frozenset(MONTHS[3:8])

    assert trained(MadeUpHistory(drifting=drifting, refused=frozenset(MONTHS[3:])), "drift") == [FIRST, MONTHS[3]]


def test_a_standing_drift_trains_once() -> None:
    assert trained(MadeUpHistory(drifting=frozenset(MONTHS[3:8])), "drift") == [FIRST, MONTHS[3]]


def test_decay_counts_once_the_labels_are_known() -> None:
    assert trained(MadeUpHistory(aucs={(FIRST, MONTHS[4]): 0.6}), "decay") == [FIRST, MONTHS[5]]
    later = MadeUpHistory(aucs={(MONTHS[1], MONTHS[4]): 0.6}, delay=2)
    assert trained(later, "decay") == [MONTHS[1], MONTHS[6]]


def test_a_refused_candidate_leaves_the_champion_in_charge() -> None:
    done = run(MadeUpHistory(refused=frozenset({MONTHS[1]})), "monthly")

    assert done.champions == [FIRST, *MONTHS[2:]]
    assert done.in_charge[MONTHS[2]] == FIRST


def test_without_a_champion_the_next_month_tries_again_and_nothing_is_predicted() -> None:
    done = run(MadeUpHistory(refused=frozenset(MONTHS[:2])), "never")

    assert [step.in_charge for step in done.steps[:3]] == [None, None, MONTHS[2]]
    assert [training.as_of for training in done.trainings] == MONTHS[:3]


def rolling_back(auc: float) -> PolicyRun:
    """The second champion's figure on the month after it was trained; its predecessor would have had 0.8."""
    aucs = {(MONTHS[3], MONTHS[4]): auc}
    history = MadeUpHistory(drifting=frozenset(MONTHS[3:]), aucs=aucs, rollback=RollbackDeclaration(margin=0.01))
    return run(history, "drift")


def test_a_champion_that_is_surely_worse_gives_way_to_the_one_before() -> None:
    done = rolling_back(0.75)

    assert [step.in_charge for step in done.steps[3:8]] == [FIRST, MONTHS[3], MONTHS[3], FIRST, FIRST]
    assert (done.steps[5].decision.code, done.steps[5].rolled_back_to) == ("rolled_back", FIRST)
    assert "AUC of version 2 is 0.7500, of its predecessor, version 1, 0.8000" in done.steps[5].decision.reason
    assert done.succession == [FIRST]


def test_a_difference_within_its_interval_rolls_nothing_back() -> None:
    assert [step.rolled_back_to for step in rolling_back(0.775).steps] == [None] * len(MONTHS)


@settings(deadline=None)
@given(histories)
def test_side_by_side_is_the_same_as_alone(history: MadeUpHistory) -> None:
    together = simulate(history, [policy(text) for text in POLICIES])

    assert [done.steps for done in together] == [run(history, text).steps for text in POLICIES]


@settings(deadline=None)
@given(histories)
def test_the_model_in_charge_is_the_newest_promoted_before(history: MadeUpHistory) -> None:
    for done in simulate(history, [policy(text) for text in POLICIES]):
        for step in done.steps:
            before = [as_of for as_of in done.champions if as_of < step.partition]
            born = step.partition if step.promoted else None
            assert step.in_charge == (before[-1] if before else born)


@settings(deadline=None, max_examples=50)
@given(histories, st.integers(0, len(MONTHS) - 1), st.floats(0.5, 1))
def test_labels_that_were_not_known_yet_decide_nothing(history: MadeUpHistory, now: int, auc: float) -> None:
    known = partitions.offset(MONTHS[now], -history.delay)
    later = {(model, month): auc for model in MONTHS for month in MONTHS if month > known}
    changed = replace(history, aucs={**history.aucs, **later})
    for text in POLICIES:
        decided = [[step.decision for step in run(each, text).steps[: now + 1]] for each in (history, changed)]
        assert decided[0] == decided[1]
