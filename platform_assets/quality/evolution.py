"""How a contract may change: what readers of old and new partitions can live with is accepted, the rest refused.

| accepted, with a new contract version | accepted as it is | refused |
|---|---|---|
| nullable column added, int widened to long, value may be missing, other rules and wording | owner, who is told, \
freshness, deprecation, range of partitions | column dropped, renamed, narrowed, re-typed or with another unit; \
added or made non-nullable; other keys; cut in another way; older version |
"""

from __future__ import annotations

from collections.abc import Iterator

from platform_assets.quality.change import Change, noted, refused
from platform_assets.quality.column_evolution import column_changes
from platform_assets.quality.contract import Contract

# Rules of new partitions, of which readers are told by a new version.
_VERSIONED = ("volume", "expectations")
_JUDGED = {"name", "version", "changelog", "columns", "keys", "partitions", *_VERSIONED}


def compare(recorded: Contract, declared: Contract) -> list[Change]:
    """Every difference between the contract of what is published and the declared one, accepted or refused.

    A pure function of the two contracts. Nothing may be published if any change is refused.
    """
    if declared.version < recorded.version:
        return [_older(recorded.version, declared.version)]
    changes = sorted(
        [*column_changes(recorded, declared), *_table_changes(recorded, declared)], key=lambda change: change.field
    )
    promised = [change.field for change in changes if change.accepted and change.needs_version]
    if promised and declared.version == recorded.version:
        changes.append(_unversioned(recorded.version, promised))
    return changes


def _table_changes(recorded: Contract, declared: Contract) -> Iterator[Change]:
    if set(recorded.keys) != set(declared.keys):
        yield refused(
            "keys",
            f"are {', '.join(declared.keys)} instead of {', '.join(recorded.keys)}, so a row would be something else",
            _new_table(declared, "keys"),
        )
    yield from _cut_changes(recorded, declared)
    for name in _VERSIONED:
        if getattr(recorded, name) != getattr(declared, name):
            yield Change(name, "changed, from the next publish on")
    for name in sorted(set(Contract.model_fields) - _JUDGED):
        if getattr(recorded, name) != getattr(declared, name):
            yield noted(name, "changed")


def _cut_changes(recorded: Contract, declared: Contract) -> Iterator[Change]:
    before, after = recorded.partitions, declared.partitions
    if before == after:
        return
    if before is None or after is None or (before.column, before.every) != (after.column, after.every):
        how = f"would be cut by {after.column}" if after else "would no longer be cut"
        yield refused("partitions", f"{how}", _new_table(declared, "partitions"))
    else:
        yield noted("partitions", f"run from {after.start} to {after.end or 'now'}")


def _new_table(declared: Contract, what: str) -> str:
    return (
        f"Declare a new dataset with the new {what}, and give '{declared.name}' a deprecation that names it as the "
        "replacement."
    )


def _older(recorded: int, declared: int) -> Change:
    return refused(
        "version",
        f"is {declared}, but version {recorded} was published already",
        "Deploy the newer declaration; to take a change back, declare that as a newer version.",
    )


def _unversioned(version: int, fields: list[str]) -> Change:
    return refused(
        "version",
        f"is still {version}, although {', '.join(dict.fromkeys(fields))} changed",
        f"Raise it to {version + 1} and say in the changelog what changed; if a column's meaning changes, keep it and "
        "add a new column instead.",
    )
