"""The same year without a platform: one script that reads, computes features, trains, scores and compares.

It does the work of the replay with the same engine, feature function, estimator, number of trials and fits, in the
months in which the replay trained, and keeps nothing but files: no contracts, no audits, no versions, no lineage, no
orchestration. It is the other side of ``overhead.py`` and imports nothing of the platform but the feature functions.

    python benchmarks/plain_year.py LANDING WORK "2013-02 2013-04"
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parents[1])

INTEGERS = [
    *("year", "month", "day", "hour", "minute", "flight", "air_time", "distance"),
    *("dep_time", "sched_dep_time", "dep_delay", "arr_time", "sched_arr_time", "arr_delay"),
]
READINGS = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"]
TYPES = {
    "flights": {**dict.fromkeys(INTEGERS, "int"), "time_hour": "timestamp"},
    "weather": {**dict.fromkeys(READINGS, "double"), "time_hour": "timestamp"},
    "planes": {"year": "int", "seats": "int"},
    "airports": {},
}
CATEGORICAL = ["carrier", "origin", "dest"]
NOT_FEATURES = ["time_hour", "flight"]
KEYS = ["time_hour", "carrier", "flight", "origin"]
DECLARED = {
    "max_iter": 120,
    "learning_rate": 0.1,
    "max_leaf_nodes": 31,
    "min_samples_leaf": 200,
    "l2_regularization": 5.0,
    "early_stopping": False,
}
TRIALS, SAMPLE_ROWS, VALIDATION_SHARE, SEED = 6, 60_000, 0.25, 13


def main(landing: Path, work: Path, trainings: list[str]) -> dict[str, float]:
    """Run the year; returns seconds by stage."""
    spent: dict[str, float] = {}
    clock = Clock(spent)
    session = clock("start engine", start_engine)
    for name in ("planes", "airports"):
        clock("read", read, session, landing / f"{name}.csv", work / name / "all", name)
    months = sorted(path.stem for path in (landing / "flights").glob("*.csv"))
    model: Any = None
    for position, month in enumerate(months):
        for name in ("flights", "weather"):
            file = landing / name / f"{month}.csv"
            if file.exists():
                clock("read", read, session, file, work / name / month, name)
        if not (work / "weather" / month).exists():
            continue
        clock("features", features, session, work, month, months[max(0, position - 1)])
        if month in trainings and model is None:
            model = clock("train", train, work, months[:position])
        if model is not None:
            clock("score", score, model, work, month)
            clock("drift", drift, work, months[:position], month)
        if month in trainings and month != trainings[0]:
            model = clock("train", train, work, months[:position])
    return spent


class Clock:
    """Adds up the seconds of each stage."""

    def __init__(self, spent: dict[str, float]) -> None:
        self.spent = spent

    def __call__(self, stage: str, function: Any, *arguments: Any) -> Any:
        """Call a function on the account of a stage."""
        started = time.perf_counter()
        try:
            return function(*arguments)
        finally:
            self.spent[stage] = self.spent.get(stage, 0.0) + time.perf_counter() - started


def start_engine() -> Any:
    """Sail, as the platform starts it."""
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    server = SparkConnectServer(ip="127.0.0.1", port=0)
    server.start(background=True)
    session: Any = SparkSession.builder.remote(f"sc://127.0.0.1:{server.listening_address[1]}").create()
    session.conf.set("spark.sql.session.timeZone", "UTC")
    # The server stops when nothing refers to it any more.
    session.server = server
    return session


def read(session: Any, file: Path, target: Path, name: str) -> None:
    """CSV to typed Parquet."""
    from pyspark.sql import functions as F

    header = file.open().readline().strip().split(",")
    raw = session.read.csv(str(file), schema=", ".join(f"`{c}` string" for c in header), header=True)
    typed = [F.expr(f"try_cast(nullif(`{c}`, 'NA') as {TYPES[name].get(c, 'string')})").alias(c) for c in header]
    raw.select(*typed).write.mode("overwrite").parquet(str(target))


def features(session: Any, work: Path, month: str, before: str) -> None:
    """The product's feature function over the month and ten days of history; labels beside them."""
    from datetime import UTC, datetime, timedelta

    from pyspark.sql import functions as F

    from platform_assets.defs.flight_delay.features import flight_features, flight_labels

    start = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)

    def table(name: str, days: float | None = None) -> Any:
        if days is None:
            return session.read.parquet(str(work / name / "all"))
        folders = [str(work / name / m) for m in dict.fromkeys([before, month])]
        since = F.lit((start - timedelta(days=days)).isoformat()).cast("timestamp")
        return session.read.parquet(*folders).filter(F.col("time_hour") >= since)

    flights = table("flights", 10)
    computed = flight_features(flights, table("weather", 1), table("planes"), table("airports"))
    own = F.lit(start.isoformat()).cast("timestamp")
    computed.filter(F.col("time_hour") >= own).write.mode("overwrite").parquet(str(work / "features" / month))
    labels = flight_labels(flights.filter(F.col("time_hour") >= own))
    labels.write.mode("overwrite").parquet(str(work / "labels" / month))


