"""Finds the row that a question is about, in the current predictions or in an older version of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from platform_assets.pipeline.explain.errors import NotExplained
from platform_assets.pipeline.explain.identity import PredictionId, as_text, key_digest, prediction_id
from platform_assets.pipeline.explain.question import Question, key_values
from platform_assets.pipeline.explain.rows import with_values
from platform_assets.pipeline.explain.surroundings import Surroundings
from platform_assets.pipeline.model_tables import predictions_contract

if TYPE_CHECKING:
    import pyarrow as pa

    from platform_assets.lake.history import Version


@dataclass(frozen=True)
class Located:
    """A prediction and the version of the table that it was read from."""

    identifier: PredictionId
    row: Mapping[str, Any]
    snapshot: int


def locate(around: Surroundings, question: Question) -> Located:
    """The prediction that is asked for.

    Raises:
        NotExplained: there is none.
        LakeError: the table, or the version of it that is asked for, is not there.
    """
    versions = around.versions(around.predictions_table)
    keys = around.feature_set.keys
    if question.as_of is not None:
        snapshots: Iterator[int] = iter([versions.snapshot(question.as_of)])
    elif question.identifier is not None:
        snapshots = _snapshots_with(around, question.identifier)
    else:
        snapshots = iter([versions.current])
    for snapshot in snapshots:
        rows = around.lake.read(around.predictions_table, versions.scope(question.partition), snapshot_id=snapshot)
        row = _matching(around, question, rows)
        if row is not None:
            identifier = prediction_id(around.model.name, question.partition, row, keys)
            return Located(identifier, row, snapshot)
    raise NotExplained(_nothing_found(around, question))


def _snapshots_with(around: Surroundings, wanted: PredictionId) -> Iterator[int]:
    """Versions of the table that can hold the prediction, the current one first."""
    versions = around.versions(around.predictions_table)
    yield versions.current
    for version in versions.history():
        if not version.current and _made(around, version, wanted):
            yield version.snapshot_id


def _made(around: Surroundings, version: Version, wanted: PredictionId) -> bool:
    inputs = json.loads(version.facts.get("inputs", "{}"))
    return (
        version.partition == wanted.partition
        and version.facts.get("model-version") == str(wanted.model_version)
        and inputs.get(around.features_table) == wanted.feature_snapshot
    )


def _matching(around: Surroundings, question: Question, rows: pa.Table) -> dict[str, Any] | None:
    wanted, contract = question.identifier, predictions_contract(around.model, around.feature_set)
    if wanted is None:
        values = key_values(contract, question.key or {})
    else:
        values = {"model_version": wanted.model_version, "feature_snapshot": wanted.feature_snapshot}
    found: list[dict[str, Any]] = with_values(rows, values).to_pylist()
    if wanted is not None:
        name, keys = around.model.name, around.feature_set.keys
        found = [row for row in found if key_digest(name, row, keys) == wanted.key_digest]
    return found[0] if found else None


def _nothing_found(around: Surroundings, question: Question) -> str:
    table = around.predictions_table
    if question.identifier is not None:
        return (
            f"No version of '{table}' that is kept has the prediction {question.identifier}. Either it is of another "
            "model, or the version that held it has expired; see which are kept with "
            f"'platform data history {table}'."
        )
    key = ", ".join(f"{name}={as_text(value)}" for name, value in (question.key or {}).items())
    version = "the current version" if question.as_of is None else f"version {question.as_of}"
    return (
        f"{version.capitalize()} of '{table}' has no prediction of {key} in partition {question.partition}. "
        f"Look at what it has with 'platform data read {table} --partition {question.partition}'."
    )
