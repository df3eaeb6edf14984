"""What a training writes to its MLflow run: figures, parameters, tags and pictures."""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from platform_assets.learning.candidate import Candidate
from platform_assets.learning.declaration import Parameter
from platform_assets.learning.plots import plots

if TYPE_CHECKING:
    from mlflow import MlflowClient


def figures(candidate: Candidate) -> dict[str, float | None]:
    """All metrics of a candidate and of what it was compared with, by name."""
    compared = {
        "validation": candidate.metrics,
        "baseline": candidate.baseline_metrics,
        "champion": candidate.champion_metrics,
    }
    known = candidate.model.metadata
    values: dict[str, float | None] = {
        "rows": candidate.rows,
        "training_seconds": candidate.seconds,
        "search_untuned": known.untuned_value,
        "search_tuned": known.tuned_value,
    }
    for who, metrics in compared.items():
        if metrics is not None:
            values |= {f"{who}_{name}": value for name, value in metrics.to_dict().items()}
    return values


def description(candidate: Candidate) -> dict[str, str]:
    """Tags of the run and the version: what went into the candidate and what the gates said."""
    metadata = candidate.model.metadata
    return {
        "as_of": metadata.as_of,
        "trained_from": metadata.trained_from,
        "trained_to": metadata.trained_to,
        "validation_from": metadata.validation_from,
        "snapshots": json.dumps(metadata.snapshots, sort_keys=True),
        "digest": candidate.digest,
        "gates": "passed" if candidate.accepted else "refused",
        "gates_refused": ", ".join(gate.name for gate in candidate.gates if not gate.passed),
        "seed": str(metadata.seed),
        "estimator": metadata.estimator,
        "libraries": json.dumps(metadata.libraries, sort_keys=True),
        "training_rows": candidate.size_words,
        "update": metadata.update,
        "tuning": candidate.tuning_words,
    }


def batch(
    metrics: Mapping[str, float | None], parameters: Mapping[str, Parameter], tags: Mapping[str, str]
) -> dict[str, Any]:
    """Arguments of MLflow's `log_batch`; metrics without a value are left out."""
    from mlflow.entities import Metric, Param, RunTag

    now = _now()
    return {
        "metrics": [Metric(name, float(value), now, 0) for name, value in metrics.items() if value is not None],
        "params": [Param(name, str(value)) for name, value in parameters.items()],
        "tags": [RunTag(name, value) for name, value in tags.items()],
    }


def log_plots(client: "MlflowClient", run_id: str, candidate: Candidate) -> None:
    """Calibration, importance and learning curve as pictures under `plots`, and their numbers as JSON."""
    diagnostics = candidate.diagnostics
    if diagnostics is None:
        return
    for name, svg in plots(diagnostics, candidate.model.metadata.importance).items():
        client.log_text(run_id, svg, f"plots/{name}.svg")
    client.log_dict(run_id, asdict(diagnostics), "plots/diagnostics.json")


def _now() -> int:
    return int(time.time() * 1000)
