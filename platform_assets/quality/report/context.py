"""What a report may know beside the comparison: history, the model, whom to ask. Plain data, all of it optional."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from platform_assets.quality.report.history import ColumnHistory


@dataclass(frozen=True, slots=True)
class Origin:
    """Where values of a column come from: a delivered file, its columns that matter, and who answers for it."""

    file: str
    columns: tuple[str, ...]
    owner: str


@dataclass(frozen=True, slots=True)
class ReportContext:
    """Facts around one comparison; what is left out is simply not told.

    Attributes:
        partition: the tested partition, as the histories name it.
        histories: by column; columns without one have no timelines.
        model: the model whose data is compared.
        used: columns that the model uses; None if nobody said so.
        prediction: the compared column that holds the model's predictions.
        labels: compared columns that hold what the model has to predict; they may be of another partition.
        origins: by column, where its values come from, the file that tells most first.
        policy: what happens by itself after a drift, as a sentence.
    """

    partition: str = ""
    histories: Mapping[str, ColumnHistory] = field(default_factory=dict)
    model: str | None = None
    used: frozenset[str] | None = None
    prediction: str | None = None
    labels: frozenset[str] = frozenset()
    origins: Mapping[str, tuple[Origin, ...]] = field(default_factory=dict)
    policy: str = ""

    @property
    def inputs(self) -> frozenset[str]:
        """Columns that the model answers from; none if nobody said so."""
        return (self.used or frozenset()) - {self.prediction} - self.labels


NOTHING_KNOWN = ReportContext()
