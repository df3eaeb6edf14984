"""What to do about a finding, in sentences that name the file, the person and the next step."""

from platform_assets.quality.drift.result import ColumnDrift, DriftResult
from platform_assets.quality.drift.wording import percent
from platform_assets.quality.report.context import Origin, ReportContext
from platform_assets.quality.report.findings import Finding, findings_of

_NAMED_COLUMNS = 3
_NAMED_FILES = 3


def column_advice(column: ColumnDrift, result: DriftResult, about: ReportContext) -> list[str]:
    """Next steps for one column, most urgent first; empty if nothing has to be done."""
    if column.verdict == "stable":
        return []
    if column.verdict == "no_reference":
        return ["Wait: it becomes a comparison once the reference has a profile of this column."]
    if column.verdict == "cannot_tell":
        return ["Wait for more rows, or compare a longer window. Until then this is not a pass."]
    if column.column == about.prediction:
        return ["Look at the changed columns that the model uses: they moved its answers. " + _outlook(result, about)]
    if column.column in about.labels:
        return ["What is to be predicted became more or less frequent: see how well the model did, and train again."]
    return [_step(finding, column, result, about) for finding in findings_of(column, result)]


def report_advice(result: DriftResult, about: ReportContext) -> list[str]:
    """Next steps for the report as a whole, each naming the columns that it is about, most urgent first."""
    if result.verdict == "no_reference":
        return ["Nothing to judge yet: this becomes a comparison once a reference window exists. It is not a pass."]
    steps = [_schema_step(result)] if result.schema_change else []
    kinds: dict[Finding, list[ColumnDrift]] = {}
    for column in result.named("drift"):
        if column.column != about.prediction and column.column not in about.labels:
            for finding in findings_of(column, result):
                kinds.setdefault(finding, []).append(column)
    order: tuple[Finding, ...] = ("missing_rose", "new_values", "moved", "missing_fell")
    steps += [_shared_step(finding, kinds[finding], result, about) for finding in order if finding in kinds]
    unclear = result.named("cannot_tell")
    if result.verdict == "cannot_tell":
        steps.append("This is not a pass.")
    if unclear:
        steps.append(f"{_names(unclear)}: too few rows to tell. Wait for more, or compare a longer window.")
    return steps or ["Nothing has to be done."]


def origin_words(origins: tuple[Origin, ...]) -> str:
    """Files with the columns that count, as in ``weather/2013-07.csv (temp, origin)``."""
    shown = [f"{origin.file} ({_listed(list(origin.columns), _NAMED_COLUMNS)})" for origin in origins[:_NAMED_FILES]]
    return " and ".join(shown)


def _step(finding: Finding, column: ColumnDrift, result: DriftResult, about: ReportContext) -> str:
    origins = about.origins.get(column.column, ())
    change = f"{percent(column.reference_missing_share or 0.0)} to {percent(column.current_missing_share)}"
    if finding == "missing_rose":
        return f"More values are missing ({change}): {_ask(origins, 'whether the source stopped delivering them')}."
    if finding == "missing_fell":
        return (
            f"Fewer values are missing ({change}). Make sure that a missing value is not written as a number now, "
            f"such as 0 or -9999: {_ask(origins, 'what changed')}."
        )
    if finding == "new_values":
        new = _listed([f"'{value}'" for value in column.new_values], _NAMED_COLUMNS)
        return (
            f"New categories ({new}): if they are real, the model has never seen them and has to be trained again; "
            f"if they are another spelling, {_ask(origins, 'for a correction')}, and deliver it again."
        )
    return _moved(column, origins, result, about)


def _moved(column: ColumnDrift, origins: tuple[Origin, ...], result: DriftResult, about: ReportContext) -> str:
    fault = f"If a unit, a clock or a default value changed, it is a fault: {_ask(origins, 'what changed')}."
    if about.used is not None and column.column not in about.used:
        return f"The model does not use this column, so it needs no training for it. {fault}"
    return f"If the world changed (a season, new customers), train again. {_outlook(result, about)} {fault}"


def _shared_step(finding: Finding, columns: list[ColumnDrift], result: DriftResult, about: ReportContext) -> str:
    names = _names(columns)
    owners = _listed(sorted({o.owner for c in columns for o in about.origins.get(c.column, ())}), _NAMED_FILES)
    files = _listed(sorted({o.file for c in columns for o in about.origins.get(c.column, ())[:1]}), _NAMED_FILES)
    whom = f"ask {owners}" if owners else "ask the owner of the data"
    where = f" (see {files})" if files else ""
    if finding == "missing_rose":
        return f"More values are missing in {names}: {whom} whether the source stopped delivering them{where}."
    if finding == "missing_fell":
        return f"Fewer values are missing in {names}: make sure that none is now written as a number, such as -9999."
    if finding == "new_values":
        return f"New categories in {names}: {whom} whether they are real{where}; if so, train again."
    used = [column for column in columns if about.used is None or column.column in about.used]
    if not used:
        return f"The whole distribution moved in {names}, which the model does not use: no training is needed."
    return (
        f"The whole distribution moved in {names}: if the world changed, train again. {_outlook(result, about)}".strip()
    )


def _schema_step(result: DriftResult) -> str:
    change = result.schema_change
    names = _listed([*change.removed, *change.retyped, *change.added], _NAMED_COLUMNS)
    return f"The table changed shape ({names}): correct the feature function or the contract before anything else."


def _ask(origins: tuple[Origin, ...], question: str) -> str:
    """Whom to ask what, and the file that tells most."""
    if not origins:
        return f"ask the owner of the data {question}"
    return f"ask {origins[0].owner} {question}, and look at {origin_words(origins[:1])}"


def _outlook(result: DriftResult, about: ReportContext) -> str:
    """What follows by itself, which is decided by the data as a whole."""
    if not about.policy:
        return "Retrain, or choose a reference of the same season."
    if result.verdict != "drift":
        return "The data as a whole does not count as drift, so nothing follows by itself: train by hand if need be."
    return about.policy


def _names(columns: list[ColumnDrift]) -> str:
    return _listed([column.column for column in columns], _NAMED_COLUMNS)


def _listed(words: list[str], most: int) -> str:
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more
