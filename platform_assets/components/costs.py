"""The asset ``platform_costs``: every day it folds what was used into the cost table, and says what the month costs."""

import functools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from platform_assets.components.daily import made_daily
from platform_assets.components.failures import told_to_the_user
from platform_assets.components.resources import WorkspaceResource
from platform_assets.pipeline.asset_owners import PLATFORM_OWNER
from platform_assets.pipeline.costs.budgets import COSTS_ASSET, declared_budgets, kept_check, nearly_check
from platform_assets.pipeline.costs.usage_facts import USD

if TYPE_CHECKING:
    from platform_assets.compute.cost.budget import BudgetFinding
    from platform_assets.compute.cost.record import UsageRecord
    from platform_assets.lake import Lake
    from platform_assets.pipeline.costs.month import MonthCosts
    from platform_assets.pipeline.product import Product

ABOUT = (
    "What assets, owners, products and model versions cost this month: compute as it was used, storage as it lies, "
    "budgets, and what retention saves. Rows are in the table `platform.costs`."
)
# After retention, and before people come to work.
EVERY_MORNING = "50 5 * * *"


def costs(products: "Sequence[Product]") -> dg.Definitions:
    """The asset with two checks a budget, the job that makes it, and its daily schedule."""
    budgets = declared_budgets(products)
    specs = []
    for budget in budgets:
        words = f"{budget.in_words} costs at most {budget.declared.usd_a_month} USD a month"
        specs += [
            dg.AssetCheckSpec(nearly_check(budget), asset=COSTS_ASSET, description=f"{words}; warns before."),
            dg.AssetCheckSpec(kept_check(budget), asset=COSTS_ASSET, description=f"{words}."),
        ]

    @dg.asset(
        name=COSTS_ASSET,
        group_name="platform",
        description=ABOUT,
        owners=[PLATFORM_OWNER],
        kinds={"iceberg", "html"},
        check_specs=specs,
    )
    def platform_costs(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        from platform_assets.notebook import open_lake
        from platform_assets.pipeline.costs.daily import account

        settings, now = workspace.settings, datetime.now(UTC)
        lake = open_lake(settings)
        forgotten = functools.partial(_forgotten, context, lake, settings.deployment, now)
        with told_to_the_user():
            month = account(lake, products, settings.reports, now, context.run_id, forgotten)
        yield dg.MaterializeResult(
            metadata=_metadata(month),
            check_results=[result for finding in month.budgets for result in _results(finding)],
        )

    return made_daily(platform_costs, "account_costs", EVERY_MORNING, ABOUT)


def _forgotten(context: dg.AssetExecutionContext, lake: "Lake", deployment: str, now: datetime) -> "list[UsageRecord]":
    """Clusters that nobody billed, if this deployment has clusters; without an answer of AWS, another day."""
    from platform_assets.settings import load_emr

    clusters = load_emr()
    if clusters is None:
        return []
    from botocore.exceptions import BotoCoreError, ClientError

    from platform_assets.compute.emr.aws import Aws
    from platform_assets.pipeline.costs.clusters import forgotten_clusters

    try:
        return list(forgotten_clusters(lake, Aws(clusters.region), clusters, deployment, now, context.run_id))
    except (BotoCoreError, ClientError) as error:
        context.log.warning(
            f"Clusters that nobody billed were not looked for, as AWS does not answer ({error}). See that credentials "
            "and region are set; they are looked for again with the next run."
        )
        return []


def _metadata(month: "MonthCosts") -> dict[str, Any]:
    from platform_assets.pipeline.costs.markdown import month_markdown
    from platform_assets.pipeline.costs.plot import cost_plot_svg
    from platform_assets.pipeline.costs.words import headline
    from platform_assets.quality.rate_of_change.plot import as_markdown

    return {
        "month": month.month,
        USD: float(month.total),
        "plot": dg.MetadataValue.md(as_markdown(cost_plot_svg(month), headline(month))),
        "costs": dg.MetadataValue.md(month_markdown(month)),
        **({"html report": dg.MetadataValue.path(str(month.html))} if month.html else {}),
    }


def _results(finding: "BudgetFinding") -> Iterator[dg.AssetCheckResult]:
    budget = finding.budget
    facts: dict[str, Any] = {
        "message": finding.message,
        "spent USD": float(finding.spent),
        "spent share": round(finding.share, 4),
    }
    answers = (
        (nearly_check(budget), finding.verdict == "kept", dg.AssetCheckSeverity.WARN),
        (kept_check(budget), finding.verdict != "exceeded", dg.AssetCheckSeverity.ERROR),
    )
    for name, passed, severity in answers:
        yield dg.AssetCheckResult(
            check_name=name, passed=passed, severity=severity, description=finding.message, metadata=facts
        )
