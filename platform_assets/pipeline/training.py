"""A training as of one partition: read what was known, train and judge a candidate, register it, record the outcome."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from platform_assets.learning import partitions
from platform_assets.pipeline.inputs import compute_rows, current_snapshot, table_input
from platform_assets.pipeline.materialisation import Materialisation, Provenance
from platform_assets.pipeline.model_tables import MONTH, trainings_contract
from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
from platform_assets.pipeline.publishing import publish_rows
from platform_assets.pipeline.training_code import code_digest
from platform_assets.pipeline.workspace import DIRTY, Workspace, code_commit
from platform_assets.quality.contract import Contract, contract_window
from platform_assets.quality.rules import SPARK_TYPES

if TYPE_CHECKING:
    from platform_assets.lake import Window
    from platform_assets.learning.candidate import Candidate
    from platform_assets.learning.training_set import TrainingSet


@dataclass(frozen=True)
class Training:
    """A finished training: the registered version, the candidate with its gates, and the published record."""

    version: int
    candidate: Candidate
    record: Materialisation


def train_model(
    workspace: Workspace,
    product: Product,
    name: str,
    as_of: str,
    reason: str,
    run_id: str | None = None,
    evidence: str | None = None,
) -> Training:
    """Train a candidate on everything whose label is known once partition ``as_of`` is delivered, and register it.

    Args:
        reason: why it is trained; recorded on the version.
        run_id: MLflow run to log into; by default a new one.
        evidence: what the reason was found in, as JSON; recorded on run and version if given.

    Raises:
        TrainingError: there is nothing to learn from; nothing was registered.
        TrackingError: MLflow does not answer; no alias was moved.
    """
    from platform_assets.learning.registering import train_and_register
    from platform_assets.pipeline.backtest.trainings import keep_from_production

    model, registry, begun = product.models[name], workspace.registry(name), time.process_time()
    rows = training_rows(workspace, product, model, as_of)
    reading = time.process_time() - begun
    version, candidate = train_and_register(
        registry,
        model,
        rows,
        searches=workspace.searches,
        tags=_tags(workspace, product, reason, evidence),
        run_id=run_id,
    )
    for table, snapshot in rows.snapshots.items():
        workspace.lake.tag(table, snapshot, f"{name}-v{version}")
    record = _record(workspace, product, model, as_of, reason, version, candidate, rows.snapshots)
    keep_from_production(workspace, product, model, candidate, reading + candidate.cpu_seconds)
    return Training(version, candidate, record)


def training_rows(
    workspace: Workspace,
    product: Product,
    model: MonitoredModelDeclaration,
    as_of: str,
    snapshots: Mapping[str, int] | None = None,
) -> TrainingSet:
    """Features of every partition whose label is known as of ``as_of``, joined with the labels.

    With ``training.max_rows`` partition by partition, so that no more than one of them and the sample is in memory.

    Args:
        snapshots: what to read, by table of the features and of the labels; by default the current snapshots.
    """
    from platform_assets.learning.segment import rows_where
    from platform_assets.learning.training_set import training_set_of_parts

    feature_set = product.feature_sets[model.feature_set]
    tables = [product.table(name) for name in (model.feature_set, model.label.dataset)]
    read = dict(snapshots or {table: current_snapshot(workspace, table) for table in tables})
    known = labelled_partitions(feature_set, model, as_of)
    spans = [(known[0], known[-1])] if model.training.max_rows is None else [(month, month) for month in known]

    def part(first: str, last: str) -> tuple[pa.Table, pa.Table]:
        features = workspace.lake.read(tables[0], spanning(feature_set, first, last), snapshot_id=read[tables[0]])
        features = rows_where(features, model.where, f"model '{model.name}', {model.feature_set}")
        return features, label_rows(workspace, product, model, first, last, read[tables[1]])

    return training_set_of_parts(
        model,
        (part(first, last) for first, last in spans),
        feature_columns=feature_set.feature_columns,
        keys=feature_set.keys,
        event_time=_time_column(feature_set),
        as_of=as_of,
        snapshots=read,
    )


def labelled_partitions(feature_set: Contract, model: MonitoredModelDeclaration, as_of: str) -> list[str]:
    """Partitions whose labels are known as of ``as_of``; raises TrainingError if there is none."""
    from platform_assets.learning.errors import TrainingError

    first = feature_set.partitions.start if feature_set.partitions else as_of
    known = partitions.labelled_partitions(first, as_of, model.label.delay_partitions)
    if not known:
        raise TrainingError(
            f"model '{model.name}' as of {as_of}: no partition's labels are known yet; labels come "
            f"{model.label.delay_partitions} partitions late. Train as of a later partition."
        )
    return known


def label_rows(
    workspace: Workspace,
    product: Product,
    model: MonitoredModelDeclaration,
    first: str,
    last: str,
    snapshot_id: int,
) -> pa.Table:
    """Labels of the partitions ``first`` to ``last``: the feature set's keys and the label (nullable int)."""
    dataset, feature_set = product.datasets[model.label.dataset], product.feature_sets[model.feature_set]
    window = spanning(dataset, first, last)
    source = table_input(workspace, product, dataset.name, snapshot_id, window, first)
    keys = [(name, SPARK_TYPES[feature_set.column(name).type]) for name in feature_set.keys]
    return compute_rows(
        workspace,
        f"label {model.name} {first} to {last}",
        product.function(model.label.function),
        {dataset.name: source},
        [*keys, (model.label.column, "int")],
    )


