"""The tables of a backtest as rows of text: for the terminal and the page alike."""

from collections.abc import Sequence

from platform_assets.learning.backtest.outcome import MonthOutcome, PolicyOutcome

NOTHING = "-"
PROMOTED, REFUSED = "*", "(*)"


def policy_rows(outcomes: Sequence[PolicyOutcome], currency: str) -> list[dict[str, str]]:
    """A row a policy; columns about money are left out if no costs are declared."""
    valued = any(outcome.error_cost is not None for outcome in outcomes)
    return [
        {
            "policy": outcome.name,
            "AUC": _figure(outcome.mean_auc, 4),
            "Brier": _figure(outcome.mean_brier, 4),
            **(_value(outcome, currency) if valued else {}),
            "months better": f"{outcome.months_better_than_never} of {outcome.labelled_months}",
            "retrainings": str(outcome.retrainings),
            "promoted": str(outcome.promotions),
            "CPU s": f"{outcome.cpu_seconds:,.0f}",
            f"compute {currency}": f"{outcome.compute_cost:.4f}",
        }
        for outcome in outcomes
    ]


def month_rows(outcomes: Sequence[PolicyOutcome]) -> list[dict[str, str]]:
    """A row a partition, a column a policy: AUC, with a star where it trained."""
    return [
        {
            "month": months[0].partition,
            "naive": _figure(months[0].baseline_auc, 3),
            **{outcome.name: _quality(month) for outcome, month in zip(outcomes, months, strict=True)},
        }
        for months in zip(*(outcome.months for outcome in outcomes), strict=True)
    ]


def _value(outcome: PolicyOutcome, currency: str) -> dict[str, str]:
    return {
        f"cost of errors {currency}": _money(outcome.error_cost),
        "saved against naive": _money(outcome.saved_against_baseline),
        "against never": _money(outcome.saved_against_never),
    }


def _quality(month: MonthOutcome) -> str:
    star = "" if not month.trained else PROMOTED if month.promoted else REFUSED
    return f"{_figure(month.auc, 3)} {star}".strip()


def _figure(value: float | None, digits: int) -> str:
    return NOTHING if value is None else f"{value:.{digits}f}"


def _money(value: float | None) -> str:
    return NOTHING if value is None else f"{value:,.0f}"
