"""Evidently's DataDriftPreset on two windows, every column but the time, which it does not compare."""

import pandas as pd
from evidently import DataDefinition, Dataset, Report  # type: ignore[import-not-found]
from evidently.presets import DataDriftPreset  # type: ignore[import-not-found]

from benchmarks.peers.measured import TEXTS, TIME, measured


def drift(reference: str, current: str) -> str:
    """Read, compare, and count the columns that it says drifted."""
    before, now = (pd.read_parquet(path).drop(columns=TIME) for path in (reference, current))
    numbers = [name for name in before.columns if name not in TEXTS]
    kinds = DataDefinition(numerical_columns=numbers, categorical_columns=TEXTS)
    result = Report([DataDriftPreset()]).run(
        Dataset.from_pandas(now, data_definition=kinds), Dataset.from_pandas(before, data_definition=kinds)
    )
    share = result.dict()["metrics"][0]["value"]
    return f"{share['count']:.0f} of {len(before.columns)} columns drifted"


if __name__ == "__main__":
    measured(drift)
