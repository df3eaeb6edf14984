"""Drift as Markdown for the metadata of a materialisation: verdict, picture and the columns that changed most."""

from base64 import b64encode

from platform_assets.quality.drift.result import ColumnDrift, DriftResult
from platform_assets.quality.drift.wording import percent
from platform_assets.quality.report.words import HEADLINES, VERDICTS

_ROWS = 10


def drift_report_markdown(result: DriftResult, picture_svg: str) -> str:
    """Markdown with the picture embedded as a data URI, and a table of the ten most changed columns."""
    picture = f"data:image/svg+xml;base64,{b64encode(picture_svg.encode()).decode()}"
    shown = "\n".join(_row(column) for column in result.columns[:_ROWS])
    hidden = len(result.columns) - _ROWS
    more = f"\n\n{hidden} more columns, all changed less than these." if hidden > 0 else ""
    return (
        f"**{HEADLINES[result.verdict]}**\n\n{result.summary}\n\n![Distributions before and now]({picture})\n\n"
        f"| Column | Verdict | Size (1 = limit) | Missing | Finding |\n|---|---|---|---|---|\n{shown}{more}\n"
    )


def _row(column: ColumnDrift) -> str:
    missing = percent(column.current_missing_share)
    if column.reference_missing_share is not None:
        missing = f"{percent(column.reference_missing_share)} → {missing}"
    cells = column.column, VERDICTS[column.verdict], f"{column.effect:.2f}", missing, column.message
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    """Text that cannot break out of its table cell."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