def frame(work: Path, kind: str, months: list[str]) -> Any:
    """Stored rows as pandas."""
    import pandas as pd

    return pd.concat([pd.read_parquet(work / kind / month) for month in months], ignore_index=True)


def train(work: Path, months: list[str]) -> Any:
    """Split by time, search, fit on the earlier rows, judge against a naive rate, fit on all rows."""
    import numpy as np
    import optuna
    from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    rows = frame(work, "features", months).merge(frame(work, "labels", months), on=KEYS)
    rows = rows[rows.late.notna()].sort_values(KEYS, ignore_index=True)
    last = rows.time_hour.iloc[-1]
    split = max(int(len(rows) * (1 - VALIDATION_SHARE)), int((rows.time_hour < last - np.timedelta64(28, "D")).sum()))
    earlier, later = rows.iloc[:split], rows.iloc[split:]
    take = np.linspace(0, len(earlier) - 1, min(len(earlier), SAMPLE_ROWS)).astype(int)
    sample = earlier.iloc[take]

    def objective(trial: Any) -> float:
        found = {
            "learning_rate": trial.suggest_float("learning_rate", 0.05, 0.2, log=True),
            "max_leaf_nodes": trial.suggest_int("max_leaf_nodes", 15, 63),
            "min_samples_leaf": trial.suggest_int("min_samples_leaf", 100, 500, log=True),
        }
        model = fit(sample, {**DECLARED, **found})
        return float(roc_auc_score(later.late, predict(model, later)))

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=SEED))
    study.enqueue_trial({name: DECLARED[name] for name in ("learning_rate", "max_leaf_nodes", "min_samples_leaf")})
    study.optimize(objective, n_trials=TRIALS + 1)
    chosen = {**DECLARED, **study.best_params}
    probabilities = predict(fit(earlier, chosen), later)
    rates = earlier.groupby(["origin", "carrier", "hour"]).late.mean().rename("naive").reset_index()
    naive = later.merge(rates, how="left", on=["origin", "carrier", "hour"]).naive.fillna(earlier.late.mean())
    for p in (probabilities, naive):
        roc_auc_score(later.late, p), brier_score_loss(later.late, p), log_loss(later.late, p)
    return fit(rows, chosen)


def inputs(rows: Any) -> Any:
    """Feature columns in a fixed order, categories first."""
    others = [c for c in rows.columns if c not in {*CATEGORICAL, *NOT_FEATURES, "late"}]
    return rows[[*CATEGORICAL, *others]]


def fit(rows: Any, parameters: dict[str, Any]) -> Any:
    """The estimator behind an encoder of categories."""
    import numpy as np
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OrdinalEncoder

    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan)
    columns = ColumnTransformer([("categories", encoder, CATEGORICAL)], remainder="passthrough")
    model = HistGradientBoostingClassifier(**parameters, categorical_features=[0, 1, 2], random_state=SEED)
    return Pipeline([("encode", columns), ("estimate", model)]).fit(inputs(rows), rows.late.astype(int))


def predict(model: Any, rows: Any) -> Any:
    """Probability of a late arrival."""
    return model.predict_proba(inputs(rows))[:, 1]


def score(model: Any, work: Path, month: str) -> None:
    """Predictions of a month as Parquet."""
    rows = frame(work, "features", [month])
    (work / "predictions").mkdir(exist_ok=True)
    rows[KEYS].assign(probability=predict(model, rows)).to_parquet(work / "predictions" / f"{month}.parquet")


def drift(work: Path, trained_on: list[str], month: str) -> dict[str, float]:
    """Population stability index of every feature against all earlier months."""
    import numpy as np

    reference, current = inputs(frame(work, "features", trained_on)), inputs(frame(work, "features", [month]))
    figures = {}
    for name in reference.columns:
        if name in CATEGORICAL:
            p, q = (rows[name].value_counts(normalize=True) for rows in (reference, current))
            p, q = p.align(q, fill_value=0.0)
        else:
            edges = np.unique(np.nanquantile(reference[name], np.linspace(0, 1, 11)))[1:-1]
            counts = [
                np.bincount(np.digitize(rows[name], edges), minlength=len(edges) + 1) for rows in (reference, current)
            ]
            p, q = (c / c.sum() for c in counts)
        p, q = np.clip(p, 1e-6, None), np.clip(q, 1e-6, None)
        figures[name] = float(np.sum((q - p) * np.log(q / p)))
    return figures


if __name__ == "__main__":
    started = time.perf_counter()
    stages = main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3].split())
    print(json.dumps({"seconds": time.perf_counter() - started, "stages": stages, "cpu": time.process_time()}))
