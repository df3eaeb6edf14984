"""One decision per delivered partition: the first rule that applies."""

from collections.abc import Callable

from platform_assets.learning.declaration import RetrainingDeclaration
from platform_assets.learning.policy.already_trained import already_trained
from platform_assets.learning.policy.cool_down import cool_down
from platform_assets.learning.policy.decision import REASONS_TO_TRAIN, Finding, RetrainingDecision
from platform_assets.learning.policy.evidence import Evidence
from platform_assets.learning.policy.first_model import first_model
from platform_assets.learning.policy.new_labels import too_few_new_labels
from platform_assets.learning.policy.reasons import first_reason
from platform_assets.learning.policy.too_few_labels import too_few_labels

_RULES: tuple[Callable[[RetrainingDeclaration, Evidence], Finding | None], ...] = (
    too_few_labels,
    already_trained,
    first_model,
    cool_down,
    too_few_new_labels,
    first_reason,
)


def decide(policy: RetrainingDeclaration, evidence: Evidence) -> RetrainingDecision:
    """The first rule that applies, in this order.

    Too few labels, or already trained as of this partition: no. No champion: train, without a cool-down, because
    while nothing is served a refused candidate is best followed by another as soon as there are new labels.
    Otherwise the cool-down counts from the latest training, refused or not, since it limits cost, and so do the new
    labels; after them come the declared reasons.
    """
    for rule in _RULES:
        finding = rule(policy, evidence)
        if finding is not None:
            break
    else:
        finding = Finding("no_reason", f"None of the declared reasons to retrain holds as of {evidence.as_of}.")
    return RetrainingDecision(finding.code in REASONS_TO_TRAIN, finding.code, finding.reason, evidence.record())
