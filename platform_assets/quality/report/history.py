"""A column over all partitions, and since when it has drifted: from stored profiles, without reading data again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.drift.result import DriftResult
from platform_assets.quality.drift.thresholds import DriftThresholds
from platform_assets.quality.profile.column import ColumnProfile
from platform_assets.quality.profile.table import TableProfile

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
#: Partitions before the tested one that are compared at most; a longer run is said to be at least as old.
LOOK_BACK = 24
_SHOWN_CATEGORIES = 3

Series = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Since:
    """The present run of drift: its first partition, and what ended the search before it.

    `stable`: the partition before did not drift; `reference`: it belongs to the reference and cannot be tested;
    `oldest`: it has no profile; `look_back`: nobody looked further.
    """

    partition: str
    partitions: int
    end: Literal["stable", "reference", "oldest", "look_back"]


@dataclass(frozen=True, slots=True)
class ColumnHistory:
    """A column in each partition, in order; None where the partition has no value of it.

    Attributes:
        missing: share of rows without a usable value, 0 to 1.
        quantiles: by share (`QUANTILES`) for numbers; empty for other kinds.
        shares: share of the values, 0 to 1, by text (those whose share changed most; none if a partition
            has too many texts to keep them all) or `true`.
    """

    partitions: tuple[str, ...]
    reference: frozenset[str]
    missing: Series
    quantiles: Mapping[float, Series] = field(default_factory=dict)
    shares: Mapping[str, Series] = field(default_factory=dict)
    since: Since | None = None


def column_histories(
    profiles: Mapping[str, TableProfile],
    result: DriftResult,
    reference: TableProfile | None,
    reference_partitions: Mapping[str, Iterable[str]],
    tested: str,
) -> dict[str, ColumnHistory]:
    """The history of every compared column over all `profiles` (partition to profile, in order).

    A column that the profile of `tested` lacks was compared by other profiles than these, so it has no history here.
    `reference_partitions` names the partitions of each column's reference; a column without any has none to show.
    """
    here = profiles[tested].columns if tested in profiles else {}
    references = {
        column.column: frozenset(reference_partitions.get(column.column, ()))
        for column in result.columns
        if column.column in here
    }
    since = drifting_since(profiles, result, reference, references, tested)
    return {name: _history(name, profiles, reference, references[name], tested, since.get(name)) for name in references}


def drifting_since(
    profiles: Mapping[str, TableProfile],
    result: DriftResult,
    reference: TableProfile | None,
    reference_partitions: Mapping[str, frozenset[str]],
    tested: str,
) -> dict[str, Since]:
    """For each drifted column, the run of partitions up to `tested` that drifted from the same reference.

    Columns that `reference_partitions` does not name are left out.
    """
    names = [column.column for column in result.named("drift") if column.column in reference_partitions]
    if reference is None or not names:
        return {}
    runs = {name: Since(tested, 1, "oldest") for name in names}
    going = set(names)
    earlier = sorted((partition for partition in profiles if partition < tested), reverse=True)
    for place, partition in enumerate(earlier):
        ended = {name for name in going if partition in reference_partitions[name]}
        runs.update({name: _ended(runs[name], "reference") for name in ended})
        going -= ended
        if not going:
            break
        if place == LOOK_BACK:
            runs.update({name: _ended(runs[name], "look_back") for name in going})
            break
        drifted = _drifted(reference, profiles[partition], sorted(going), result)
        runs.update({name: Since(partition, runs[name].partitions + 1, "oldest") for name in drifted})
        runs.update({name: _ended(runs[name], "stable") for name in going - drifted})
        going = drifted
    return runs


def _ended(run: Since, end: Literal["stable", "reference", "look_back"]) -> Since:
    return Since(run.partition, run.partitions, end)


def _drifted(reference: TableProfile, current: TableProfile, names: list[str], result: DriftResult) -> set[str]:
    """Columns that drift here too, at the noise level that each had in the comparison of all columns."""
    thresholds = DriftThresholds(**result.thresholds)
    judged = sum(column.importance > 0 and column.verdict != "no_reference" for column in result.columns)
    level = thresholds.noise_level * len(names) / max(judged, 1)
    found = compare_profiles(
        reference, current, columns=names, thresholds=thresholds.model_copy(update={"noise_level": level})
    )
    return {column.column for column in found.named("drift")}


def _history(
    name: str,
    profiles: Mapping[str, TableProfile],
    reference: TableProfile | None,
    reference_partitions: frozenset[str],
    tested: str,
    since: Since | None,
) -> ColumnHistory:
    columns = {partition: profile.columns[name] for partition, profile in profiles.items() if name in profile.columns}
    own = list(columns.values())
    kinds = {column.kind for column in own if column.values}
    kind = kinds.pop() if len(kinds) == 1 else "other"
    rows = [quantiles_of(column) for column in own] if kind == "numeric" else []
    before = reference.columns.get(name) if reference else None
    shares: dict[str, Series] = {"true": tuple(column.mean for column in own)} if kind == "boolean" else {}
    if kind == "text" and all(column.text.complete for column in own):
        shares = _text_shares(own, _telling_values(before, columns.get(tested)))
    return ColumnHistory(
        tuple(columns),
        reference_partitions,
        tuple(column.missing_share if column.count else None for column in own),
        {q: tuple(row[place] for row in rows) for place, q in enumerate(QUANTILES)} if rows else {},
        shares,
        since,
    )


def quantiles_of(column: ColumnProfile) -> Series:
    """The `QUANTILES` of a column in one pass over its bins, each within `ColumnProfile.quantile_bounds`."""
    if not column.values:
        return (None,) * len(QUANTILES)
    lower, upper, counts = column.bins()
    cumulated = np.cumsum(counts)
    ranks = np.maximum(np.ceil(np.round(np.array(QUANTILES) * cumulated[-1], 6)), 1)
    at = np.searchsorted(cumulated, ranks)
    low, high = lower[at], upper[at]
    inside = (ranks - (cumulated[at] - counts[at])) / counts[at]
    return tuple(np.clip(low * (1.0 - inside) + high * inside, low, high).tolist())


def _telling_values(before: ColumnProfile | None, now: ColumnProfile | None) -> list[str]:
    """The texts whose share differs most between the windows; without a reference the most frequent ones."""
    left, right = (_shares(column) for column in (before, now))
    change = {value: abs(right.get(value, 0.0) - left.get(value, 0.0)) for value in left.keys() | right.keys()}
    return sorted(change, key=lambda value: (-change[value], value))[:_SHOWN_CATEGORIES]


def _shares(column: ColumnProfile | None) -> dict[str, float]:
    if column is None or not column.values:
        return {}
    return {value: rows / column.values for value, rows in column.frequent(100)}


def _text_shares(columns: list[ColumnProfile], values: list[str]) -> dict[str, Series]:
    counts = [(column.values, column.text.as_dict()) for column in columns]
    return {value: tuple(kept.get(value, 0) / rows if rows else None for rows, kept in counts) for value in values}
