"""The sensor that tells people: it gathers news, follows incidents and brings messages to the declared sinks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dagster as dg

from platform_assets.alerts.declaration import Alerting
from platform_assets.alerts.errors import AlertsNotDelivered
from platform_assets.automation.alert_state import keep_state, read_state

if TYPE_CHECKING:
    from platform_assets.alerts.state import AlertState
    from platform_assets.pipeline.product import Product

NAME = "alert_delivery"
# People read a message within minutes; each look asks Dagster's storage a handful of questions.
LOOK_EVERY_SECONDS = 30


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
        from platform_assets.alerts.deliver import deliver, problems
        from platform_assets.automation.alert_sinks import open_declared_sinks

        known = read_state(context.instance)
        state = _followed(context, known, products, alerting)
        if state != known:
            keep_state(context.instance, state)
        if not state.has_work:
            return dg.SkipReason("No message waits.")
        sinks, missing = open_declared_sinks(alerting)
        limits = {name: sink.messages_an_hour for name, sink in alerting.sinks.items()}
        state = deliver(state, sinks, limits, datetime.now(UTC), lambda changed: keep_state(context.instance, changed))
        if state.outbox:
            raise AlertsNotDelivered([*missing, *problems(state)], len(state.outbox))
        return dg.SkipReason(f"{state.messages - known.messages} messages were made; none waits.")

    return deliver_alerts


def _followed(
    context: dg.SensorEvaluationContext, state: AlertState, products: Sequence[Product], alerting: Alerting
) -> AlertState:
    from platform_assets.alerts.follow import follow
    from platform_assets.automation.news.champions import champion_news
    from platform_assets.automation.news.freshness import freshness_news
    from platform_assets.automation.news.levels import level_news
    from platform_assets.automation.news.place import Place
    from platform_assets.automation.news.runs import run_news
    from platform_assets.automation.news.table import table_news
    from platform_assets.notebook import open_lake

    repository = context.repository_def
    if repository is None:
        raise dg.DagsterInvariantViolationError("The alerts' sensor needs the code location that it belongs to.")
    place = Place(context.instance, repository.asset_graph, alerting.ui)
    lake = open_lake(context.resources.workspace.settings)
    models = [name for product in products for name in product.models]
    seen = state.sources
    found = {
        "runs": run_news(place, seen.get("runs"), lake.store.s3),
        "table": table_news(place, seen.get("table"), lake),
        "champions": champion_news(place, seen.get("champions"), models),
        "levels": level_news(place, seen.get("levels"), models),
        "freshness": freshness_news(place, seen.get("freshness")),
    }
    news = sorted((each for its, _ in found.values() for each in its), key=lambda each: each.at)
    followed = follow(state, news, alerting) if news else state
    return followed.model_copy(update={"sources": {name: read for name, (_, read) in found.items()}})
