"""Great Expectations on the job's own DataFrame, on whatever engine holds it."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from platform_assets.quality.expectations.resolving import build, expectation_class

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from platform_assets.quality.contract import Expectation


def run(frame: DataFrame, expectations: Sequence[Expectation]) -> dict[str, dict[str, Any]]:
    """The validation result of each expectation as JSON, by the name of its check."""
    import great_expectations as gx

    suite = gx.ExpectationSuite(name="declared", expectations=[build(declared) for declared in expectations])
    with _batch_of(frame) as batch:
        results = batch.validate(suite).results
    # Those that raise come first, so that the order says nothing.
    return {result.expectation_config.meta["check"]: _as_json(result) for result in results}


def unexpected_rows(frame: DataFrame, declared: Expectation, limit: int) -> list[dict[str, Any]]:
    """Some of the rows that break an expectation that judges single rows, or that its own query found."""
    expectation = build(declared)
    # A query shows its rows (at most 200) only when asked for everything; of other expectations that is unbounded.
    wanted: dict[str, Any] = {"result_format": "COMPLETE"}
    if not hasattr(expectation, "unexpected_rows_query"):
        wanted = {"result_format": "SUMMARY", "include_unexpected_rows": True, "partial_unexpected_count": limit}
    with _batch_of(frame) as batch:
        result = batch.validate(expectation, result_format=wanted).result
    found = result.get("unexpected_rows") or result.get("details", {}).get("unexpected_rows") or []
    return [row if isinstance(row, dict) else row.asDict() for row in found[:limit]]


def judges_rows(declared: Expectation, found: Mapping[str, Any]) -> bool:
    """Whether an expectation with the result `found` can show rows that break it."""
    if "element_count" in found:
        return bool(found.get("unexpected_count"))
    return "unexpected_rows_query" in expectation_class(declared.type).__fields__


@contextmanager
def _batch_of(frame: DataFrame) -> Iterator[Any]:
    context = _context()
    source = context.data_sources.add_or_update_spark(f"staged-{id(frame)}", persist=False)
    try:
        rows = source.add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")
        yield rows.get_batch(batch_parameters={"dataframe": frame})
    finally:
        context.data_sources.delete(source.name)


@functools.cache
def _context() -> Any:
    import great_expectations as gx

    # Its progress bars and notices are for notebooks; results are reported as asset checks.
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    return context


def _as_json(result: Any) -> dict[str, Any]:
    found: dict[str, Any] = result.to_json_dict()
    found["expectation_config"]["kwargs"].pop("batch_id", None)
    # Tracebacks tell paths of the machine, and one per metric of the suite.
    message = next(_messages(found["exception_info"] or {}), None)
    found["exception_info"] = {
        "raised_exception": message is not None,
        "exception_message": message,
        "exception_traceback": None,
    }
    return found


def _messages(info: Mapping[str, Any]) -> Iterator[str]:
    """Why an expectation could not be answered, if so; Great Expectations says it once or once a metric."""
    parts: Iterable[Any] = [info, *info.values()]
    for part in parts:
        if isinstance(part, Mapping) and part.get("exception_message"):
            yield str(part["exception_message"])
