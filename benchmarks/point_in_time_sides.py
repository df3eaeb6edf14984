"""The sides of benchmarks/point_in_time.py that need nothing but the platform's own environment.

python benchmarks/point_in_time_sides.py EVENTS HISTORY platform|pandas
"""

from __future__ import annotations

import sys
from pathlib import Path

# This folder has a module named like one of Python's own.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import pandas as pd  # noqa: E402
from pyspark.sql import functions as F  # noqa: E402

from benchmarks.peers.measured import measured  # noqa: E402
from platform_assets.compute.engines import EmbeddedEngine  # noqa: E402
from platform_assets.learning.point_in_time import FeatureHistory, point_in_time_join  # noqa: E402


def by_platform(events: str, history: str) -> str:
    """The platform's join on the embedded engine."""
    read = ENGINE.session.read.parquet
    known = FeatureHistory(read(history), {"entity": "entity"}, {"value": "value"}, "since")
    joined = point_in_time_join(read(events), [known], event_time="at")
    found, total = joined.select(F.count("value"), F.sum("value")).first() or (0, 0)
    return f"{found} found, sum {total}"


def by_pandas(events: str, history: str) -> str:
    """pandas' merge_asof, which needs both sides in order of time."""
    left, right = pd.read_parquet(events).sort_values("at"), pd.read_parquet(history).sort_values("since")
    joined = pd.merge_asof(left, right, left_on="at", right_on="since", by="entity")
    return f"{joined['value'].count()} found, sum {int(joined['value'].sum())}"


if __name__ == "__main__":
    ENGINE = EmbeddedEngine()
    if sys.argv[3] == "platform":
        ENGINE.session.range(1).collect()
    measured({"platform": by_platform, "pandas": by_pandas}[sys.argv[3]])
    ENGINE.stop()
