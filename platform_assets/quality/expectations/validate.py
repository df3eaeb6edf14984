"""Answer every declared expectation of a table: from its profile where that is exact, on the engine where not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from platform_assets.quality.expectations.failed_rows import sample_rows
from platform_assets.quality.expectations.naming import in_words
from platform_assets.quality.expectations.outcome import AnsweredBy, Outcome, found_in_words
from platform_assets.quality.expectations.personal import without_values

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from platform_assets.quality.contract import Expectation
    from platform_assets.quality.expectations.from_profile import Answer
    from platform_assets.quality.profile import TableProfile


def validate(
    frame: DataFrame,
    expectations: Sequence[Expectation],
    profile: TableProfile | None = None,
    personal: Sequence[str] = (),
) -> list[Outcome]:
    """One outcome each, in the declared order; Great Expectations is imported only if the profile leaves a question.

    Args:
        profile: of the very rows of `frame`.
        personal: columns of which no value may be shown.

    Raises:
        ExpectationError: an expectation does not exist, cannot be imported, or does not accept its arguments.
    """
    results = {} if profile is None else _answered(frame, expectations, profile)
    known = set(results)
    left = [declared for declared in expectations if declared.check_name not in known]
    if left:
        from platform_assets.quality.expectations.great import run

        results |= run(frame, left)
    return [
        _outcome(
            frame,
            declared,
            results[declared.check_name],
            "profile" if declared.check_name in known else "great_expectations",
            set(personal),
        )
        for declared in expectations
    ]


def _answered(
    frame: DataFrame, expectations: Sequence[Expectation], profile: TableProfile
) -> dict[str, dict[str, Any]]:
    from platform_assets.quality.expectations.from_profile import Facts, answer

    facts = Facts(profile, dict(frame.dtypes))
    answers = {declared.check_name: (declared, answer(declared, facts)) for declared in expectations}
    return {name: _as_result(declared, found) for name, (declared, found) in answers.items() if found is not None}


def _as_result(declared: Expectation, found: Answer) -> dict[str, Any]:
    return {
        "success": bool(found.success),
        "expectation_config": {
            "type": declared.type,
            "kwargs": dict(declared.arguments),
            "meta": {"check": declared.check_name},
            "severity": "critical" if declared.on_violation == "refuse_partition" else "warning",
        },
        "result": found.result,
        "meta": {},
        "exception_info": {"raised_exception": False, "exception_message": None, "exception_traceback": None},
    }


def _outcome(
    frame: DataFrame, declared: Expectation, result: dict[str, Any], answered_by: AnsweredBy, personal: set[str]
) -> Outcome:
    shown = without_values(declared, result, personal)
    observed, passed = found_in_words(shown["result"]), bool(result["success"])
    what = in_words(declared.type, declared.arguments)
    problem = shown["exception_info"]["exception_message"]
    return Outcome(
        name=declared.check_name,
        passed=passed,
        blocking=declared.on_violation == "refuse_partition",
        message=f"{what} {'holds' if passed else 'failed'}: {problem or observed}.",
        observed=observed,
        answered_by=answered_by,
        result=shown,
        sample_rows=[] if passed or problem else sample_rows(frame, declared, result["result"], answered_by, personal),
    )
