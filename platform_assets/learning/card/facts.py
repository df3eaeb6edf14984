"""Everything a card is written from: the declaration, and what was recorded of a version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.model import ModelMetadata

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
class Champion:
    """A promotion."""

    version: int
    as_of: str
    promoted_at: datetime
    reason: str


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
class Gate:
    """A condition of the promotion, and what it found."""

    name: str
    passed: bool
    message: str


@dataclass(frozen=True)
class CardFacts:
    """What a card says."""

    declaration: ModelDeclaration
    version: int
    stage: Stage
    metadata: ModelMetadata
    run_id: str
    reason: str
    code_commit: str
    sources: Sequence[Source] = ()
    gates: Sequence[Gate] = ()
    champions: Sequence[Champion] = ()
    monitored: Sequence[Monitored] = field(default_factory=tuple)
