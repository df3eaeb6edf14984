"""Policies as they are written: what is understood, what it means, and what is said about the rest."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_assets.learning.backtest.declaration import BacktestDeclaration
from platform_assets.learning.backtest.grammar import CANDIDATES, PolicyError, parse_policies, parse_policy
from platform_assets.learning.backtest.policy import ComparedPolicy, compared_policy
from platform_assets.learning.declaration import RetrainingDeclaration

DECLARED = RetrainingDeclaration(every_partitions=3, on_drift=True, on_decay=0.05, cool_down_partitions=1)
VALUES = {
    "every": st.integers(1, 24),
    "cool_down": st.integers(0, 12),
    "min_columns": st.integers(1, 50),
    "psi": st.floats(0.001, 10),
    "auc": st.floats(0.001, 0.999),
    "min_share_of_columns": st.floats(0.001, 0.999),
}


@st.composite
def written(draw: st.DrawFn) -> tuple[str, list[tuple[str, dict[str, float]]]]:
    """A policy as text, and the reasons that it was made of."""
    names = draw(st.lists(st.sampled_from(["schedule", "drift", "decay", "rate_of_change"]), min_size=1, unique=True))
    reasons = []
    for place, name in enumerate(names):
        keys = draw(st.lists(st.sampled_from(CANDIDATES[name]), unique=True))
        # One cool-down holds for the whole policy.
        reasons.append((name, {key: draw(VALUES[key]) for key in keys if place == 0 or key != "cool_down"}))
    text = "+".join(":".join([name, *(f"{key}={value!r}" for key, value in s.items())]) for name, s in reasons)
    return text, reasons


@given(written())
def test_what_is_written_is_read(policy: tuple[str, list[tuple[str, dict[str, float]]]]) -> None:
    text, reasons = policy

    assert [(reason.name, dict(reason.settings)) for reason in parse_policy(text, {})] == reasons


@given(st.text(max_size=40))
def test_any_text_is_a_policy_or_an_error_in_words(text: str) -> None:
    with contextlib.suppress(PolicyError):
        assert parse_policies(text, {})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "No policy is named"),
        ("drfit", "no policy 'drfit'. Did you mean 'drift'? There are: never, as_declared, monthly, schedule (every"),
        ("calm", "There are: never"),
        ("never,never", "'never' stands twice"),
        ("drift+drift:psi=0.2", "'drift' stands twice"),
        ("never+drift", "'never' is a policy of its own"),
        ("monthly+schedule:every=2", "monthly is schedule:every=1"),
        ("monthly:every=2", "'monthly' has no setting 'every'; it has none"),
        ("drift:auc=0.1", "'drift' has no setting 'auc'; it has psi, min_share_of_columns, min_columns, cool_down"),
        ("drift:psi", "psi must be a number, not ''"),
        ("drift:psi=-1", "psi must be above 0"),
        ("drift:psi=nan", "psi must be above 0"),
        ("decay:auc=1", "auc must be between 0 and 1"),
        ("schedule:every=1.5", "every must be a whole number of at least 1"),
        ("drift:psi=1:psi=2", "psi stands twice"),
        ("drift:cool_down=1+decay:cool_down=2", "two cool-downs"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_exists(text: str, told: str) -> None:
    with pytest.raises(PolicyError) as error:
        parse_policies(text, {"relaxed": "drift:psi=0.3"})

    assert told in str(error.value)


def test_declared_policies_go_by_their_name_and_are_listed() -> None:
    declared = BacktestDeclaration(policies={"relaxed": "drift:psi=0.3"}).policies

    assert parse_policies("relaxed", declared)["relaxed"] == parse_policy("drift:psi=0.3", {})
    with pytest.raises(PolicyError, match=r"Did you mean 'relaxed'\?.*relaxed \(declared\)"):
        parse_policies("relaxd", declared)


@pytest.mark.parametrize(
    ("policies", "told"),
    [({"x": "drift:psi=no"}, "policies.x"), ({"drift": "decay"}, "'drift' cannot be the name of a policy")],
)
def test_a_declared_policy_is_checked_when_it_is_declared(policies: dict[str, str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        BacktestDeclaration(policies=policies)


def meaning(text: str, declared: RetrainingDeclaration = DECLARED) -> ComparedPolicy:
    return compared_policy(text, parse_policy(text, {}), declared)


def test_what_is_not_set_is_as_declared() -> None:
    drift = RetrainingDeclaration(on_drift=True, on_rate_of_change=False, cool_down_partitions=1)
    assert meaning("drift").retraining == drift
    assert meaning("decay").retraining.on_decay == DECLARED.on_decay
    assert meaning("schedule").retraining.every_partitions == DECLARED.every_partitions
    assert meaning("as_declared").retraining == DECLARED


def test_never_has_no_reason_to_retrain() -> None:
    retraining = meaning("never").retraining

    assert (retraining.every_partitions, retraining.on_drift, retraining.on_decay) == (None, False, None)
    assert not meaning("never").on_rates_of_change


def test_the_declared_cool_down_does_not_silence_a_schedule() -> None:
    assert meaning("monthly").retraining.cool_down_partitions == 0
    assert meaning("schedule:every=2").retraining.cool_down_partitions == 1
    assert meaning("drift:cool_down=4").retraining.cool_down_partitions == 4


def test_limits_of_drift_are_those_that_were_written() -> None:
    assert meaning("drift:psi=0.1:min_columns=3").drift_limits == {"psi": 0.1, "min_columns": 3}
    assert meaning("drift").drift_limits == {}


@pytest.mark.parametrize("text", ["schedule", "decay"])
def test_a_reason_without_its_limit_says_how_to_write_it(text: str) -> None:
    with pytest.raises(PolicyError, match=rf"Write {text}:"):
        meaning(text, RetrainingDeclaration())
