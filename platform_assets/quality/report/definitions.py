"""How the numbers of a report are defined, folded away for those who want to know."""

from html import escape

from platform_assets.quality.drift.result import DriftResult
from platform_assets.quality.report.words import NAMES


def definitions_of(result: DriftResult) -> str:
    """The definitions that the result brings along, and the declared limits."""
    terms = {NAMES.get(name, name.replace("_", " ").capitalize()): text for name, text in result.definitions.items()}
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in terms.items())
    declared = {name.replace("_", " "): value for name, value in result.thresholds.items() if value is not None}
    limits = escape(", ".join(f"{name} {value}" for name, value in declared.items()))
    return (
        "<h2>Small print</h2><details class='card'><summary><h3>How these numbers are defined</h3></summary>"
        f"<dl class='terms'>{items}</dl><p class='soft'>Declared limits: {limits}.</p></details>"
    )
