"""What counts as drift, as a person declares it: effect sizes, chance, and how many columns make a verdict."""

from pydantic import BaseModel, ConfigDict, Field


class DriftThresholds(BaseModel):
    """Declared limits of a drift check. A column drifts if it passes one effect size and chance does not explain it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    psi: float = Field(
        default=0.2,
        gt=0,
        description="Population stability index from which a distribution has drifted, after subtracting what chance "
        "adds on average. 0.1 is usually called slight, 0.2 substantial.",
    )
    moved_share: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Least share of rows in other buckets than before that the index must come with: the index alone "
        "can be large because one small bucket became empty.",
    )
    missing_share: float = Field(
        default=0.05,
        gt=0,
        le=1,
        description="Change of the share of missing values (null, NaN or infinite), up or down, that is drift.",
    )
    new_values_share: float = Field(
        default=0.05,
        gt=0,
        le=1,
        description="Share of rows with a text value that the reference never had, beyond the share that unseen "
        "rare values explain, that is drift.",
    )
    noise_level: float = Field(
        default=0.01,
        gt=0,
        lt=0.5,
        description="Accepted chance that any column of an unchanged table exceeds the noise limit; divided by the "
        "number of compared columns.",
    )
    min_rows: int = Field(
        default=100, ge=1, description="Fewer rows than this in either window: the verdict is 'cannot_tell'."
    )
    min_share_of_columns: float = Field(
        default=0.15, gt=0, le=1, description="Share of the compared columns that must drift for the table to drift."
    )
    min_columns: int | None = Field(
        default=None, ge=1, description="Number of drifted columns that is enough, whatever their share."
    )
    max_categories: int = Field(
        default=50,
        ge=2,
        le=1000,
        description="Most text values compared one by one; all others share one bucket called rest.",
    )
