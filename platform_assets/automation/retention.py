"""Retention every night: one job over all tables of the lake, and the schedule that starts it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from platform_assets.automation.news.place import OWNER_TAG
from platform_assets.pipeline.asset_owners import PLATFORM_OWNER

if TYPE_CHECKING:
    from platform_assets.pipeline.product import Product

# In the hours in which the fewest partitions are delivered; publishes may run at the same time.
EVERY_NIGHT = "40 3 * * *"
ABOUT = "Expires old rows and replaced versions as declared, merges small files, deletes files that nothing refers to."


class Tables(dg.Config):
    """What a run looks after."""

    tables: list[str] = Field(
        default_factory=list, description="Tables, as in flight_delay.flights; left out: all of the lake."
    )


def retention(products: "Sequence[Product]") -> dg.Definitions:
    """The job ``retention`` and its nightly schedule."""

    @dg.op(name="apply_retention", description=ABOUT, required_resource_keys={"workspace"})
    def apply(context: dg.OpExecutionContext, config: Tables) -> None:
        from platform_assets.lake.errors import LakeError
        from platform_assets.notebook import open_lake
        from platform_assets.pipeline.retention import declared_policies, run_retention
        from platform_assets.pipeline.retention_summary import price_list, result_figures

        try:
            lake = open_lake(context.resources.workspace.settings)
            done = run_retention(lake, declared_policies(products), datetime.now(UTC), context.run_id, config.tables)
        except LakeError as error:
            raise dg.Failure(description=str(error), allow_retries=False) from error
        figures = [result_figures(each, price_list(lake)) for each in done.results]
        assets = {
            product.table(name): name for product in products for name in {**product.datasets, **product.feature_sets}
        }
        for each in figures:
            if each["table"] in assets:
                for event in _observations(assets[each["table"]], each):
                    context.log_event(event)
        context.add_output_metadata(_metadata(figures, done.abandoned_bytes))

    @dg.job(name="retention", description=ABOUT, tags={OWNER_TAG: PLATFORM_OWNER})
    def job() -> None:
        apply()

    schedule = dg.ScheduleDefinition(
        name="retention_nightly",
        job=job,
        cron_schedule=EVERY_NIGHT,
        description=ABOUT,
        # Storage that only shrinks if somebody remembers does not shrink. Without a declaration no row ever expires.
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    return dg.Definitions(jobs=[job], schedules=[schedule])


def _observations(asset: str, figures: dict[str, Any]) -> list[dg.AssetObservation]:
    """What happened to an asset's table; a month that expired says so in its own history.

    Dagster's open-source storage cannot take back the materialisation of a single partition, so the partition stays
    green; its last event then says that its rows expired, and when.
    """
    from platform_assets.pipeline.retention_summary import in_words

    facts = {
        "retention": in_words(figures),
        "bytes before": figures["before"]["bytes"],
        "bytes now": figures["now"]["bytes"],
        "bytes after": figures["after"]["bytes"],
    }
    expired = [
        dg.AssetObservation(asset, partition=month, metadata={"retention": "expired: its rows are gone"})
        for month in figures["expired"]
    ]
    return [dg.AssetObservation(asset, metadata=facts), *expired]


def _metadata(figures: Sequence[dict[str, Any]], abandoned: int) -> dict[str, Any]:
    from platform_assets.pipeline.retention_summary import markdown, total

    sides = {side: total(figures, side) for side in ("before", "now", "after")}
    return {
        "tables": dg.MetadataValue.md(markdown(figures)),
        **{f"bytes {side}": int(totals["bytes"]) for side, totals in sides.items()},
        **{f"dollars a month {side}": round(totals["monthly_dollars"], 4) for side, totals in sides.items()},
        "abandoned bytes deleted": abandoned,
    }
