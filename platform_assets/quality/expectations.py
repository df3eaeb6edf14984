"""Great Expectations on the job's own DataFrame, on whatever engine holds it."""

from __future__ import annotations

import functools
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from platform_assets.quality.contract import Expectation

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

EXAMPLES = 3


@dataclass(frozen=True)
class Outcome:
    """The result of one expectation, with what was observed."""

    name: str
    passed: bool
    blocking: bool
    message: str
    observed: str


class UnknownExpectation(ValueError):
    """The declared expectation does not exist in Great Expectations."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"expectation '{name}' does not exist in Great Expectations. "
            "Correct its name in defs.yaml, for example expect_column_values_to_be_between."
        )


def validate(frame: DataFrame, expectations: list[Expectation]) -> list[Outcome]:
    """Run expectations on a DataFrame; one outcome each, in the declared order."""
    import great_expectations as gx

    context = _context()
    source = context.data_sources.add_or_update_spark(f"staged-{id(frame)}", persist=False)
    batch = source.add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")
    suite = gx.ExpectationSuite(name="declared", expectations=[_expectation(declared) for declared in expectations])
    batch_of_rows = batch.get_batch(batch_parameters={"dataframe": frame})
    results = batch_of_rows.validate(suite).results
    context.data_sources.delete(source.name)
    return [_outcome(declared, result) for declared, result in zip(expectations, results, strict=True)]


@functools.cache
def _context() -> Any:
    import great_expectations as gx

    # Its progress bars and notices are for notebooks; results are reported as asset checks.
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    return context


def _expectation(declared: Expectation) -> Any:
    import great_expectations.expectations as gxe

    class_name = "".join(word.capitalize() for word in declared.type.split("_"))
    kind = getattr(gxe, class_name, None)
    if kind is None:
        raise UnknownExpectation(declared.type)
    return kind(**declared.arguments)


def _outcome(declared: Expectation, result: Any) -> Outcome:
    column = declared.arguments.get("column", "table")
    shown = _found(result.result)
    wanted = ", ".join(f"{key}={value}" for key, value in declared.arguments.items() if key != "column")
    problem = _exception(result.exception_info or {}) if not result.success else None
    return Outcome(
        name=f"{declared.type}({column})",
        passed=bool(result.success),
        blocking=declared.on_violation == "refuse_partition",
        message=f"{declared.type} on {column} ({wanted}) failed: {problem or shown}.",
        observed=shown,
    )


def _found(observed: dict[str, Any]) -> str:
    """What an expectation saw, in a few words with a few examples."""
    if observed.get("observed_value") is not None:
        return str(observed["observed_value"])
    share = observed.get("unexpected_percent")
    parts = [] if share is None else [f"{share:.3g} % unexpected"]
    for what in ("unexpected", "missing"):
        examples = [str(value) for value in observed.get(f"partial_{what}_list") or []]
        if examples:
            parts.append(f"{what} such as {', '.join(list(dict.fromkeys(examples))[:EXAMPLES])}")
    return ", ".join(parts) or "nothing unexpected"


def _exception(info: dict[str, Any]) -> str | None:
    """Why an expectation could not be answered, if so; Great Expectations says it once or once a metric."""
    messages = [info.get("exception_message")]
    messages += [part.get("exception_message") for part in info.values() if isinstance(part, dict)]
    return next((str(message) for message in messages if message), None)
