"""The contract that a table was published under, kept on the table itself: it cannot disagree with columns and rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from platform_assets.lake.evolution import Terms
from platform_assets.quality.contract import Contract
from platform_assets.quality.errors import ContractRefused
from platform_assets.quality.evolution import compare

CONTRACT = "contract"
HISTORY = "contract-history"


@dataclass(frozen=True)
class RecordedVersion:
    """When a contract version first published something, and what it changed."""

    version: int
    recorded_at: str
    run_id: str
    changes: tuple[str, ...]


def contract_text(contract: Contract) -> str:
    """A contract as canonical JSON: what a declaration adds for its kind (how files arrive, lineage) left out."""
    fields = contract.model_dump(mode="json", include=set(Contract.model_fields), exclude_none=True)
    return json.dumps(fields, sort_keys=True, ensure_ascii=False)


def read_contract(terms: Mapping[str, str]) -> Contract | None:
    """The contract that a table's terms record; None if it was never published under one.

    Raises:
        ContractRefused: another release of the platform recorded what this one cannot read.
    """
    text = terms.get(CONTRACT)
    if text is None:
        return None
    try:
        return Contract.model_validate_json(text, extra="ignore")
    except ValidationError as error:
        problem = f"the recorded contract cannot be read by this release of the platform ({error.errors()[0]['msg']})"
        raise ContractRefused(
            str(json.loads(text).get("name")), [f"{problem}. Publish with the release that recorded it."]
        ) from error


def read_history(terms: Mapping[str, str]) -> list[RecordedVersion]:
    """The contract versions that published something, oldest first."""
    return [RecordedVersion(**{**entry, "changes": tuple(entry["changes"])}) for entry in _history(terms)]


def recording(contract: Contract, run_id: str) -> Terms:
    """Terms of a publish: accept the declared contract and record it, or refuse it with every broken rule."""
    text = contract_text(contract)

    def accept(terms: Mapping[str, str]) -> Mapping[str, str]:
        if terms.get(CONTRACT) == text:
            return terms
        recorded = read_contract(terms)
        changes = compare(recorded, contract) if recorded else []
        problems = [str(change) for change in changes if not change.accepted]
        if problems:
            raise ContractRefused(contract.name, problems)
        history = _history(terms)
        if recorded is None or recorded.version != contract.version:
            entry = RecordedVersion(
                contract.version,
                datetime.now(UTC).isoformat(timespec="seconds"),
                run_id,
                tuple(str(change) for change in changes),
            )
            history = [*history, entry.__dict__]
        return {CONTRACT: text, HISTORY: json.dumps(history, ensure_ascii=False)}

    return accept


def _history(terms: Mapping[str, str]) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(terms.get(HISTORY, "[]"))
    return entries
