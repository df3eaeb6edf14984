"""The seasonal naive forecast every model has to beat: how often the event happened in the same segment before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from platform_assets.learning.columns import label_values, require_columns
from platform_assets.learning.errors import ScoringError, TrainingError

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class SeasonalNaiveBaseline:
    """Smoothed rate of the label by segment: `(positives + s r) / (rows + s)`, r the overall rate, s the smoothing.

    A segment is a combination of values of the segment columns, null being a value of its own. A segment that was
    not seen has the overall rate.
    """

    segments: tuple[str, ...]
    vocabularies: tuple[tuple[str | None, ...], ...]
    codes: tuple[int, ...]
    rates: tuple[float, ...]
    overall_rate: float

    @classmethod
    def fit(cls, rows: pa.Table, segments: Sequence[str], label: str, smoothing: float) -> "SeasonalNaiveBaseline":
        """Learn the rates from labelled rows; raises `TrainingError` for missing columns or a bad label."""
        require_columns(rows, segments, "baseline segments", TrainingError)
        y = label_values(rows, label)
        overall = float(y.mean())
        vocabularies = tuple(_vocabulary(rows[segment]) for segment in segments)
        codes, inverse = np.unique(_encode(rows, segments, vocabularies), return_inverse=True)
        counts = np.bincount(inverse)
        rates = (np.bincount(inverse, weights=y) + smoothing * overall) / (counts + smoothing)
        return cls(tuple(segments), vocabularies, tuple(codes.tolist()), tuple(rates.tolist()), overall)

    def predict(self, rows: pa.Table) -> NDArray[np.float64]:
        """Probability for each row, as a float array of the table's length."""
        require_columns(rows, self.segments, "baseline segments", ScoringError)
        known, rates = np.asarray(self.codes, dtype=np.int64), np.asarray(self.rates)
        codes = _encode(rows, self.segments, self.vocabularies)
        position = np.minimum(np.searchsorted(known, codes), len(known) - 1)
        return np.where(known[position] == codes, rates[position], self.overall_rate)

    def to_dict(self) -> dict[str, Any]:
        """Everything needed to rebuild the baseline, as JSON values."""
        return {
            "segments": list(self.segments),
            "vocabularies": [list(vocabulary) for vocabulary in self.vocabularies],
            "codes": list(self.codes),
            "rates": list(self.rates),
            "overall_rate": self.overall_rate,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "SeasonalNaiveBaseline":
        """The baseline that `to_dict` described."""
        return cls(
            segments=tuple(values["segments"]),
            vocabularies=tuple(tuple(vocabulary) for vocabulary in values["vocabularies"]),
            codes=tuple(values["codes"]),
            rates=tuple(values["rates"]),
            overall_rate=values["overall_rate"],
        )


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(column, pa.string())


def _vocabulary(column: pa.ChunkedArray) -> tuple[str | None, ...]:
    values: list[str | None] = pc.unique(_text(column)).to_pylist()
    return tuple(sorted(values, key=lambda value: (value is None, value or "")))


def _encode(rows: pa.Table, segments: Sequence[str], vocabularies: Sequence[Sequence[str | None]]) -> Integers:
    """One integer per row for its combination of segment values (mixed radix); -1 where a value was never seen."""
    codes = np.zeros(rows.num_rows, dtype=np.int64)
    known = np.ones(rows.num_rows, dtype=bool)
    for segment, vocabulary in zip(segments, vocabularies, strict=True):
        found = pc.index_in(_text(rows[segment]), value_set=pa.array(vocabulary, pa.string()))
        index = pc.fill_null(found, -1).to_numpy()
        codes = codes * len(vocabulary) + index
        known &= index >= 0
    return np.where(known, codes, -1)
