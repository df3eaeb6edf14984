"""Figures as a card writes them."""

from __future__ import annotations

from datetime import datetime

from platform_assets.learning.evaluation import Interval

NAMES = {
    "auc": "AUC (ranking; 0.5 is no skill, 1 perfect)",
    "brier": "Brier score (mean squared error; 0 is perfect)",
    "log_loss": "Log loss (nats; 0 is perfect)",
    "calibration_error": "Calibration error (mean gap of probability and frequency)",
}


def figure(value: float | None) -> str:
    """Three digits, or a dash for what is not known."""
    return "–" if value is None else f"{value:.3f}"


def interval_words(interval: Interval | None) -> str:
    """The figure with its bounds, which stay on one line."""
    if interval is None:
        return "–"
    if interval.low is None or interval.high is None:
        return f"{interval.value:.3f} (too few days for an interval)"
    return f"{interval.value:.3f} ({interval.low:.3f}\u00a0to\u00a0{interval.high:.3f})"


def day(moment: str) -> str:
    """The day of an ISO 8601 moment."""
    return datetime.fromisoformat(moment).date().isoformat()


def count(number: int | None) -> str:
    """A whole number with its thousands apart; a dash for what is not known."""
    return "–" if number is None else f"{number:,}"


def labels_come(delay: int) -> str:
    """How many partitions after its own a label is known."""
    return {0: "with their partition", 1: "1 partition later"}.get(delay, f"{delay} partitions later")
