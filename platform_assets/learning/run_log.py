"""What a training writes to its MLflow run: one request for the run and one for each trial, nested under it."""

import json
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from platform_assets.learning.declaration import Parameter
from platform_assets.learning.training import Candidate
from platform_assets.learning.tuning import Trial

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run


def figures(candidate: Candidate) -> dict[str, float | None]:
    """All metrics of a candidate and of what it was compared with, by name."""
    compared = {
        "validation": candidate.metrics,
        "baseline": candidate.baseline_metrics,
        "champion": candidate.champion_metrics,
    }
    values: dict[str, float | None] = {"rows": candidate.rows, "training_seconds": candidate.seconds}
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


def log_trials(client: "MlflowClient", parent: "Run", trials: Iterable[Trial]) -> None:
    """One ended run per trial, nested under the parent run, with its parameters, value and seconds."""
    for trial in trials:
        tags = {"mlflow.parentRunId": parent.info.run_id, "mlflow.runName": f"trial {trial.number}"}
        run_id = client.create_run(parent.info.experiment_id, tags=tags).info.run_id
        figures = {"value": trial.value, "seconds": trial.seconds}
        client.log_batch(run_id, **batch(figures, trial.parameters, {}))
        client.set_terminated(run_id)


def _now() -> int:
    return int(time.time() * 1000)
