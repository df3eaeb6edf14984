"""The table ``platform.alerts``: a row for every breach from its beginning on, for people and for sinks to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from platform_assets.lake import ColumnSpec, Lake, TableSpec
from platform_assets.lake.attempts import MAX_ATTEMPTS
from platform_assets.lake.errors import PublishConflict, TableNotFound
from platform_assets.lake.guards import TableMoved, unmoved_since
from platform_assets.lake.partitions import WHOLE_TABLE
from platform_assets.pipeline.alert_edges import follow, newest_by_rule
from platform_assets.pipeline.model_tables import predictions_contract
from platform_assets.quality.alert import Alert, Sighting, Watch
from platform_assets.quality.rate_of_change.rule import WatchedContract
from platform_assets.quality.watched import ComparedContract

if TYPE_CHECKING:
    from platform_assets.pipeline.product import Product

NO_DRIFT = "no_drift"
#: A drift that pauses for a single partition is the same drift.
DRIFT_COOL_DOWN = 1

ALERTS = TableSpec(
    "platform.alerts",
    (
        ColumnSpec("alert_id", "string", False, "Identifies one breach."),
        ColumnSpec("asset", "string", False, "Asset whose rule is broken."),
        ColumnSpec("rule", "string", False, "The rule; also the name of the asset check."),
        ColumnSpec("owner", "string", False, "Who answers for the asset."),
        ColumnSpec("action", "string", False, "What the declaration does with a breach: alert, block or retrain."),
        ColumnSpec("partition", "string", False, "Partition in which the breach began."),
        ColumnSpec("message", "string", False, "What was found in it."),
        ColumnSpec("first_seen", "timestamp", False, "When that was found (UTC)."),
        ColumnSpec("last_partition", "string", False, "Newest partition in which it stood."),
        ColumnSpec("resolved_partition", "string", True, "Partition in which it had ended; missing while it stands."),
        ColumnSpec("resolved_at", "timestamp", True, "When that was found (UTC)."),
        ColumnSpec("resolution", "string", True, "What was found then, or who released it and why."),
    ),
)


def watches(product: Product) -> list[Watch]:
    """Every rule of a product whose breach is an alert: rates of change, drift of tables, and drift of each model."""
    tables: list[WatchedContract] = [*product.datasets.values(), *product.feature_sets.values()]
    tables += [
        predictions_contract(model, product.feature_sets[model.feature_set]) for model in product.models.values()
    ]
    rules = [
        Watch(table.name, rule.name, table.owner, rule.on_breach, rule.cool_down_partitions)
        for table in tables
        for rule in table.rate_of_change
    ]
    drifts = [
        Watch(table.name, check, table.owner, table.drift.on_breach, DRIFT_COOL_DOWN)
        for table in tables
        if isinstance(table, ComparedContract) and table.drift is not None
        for check in table.drift_checks
    ]
    reports = [
        Watch(
            f"{model.name}_drift_report",
            NO_DRIFT,
            model.owner,
            "retrain" if model.retraining.watches_drift else "alert",
            DRIFT_COOL_DOWN,
        )
        for model in product.models.values()
    ]
    return [*rules, *drifts, *reports]


def read_alerts(lake: Lake) -> list[Alert]:
    """Every alert there was, oldest first."""
    return _read(lake)[1]


def record_sightings(lake: Lake, sightings: Mapping[Watch, Sequence[Sighting]], run_id: str) -> list[Alert]:
    """Write the alerts that began, went on or ended with what was found; returns those that began or ended.

    All of them become visible by one publish; if nothing changed, nothing is published.

    Raises:
        PublishConflict: other writers of the table were faster too many times; nothing was written.
    """
    for _ in range(MAX_ATTEMPTS):
        snapshot, known = _read(lake)
        newest = newest_by_rule(known)
        changed = [
            alert
            for watch, found in sightings.items()
            for alert in follow(watch, newest.get((watch.asset, watch.rule)), found)
        ]
        if not changed or _written(lake, {alert.alert_id: alert for alert in [*known, *changed]}, snapshot, run_id):
            stood = {alert.alert_id: alert.is_open for alert in known}
            return [alert for alert in changed if stood.get(alert.alert_id) != alert.is_open]
    raise PublishConflict(ALERTS.name, MAX_ATTEMPTS)


def _read(lake: Lake) -> tuple[int | None, list[Alert]]:
    try:
        snapshot = lake.snapshot_id(ALERTS.name)
    except TableNotFound:
        return None, []
    rows = lake.read(ALERTS.name, snapshot_id=snapshot).to_pylist()
    return snapshot, sorted(map(Alert.model_validate, rows), key=lambda alert: (alert.first_seen, alert.alert_id))


def _written(lake: Lake, alerts: Mapping[str, Alert], snapshot: int | None, run_id: str) -> bool:
    """Replace the whole table, which stays one small file, unless it is no longer at ``snapshot``."""
    import pyarrow as pa

    rows = pa.Table.from_pylist([alert.model_dump() for alert in alerts.values()])
    try:
        lake.publish_rows(ALERTS, WHOLE_TABLE, rows, {"run-id": run_id}, guard=unmoved_since(snapshot))
    except TableMoved:
        return False
    return True
