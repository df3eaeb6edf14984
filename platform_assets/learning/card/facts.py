"""Everything a card is written from: the declaration, and what was recorded of a version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.gates import GateResult
from platform_assets.learning.model import ModelMetadata
from platform_assets.learning.promotions import PromotionEvent

Stage = Literal["champion", "challenger", "former champion", "refused", "candidate"]


@dataclass(frozen=True)
class Source:
    """A table that the training read.

    Attributes:
        role: what the training took from it.
        rows, committed_at: of the snapshot; None if it is gone.
    """

    table: str
    snapshot: int
    role: str
    rows: int | None = None
    committed_at: datetime | None = None


@dataclass(frozen=True)
class Monitored:
    """A partition that the version predicted: what came true, and whether its data had drifted; None while unknown."""

    partition: str
    rows: int | None = None
    auc: float | None = None
    brier: float | None = None
    calibration_error: float | None = None
    baseline_auc: float | None = None
    drift: str | None = None


@dataclass(frozen=True)
class CardFacts:
    """What a card says.

    Attributes:
        gates: what they found; None if that is not on record any more.
        promotions: of all versions of the model, oldest first.
    """

    declaration: ModelDeclaration
    version: int
    stage: Stage
    metadata: ModelMetadata
    run_id: str
    reason: str
    code_commit: str
    sources: Sequence[Source] = ()
    gates: Sequence[GateResult] | None = ()
    promotions: Sequence[PromotionEvent] = ()
    monitored: Sequence[Monitored] = field(default_factory=tuple)
