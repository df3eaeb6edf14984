"""Which metrics a declaration may name; apart from their computation, so that reading one imports no NumPy."""

from typing import Literal

MetricName = Literal["auc", "brier", "log_loss", "calibration_error"]


def higher_is_better(metric: MetricName) -> bool:
    """Whether a larger value means a better model."""
    return metric == "auc"


def wrong_bound(metric: MetricName, rule: str) -> str | None:
    """What is wrong with bounding a metric by `at_least` or `at_most`; None if nothing is, or for another rule."""
    wrong = "at_most" if higher_is_better(metric) else "at_least"
    if rule != wrong:
        return None
    order, right = ("higher", "at_least") if wrong == "at_most" else ("lower", "at_most")
    return f"{metric} is better when {order}, so {wrong} would refuse good models. Use {right}."
