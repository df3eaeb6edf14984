"""A table's rules on one partition, answered from profiles alone, as checks of the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from platform_assets.quality.alert import VERDICT
from platform_assets.quality.audit import CheckResult
from platform_assets.quality.rate_of_change.judge import Judgement, judge
from platform_assets.quality.rate_of_change.plot import change_plot_svg
from platform_assets.quality.rate_of_change.rule import RateOfChange
from platform_assets.quality.rate_of_change.series import Point

if TYPE_CHECKING:
    from platform_assets.quality.profile import TableProfile

_REMEDY = " See whether the source changed; if the change is real, {release}correct the rule in defs.yaml."


def judge_partition(
    rule: RateOfChange, partition: str, profile: TableProfile, earlier: Mapping[str, TableProfile | None]
) -> Judgement:
    """Judge one partition; ``earlier`` has every partition before it in order, None where there is no profile."""
    expression = rule.expression
    history = [Point(label, None if before is None else expression.value(before)) for label, before in earlier.items()]
    return judge(rule, rule.metric, Point(partition, expression.value(profile)), history)


def change_checks(
    rules: Sequence[RateOfChange],
    partition: str,
    profile: TableProfile,
    earlier: Mapping[str, TableProfile | None],
) -> list[CheckResult]:
    """One check a rule."""
    return [as_check(rule, judge_partition(rule, partition, profile, earlier)) for rule in rules]


def as_check(rule: RateOfChange, found: Judgement) -> CheckResult:
    """A judgement as an answer of the audit: 'cannot tell' passes only if the rule says so, and says so itself."""
    breach, unclear = found.verdict == "anomaly", found.verdict == "cannot_tell"
    passed = not breach and not (unclear and rule.before != "pass")
    blocking = (breach and rule.on_breach == "block") or (unclear and rule.before == "block")
    remedy = _REMEDY.format(release="release the partition from quarantine or " if blocking else "") if breach else ""
    return CheckResult(
        name=rule.name,
        passed=passed,
        blocking=blocking,
        message=found.message + remedy,
        details={
            VERDICT: found.verdict,
            "metric": rule.metric,
            "value": found.current.value,
            "expected low": found.expected.low if found.expected else None,
            "expected high": found.expected.high if found.expected else None,
            "strategy": rule.strategy.kind,
            "on breach": rule.on_breach,
            "history": {point.label: point.value for point in found.history},
        },
        picture=change_plot_svg(f"{rule.name}: {rule.metric}", found),
    )
