"""Which metrics a declaration may name; apart from their computation, so that reading one imports no NumPy."""

from typing import Literal

MetricName = Literal["auc", "brier", "log_loss", "calibration_error"]


def higher_is_better(metric: MetricName) -> bool:
    """Whether a larger value means a better model."""
    return metric == "auc"
