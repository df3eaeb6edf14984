"""The asset ``pipeline_health``: every day it judges duration, rows, bytes and cost of every other asset."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from platform_assets.automation.event_log import materialisations
from platform_assets.components.daily import made_daily
from platform_assets.pipeline.asset_owners import PLATFORM_OWNER
from platform_assets.pipeline.health import HEALTH, REMEMBERED, HealthReport, health_report
from platform_assets.quality.health import HealthFinding

NAME = "pipeline_health"
ABOUT = (
    "Whether assets take as long, write as much and cost as much as they use to; from Dagster's event log, "
    f"the newest {REMEMBERED} materialisations of each."
)
EVERY_MORNING = "20 6 * * *"
_PLOTS = 5


def health() -> dg.Definitions:
    """The asset with a check a rule, the job that makes it, and its daily schedule."""

    @dg.asset(
        name=NAME,
        group_name="platform",
        description=ABOUT,
        owners=[PLATFORM_OWNER],
        kinds={"dagster"},
        check_specs=[dg.AssetCheckSpec(rule.name, asset=NAME, description=rule.description) for rule in HEALTH],
    )
    def pipeline_health(context: dg.AssetExecutionContext) -> Iterator[Any]:
        keys = context.instance.get_asset_keys()
        series = materialisations(context.instance, [key for key in keys if key != context.asset_key], REMEMBERED)
        report = health_report(series)
        yield dg.MaterializeResult(
            metadata={"assets": len(series), "health": dg.MetadataValue.md(report.table)},
            check_results=[_result(report, finding) for finding in report.findings],
        )

    return made_daily(pipeline_health, f"judge_{NAME}", EVERY_MORNING, ABOUT)


def _result(report: HealthReport, finding: HealthFinding) -> dg.AssetCheckResult:
    from platform_assets.quality.rate_of_change.plot import as_markdown

    plots = {
        f"plot of {asset}": dg.MetadataValue.md(as_markdown(svg, finding.by_asset[asset].message))
        for asset, svg in list(report.plots(finding).items())[:_PLOTS]
    }
    return dg.AssetCheckResult(
        check_name=finding.rule.name,
        passed=finding.passed,
        severity=dg.AssetCheckSeverity.WARN,
        description=finding.message,
        metadata={
            "message": finding.message,
            "unusual": len(finding.unusual),
            "cannot tell": len(finding.unclear),
            **plots,
        },
    )
