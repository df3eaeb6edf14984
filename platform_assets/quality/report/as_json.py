"""A report for programs: everything that the page shows, as plain values."""

from dataclasses import asdict
from typing import Any

from platform_assets.quality.drift.result import DriftResult
from platform_assets.quality.report.advice import column_advice
from platform_assets.quality.report.answers import answers_of
from platform_assets.quality.report.context import NOTHING_KNOWN, ReportContext
from platform_assets.quality.report.history import ColumnHistory


def drift_report_json(result: DriftResult, about: ReportContext = NOTHING_KNOWN) -> dict[str, Any]:
    """The result's own fields and beside them `answers`, `since`, `advice` and `timelines` by column, JSON-ready."""
    since = {name: history.since for name, history in about.histories.items()}
    return {
        **result.to_dict(),
        "partition": about.partition or None,
        "answers": {answer.question: answer.sentences for answer in answers_of(result, about)},
        "since": {name: asdict(run) for name, run in since.items() if run is not None},
        "advice": {column.column: column_advice(column, result, about) for column in result.columns},
        "timelines": {name: _timeline(history) for name, history in about.histories.items()},
    }


def _timeline(history: ColumnHistory) -> dict[str, Any]:
    return {
        "partitions": list(history.partitions),
        "reference": sorted(history.reference),
        "missing_share": list(history.missing),
        "quantiles": {f"{share:g}": list(series) for share, series in history.quantiles.items()},
        "shares": {value: list(series) for value, series in history.shares.items()},
    }
