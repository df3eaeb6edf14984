"""What errors cost when predictions are acted on from a threshold on."""

import numpy as np
from numpy.typing import NDArray

from platform_assets.learning.backtest.declaration import BacktestDeclaration

Floats = NDArray[np.float64]


def error_cost(truth: Floats, probabilities: Floats, declared: BacktestDeclaration) -> float | None:
    """Cost of all errors: `missed` for each event below the threshold, `false_alarm` for each non-event at or above.

    In the declared currency; None if no costs are declared. `truth` is 0 or 1, of the length of `probabilities`.
    """
    threshold = declared.acted_on_from
    if declared.costs is None or threshold is None:
        return None
    acted = probabilities >= threshold
    missed = int((truth[~acted] == 1).sum())
    false_alarms = int((truth[acted] == 0).sum())
    return missed * declared.costs.missed + false_alarms * declared.costs.false_alarm
