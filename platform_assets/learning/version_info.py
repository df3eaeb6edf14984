"""What is known about a registered version without loading its model: its tags in MLflow, read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_assets.learning import partitions
from platform_assets.learning.promotions import PromotionEvent

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion

PROMOTIONS = "promotions"
#: The champion of the time, beside which a candidate was judged.
COMPARED_WITH = "compared_with"


@dataclass(frozen=True)
class VersionInfo:
    """A registered version: what it was trained as of, when and why it was promoted, and its present aliases.

    `promoted_at` and `reason` are those of the latest time it became champion; `promotions` are all of them.
    """

    version: int
    as_of: str
    run_id: str
    aliases: tuple[str, ...]
    promoted_at: str | None
    reason: str | None
    tags: dict[str, str]
    promotions: tuple[PromotionEvent, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether it passed every gate when it was trained."""
        return self.tags.get("gates") == "passed"


def version_info(version: ModelVersion, aliases: Mapping[int, list[str]]) -> VersionInfo:
    """What MLflow holds of a version; `aliases` by version."""
    tags: dict[str, str] = dict(version.tags)
    number = int(version.version)
    return VersionInfo(
        version=number,
        as_of=tags.get("as_of", ""),
        run_id=str(version.run_id),
        aliases=tuple(sorted(aliases.get(number, []))),
        promoted_at=tags.get("promoted_at"),
        reason=tags.get("promotion_reason"),
        tags=tags,
        promotions=tuple(recorded_events(number, tags)),
    )


def recorded_events(version: int, tags: Mapping[str, str]) -> list[PromotionEvent]:
    """When a version became champion; of versions from before there was a history, the one time that was recorded."""
    if PROMOTIONS in tags:
        return [PromotionEvent.model_validate(event) for event in json.loads(tags[PROMOTIONS])]
    at, since = tags.get("promoted_at"), first_predicted(tags.get("as_of", ""))
    reason = tags.get("promotion_reason", "")
    return [PromotionEvent(version=version, at=at, predicts_from=since, reason=reason)] if at else []


def first_predicted(as_of: str) -> str:
    """The first partition that a version trained as of a partition predicts; empty if that is not known."""
    return partitions.next_partition(as_of) if as_of else ""
