"""The question behind a backtest, answered in words: is retraining worth it, on drift, and at which threshold?"""

from collections.abc import Sequence

from platform_assets.learning.backtest.grammar import NEVER
from platform_assets.learning.backtest.outcome import PolicyOutcome

_CAVEAT = (
    "This is one stretch of history, which every policy went through once: a difference that shows in few months may "
    "come out otherwise in the next year."
)


def answer(outcomes: Sequence[PolicyOutcome], currency: str) -> list[str]:
    """Sentences, the most important first; `outcomes` has 'never' and at least one policy besides for a comparison."""
    others = [outcome for outcome in outcomes if outcome.name != NEVER]
    if not others or not any(outcome.labelled_months for outcome in outcomes):
        return ["There is nothing to compare: name a policy besides 'never', and wait for labels."]
    return [_best(others, currency), *_on_drift(others, currency), *_alike(outcomes), _CAVEAT]


def _best(others: Sequence[PolicyOutcome], currency: str) -> str:
    best = max(others, key=_worth)
    if _worth(best) <= 0:
        return f"No policy was worth its trainings: none came out better than never retraining ({_rates(best)})."
    return f"'{best.name}' came out best: {_against_never(best, currency)}."


def _on_drift(others: Sequence[PolicyOutcome], currency: str) -> list[str]:
    drifting = [outcome for outcome in others if outcome.on_drift]
    if not drifting:
        return []
    best = max(drifting, key=_worth)
    verdict = "Yes" if _worth(best) > 0 else "No"
    words = [f"Is it worth retraining on drift? {verdict}: {_against_never(best, currency, _quoted(best))}."]
    if len(drifting) > 1:
        ranked = sorted(drifting, key=_worth, reverse=True)
        listed = ", ".join(f"{outcome.name} ({_short(outcome, currency)})" for outcome in ranked)
        words.append(f"At which threshold? Of those that look at drift, best first: {listed}.")
    rival = max((outcome for outcome in others if not outcome.on_drift), key=_worth, default=None)
    if rival is not None:
        words.append(_against_rival(best, rival, currency))
    return words


def _against_never(outcome: PolicyOutcome, currency: str, name: str = "it") -> str:
    if outcome.net_against_never is None:
        gain = f"changes mean AUC by {outcome.auc_gained or 0.0:+.4f} against never retraining"
    elif not round(outcome.net_against_never):
        gain = "comes out like never retraining"
    else:
        verb = "saves" if outcome.net_against_never > 0 else "loses"
        gain = f"{verb} {_money(abs(outcome.net_against_never), currency)} against never retraining, trainings paid"
    return f"{name} {gain} ({_rates(outcome)})"


def _against_rival(best: PolicyOutcome, rival: PolicyOutcome, currency: str) -> str:
    trainings = f"{best.retrainings_in_words} instead of {rival.retrainings}"
    if best.net_against_never is None or rival.net_against_never is None:
        difference = f"a mean AUC of {_figure(best.mean_auc)} against {_figure(rival.mean_auc)}"
    else:
        gap = best.net_against_never - rival.net_against_never
        difference = f"{_money(abs(gap), currency)} {'more' if gap >= 0 else 'less'} saved"
    return f"'{best.name}' against '{rival.name}', the best that does not look at drift: {difference}, {trainings}."


def _alike(outcomes: Sequence[PolicyOutcome]) -> list[str]:
    """Policies that trained as of the same partitions are one and the same here."""
    by_trainings: dict[tuple[str, ...], list[str]] = {}
    for outcome in outcomes:
        trained = tuple(month.partition for month in outcome.months if month.trained)
        by_trainings.setdefault(trained, []).append(outcome.name)
    same = [" and ".join(names) for names in by_trainings.values() if len(names) > 1]
    return [f"Trained as of the same months: {'; '.join(same)}."] if same else []


def _rates(outcome: PolicyOutcome) -> str:
    months = f"better in {outcome.months_better_than_never} of {outcome.labelled_months} labelled months"
    return f"{months}, {outcome.retrainings_in_words}, {outcome.cpu_seconds:,.0f} s of CPU"


def _short(outcome: PolicyOutcome, currency: str) -> str:
    if outcome.net_against_never is None:
        return f"AUC {outcome.auc_gained or 0.0:+.4f}, {outcome.retrainings_in_words}"
    return f"{outcome.net_against_never:+,.0f} {currency}, {outcome.retrainings_in_words}"


def _quoted(outcome: PolicyOutcome) -> str:
    return f"'{outcome.name}'"


def _worth(outcome: PolicyOutcome) -> float:
    """Money saved against never retraining; without declared costs, AUC gained."""
    if outcome.net_against_never is not None:
        return outcome.net_against_never
    return outcome.auc_gained or 0.0


def _money(amount: float, currency: str) -> str:
    return f"{amount:,.0f} {currency}"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
