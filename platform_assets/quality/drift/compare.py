"""Compare two windows column by column and give one verdict.

A column drifts if an effect reaches its declared threshold and also exceeds what chance explains at these numbers of
rows: so large samples need a real effect, and small ones say that they cannot tell. Numbers of columns are corrected
for by dividing the accepted chance (Bonferroni).
"""

from collections.abc import Sequence

from platform_assets.quality.drift.measure import Measures, measure_column
from platform_assets.quality.drift.result import ColumnDrift, DriftResult, SchemaChange, Verdict
from platform_assets.quality.drift.thresholds import DriftThresholds
from platform_assets.quality.drift.wording import (
    distribution_words,
    missing_words,
    new_value_words,
    sentence,
    summary_words,
)
from platform_assets.quality.profile.column import ColumnProfile
from platform_assets.quality.profile.errors import ProfileError
from platform_assets.quality.profile.table import TableProfile

_DEFAULTS = DriftThresholds()
_ORDER: dict[Verdict, int] = {"drift": 0, "cannot_tell": 1, "stable": 2, "no_reference": 3}


def compare_profiles(
    reference: TableProfile | None,
    current: TableProfile,
    *,
    columns: Sequence[str] | None = None,
    thresholds: DriftThresholds = _DEFAULTS,
) -> DriftResult:
    """Drift of `current` against `reference`; without a reference the verdict is `no_reference`, never a pass.

    `columns` are those to compare: leave out keys and event times. By default all but timestamps are compared.
    A column in neither profile is a `ProfileError`; a column in only one, or of another kind, is a schema change.
    """
    names = _names(reference, current, columns)
    if reference is None:
        return _without_reference(current, names, thresholds)
    schema = _schema_change(reference, current, names)
    retyped = {change.split(": ")[0] for change in schema.retyped}
    compared = [n for n in names if n not in retyped and n in reference.columns and n in current.columns]
    level = thresholds.noise_level / max(len(compared), 1)
    found = [_column(n, reference.columns[n], current.columns[n], thresholds, level) for n in compared]
    found.sort(key=lambda column: (_ORDER[column.verdict], -column.effect, column.column))
    verdict = _overall(found, thresholds)
    return DriftResult(
        verdict=verdict,
        summary=summary_words(verdict, found, schema),
        columns=found,
        schema_change=schema,
        reference_rows=reference.rows,
        current_rows=current.rows,
        thresholds=thresholds.model_dump(),
    )


def _names(reference: TableProfile | None, current: TableProfile, columns: Sequence[str] | None) -> list[str]:
    known = {**(reference.columns if reference else {}), **current.columns}
    if columns is None:
        return sorted(name for name, column in known.items() if column.kind != "timestamp")
    unknown = sorted(set(columns) - set(known))
    if unknown:
        raise ProfileError(f"cannot compare column '{unknown[0]}': the profiles have {', '.join(sorted(known))}.")
    return sorted(set(columns))


def _without_reference(current: TableProfile, names: list[str], thresholds: DriftThresholds) -> DriftResult:
    found = [
        ColumnDrift(
            column=name,
            kind=current.columns[name].kind,
            verdict="no_reference",
            message="Nothing to compare with yet.",
            current_rows=current.columns[name].count,
            current_missing_share=current.columns[name].missing_share,
            current_mean=current.columns[name].mean,
            current_median=current.columns[name].quantile(0.5),
        )
        for name in names
    ]
    return DriftResult(
        verdict="no_reference",
        summary=summary_words("no_reference", found, SchemaChange()),
        columns=found,
        schema_change=SchemaChange(),
        reference_rows=None,
        current_rows=current.rows,
        thresholds=thresholds.model_dump(),
    )


def _schema_change(reference: TableProfile, current: TableProfile, names: list[str]) -> SchemaChange:
    before, now = reference.columns, current.columns
    return SchemaChange(
        added=[name for name in names if name not in before],
        removed=[name for name in names if name not in now],
        retyped=[
            f"{name}: {before[name].kind} -> {now[name].kind}"
            for name in names
            if name in before and name in now and _retyped(before[name], now[name])
        ],
    )


def _retyped(before: ColumnProfile, now: ColumnProfile) -> bool:
    """Whether the kinds differ and both are known: an all-null column may be of any kind."""
    return before.kind != now.kind and before.count > before.nulls and now.count > now.nulls


