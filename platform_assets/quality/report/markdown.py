"""Drift as Markdown for the metadata of a materialisation: verdict, answers, picture, and what changed most."""

from base64 import b64encode

from platform_assets.quality.drift.result import ColumnDrift, DriftResult
from platform_assets.quality.report.answers import answers_of, since_of, use_words
from platform_assets.quality.report.context import NOTHING_KNOWN, ReportContext
from platform_assets.quality.report.overview import missing
from platform_assets.quality.report.words import HEADLINES, VERDICTS

_ROWS = 10


def drift_report_markdown(result: DriftResult, picture_svg: str, about: ReportContext = NOTHING_KNOWN) -> str:
    """Markdown with the picture embedded as a data URI, and a table of the ten most changed columns."""
    picture = f"data:image/svg+xml;base64,{b64encode(picture_svg.encode()).decode()}"
    answers = "\n".join(
        f"- **{answer.question}** {_cell(' '.join(answer.sentences))}" for answer in answers_of(result, about)
    )
    shown = "\n".join(_row(column, result, about) for column in result.columns[:_ROWS])
    hidden = len(result.columns) - _ROWS
    more = f"\n\n{hidden} more columns, all changed less than these." if hidden > 0 else ""
    return (
        f"**{HEADLINES[result.verdict]}**\n\n{_cell(result.summary)}\n\n{answers}\n\n"
        f"![Distributions before and now]({picture})\n\n"
        "| Column | Verdict | Size (1 = limit) | Since | Used | Missing | Finding |\n|---|---|---|---|---|---|---|\n"
        f"{shown}{more}\n"
    )


def _row(column: ColumnDrift, result: DriftResult, about: ReportContext) -> str:
    since = since_of(column, about)
    verdict, began = _unbroken(VERDICTS[column.verdict]), _unbroken(since.partition if since else "")
    cells = [column.column, verdict, f"{column.effect:.2f}", began]
    cells += [use_words(column, result, about), missing(column), column.message]
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _unbroken(text: str) -> str:
    """Text on one line: Dagster's UI breaks narrow cells at every space and hyphen."""
    return text.replace(" ", "\N{NO-BREAK SPACE}").replace("-", "\N{NON-BREAKING HYPHEN}")


def _cell(text: str) -> str:
    """Text that cannot break out of its table cell."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
