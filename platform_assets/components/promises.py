"""What a contract says over time, where people look: its changes, who is told, and the announced end of its table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from platform_assets.quality.audit import CheckResult
from platform_assets.quality.contract import Contract

NOT_DEPRECATED = "not_deprecated"
CHECK_DESCRIPTION = "The table has not reached its announced end; a warning from that day on."


def contract_metadata(contract: Contract) -> dict[str, Any]:
    """Who is told of changes, and what each contract version changed."""
    facts: dict[str, Any] = {"notify": ", ".join(contract.notify)} if contract.notify else {}
    if contract.changelog:
        entries = (f"- **{entry.version}** ({entry.date}): {entry.change}" for entry in contract.changelog)
        facts["contract changelog"] = dg.MetadataValue.md("\n".join(entries))
    return facts


def announcements(contract: Contract, reads: Sequence[Contract]) -> list[str]:
    """What readers of an asset's description must know: its own end, and that of what it reads."""
    own = contract.deprecation.in_words(contract.name) if contract.deprecation else None
    return [f"**Deprecated.** {own}"] * bool(own) + [f"**Reads a deprecated table.** {words}" for words in ends(reads)]


def ends(reads: Sequence[Contract]) -> list[str]:
    """The announced ends among contracts, in words."""
    return [contract.deprecation.in_words(contract.name) for contract in reads if contract.deprecation]


def deprecation_tags(contract: Contract) -> dict[str, str]:
    """A tag to filter the catalog by."""
    return {"deprecated": contract.deprecation.date.isoformat()} if contract.deprecation else {}


def deprecation_metadata(contract: Contract, reads: Sequence[Contract]) -> dict[str, Any]:
    """The same as facts of the asset."""
    facts: dict[str, Any] = {}
    if contract.deprecation:
        facts["deprecated from"] = contract.deprecation.date.isoformat()
        facts["replacement"] = contract.deprecation.replacement or "none"
    if ends(reads):
        facts["deprecated inputs"] = ", ".join(read.name for read in reads if read.deprecation)
    return facts


def deprecation_checks(contract: Contract) -> list[CheckResult]:
    """Whether the announced end has come; nothing if none is announced."""
    if contract.deprecation is None:
        return []
    passed = datetime.now(UTC).date() < contract.deprecation.date
    message = contract.deprecation.in_words(contract.name)
    return [CheckResult(name=NOT_DEPRECATED, passed=passed, blocking=False, message=message)]


def warn_readers(reads: Sequence[Contract]) -> None:
    """Say in the run's log that a step reads what is going to end."""
    for words in ends(reads):
        dg.get_dagster_logger().warning(f"This asset reads a deprecated table: {words}")
