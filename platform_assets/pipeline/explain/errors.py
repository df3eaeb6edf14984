"""Questions that name no prediction; each message says what there is instead."""

from platform_assets.lake.errors import LakeError


class NotExplained(LakeError):
    """There is no such prediction, or the question does not say which."""
