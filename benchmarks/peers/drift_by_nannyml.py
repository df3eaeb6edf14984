"""NannyML's univariate drift with its default methods: each window as one chunk, or in its default chunks.

python benchmarks/peers/drift_by_nannyml.py REFERENCE CURRENT [one|default]
"""

import sys

import nannyml as nml  # type: ignore[import-not-found]
import pandas as pd

from benchmarks.peers.measured import TEXTS, TIME, measured


def drift(reference: str, current: str) -> str:
    """Read, fit on the first window, calculate on the second, and count the columns that alert."""
    before, now = (pd.read_parquet(path).drop(columns=TIME) for path in (reference, current))
    names = list(before.columns)
    calculator = nml.UnivariateDriftCalculator(
        column_names=names,
        treat_as_categorical=TEXTS,
        # Left out, NannyML cuts what it is given into ten.
        chunk_size=max(len(before), len(now)) if sys.argv[3] == "one" else None,
    )
    found = calculator.fit(before).calculate(now).filter(period="analysis").to_df()
    alerts = found.xs("alert", axis=1, level=2).any()
    return f"{int(alerts.sum())} of {len(names)} columns drifted"


if __name__ == "__main__":
    measured(drift)
