"""The sensor that tells people: it gathers news, follows incidents and brings messages to the declared sinks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import dagster as dg

from platform_assets.alerts.declaration import Alerting
from platform_assets.alerts.errors import AlertsNotDelivered, AlertSourcesFailed, AlertsSetAside
from platform_assets.automation.alert_state import keep_state, read_state
from platform_assets.settings import secrets_named

if TYPE_CHECKING:
    from platform_assets.alerts.state import AlertState
    from platform_assets.pipeline.product import Product

NAME = "alert_delivery"
# People read a message within minutes; each look asks Dagster's storage a handful of questions.
LOOK_EVERY_SECONDS = 30
# Dagster gives up a sensor after 60 s; a call to a sink that has begun takes 10 s at most.
LOOK_SECONDS = 40
_LOOKING = threading.Lock()


def alert_delivery(products: Sequence[Product], alerting: Alerting) -> dg.SensorDefinition:
    """One for the deployment; it exists only where sinks are declared."""

    @dg.sensor(
        name=NAME,
        description=f"Tells {', '.join(alerting.sinks)} of failures, refusals, drift, decay, promotions and budgets.",
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=LOOK_EVERY_SECONDS,
        required_resource_keys={"workspace"},
    )
    def deliver_alerts(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        # Dagster gives up a look after 60 s, but its thread goes on: a second one would tell everything again.
        if not _LOOKING.acquire(blocking=False):
            return dg.SkipReason("The look before this one is not over.")
        try:
            return _look(context, products, alerting)
        finally:
            _LOOKING.release()

    return deliver_alerts


def _look(context: dg.SensorEvaluationContext, products: Sequence[Product], alerting: Alerting) -> dg.SkipReason:
    from platform_assets.alerts.deliver import given_up, problems

    until = time.monotonic() + LOOK_SECONDS

    def has_time() -> bool:
        return time.monotonic() < until

    known = read_state(context.instance)
    state, failures = _followed(context, known, products, alerting, has_time)
    if state != known:
        keep_state(context.instance, state)
    state = _delivered(context.instance, state, alerting, has_time)
    troubles: list[Exception] = [*failures.values()][:1]
    if failures:
        troubles.append(AlertSourcesFailed(failures))
    if waits := problems(state):
        troubles.append(AlertsNotDelivered(waits, len(state.outbox)))
    if refusals := given_up(known, state):
        troubles.append(AlertsSetAside(refusals))
    if troubles:
        raise _chained(troubles)
    if not known.has_work and state.messages == known.messages:
        return dg.SkipReason("No message waits.")
    return dg.SkipReason(f"{state.messages - known.messages} messages were made; {len(state.outbox) or 'none'} waits.")


def _chained(troubles: Sequence[Exception]) -> Exception:
    """The last, which is told once, with the others, which are told at every look, as its causes."""
    for cause, trouble in pairwise(troubles):
        trouble.__cause__ = cause
    return troubles[-1]


def _delivered(
    instance: dg.DagsterInstance, state: AlertState, alerting: Alerting, has_time: Callable[[], bool]
) -> AlertState:
    """The state after delivery."""
    from platform_assets.alerts.deliver import deliver
    from platform_assets.automation.alert_sinks import open_declared_sinks

    if not state.has_work:
        return state
    sinks, now = open_declared_sinks(alerting), datetime.now(UTC)
    return deliver(state, sinks, alerting.sinks, now, lambda changed: keep_state(instance, changed), has_time)


def _followed(
    context: dg.SensorEvaluationContext,
    state: AlertState,
    products: Sequence[Product],
    alerting: Alerting,
    has_time: Callable[[], bool],
) -> tuple[AlertState, dict[str, Exception]]:
    """The state after the news, and why sources could not be read."""
    from platform_assets.alerts.follow import follow
    from platform_assets.alerts.reminding import with_reminders
    from platform_assets.automation.alert_closing import closed_by_hand
    from platform_assets.automation.alert_sources import gather
    from platform_assets.automation.news.place import Place
    from platform_assets.notebook import open_lake

    repository = context.repository_def
    if repository is None:
        raise dg.DagsterInvariantViolationError("The alerts' sensor needs the code location that it belongs to.")
    secrets = secrets_named(name for sink in alerting.sinks.values() for name in sink.secrets)
    place = Place(context.instance, repository.asset_graph, alerting.ui, tuple(secrets.values()))
    lake = open_lake(context.resources.workspace.settings)
    models = [name for product in products for name in product.models]
    found = gather(place, state.sources, models, lake, has_time)
    # What broke since is an incident of its own.
    news = [*closed_by_hand(context.instance, state.incidents.values()), *found.news]
    followed = follow(state, news, alerting) if news else state
    reminded = with_reminders(followed, alerting, datetime.now(UTC))
    return reminded.model_copy(update={"sources": found.sources}), found.failures
