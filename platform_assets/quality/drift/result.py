"""What a drift check found: plain, frozen models that become JSON, a report or a check result."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Verdict = Literal["drift", "stable", "cannot_tell", "no_reference"]


class ColumnDrift(BaseModel):
    """One column in both windows. Measures that do not apply to its kind, or without values, are None."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    kind: str = Field(description="Kind of its values: numeric, text, boolean or timestamp.")
    verdict: Verdict
    message: str = Field(description="The finding in plain words.")
    effect: float = Field(default=0.0, description="Largest effect in units of its declared threshold; 1 is the limit.")
    moved_share: float | None = Field(default=None, description="Share of rows in other buckets than before, 0 to 1.")
    psi: float | None = Field(default=None, description="Population stability index, natural logarithm.")
    psi_noise: float | None = Field(default=None, description="PSI that chance can reach at these numbers of rows.")
    js: float | None = Field(default=None, description="Jensen-Shannon distance, base 2, 0 to 1.")
    hellinger: float | None = Field(default=None, description="Hellinger distance, 0 to 1.")
    chi_square: float | None = Field(default=None, description="Chi-square statistic of homogeneity, two samples.")
    cramers_v: float | None = Field(default=None, description="Effect size of chi-square, 0 to 1.")
    ks: float | None = Field(default=None, description="Kolmogorov-Smirnov statistic, 0 to 1.")
    wasserstein: float | None = Field(default=None, description="Wasserstein distance / reference standard deviation.")
    errors: dict[str, float | None] = Field(
        default_factory=dict,
        description="Largest possible error of each measure against all rows: 0 while exact, None without a bound.",
    )
    joined_share: float | None = Field(
        default=None, description="Share of rows whose texts share a bucket with others, by the cap on categories."
    )
    importance: float = Field(default=1.0, description="Weight of the column in the verdict on the table; 0: none.")
    reference_rows: int | None = Field(default=None, description="Rows of the reference.")
    current_rows: int = Field(description="Rows of the current window.")
    reference_missing_share: float | None = Field(default=None, description="Share of missing values, reference.")
    current_missing_share: float = Field(description="Share of missing values, current window.")
    reference_mean: float | None = Field(default=None, description="Mean of the reference; share of true of booleans.")
    current_mean: float | None = Field(default=None, description="Mean of the current window.")
    reference_median: float | None = Field(default=None, description="Median of the reference.")
    current_median: float | None = Field(default=None, description="Median of the current window.")
    new_values: list[str] = Field(default_factory=list, description="Texts only in the current window, at most 10.")
    new_values_share: float | None = Field(default=None, description="Share of current rows with new texts.")
    vanished_values: list[str] = Field(default_factory=list, description="Texts only in the reference, at most 10.")
    vanished_values_share: float | None = Field(
        default=None, description="Share of the reference's rows whose texts vanished."
    )


class SchemaChange(BaseModel):
    """Columns that cannot be compared because the tables differ in shape; a finding separate from drift."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    added: list[str] = []
    removed: list[str] = []
    retyped: list[str] = Field(default=[], description="`column: kind before -> kind now`.")

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.added or self.removed or self.retyped)


class MultivariateDrift(BaseModel):
    """Whether a classifier can tell the rows of both windows apart by how their columns go together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Verdict
    message: str = Field(description="The finding in plain words.")
    auc: float | None = Field(default=None, description="Out-of-fold AUC of the classifier; 0.5 is chance.")
    auc_standard_error: float | None = Field(default=None, description="Standard error of `auc`.")
    auc_at_least: float = Field(description="The declared limit.")
    reference_rows: int = Field(description="Rows of the reference that were sampled.")
    current_rows: int = Field(description="Rows of the current window that were sampled.")
    columns: dict[str, float] = Field(
        default_factory=dict, description="Loss of AUC without each of the columns that matter most, largest first."
    )
    definition: str = Field(description="How the AUC was measured.")


class DriftResult(BaseModel):
    """Verdict over all compared columns, most changed first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Verdict
    summary: str = Field(description="The verdict in a sentence for people who are not statisticians.")
    columns: list[ColumnDrift]
    schema_change: SchemaChange
    reference_rows: int | None
    current_rows: int
    thresholds: dict[str, Any] = Field(description="The declared thresholds that decided.")
    definitions: dict[str, str] = Field(default_factory=dict, description="What each number of a column means.")
    multivariate: MultivariateDrift | None = Field(default=None, description="Found by reading rows, if declared.")

    def named(self, verdict: Verdict) -> list[ColumnDrift]:
        """Columns with this verdict, most changed first."""
        return [column for column in self.columns if column.verdict == verdict]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form with every field."""
        return self.model_dump(mode="json")
