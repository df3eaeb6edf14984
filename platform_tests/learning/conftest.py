"""A small synthetic product: departures with a real signal in hour, carrier and wind, a few values missing."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from platform_assets.learning import partitions
from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.training_set import TrainingSet, build_training_set

# Fits this small are fastest on one thread, and tests often share their cores; read when scikit-learn is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

FEATURES = ("hour", "carrier", "wind", "noise")


def _partition(partition: str, rows: int, rng: np.random.Generator) -> tuple[pa.Table, pa.Table]:
    start, _ = partitions.window(partition)
    hour = rng.integers(0, 24, rows)
    day = rng.integers(0, 28, rows)
    carrier = rng.choice(["AA", "B6", "UA"], rows)
    wind = rng.normal(size=rows)
    risk = 0.12 * (hour - 12) + np.where(carrier == "B6", 0.8, -0.4) + 0.9 * wind - 0.6
    late = rng.random(rows) < 1 / (1 + np.exp(-risk))
    times = [start + timedelta(days=int(d), hours=int(h)) for d, h in zip(day, hour, strict=True)]
    keys = {"flight": np.arange(rows), "time_hour": pa.array(times, pa.timestamp("us", tz="UTC"))}
    features = {
        "hour": hour,
        "carrier": pa.array(np.where(rng.random(rows) < 0.02, None, carrier), pa.string()),
        "wind": pa.array(wind, mask=rng.random(rows) < 0.05),
        "noise": rng.normal(size=rows),
    }
    return pa.table({**keys, **features}), pa.table({**keys, "late": late})


@pytest.fixture(scope="session")
def months() -> Callable[..., tuple[pa.Table, pa.Table]]:
    """Features and labels of the partitions from first to last, `rows` each."""

    def build(first: str, last: str, rows: int = 600, seed: int = 1) -> tuple[pa.Table, pa.Table]:
        rng = np.random.default_rng(seed)
        parts = [_partition(partition, rows, rng) for partition in partitions.between(first, last)]
        features, labels = zip(*parts, strict=True)
        return pa.concat_tables(features), pa.concat_tables(labels)

    return build


@pytest.fixture(scope="session")
def declare() -> Callable[..., ModelDeclaration]:
    """A valid declaration, with top-level fields replaced by the given ones."""

    def build(**changes: Any) -> ModelDeclaration:
        values: dict[str, Any] = {
            "name": "late",
            "description": "Is the flight late?",
            "owner": "team@example.com",
            "feature_set": "flight_features",
            "label": {"dataset": "flights", "function": "features.labels", "column": "late"},
            "first_partition": "2013-02",
            "parameters": {"max_iter": 20, "max_leaf_nodes": 8},
            "baseline": {"segments": ["carrier", "hour"], "smoothing": 10},
            "gates": [
                {"name": "ranks", "metric": "auc", "at_least": 0.65},
                {"name": "beats_baseline", "metric": "auc", "better_than": "baseline", "margin": 0.005},
                {"name": "beats_champion", "metric": "auc", "better_than": "champion", "margin": -0.02},
            ],
            "seed": 7,
        }
        return ModelDeclaration.model_validate({**values, **changes})

    return build


@pytest.fixture(scope="session")
def make_set(
    months: Callable[..., tuple[pa.Table, pa.Table]], declare: Callable[..., ModelDeclaration]
) -> Callable[..., TrainingSet]:
    """The training set as of a partition, of all partitions since 2013-01 that are labelled by then."""

    def build(as_of: str = "2013-04", *, shuffled: bool = False, **sizes: int) -> TrainingSet:
        features, labels = months("2013-01", partitions.previous_partition(as_of), **sizes)
        if shuffled:
            order = np.random.default_rng(3).permutation(labels.num_rows)
            labels = labels.set_column(2, "late", labels["late"].take(pa.array(order)))
        return build_training_set(
            declare(),
            features,
            labels,
            feature_columns=FEATURES,
            keys=("flight", "time_hour"),
            event_time="time_hour",
            as_of=as_of,
            snapshots={"flight_features": 11, "flights": 12},
        )

    return build
