"""Fetching from a declared source: a job to start by hand, and a schedule that runs only if declared as enabled."""

from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from platform_assets.automation.news.place import OWNER_TAG

if TYPE_CHECKING:
    from platform_assets.pipeline.product import Product
    from platform_assets.quality.dataset import DatasetDeclaration

# Monday morning: publishers of monthly files need not be asked more often.
EVERY_WEEK = "17 6 * * 1"


class Months(dg.Config):
    """What a run fetches."""

    months: list[str] = Field(
        default_factory=list, description="Months to fetch, as in 2013-02; left out: the newest that are published."
    )


def fetching(product: "Product") -> dg.Definitions:
    """A job and a schedule for every dataset of a product that declares a source."""
    jobs = {name: _job(declared) for name, declared in product.datasets.items() if declared.source is not None}
    return dg.Definitions(
        jobs=list(jobs.values()), schedules=[_schedule(product.datasets[name], job) for name, job in jobs.items()]
    )


def _job(declaration: "DatasetDeclaration") -> dg.JobDefinition:
    name = f"fetch_{declaration.name}"
    about = f"Downloads months of {declaration.name} from the declared source into the landing folder."

    @dg.op(name=f"download_{declaration.name}", description=about, required_resource_keys={"workspace"})
    def download(context: dg.OpExecutionContext, config: Months) -> None:
        from platform_assets.sources import SourceError, fetch_month, fetch_newest, source_downloader

        settings = context.resources.workspace.settings
        try:
            downloader = source_downloader(declaration, settings.downloads, context.log.info)
            for month in config.months:
                context.log.info(str(fetch_month(declaration, month, settings.landing, downloader)))
            if not config.months:
                for result in fetch_newest(declaration, settings.landing, downloader):
                    context.log.info(str(result))
        except SourceError as error:
            raise dg.Failure(description=str(error), allow_retries=False) from error

    @dg.job(name=name, description=about, tags={OWNER_TAG: declaration.owner})
    def fetch() -> None:
        download()

    return fetch


def _schedule(declaration: "DatasetDeclaration", job: dg.JobDefinition) -> dg.ScheduleDefinition:
    enabled = declaration.source is not None and declaration.source.enabled
    return dg.ScheduleDefinition(
        name=f"{job.name}_weekly",
        job=job,
        cron_schedule=EVERY_WEEK,
        description=f"Fetches the newest published months of {declaration.name}; on by default if source.enabled.",
        default_status=dg.DefaultScheduleStatus.RUNNING if enabled else dg.DefaultScheduleStatus.STOPPED,
    )