def spanning(contract: Contract, first: str, last: str) -> Window:
    """The time from the partition ``first`` to ``last``, both included."""
    from platform_assets.lake import Window

    begin, end = contract_window(contract, first), contract_window(contract, last)
    if begin is None or end is None:
        raise ValueError(f"'{contract.name}' has no partitions, but labels and features of a model must have them.")
    return Window(begin.column, begin.start, end.end)


def _time_column(contract: Contract) -> str:
    window = contract_window(contract, contract.partitions.start if contract.partitions else None)
    if window is None:
        raise ValueError(f"'{contract.name}' has no partitions, but the features of a model must have them.")
    return window.column


def _tags(workspace: Workspace, product: Product, reason: str, evidence: str | None) -> dict[str, str]:
    commit = code_commit()
    return {
        "reason": reason,
        **({"retraining_evidence": evidence} if evidence else {}),
        "code_commit": commit,
        "code_dirty": str(commit.endswith(DIRTY)).lower(),
        "code_digest": code_digest(product),
        "dagster_run_id": workspace.run_id,
    }


def _record(
    workspace: Workspace,
    product: Product,
    model: MonitoredModelDeclaration,
    as_of: str,
    reason: str,
    version: int,
    candidate: Candidate,
    snapshots: dict[str, int],
) -> Materialisation:
    metrics = candidate.metrics
    row: dict[str, Any] = {
        MONTH: partitions.window(as_of)[0],
        "model_version": version,
        "accepted": candidate.accepted,
        "reason": reason,
        "auc": metrics.auc,
        "brier": metrics.brier,
        "log_loss": metrics.log_loss,
        "calibration_error": metrics.calibration_error,
        "baseline_auc": candidate.baseline_metrics.auc,
        "champion_auc": candidate.champion_metrics.auc if candidate.champion_metrics else None,
        "gates": json.dumps([vars(gate) for gate in candidate.gates]),
        "parameters": json.dumps(candidate.parameters, sort_keys=True),
        "rows": candidate.rows,
        "trained_from": candidate.train_window[0],
        "trained_to": candidate.train_window[1],
        "digest": candidate.digest,
        "seconds": candidate.seconds,
    }
    contract = trainings_contract(model)
    provenance = Provenance(snapshots, {"model-version": str(version)})
    return publish_rows(workspace, product.name, contract, as_of, rows_under(contract, [row]), provenance)


def rows_under(contract: Contract, rows: list[dict[str, Any]]) -> pa.Table:
    """Python rows as Arrow rows under a contract's types."""
    from platform_assets.lake.schema import arrow_schema

    nullable = [field.with_nullable(True) for field in arrow_schema(contract.table("rows").columns)]
    return pa.Table.from_pylist(rows, schema=pa.schema(nullable))
