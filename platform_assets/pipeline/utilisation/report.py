"""What a job on Spark made of its machines, and what to change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platform_assets.compute.utilisation import Utilisation
    from platform_assets.compute.utilisation.advice import Advice


@dataclass(frozen=True)
class UtilisationReport:
    """What a job made of its machines, or why that is not known or not kept.

    Attributes:
        utilisation: None if the log could not be read.
        problem: why, or why the table does not have what was read.
    """

    utilisation: Utilisation | None
    advice: tuple[Advice, ...] = ()
    problem: str | None = None
