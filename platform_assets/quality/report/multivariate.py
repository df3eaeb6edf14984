"""Whether the columns go together as before, which no single column can show; told if the result knows it."""

from html import escape

from platform_assets.quality.drift.result import DriftResult
from platform_assets.quality.report.words import VERDICTS


def multivariate_of(result: DriftResult) -> str:
    """A section with the finding, the columns that tell the windows apart, and the definition; empty without one."""
    found = result.multivariate
    if found is None:
        return ""
    rows = "".join(
        f"<tr><th scope='row'>{escape(name)}</th><td>{loss:.3f}</td></tr>" for name, loss in found.columns.items()
    )
    table = (
        "<table><thead><tr><th scope='col'>Column that tells the windows apart</th>"
        f"<th scope='col'>Loss of AUC without it</th></tr></thead><tbody>{rows}</tbody></table>"
        if rows
        else ""
    )
    return (
        f"<h2>Do the columns go together as before?</h2><section class='card'><p><span class='chip {found.verdict}'>"
        f"{VERDICTS[found.verdict]}</span> {escape(found.message)}</p>{table}"
        f"<p class='note'>{escape(found.definition)}</p></section>"
    )