def _column(
    name: str, reference: ColumnProfile, current: ColumnProfile, thresholds: DriftThresholds, level: float
) -> ColumnDrift:
    measures = measure_column(reference, current, thresholds, level)
    verdict, words = _decide(reference, current, measures, thresholds)
    found, texts = measures.distribution, measures.categories
    return ColumnDrift(
        column=name,
        kind=current.kind,
        verdict=verdict,
        message=sentence(words),
        effect=max(_effects(measures, thresholds)),
        moved_share=found.moved_share if found else None,
        psi=found.psi if found else None,
        psi_noise=found.psi_limit if found else None,
        js=found.js if found else None,
        ks=found.ks if found else None,
        wasserstein=found.wasserstein if found else None,
        reference_rows=reference.count,
        current_rows=current.count,
        reference_missing_share=reference.missing_share,
        current_missing_share=current.missing_share,
        reference_mean=reference.mean,
        current_mean=current.mean,
        reference_median=reference.quantile(0.5),
        current_median=current.quantile(0.5),
        new_values=texts.new if texts else [],
        new_values_share=texts.new_share if texts else None,
        vanished_values=texts.vanished if texts else [],
        vanished_values_share=texts.vanished_share if texts else None,
    )


def _effects(measures: Measures, thresholds: DriftThresholds) -> tuple[float, float, float]:
    """Distribution, missing values and new values, each in units of its threshold, chance's mean subtracted."""
    found, texts = measures.distribution, measures.categories
    return (
        max(found.psi - found.psi_mean, 0.0) / thresholds.psi if found else 0.0,
        abs(measures.missing_change) / thresholds.missing_share,
        max(texts.new_share - texts.new_share_by_chance, 0.0) / thresholds.new_values_share if texts else 0.0,
    )


def _decide(
    reference: ColumnProfile, current: ColumnProfile, measures: Measures, thresholds: DriftThresholds
) -> tuple[Verdict, list[str]]:
    """Verdict of a column and the words that explain it."""
    rows = f"{reference.count:,} rows before, {current.count:,} now"
    if min(reference.count, current.count) < thresholds.min_rows:
        return "cannot_tell", [f"too few rows to tell ({rows})"]
    reasons = _reasons(reference, current, measures, thresholds)
    if reasons:
        return "drift", reasons
    found = measures.distribution
    if found is None:
        return "stable", [missing_words(reference, current)]
    if min(reference.values, current.values) < thresholds.min_rows or found.psi_limit >= thresholds.psi:
        return "cannot_tell", [f"too few rows with a value to tell a change of this size from chance ({rows})"]
    close = max(_effects(measures, thresholds)) >= 0.5
    words = "somewhat different, but below the limit" if close else "much the same"
    same = f"{words}: {distribution_words(reference, current, found.moved_share)}"
    noticeable = abs(measures.missing_change) > max(measures.missing_limit, thresholds.missing_share / 5.0)
    return "stable", [same, missing_words(reference, current)] if noticeable else [same]


def _reasons(
    reference: ColumnProfile, current: ColumnProfile, measures: Measures, thresholds: DriftThresholds
) -> list[str]:
    """Every effect that reaches its threshold and that chance does not explain."""
    distribution, missing, new = _effects(measures, thresholds)
    found = measures.distribution
    enough = min(reference.values, current.values) >= thresholds.min_rows
    moved = found is not None and found.psi > found.psi_limit and found.moved_share >= thresholds.moved_share
    reasons = []
    if found and enough and moved and distribution >= 1.0:
        reasons.append(distribution_words(reference, current, found.moved_share))
    if missing >= 1.0 and abs(measures.missing_change) > measures.missing_limit:
        reasons.append(missing_words(reference, current))
    if new >= 1.0 and enough:
        reasons.append(new_value_words(measures))
    return reasons


def _overall(columns: list[ColumnDrift], thresholds: DriftThresholds) -> Verdict:
    drifted = sum(column.verdict == "drift" for column in columns)
    told = drifted + sum(column.verdict == "stable" for column in columns)
    enough = thresholds.min_columns is not None and drifted >= thresholds.min_columns
    if enough or (columns and drifted / len(columns) >= thresholds.min_share_of_columns):
        return "drift"
    return "stable" if told * 2 > len(columns) else "cannot_tell"
