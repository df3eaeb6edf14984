"""The champion became worse than it was."""

from platform_assets.learning.declaration import ReasonsDeclaration
from platform_assets.learning.policy.decision import Finding
from platform_assets.learning.policy.evidence import Evidence, decay_known_since


def decay(reasons: ReasonsDeclaration, evidence: Evidence) -> Finding | None:
    """Holds once for every unbroken decay of a champion: until something was trained since it could be known.

    A champion decays where its AUC is below its validation by more than `on_decay`.
    """
    if reasons.on_decay is None or evidence.validation_auc is None:
        return None
    since = decay_known_since(evidence, reasons.on_decay)
    if since is None or evidence.last_training >= since:
        return None
    auc = evidence.aucs[max(evidence.aucs)]
    return Finding(
        "decay",
        f"AUC fell to {auc:.4f}, {evidence.validation_auc - auc:.4f} below the champion's validation "
        f"{evidence.validation_auc:.4f}; {reasons.on_decay:g} is tolerated. Known since {since}; the last training was "
        f"before, as of {evidence.last_training}.",
    )
