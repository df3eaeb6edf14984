"""Pipeline health: how long assets take, what they write and cost, each a series with the rules of rate of change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from platform_assets.quality.rate_of_change.figures import figure, range_words
from platform_assets.quality.rate_of_change.judge import Judgement, judge
from platform_assets.quality.rate_of_change.rule import ChangeRule
from platform_assets.quality.rate_of_change.series import Point

Measure = Literal["seconds", "rows", "bytes", "usd"]
_MARKS = {"ok": "", "anomaly": "▲ ", "cannot_tell": "? "}
_NAMED = 3


class HealthRule(ChangeRule):
    """A rule on one measure of every asset's materialisations; also an asset check of that name."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Name of the check.")
    description: str = Field(min_length=1, description="What it guards against, in a sentence.")
    measure: Measure = Field(description="seconds of the step, rows or bytes that were published, US dollars.")

    @property
    def floor(self) -> float:
        """0: nothing takes less than no time."""
        return 0.0


@dataclass(frozen=True, slots=True)
class Materialised:
    """One materialisation of an asset; None where it has no such number. ``label`` says when, and which partition."""

    label: str
    seconds: float | None = None
    rows: float | None = None
    bytes: float | None = None
    usd: float | None = None


@dataclass(frozen=True)
class HealthFinding:
    """A rule's verdict on the newest materialisation of each asset that has the measure, and all of it in words."""

    rule: HealthRule
    by_asset: Mapping[str, Judgement]

    @property
    def unusual(self) -> list[str]:
        """Assets whose newest materialisation is an anomaly."""
        return [asset for asset, found in self.by_asset.items() if found.verdict == "anomaly"]

    @property
    def unclear(self) -> list[str]:
        """Assets of which too little is known."""
        return [asset for asset, found in self.by_asset.items() if found.verdict == "cannot_tell"]

    @property
    def passed(self) -> bool:
        """Whether nothing is unusual; 'cannot tell' passes only if the rule says so."""
        return not self.unusual and (self.rule.before == "pass" or not self.unclear)

    @property
    def message(self) -> str:
        """What is unusual, or how many assets are as expected; and of how many it cannot be told yet."""
        usual = len(self.by_asset) - len(self.unusual) - len(self.unclear)
        parts = [f"{asset}: {self.by_asset[asset].message}" for asset in self.unusual[:_NAMED]]
        parts += [f"{len(self.unusual) - _NAMED} more are unusual."] * (len(self.unusual) > _NAMED)
        parts += [f"As expected: {usual} of {len(self.by_asset)} assets."] if self.by_asset else ["Nothing ran yet."]
        parts += [f"Cannot tell yet: {', '.join(self.unclear)}."] if self.unclear else []
        return " ".join(parts)


def judge_health(rule: HealthRule, series: Mapping[str, Sequence[Materialised]]) -> HealthFinding:
    """Judge each asset's newest materialisation by those before it.

    Args:
        series: materialisations by asset, oldest first.
    """
    found = {}
    for asset, runs in sorted(series.items()):
        points = [Point(run.label, getattr(run, rule.measure)) for run in runs]
        if any(point.value is not None for point in points):
            found[asset] = judge(rule, rule.measure, points[-1], points[:-1])
    return HealthFinding(rule, found)


def health_table(findings: Sequence[HealthFinding]) -> str:
    """All assets and measures as a Markdown table: the newest number, and what was expected of it."""
    assets = sorted({asset for finding in findings for asset in finding.by_asset})
    head = " | ".join(["asset", *(finding.rule.measure for finding in findings)])
    rows = [" | ".join([asset, *(_cell(finding.by_asset.get(asset)) for finding in findings)]) for asset in assets]
    return "\n".join([f"| {head} |", f"|{'---|' * (len(findings) + 1)}", *(f"| {row} |" for row in rows)])


def _cell(found: Judgement | None) -> str:
    if found is None:
        return "-"
    usual = f" ({range_words(found.expected.low, found.expected.high)})" if found.expected else ""
    return f"{_MARKS[found.verdict]}{figure(found.current.value)}{usual}"
