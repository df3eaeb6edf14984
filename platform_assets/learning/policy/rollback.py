"""When a champion gives way to the version before it: on one comparison of both on the same labelled rows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from platform_assets.learning.declaration import RollbackDeclaration
from platform_assets.learning.policy.decision import RetrainingDecision

RollbackCode = Literal["rolled_back", "no_predecessor", "not_in_charge", "too_few_rows", "within_margin"]


@dataclass(frozen=True)
class Comparison:
    """A version and its predecessor on the labelled rows of one partition that the version predicted.

    `difference` is the version's AUC minus the predecessor's, with a paired 95 % interval; the predecessor's figures
    are None if there is none, or if the rows hold one class only.
    """

    partition: str
    version: int | None
    labelled: int
    auc: float | None = None
    predecessor_version: int | None = None
    predecessor_auc: float | None = None
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None


def comparison_of(partition: str, row: Mapping[str, Any]) -> Comparison:
    """The comparison in a row of performance; figures that it lacks are None."""
    return Comparison(
        partition=partition,
        version=row["model_version"],
        labelled=row["labelled"],
        auc=row["auc"],
        predecessor_version=row.get("predecessor_version"),
        predecessor_auc=row.get("predecessor_auc"),
        difference=row.get("auc_difference"),
        difference_low=row.get("auc_difference_low"),
        difference_high=row.get("auc_difference_high"),
    )


@dataclass(frozen=True)
class RollbackDecision:
    """Whether to make `to_version` champion again; `reason` is a sentence with the figures, `evidence` JSON values."""

    roll_back: bool
    code: RollbackCode
    reason: str
    to_version: int | None
    evidence: dict[str, Any]


def decide_rollback(policy: RollbackDeclaration, comparison: Comparison, champion: int | None) -> RollbackDecision:
    """Roll back if the champion is worse than its predecessor by more than the margin, with its whole interval.

    `champion` is the present one. Rows that another version predicted say nothing of it: after a rollback the same
    partition is no evidence against the version that came back, and the next one is only once that predicted it.
    """
    code, reason = _judged(policy, comparison, champion)
    rolls = code == "rolled_back"
    return RollbackDecision(rolls, code, reason, comparison.predecessor_version if rolls else None, asdict(comparison))


def instead_of_retraining(decision: RollbackDecision, as_of: str) -> RetrainingDecision:
    """What a rollback makes of the question whether to train as of the same partition: no."""
    return RetrainingDecision(False, "rolled_back", decision.reason, {"as_of": as_of, "comparison": decision.evidence})


def _judged(policy: RollbackDeclaration, seen: Comparison, champion: int | None) -> tuple[RollbackCode, str]:
    if seen.version is None or seen.version != champion:
        return "not_in_charge", f"{seen.partition} was not predicted by version {champion}, which is champion."
    if seen.predecessor_version is None or seen.auc is None:
        return "no_predecessor", f"There is no earlier champion to compare version {champion} with."
    if seen.labelled < policy.minimum_rows:
        needed = f"a comparison needs {policy.minimum_rows}"
        return "too_few_rows", f"{seen.labelled} rows of {seen.partition} are labelled; {needed}."
    if seen.predecessor_auc is None or seen.difference is None or seen.difference_high is None:
        return "too_few_rows", f"The labelled rows of {seen.partition} do not determine an AUC."
    figures = (
        f"On {seen.labelled} labelled rows of {seen.partition}, AUC of version {seen.version} is {seen.auc:.4f}, of "
        f"its predecessor, version {seen.predecessor_version}, {seen.predecessor_auc:.4f}: a difference of "
        f"{seen.difference:+.4f} ({seen.difference_low:+.4f} to {seen.difference_high:+.4f})"
    )
    if seen.difference_high >= -policy.margin:
        return "within_margin", f"{figures}, not surely worse than the tolerated {-policy.margin:+.4f}."
    return "rolled_back", f"{figures}, worse than the tolerated {-policy.margin:+.4f}."
