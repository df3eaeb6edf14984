"""The alerts sensor: answers of rate-of-change and drift checks become alerts when a breach begins, and end with it."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from platform_assets.automation.interval import SENSOR_SECONDS
from platform_assets.quality.alert import RELEASED, VERDICT

if TYPE_CHECKING:
    from dagster._core.events.log import EventLogEntry
    from dagster._core.storage.event_log import EventLogStorage

    from platform_assets.pipeline.product import Product
    from platform_assets.quality.alert import Alert, Sighting, Watch

# Answers of a check that one query reads; mostly one of them is new.
ANSWERS_A_PAGE = 25
ANSWERED = frozenset({AssetCheckExecutionRecordStatus.SUCCEEDED, AssetCheckExecutionRecordStatus.FAILED})
BREACHED = {"anomaly": True, "drift": True, "ok": False, "stable": False, RELEASED: False}


def alerts_sensor(product: "Product") -> dg.SensorDefinition:
    """Follows the checks of a product; its cursor is the time of the newest answer of each."""
    name = f"{product.name}_alerts"

    @dg.sensor(
        name=name,
        description=f"Keeps platform.alerts: a row for every breach of a rate of change or drift of {product.name}.",
        target=dg.AssetSelection.groups(product.name),
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=SENSOR_SECONDS,
        required_resource_keys={"workspace"},
    )
    def alerts(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        from platform_assets.pipeline.alerts import record_sightings, watches

        seen: dict[str, float] = json.loads(context.cursor) if context.cursor else {}
        news = _news(context.instance, watches(product), seen)
        if not news:
            return dg.SkipReason("No check that can raise an alert was answered.")
        workspace = context.resources.workspace.open(f"sensor {name}")
        found = {watch: [sighting for each in new if (sighting := _sighting(each))] for watch, new in news.items()}
        edges = record_sightings(workspace.lake, found, workspace.run_id)
        newest = {_name(watch): _seconds(new[-1]) for watch, new in news.items()}
        return dg.SensorResult(asset_events=list(map(_event, edges)), cursor=json.dumps({**seen, **newest}))

    return alerts


def _news(
    instance: dg.DagsterInstance, watched: "list[Watch]", seen: dict[str, float]
) -> "dict[Watch, list[EventLogEntry]]":
    """What each check answered since, oldest first; one query tells which checks may have anything new."""
    storage = instance.event_log_storage
    keys = {dg.AssetCheckKey(dg.AssetKey(watch.asset), watch.rule): watch for watch in watched}
    found = {}
    for key, latest in storage.get_latest_asset_check_execution_by_key(list(keys)).items():
        watch = keys[key]
        since = seen.get(_name(watch), 0.0)
        # While a run is on its way, others may have been answered before it.
        if latest.status in ANSWERED and latest.event is not None and _seconds(latest.event) <= since:
            continue
        new = _answers(storage, key, since)
        if new:
            found[watch] = sorted(new, key=_seconds)
    return found


def _answers(storage: "EventLogStorage", key: dg.AssetCheckKey, since: float) -> "list[EventLogEntry]":
    """Every answer of a check after a moment, however many there are."""
    found: list[EventLogEntry] = []
    before = None
    while True:
        page = storage.get_asset_check_execution_history(key, ANSWERS_A_PAGE, before, set(ANSWERED))
        new = [record.event for record in page if record.event is not None and _seconds(record.event) > since]
        found += new
        if not new or len(page) < ANSWERS_A_PAGE:
            return found
        before = page[-1].id


def _sighting(answered: "EventLogEntry") -> "Sighting | None":
    from platform_assets.quality.alert import Sighting

    event = answered.dagster_event
    if event is None or event.event_type != dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        return None
    answer = event.asset_check_evaluation_data
    if answer.partition is None or VERDICT not in answer.metadata:
        return None
    return Sighting(
        partition=answer.partition,
        breached=BREACHED.get(str(answer.metadata[VERDICT].value)),
        message=answer.description or "",
        seen=_moment(answered.timestamp),
    )


def _moment(timestamp: float) -> datetime:
    """Whole microseconds, as the cursor and the table keep them."""
    return datetime.fromtimestamp(timestamp, UTC)


def _seconds(answered: "EventLogEntry") -> float:
    return _moment(answered.timestamp).timestamp()


def _name(watch: "Watch") -> str:
    return f"{watch.asset}:{watch.rule}"


def _event(alert: "Alert") -> dg.AssetObservation:
    """The edge on the asset's own timeline."""
    return dg.AssetObservation(
        alert.asset,
        partition=alert.resolved_partition or alert.last_partition,
        description=alert.message,
        metadata={
            "alert": alert.alert_id,
            "state": "open" if alert.is_open else "resolved",
            "rule": alert.rule,
            "owner": alert.owner,
            "on breach": alert.action,
            "since": alert.partition,
        },
    )
