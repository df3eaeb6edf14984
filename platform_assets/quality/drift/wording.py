"""Findings in words that need no statistics; the numbers stand beside them in the result."""

from platform_assets.quality.drift.measure import Measures
from platform_assets.quality.drift.result import ColumnDrift, SchemaChange
from platform_assets.quality.profile.column import ColumnProfile


def percent(share: float) -> str:
    """A share as per cent with as many digits as a reader needs."""
    value = 100.0 * share
    if value == 0:
        return "0 %"
    if 0 < abs(value) < 0.1:
        return "<0.1 %"
    return f"{value:.1f} %" if abs(value) < 10 else f"{value:.0f} %"


def number(value: float | None) -> str:
    """A number with four significant digits and thousands separated; a dash for None."""
    if value is None:
        return "-"
    if abs(value) >= 1e7 or 0 < abs(value) < 1e-3:
        return f"{value:.3g}"
    digits = 0 if float(value).is_integer() or abs(value) >= 1000 else 1 if abs(value) >= 100 else 2
    return f"{value:z,.{digits}f}"


def distribution_words(reference: ColumnProfile, current: ColumnProfile, moved_share: float) -> str:
    """What happened to the values: the share that moved, and the typical value of a number."""
    words = f"about {percent(moved_share)} of the rows would have to change their value range to match"
    before, now = reference.quantile(0.5), current.quantile(0.5)
    if current.kind == "text":
        return words.replace("value range", "category")
    if current.kind == "boolean":
        return f"true in {percent(current.mean or 0.0)} of the rows, before {percent(reference.mean or 0.0)}"
    if before == now or current.kind != "numeric":
        return words
    direction = "rose" if (now or 0.0) > (before or 0.0) else "fell"
    return f"the typical value (median) {direction} from {number(before)} to {number(now)}; {words}"


def missing_words(reference: ColumnProfile, current: ColumnProfile) -> str:
    """What happened to missing values."""
    return f"missing in {percent(current.missing_share)} of the rows, before {percent(reference.missing_share)}"


def new_value_words(measures: Measures) -> str:
    """What new texts appeared."""
    change = measures.categories
    if change is None:
        return "no new values"
    names = ", ".join(f"'{value}'" for value in change.new[:3]) + (" and others" if len(change.new) > 3 else "")
    return f"{percent(change.new_share)} of the rows have values never seen before ({names})"


def sentence(words: list[str]) -> str:
    """Parts as one sentence."""
    text = "; ".join(words)
    return text[:1].upper() + text[1:] + "."


def summary_words(verdict: str, columns: list[ColumnDrift], schema: SchemaChange) -> str:
    """The overall verdict in one or two sentences."""
    drifted = [column.column for column in columns if column.verdict == "drift"]
    unclear = sum(column.verdict == "cannot_tell" for column in columns)
    parts = [_verdict_words(verdict, drifted, len(columns))]
    if verdict in ("stable", "drift") and unclear:
        parts.append(f"For {unclear} of {len(columns)} columns there are too few rows to tell.")
    if schema:
        changes = ((schema.added, "added"), (schema.removed, "removed"), (schema.retyped, "of another type"))
        listed = ", ".join(f"{len(names)} {what}" for names, what in changes if names)
        parts.append(f"The table itself changed shape (columns: {listed}).")
    return " ".join(parts)


def _verdict_words(verdict: str, drifted: list[str], compared: int) -> str:
    names = ", ".join(drifted[:3]) + (f" and {len(drifted) - 3} more" if len(drifted) > 3 else "")
    differ = "differs" if len(drifted) == 1 else "differ"
    if verdict == "no_reference":
        return "There is nothing to compare with yet: no reference was given, so nobody knows whether the data changed."
    if verdict == "cannot_tell":
        return "There are too few rows to tell whether the data changed."
    if verdict == "drift":
        return f"The data changed: {len(drifted)} of {compared} columns {differ} clearly from the reference ({names})."
    if drifted:
        return f"The data as a whole is stable, but {len(drifted)} of {compared} columns {differ} clearly ({names})."
    return f"The data is stable: none of {compared} columns differs clearly from the reference."
