"""Compare two windows column by column and give one verdict.

The number of columns is corrected for by dividing the accepted chance among them (Bonferroni). A table drifts if the
drifted columns carry the declared share of the importance, or are as many as declared.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from platform_assets.quality.drift.decide import decide, effect_of
from platform_assets.quality.drift.definitions import DEFINITIONS
from platform_assets.quality.drift.measure import measure_column
from platform_assets.quality.drift.result import ColumnDrift, DriftResult, SchemaChange, Verdict
from platform_assets.quality.drift.thresholds import DriftThresholds
from platform_assets.quality.drift.wording import sentence, summary_words
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
    importance: Mapping[str, float] | None = None,
    unreferenced: Sequence[str] = (),
) -> DriftResult:
    """Drift of `current` against `reference`; without one, or without rows in it, it is `no_reference`, never a pass.

    `columns` are those to compare: leave out keys and event times. By default all but timestamps are compared.
    `importance` weighs columns in the verdict on the table, 1 for those it does not name; 0 only shows a column.
    `unreferenced` are columns known to have no reference of their own, which is no schema change and no pass either.
    A column in neither profile is a `ProfileError`; a column in only one, or of another kind, is a schema change.
    """
    names = _names(reference, current, columns)
    if reference is None or not reference.rows:
        return _without_reference(current, names, thresholds)
    alone = [name for name in names if name in unreferenced]
    names = [name for name in names if name not in alone]
    schema = _schema_change(reference, current, names)
    retyped = {change.split(": ")[0] for change in schema.retyped}
    compared = [n for n in names if n not in retyped and n in reference.columns and n in current.columns]
    weights = {name: (importance or {}).get(name, 1.0) for name in compared}
    level = thresholds.noise_level / max(sum(weight > 0 for weight in weights.values()), 1)
    found = [_column(n, reference.columns[n], current.columns[n], thresholds, level, weights[n]) for n in compared]
    found.sort(key=lambda column: (_ORDER[column.verdict], -column.effect, column.column))
    verdict = _overall(found, thresholds)
    return DriftResult(
        verdict=verdict,
        summary=summary_words(verdict, found, schema),
        columns=[*found, *(_lonely(name, current.columns[name]) for name in alone)],
        schema_change=schema,
        reference_rows=reference.rows,
        current_rows=current.rows,
        thresholds=_declared(thresholds),
        definitions=DEFINITIONS,
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
    found = [_lonely(name, current.columns[name]) for name in names]
    return DriftResult(
        verdict="no_reference",
        summary=summary_words("no_reference", found, SchemaChange()),
        columns=found,
        schema_change=SchemaChange(),
        reference_rows=None,
        current_rows=current.rows,
        thresholds=_declared(thresholds),
    )


def _lonely(name: str, current: ColumnProfile) -> ColumnDrift:
    """A column without a reference."""
    return ColumnDrift(
        column=name,
        kind=current.kind,
        verdict="no_reference",
        message="Nothing to compare with yet.",
        current_rows=current.count,
        current_missing_share=current.missing_share,
        current_mean=current.mean,
        current_median=current.quantile(0.5),
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
    name: str,
    reference: ColumnProfile,
    current: ColumnProfile,
    thresholds: DriftThresholds,
    level: float,
    importance: float,
) -> ColumnDrift:
    measures = measure_column(reference, current, thresholds, level)
    verdict, words = decide(reference, current, measures, thresholds)
    found, texts = measures.distribution, measures.categories
    return ColumnDrift(
        column=name,
        kind=current.kind,
        verdict=verdict,
        message=sentence(words),
        effect=effect_of(measures, thresholds),
        **(found.values if found else {}),
        errors=found.errors if found else {},
        moved_share=found.moved_share if found else None,
        psi_noise=found.psi_limit if found else None,
        joined_share=found.joined_share if found else None,
        importance=importance,
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


def _overall(columns: list[ColumnDrift], thresholds: DriftThresholds) -> Verdict:
    """Verdict on the table; columns without importance have no say."""
    counted = [column for column in columns if column.importance > 0]
    weight = sum(column.importance for column in counted)
    drifted = [column for column in counted if column.verdict == "drift"]
    told = sum(column.importance for column in counted if column.verdict in ("drift", "stable"))
    enough = thresholds.min_columns is not None and len(drifted) >= thresholds.min_columns
    share = sum(column.importance for column in drifted) / weight if weight else 0.0
    if enough or (drifted and share >= thresholds.min_share_of_columns):
        return "drift"
    return "stable" if told * 2 > weight else "cannot_tell"


def _declared(thresholds: DriftThresholds) -> dict[str, Any]:
    """The thresholds alone, also of a declaration that says more."""
    return thresholds.model_dump(include=set(DriftThresholds.model_fields))
