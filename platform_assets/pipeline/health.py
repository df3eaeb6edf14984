"""The declared rules of pipeline health, and what they say of all assets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from platform_assets.quality.health import HealthFinding, HealthRule, Materialised, health_table, judge_health
from platform_assets.quality.rate_of_change.strategies.batch_normal import BatchNormal

#: Materialisations of an asset that count, the newest ones; a bound on what is read of Dagster's event log.
REMEMBERED = 30


def _usual(noun: str, measure: str, did: str, tolerance: float) -> HealthRule:
    return HealthRule(
        name=f"usual_{noun}",
        description=f"The newest materialisation of each asset {did} as those before it.",
        measure=measure,
        strategy=BatchNormal(kind="batch_normal", deviations=4),
        minimum_history=8,
        tolerance=tolerance,
        before="pass",
    )


# Durations depend on who else uses the machine, rows and bytes on the month; only what is also large counts.
HEALTH = (
    _usual("duration", "seconds", "took about as long", tolerance=1.0),
    _usual("rows", "rows", "published about as many rows", tolerance=0.5),
    _usual("bytes", "bytes", "wrote about as many bytes", tolerance=0.5),
    _usual("cost", "usd", "cost about as much", tolerance=1.0),
)


@dataclass(frozen=True)
class HealthReport:
    """The findings of all rules, and a Markdown table of them."""

    findings: Sequence[HealthFinding]
    table: str

    def plots(self, finding: HealthFinding) -> dict[str, str]:
        """An SVG for each asset that a finding calls unusual."""
        from platform_assets.quality.rate_of_change.plot import change_plot_svg

        measure = finding.rule.measure
        return {asset: change_plot_svg(f"{asset}: {measure}", finding.by_asset[asset]) for asset in finding.unusual}


def health_report(series: Mapping[str, Sequence[Materialised]], rules: Sequence[HealthRule] = HEALTH) -> HealthReport:
    """Judge the newest materialisation of every asset.

    Args:
        series: materialisations by asset, oldest first.
    """
    findings = [judge_health(rule, series) for rule in rules]
    return HealthReport(findings, health_table(findings))
