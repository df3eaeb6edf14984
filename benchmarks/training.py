"""The platform's training of one model against the bare library on the same rows, in CPU seconds of one process.

Both sides fit the main product's estimator, with its declared parameters and without a search, on the rows before the
validation window and on all rows, and predict the validation rows with both fits. The platform's side is
``train_and_register``: checks, split, naive baseline, metrics, gates, plots, MLflow run, files and the registered
version. The bare side starts from the features as a pandas frame and the labels as an array, as a notebook would, and
calls scikit-learn's encoder, estimator and three metrics. They alternate; medians and the ratio are printed.

    python benchmarks/training.py [--rows 120000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)
GOAL = 1.2
SEED = 13
NUMBERS = 28
CATEGORIES = {"carrier": 16, "origin": 3, "dest": 105}
PARAMETERS = {
    "max_iter": 120,
    "learning_rate": 0.1,
    "max_leaf_nodes": 31,
    "min_samples_leaf": 200,
    "l2_regularization": 5.0,
    "early_stopping": False,
}

if TYPE_CHECKING:
    from platform_assets.learning.declaration import ModelDeclaration
    from platform_assets.learning.training_set import TrainingSet


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=120_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    # Before scikit-learn is imported: both sides use the same threads.
    from platform_assets.learning.threads import share_the_cores

    share_the_cores()
    declaration = declared()
    training_set = rows_of(declaration, asked.rows)
    with tempfile.TemporaryDirectory() as folder:
        platform, bare = sides(Path(folder), declaration, training_set)
        seconds: dict[str, list[float]] = {"platform": [], "bare library": []}
        # The first round makes MLflow's tables and imports what is missing on either side.
        platform(), bare()
        for _ in range(asked.rounds):
            seconds["platform"].append(cpu_seconds(platform))
            seconds["bare library"].append(cpu_seconds(bare))
    for side, measured in seconds.items():
        print(f"{side:13} {statistics.median(measured):6.2f} s CPU  ({', '.join(f'{one:.2f}' for one in measured)})")
    ratio = statistics.median(seconds["platform"]) / statistics.median(seconds["bare library"])
    print(f"{asked.rows:,} rows, 2 fits each: ratio {ratio:.2f} (goal {GOAL} or less)")


def cpu_seconds(side: Callable[[], Any]) -> float:
    """CPU seconds of this process, all threads, that a call takes."""
    started = time.process_time()
    side()
    return time.process_time() - started


def declared() -> ModelDeclaration:
    """The main product's model, without a search and with gates that any model passes or fails at the same cost."""
    from platform_assets.learning.declaration import ModelDeclaration

    return ModelDeclaration.model_validate(
        {
            "name": "late",
            "description": "Whether a flight is late.",
            "owner": "team:benchmarks",
            "feature_set": "flight_features",
            "label": {"dataset": "flights", "function": "features.labels", "column": "late"},
            "first_partition": "2013-02",
            "parameters": PARAMETERS,
            "baseline": {"segments": ["origin", "carrier"], "smoothing": 20},
            "gates": [{"name": "good_enough", "metric": "auc", "at_least": 0.5}],
            "seed": SEED,
        }
    )


def rows_of(declaration: ModelDeclaration, count: int) -> TrainingSet:
    """Half a year of labelled rows like those of the main product: 31 features, some missing, a signal in a few."""
    import numpy as np
    import pyarrow as pa

    from platform_assets.learning.training_set import build_training_set

    random = np.random.default_rng(SEED)
    start, days = np.datetime64("2013-01-01", "us"), 180
    times = start + np.sort(random.integers(0, days * 24 * 60, count)) * np.timedelta64(60_000_000, "us")
    keys = {"flight": np.arange(count), "time_hour": pa.array(times, pa.timestamp("us", tz="UTC"))}
    numbers = {f"number_{place:02}": random.normal(size=count) for place in range(NUMBERS)}
    risk = sum(values * weight for values, weight in zip(numbers.values(), (0.6, 0.4, -0.3, 0.2), strict=False)) - 1.2
    features: dict[str, Any] = {
        name: [f"{name}{code}" for code in random.integers(0, many, count)] for name, many in CATEGORIES.items()
    }
    features |= {name: pa.array(values, mask=random.random(count) < 0.03) for name, values in numbers.items()}
    labels = pa.table({**keys, "late": random.random(count) < 1 / (1 + np.exp(-risk))})
    return build_training_set(
        declaration,
        pa.table({**keys, **features}),
        labels,
        feature_columns=list(features),
        keys=list(keys),
        event_time="time_hour",
        as_of="2013-07",
        snapshots={"flight_features": 1},
    )


def sides(
    folder: Path, declaration: ModelDeclaration, training_set: TrainingSet
) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """The platform's training and the bare one."""
    from platform_assets.learning.columns import feature_frame, label_values
    from platform_assets.learning.registering import train_and_register
    from platform_assets.learning.registry import ModelRegistry
    from platform_assets.learning.training_set import split_chronologically

    registry = ModelRegistry(f"sqlite:///{folder}/mlflow.db", declaration.name, str(folder / "files"))
    frame = feature_frame(training_set.rows, training_set.features, training_set.categorical)
    labels = label_values(training_set.rows, training_set.label)
    split = split_chronologically(training_set, declaration.validation)[0].num_rows

    def platform() -> None:
        train_and_register(registry, declaration, training_set, searches=folder, tags={})

    return platform, lambda: bare_training(frame, labels, split)


def bare_training(frame: Any, labels: Any, split: int) -> Any:
    """Two fits, two predictions and three metrics."""
    from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

    earlier, later = frame.iloc[:split], frame.iloc[split:]
    judged = pipeline().fit(earlier, labels[:split]).predict_proba(later)[:, 1]
    for metric in (roc_auc_score, brier_score_loss, log_loss):
        metric(labels[split:], judged)
    return pipeline().fit(frame, labels).predict_proba(later)


def pipeline() -> Any:
    """The main product's estimator behind an encoder of categories."""
    import numpy as np
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OrdinalEncoder

    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan)
    columns = ColumnTransformer([("categories", encoder, list(CATEGORIES))], remainder="passthrough")
    model = HistGradientBoostingClassifier(**PARAMETERS, categorical_features=[0, 1, 2], random_state=SEED)
    return Pipeline([("encode", columns), ("estimate", model)])


if __name__ == "__main__":
    main()
