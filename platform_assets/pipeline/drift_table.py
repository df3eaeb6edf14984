"""The drift report as a table: what its columns mean, and a row for every compared column."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from platform_assets.quality.contract import Column
from platform_assets.quality.drift.result import ColumnDrift, DriftResult
from platform_assets.quality.promise import ContractVersion

VERSION = 2
CHANGELOG = [
    ContractVersion(
        version=2,
        date=dt.date(2026, 11, 21),
        change="Every number of the report that the JSON has: effect, noise, Hellinger, chi-square, Cramer's V, error "
        "bounds, weight, rows, typical values, new and vanished values. Missing in older partitions.",
    )
]
_NUMBERS = (
    "effect",
    "moved_share",
    "psi",
    "psi_noise",
    "js",
    "hellinger",
    "chi_square",
    "cramers_v",
    "ks",
    "wasserstein",
    "joined_share",
    "importance",
    "reference_missing_share",
    "current_missing_share",
    "reference_mean",
    "current_mean",
    "reference_median",
    "current_median",
    "new_values_share",
    "vanished_values_share",
)
_COUNTS = ("reference_rows", "current_rows")
_LISTS = ("new_values", "vanished_values")
_BOUNDED = ("psi", "js", "hellinger", "chi_square", "cramers_v", "ks", "wasserstein")


def measure_columns() -> list[Column]:
    """What a comparison found out about a column, in the words of its result; missing where it does not apply."""
    return [
        Column(name="kind", type="string", description=_words("kind")),
        *(Column(name=name, type="double", description=_words(name)) for name in _NUMBERS),
        *(Column(name=name, type="long", description=_words(name)) for name in _COUNTS),
        *(Column(name=name, type="string", description=f"{_words(name)} A JSON list.") for name in _LISTS),
        *(
            Column(name=f"{name}_error", type="double", description=f"Largest possible error of {name}; 0 while exact.")
            for name in _BOUNDED
        ),
    ]


def drift_rows(result: DriftResult) -> list[dict[str, Any]]:
    """A row for every compared column, without the partition and what it was compared with."""
    return [_row(column, result) for column in result.columns]


def _row(column: ColumnDrift, result: DriftResult) -> dict[str, Any]:
    same = ("column", "verdict", "message", "kind", *_NUMBERS, *_COUNTS)
    return {
        "partition_verdict": result.verdict,
        **{name: getattr(column, name) for name in same},
        **{name: json.dumps(getattr(column, name), ensure_ascii=False) for name in _LISTS},
        **{f"{name}_error": column.errors.get(name) for name in _BOUNDED},
    }


def _words(field: str) -> str:
    return str(ColumnDrift.model_fields[field].description)
