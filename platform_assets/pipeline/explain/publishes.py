"""Who published the rows of a partition: run, code commit and contract version, as recorded on the snapshot."""

from __future__ import annotations

import functools
import json
import subprocess
from typing import Any

from platform_assets.lake.history import ROLLED_BACK_TO, UPKEEP, Version
from platform_assets.pipeline.contracts import contract_history
from platform_assets.pipeline.explain.kept import known_versions, readable
from platform_assets.pipeline.explain.link import Link, resolved
from platform_assets.pipeline.explain.surroundings import Surroundings
from platform_assets.pipeline.training_code import ROOT
from platform_assets.pipeline.workspace import DIRTY


def publish_of(around: Surroundings, table: str, partition: str | None, snapshot: int) -> Version | str:
    """The publish behind a partition's rows of a snapshot; why it cannot be told, in words, if it cannot."""
    what = ("publish", table, partition, snapshot)
    return around.once(what, lambda: _look_up_publish(around, table, partition, snapshot))


def _look_up_publish(around: Surroundings, table: str, partition: str | None, snapshot: int) -> Version | str:
    held = readable(around, table, snapshot, [partition])
    publisher = around.versions(table).published_by(held, partition)
    if publisher is None:
        return f"'{table}' has no rows of {partition or 'any partition'} in snapshot {snapshot}."
    found = known_versions(around, table).get(publisher)
    if found is None:
        return (
            f"the publish (snapshot {publisher}) has expired, and what it recorded was not noted, as 'platform "
            "retention' does. Materialise the partition again to have its origin recorded."
        )
    if UPKEEP in found.facts or ROLLED_BACK_TO in found.facts:
        return (
            f"its files came by snapshot {publisher} ({found.operation}), and the versions before that one, from which "
            "it took the rows, have expired. Materialise the partition again to have its origin recorded."
        )
    return found


def publish_link(around: Surroundings, table: str, partition: str | None, snapshot: int) -> Link:
    """The publish of a partition's rows, with the code and the contract behind it."""
    name = f"{table} {partition}" if partition else table

    def look() -> Link:
        found = publish_of(around, table, partition, snapshot)
        if isinstance(found, str):
            return Link("publish", name, problem=found)
        return Link("publish", name, publish_facts(found), links=behind(around, table, found))

    return resolved("publish", name, look)


def publish_facts(version: Version) -> dict[str, Any]:
    """What a publish recorded, by name."""
    return {
        "snapshot": str(version.snapshot_id),
        "published at": version.committed_at.isoformat(timespec="seconds"),
        "run": version.facts.get("run-id"),
        "rows": version.rows_added,
        "input snapshots": {
            table: str(snapshot) for table, snapshot in json.loads(version.facts.get("inputs", "{}")).items()
        },
    }


def behind(around: Surroundings, table: str, version: Version) -> tuple[Link, ...]:
    """The code and the contract of a publish."""
    return (
        code_link(version.facts.get("code-commit", "unknown")),
        contract_link(around, table, version.facts.get("contract-version", "unknown")),
    )


def code_link(recorded: str) -> Link:
    """The commit that ran, if this checkout has it."""
    commit = recorded.removesuffix(DIRTY)
    if commit == "unknown":
        return Link(
            "code",
            "unknown",
            problem="it ran outside of a git checkout, so no commit was recorded. Deploy from a checkout.",
        )
    facts = {"commit": commit, "uncommitted changes": recorded.endswith(DIRTY)}
    subject = _subject_of(commit)
    if subject is None:
        return Link(
            "code", commit[:12], facts, problem=f"this checkout has no commit {commit}. Fetch it: git fetch --all."
        )
    return Link("code", commit[:12], {**facts, "subject": subject})


@functools.cache
def _subject_of(commit: str) -> str | None:
    """First line of a commit's message; None if there is no such commit here."""
    shown = subprocess.run(
        ["git", "show", "--no-patch", "--format=%s", f"{commit}^{{commit}}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return shown.stdout.strip() if shown.returncode == 0 else None


def contract_link(around: Surroundings, table: str, version: str) -> Link:
    """The contract version that the rows were published under, with when it was first used and what it changed."""

    def look() -> Link:
        history = around.once(("contracts", table), lambda: contract_history(around.lake, table))
        entries = {str(entry.version): entry for entry in history}
        entry = entries.get(version)
        name = f"{table} version {version}"
        if entry is None:
            known = ", ".join(entries) or "none"
            problem = f"the table's record of contract versions has {known}. Look for it in the declaration's history."
            return Link("contract", name, problem=problem)
        facts = {"version": entry.version, "first used": entry.recorded_at, "changes": list(entry.changes)}
        return Link("contract", name, facts)

    return resolved("contract", f"{table} version {version}", look)
