"""On how many rows a model is fitted, and whether it starts anew."""

from typing import Literal

from pydantic import Field

from platform_assets.learning.declaration.base import Declaration


class TrainingDeclaration(Declaration):
    """What a training takes in: all labelled rows or a sample of them, from the start or on top of the champion."""

    max_rows: int | None = Field(
        default=None,
        ge=100,
        description="Most rows held in memory and fitted on, chosen evenly over time by a hash of their keys; all rows "
        "if left out.",
    )
    update: Literal["full", "incremental"] = Field(
        default="full",
        description="'full' fits anew on all rows; 'incremental' goes on from the champion with the rows later than "
        "those it knows, which needs an estimator with partial_fit.",
    )
