"""NannyML's univariate drift: its defaults in its default chunks, or with each window as one, or all of its methods.

By default NannyML computes one figure a column, the Jensen-Shannon distance; `all_methods` asks for all that it has.

python benchmarks/peers/drift_by_nannyml.py REFERENCE CURRENT default|one_chunk|all_methods
"""

import sys

import nannyml as nml  # type: ignore[import-not-found]
import pandas as pd

from benchmarks.peers.measured import TEXTS, TIME, measured

ALL_METHODS = {
    "continuous_methods": ["jensen_shannon", "kolmogorov_smirnov", "wasserstein", "hellinger"],
    "categorical_methods": ["jensen_shannon", "chi2", "l_infinity", "hellinger"],
}


def drift(reference: str, current: str) -> str:
    """Read, fit on the first window, calculate on the second, and count the columns that alert by any method."""
    before, now = (pd.read_parquet(path).drop(columns=TIME) for path in (reference, current))
    names, asked = list(before.columns), sys.argv[3]
    calculator = nml.UnivariateDriftCalculator(
        column_names=names,
        treat_as_categorical=TEXTS,
        # Left out, NannyML cuts what it is given into ten.
        chunk_size=max(len(before), len(now)) if asked == "one_chunk" else None,
        **(ALL_METHODS if asked == "all_methods" else {}),
    )
    found = calculator.fit(before).calculate(now).filter(period="analysis").to_df()
    alerts = found.xs("alert", axis=1, level=2).T.groupby(level=0).any().any(axis=1)
    return f"{int(alerts.sum())} of {len(names)} columns drifted"


if __name__ == "__main__":
    measured(drift)
