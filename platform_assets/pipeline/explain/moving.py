"""What moved a prediction: its features' contributions, and whether the model still gives the same probability."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from platform_assets.lake import Window
from platform_assets.pipeline.explain.link import Link, resolved
from platform_assets.pipeline.explain.model_version import load_model
from platform_assets.pipeline.explain.rows import one_row
from platform_assets.pipeline.explain.surroundings import Surroundings

if TYPE_CHECKING:
    import pyarrow as pa

    from platform_assets.learning.model import ModelMetadata

CONTRIBUTIONS = "feature contributions"


def contributions_link(around: Surroundings, prediction: Mapping[str, Any], partition: str) -> Link:
    """Contributions of every feature to the log-odds, against the rows that the version was validated on."""
    version, snapshot = prediction["model_version"], prediction["feature_snapshot"]
    name = f"{around.model.name}@{version}"

    def look() -> Link:
        from platform_assets.learning.contributions import contributions

        model = load_model(around, version)
        row = one_row(around, around.feature_set, snapshot, partition, _key(around, prediction))
        background = around.once(("validation rows", version), lambda: _validation_rows(around, model.metadata))
        found = contributions(model, row, background, seed=model.metadata.seed)
        probability = float(model.predict(row)[0])
        facts = {
            "unit": "log-odds",
            "expected": found.expected,
            "predicted": found.predicted,
            "background rows": found.background_rows,
            "background": f"rows of {around.features_table} from {model.metadata.validation_from} on",
            "probability now": probability,
            "features": [vars(one) for one in found.features],
        }
        recorded = prediction["probability"]
        same = probability == recorded
        return Link(CONTRIBUTIONS, name, facts, None if same else _other_probability(recorded, probability))

    return resolved(CONTRIBUTIONS, name, look)


def _key(around: Surroundings, prediction: Mapping[str, Any]) -> dict[str, Any]:
    return {name: prediction[name] for name in around.feature_set.keys}


def _validation_rows(around: Surroundings, metadata: ModelMetadata) -> pa.Table:
    """The feature rows of the version's validation window, in the order of its training set."""
    from platform_assets.learning.segment import rows_where

    snapshot = metadata.snapshots[around.features_table]
    around.versions(around.features_table).snapshot(snapshot)
    column = metadata.event_time
    start, last = (datetime.fromisoformat(text) for text in (metadata.validation_from, metadata.trained_to))
    names = list(dict.fromkeys([column, *metadata.keys, *metadata.features, *around.model.where]))
    window = Window(column, start, last)
    rows = around.lake.read(around.features_table, window, columns=names, snapshot_id=snapshot)
    rows = rows_where(rows, around.model.where, f"model '{around.model.name}', {around.features_table}")
    return rows.sort_by([(name, "ascending") for name in dict.fromkeys([column, *metadata.keys])])


def _other_probability(recorded: float, now: float) -> str:
    return (
        f"the model gives {now!r} for this row, but {recorded!r} was predicted: the libraries, or the model's files, "
        "are not those of the time. Compare with 'platform reproduce'."
    )
