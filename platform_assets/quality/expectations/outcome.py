"""The answer to one expectation, whoever gave it: in words for a person, and as Great Expectations' own result."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

EXAMPLES = 3
AnsweredBy = Literal["profile", "great_expectations"]


class Outcome(BaseModel):
    """The result of one expectation.

    Attributes:
        name: of its asset check.
        observed: what was seen, in a few words.
        result: Great Expectations' validation result as JSON (success, expectation_config, result, exception_info).
        sample_rows: whole rows that broke it, without personal columns; only if it failed and judges single rows.
    """

    name: str
    passed: bool
    blocking: bool
    message: str
    observed: str
    answered_by: AnsweredBy
    result: dict[str, Any]
    sample_rows: list[str] = []

    @property
    def unexpected_rows(self) -> int | None:
        """How many rows broke it; None if it does not judge single rows or could not be answered."""
        found = self.result["result"]
        return found.get("unexpected_count") if "element_count" in found else None


def found_in_words(result: dict[str, Any]) -> str:
    """What an expectation saw (the `result` of Great Expectations), in a few words with a few examples."""
    if result.get("observed_value") is not None:
        return str(result["observed_value"])
    share = result.get("unexpected_percent")
    parts = [] if share is None else [f"{share:.3g} % unexpected"]
    for what in ("unexpected", "missing"):
        examples = [str(value) for value in result.get(f"partial_{what}_list") or [] if value is not None]
        if examples:
            parts.append(f"{what} such as {', '.join(list(dict.fromkeys(examples))[:EXAMPLES])}")
    return ", ".join(parts) or "nothing unexpected"
