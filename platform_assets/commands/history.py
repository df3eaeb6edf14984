"""A version as a line for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platform_assets.lake.history import Version

# As many characters of a run or a commit as tell it from others.
SHORT = 8


def short_row(version: Version) -> dict[str, object]:
    """What fits into a terminal; ``--json`` has everything."""
    row = version.as_row()
    return {
        "snapshot": row["snapshot"],
        "time (UTC)": f"{version.committed_at:%Y-%m-%d %H:%M:%S}",
        "operation": row["operation"],
        "partition": row["partition"],
        "rows": version.rows,
        "change": f"+{version.rows_added} -{version.rows_removed}",
        "run": str(row["run"] or "")[:SHORT],
        "commit": str(row["code commit"] or "")[:SHORT],
        "tags": row["tags"],
        "why": f"{row['who']}: {row['reason']}" if row["reason"] else None,
    }
