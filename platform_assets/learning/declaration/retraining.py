"""When a model is renewed, and when a champion gives way to the one before it."""

from __future__ import annotations

from typing import Self

from pydantic import Field, field_validator, model_validator

from platform_assets.learning.declaration.base import Declaration


class CalendarDeclaration(Declaration):
    """Months of the year in which a model is renewed."""

    months: list[int] = Field(min_length=1, description="Months, 1 to 12, such as [1, 4, 7, 10] for every quarter.")

    @field_validator("months")
    @classmethod
    def _check_months(cls, months: list[int]) -> list[int]:
        wrong = [month for month in months if not 1 <= month <= 12]
        if wrong or len(set(months)) < len(months):
            raise ValueError(f"months are numbers from 1 to 12, each once, not {months}. Correct the list.")
        return sorted(months)


class ReasonsDeclaration(Declaration):
    """Reasons to retrain; where several stand together, any of them suffices."""

    every_partitions: int | None = Field(
        default=None, ge=1, description="Retrain when this many partitions were delivered since the last training."
    )
    on_schedule: CalendarDeclaration | None = Field(
        default=None, description="Retrain once in each of these months of the year, or as soon after as allowed."
    )
    on_drift: bool = Field(default=False, description="Retrain once when a drift begins.")
    on_decay: float | None = Field(
        default=None, gt=0, lt=1, description="Retrain when AUC falls this far below the champion's validation AUC."
    )
    on_rate_of_change: bool = Field(
        default=False, description="Retrain once when a rate of change with `on_breach: retrain` begins to be broken."
    )
    all_of: list[ReasonsDeclaration] = Field(
        default_factory=list, description="Retrain when every one of these holds at once."
    )
    any_of: list[ReasonsDeclaration] = Field(
        default_factory=list, description="Retrain when one of these holds; for use within all_of."
    )

    @property
    def given(self) -> list[str]:
        """Names of the reasons that are declared here."""
        return [name for name in ReasonsDeclaration.model_fields if getattr(self, name) not in (None, False, [])]

    @model_validator(mode="after")
    def _parts_are_single_reasons(self) -> Self:
        for field in ("all_of", "any_of"):
            parts: list[ReasonsDeclaration] = getattr(self, field)
            if len(parts) == 1:
                raise ValueError(f"{field} has a single reason. Add another one, or write it without {field}.")
            for number, part in enumerate(parts, start=1):
                if len(part.given) != 1:
                    found = " and ".join(part.given) or "none"
                    raise ValueError(
                        f"reason {number} of {field} must be exactly one, but names {found}. Give each reason an entry "
                        "of its own, or combine them in an any_of or all_of."
                    )
        return self


class RetrainingDeclaration(ReasonsDeclaration):
    """When a new candidate is trained; several reasons may be combined, and any of them suffices."""

    on_rate_of_change: bool = Field(
        default=True,
        description="Whether a broken rate of change with `on_breach: retrain` is reason enough; to make it a part of "
        "all_of alone, say false here.",
    )
    minimum_labelled_partitions: int = Field(
        default=1, ge=1, description="Labelled partitions needed before anything is trained."
    )
    minimum_new_labels: int = Field(
        default=0, ge=0, description="Labelled rows that must have arrived since the last training."
    )
    cool_down_partitions: int = Field(
        default=0, ge=0, description="Partitions after a training in which drift, decay and schedule are ignored."
    )

    @property
    def watches_drift(self) -> bool:
        """Whether a drift can be a reason, alone or together with others."""
        return _names_drift(self)


class RollbackDeclaration(Declaration):
    """When a champion gives way to its predecessor by itself."""

    margin: float = Field(
        default=0.01,
        ge=0,
        lt=0.5,
        description="How much lower the champion's AUC must be on the same rows, with its whole 95 % interval.",
    )
    minimum_rows: int = Field(default=1000, ge=1, description="Labelled rows needed to compare the two.")


def _names_drift(reasons: ReasonsDeclaration) -> bool:
    return reasons.on_drift or any(map(_names_drift, [*reasons.all_of, *reasons.any_of]))
