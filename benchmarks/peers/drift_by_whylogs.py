"""whylogs profiles of two windows, and its drift scores with their default thresholds on every column."""

import pandas as pd
import whylogs as why  # type: ignore[import-not-found]
from whylogs.viz.drift.column_drift_algorithms import calculate_drift_scores  # type: ignore[import-not-found]

from benchmarks.peers.measured import measured


def drift(reference: str, current: str) -> str:
    """Read, profile and compare, and count the columns that it says drifted."""
    before, now = (why.log(pandas=pd.read_parquet(path)).view() for path in (reference, current))
    scores = calculate_drift_scores(target_view=now, reference_view=before, with_thresholds=True)
    known = {name: score for name, score in scores.items() if score}
    drifted = sum(score["drift_category"] == "DRIFT" for score in known.values())
    return f"{drifted} of {len(known)} columns drifted"


if __name__ == "__main__":
    measured(drift)
