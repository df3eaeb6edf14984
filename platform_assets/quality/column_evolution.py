"""Rules of evolution for one column: what readers of old and new rows can rely on stays as it was."""

from __future__ import annotations

from collections.abc import Iterator

from platform_assets.quality.change import Change, noted, refused
from platform_assets.quality.contract import Column, Contract
from platform_assets.quality.units import unit_replaced

WIDENED = {("int", "long")}
NARROWED = {(new, old) for old, new in WIDENED}
SHOWN = 60

# Fields with a rule of their own, below.
_JUDGED = {"name", "type", "nullable", "description", "personal"}
_NOTED = {"deprecated", "since"}


def column_changes(recorded: Contract, declared: Contract) -> Iterator[Change]:
    """Every difference of the table's columns, judged; their order does not matter, nor those that are not stored."""
    before = {column.name: column for column in recorded.stored_columns}
    after = {column.name: column for column in declared.stored_columns}
    added = {name: column for name, column in after.items() if name not in before}
    for name in before.keys() - after.keys():
        renamed = _renamed(before[name], added)
        added.pop(renamed or "", None)
        yield _lost(name, renamed)
    for name, column in added.items():
        yield _added(name, column, before)
    for name in before.keys() & after.keys():
        yield from _changed(before[name], after[name], key=name in recorded.keys)


def _renamed(column: Column, added: dict[str, Column]) -> str | None:
    """The added column that says of itself what this one said; a guess for the message only."""
    same = (name for name, new in added.items() if (new.type, new.description) == (column.type, column.description))
    return next(same, None)


def _lost(name: str, renamed: str | None) -> Change:
    if renamed:
        return refused(
            f"columns.{name}",
            f"was renamed to '{renamed}'",
            f"Keep '{name}', marked deprecated, and add '{renamed}' as a new nullable column.",
        )
    return refused(
        f"columns.{name}",
        "was dropped",
        f"Keep '{name}', marked deprecated; if it is delivered no longer, declare a new dataset and give this one a "
        "deprecation that names it.",
    )


def _added(name: str, column: Column, before: dict[str, Column]) -> Change:
    field = f"columns.{name}"
    alike = next((other for other in before if other.lower() == name.lower()), None)
    if alike:
        return refused(field, f"differs from '{alike}' in upper and lower case only", "Choose another name.")
    if not column.nullable:
        return refused(
            field,
            "was added and must not be missing, but older partitions have no value for it",
            "Declare it nullable; an expectation can still require it in new partitions.",
        )
    return Change(field, f"was added ({column.type}, missing in older partitions)")


def _changed(before: Column, after: Column, *, key: bool) -> Iterator[Change]:
    field = f"columns.{before.name}"
    if before.type != after.type:
        yield _retyped(field, before, after)
    if before.nullable != after.nullable and not key:
        yield _nullable(field, after)
    if _words(before.description) != _words(after.description):
        yield _redescribed(field, before, after)
    if before.personal != after.personal:
        yield refused(
            field, "would be protected in another way than its older values", _new_column(before.name, "protection")
        )
    for name in sorted(set(Column.model_fields) - _JUDGED):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            words = f"has {name} {_shown(new)} instead of {_shown(old)}"
            yield noted(field, words) if name in _NOTED else Change(field, f"{words}, from the next publish on")


def _retyped(field: str, before: Column, after: Column) -> Change:
    types = f"from {before.type} to {after.type}"
    if (before.type, after.type) in WIDENED:
        return Change(field, f"was widened {types}")
    how = "narrowed" if (before.type, after.type) in NARROWED else "re-typed"
    return refused(field, f"was {how} {types}", _new_column(before.name, "type"))


def _nullable(field: str, after: Column) -> Change:
    if after.nullable:
        return Change(field, "may be missing from the next publish on")
    return refused(
        field,
        "must no longer be missing, but may be missing in older partitions",
        "Keep it nullable; an expectation can require it in new partitions.",
    )


def _redescribed(field: str, before: Column, after: Column) -> Change:
    replaced = unit_replaced(before.description, after.description)
    if replaced is None:
        return Change(field, "is described in other words (if its meaning changes, add a new column instead)")
    old, new = replaced
    return refused(field, f"would mean {new} instead of {old}", _new_column(before.name, "meaning"))


def _new_column(name: str, what: str) -> str:
    return f"Keep '{name}' as it is, marked deprecated, and add a new nullable column with the new {what}."


def _words(text: str) -> list[str]:
    return text.split()


def _shown(value: object) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
