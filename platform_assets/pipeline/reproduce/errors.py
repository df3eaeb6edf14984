"""Why a version is not even tried."""

from collections.abc import Sequence

from platform_assets.learning.errors import LearningError


class CannotReproduce(LearningError):
    """Code or libraries are not those that trained the version, so that a difference would say nothing."""

    def __init__(self, version: str, reasons: Sequence[str], remedy: str) -> None:
        super().__init__(f"{version} cannot be rebuilt here: {'; '.join(reasons)}. {remedy}")
