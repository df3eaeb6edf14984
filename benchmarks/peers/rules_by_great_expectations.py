"""Great Expectations: 25 rules on pandas, on both windows; rules alone, as it has no drift of its own."""

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd

from benchmarks.peers.measured import TEXTS, measured

RANGES = {
    "month": (1, 12),
    "day": (1, 31),
    "hour": (0, 23),
    "minute": (0, 59),
    "dep_time": (0, 2400),
    "arr_time": (0, 2400),
    "sched_dep_time": (0, 2400),
    "sched_arr_time": (0, 2400),
    "dep_delay": (-120, 1500),
    "arr_delay": (-120, 1500),
    "air_time": (0, 1000),
    "distance": (10, 6000),
}
PRESENT = ["year", "month", "day", "carrier", "flight", "origin", "dest", "time_hour"]


def rules(reference: str, current: str) -> str:
    """Read, validate both windows, and count the rules that are kept."""
    said = [_validated(pd.read_parquet(path)) for path in (reference, current)]
    return f"{said[0]} and {said[1]} of 25 rules kept"


def _validated(rows: pd.DataFrame) -> int:
    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("windows").add_dataframe_asset("window")
    batch = asset.add_batch_definition_whole_dataframe("all")
    suite = gx.ExpectationSuite(name="rules", expectations=[*_expectations()])
    result = batch.get_batch({"dataframe": rows}).validate(suite)
    return sum(bool(one.success) for one in result.results)


def _expectations() -> list[gxe.Expectation]:
    return [
        *(gxe.ExpectColumnValuesToBeBetween(column=c, min_value=a, max_value=b) for c, (a, b) in RANGES.items()),
        *(gxe.ExpectColumnValuesToNotBeNull(column=c) for c in PRESENT),
        *(gxe.ExpectColumnValueLengthsToBeBetween(column=c, min_value=1, max_value=10) for c in TEXTS),
        gxe.ExpectColumnValuesToBeInSet(column="origin", value_set=["EWR", "JFK", "LGA"]),
    ]


if __name__ == "__main__":
    measured(rules)
