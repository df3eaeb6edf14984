"""A card as Markdown, for the Dagster UI and MLflow; pictures are embedded."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from platform_assets.learning.card.document import Card, Plot, Section, Table
from platform_assets.learning.card.style import IMAGE_BACKGROUND, IMAGE_CSS


def card_markdown(card: Card) -> str:
    """The same sections as `html.card_html`, in the same order."""
    head = f"# {card.title}\n\n**{card.stage.capitalize()}.** {_safe(card.standing)}\n"
    return head + "".join(map(_section, card.sections))


def _section(section: Section) -> str:
    parts = [_safe(sentence) for sentence in section.sentences]
    listed = [f"- **{name}:** {_safe(value)}" for name, value in section.facts.items()]
    listed += [f"- {_safe(point)}" for point in section.points]
    parts += ["\n".join(listed)] if listed else []
    parts += map(_table, section.tables)
    parts += map(_plot, section.plots)
    return "\n## " + "\n\n".join([section.title, *parts]) + "\n"


def _table(table: Table) -> str:
    lines = ["---:" if place in table.numeric else "---" for place in range(len(table.columns))]
    return "\n".join(map(_row, [table.columns, lines, *table.rows]))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_safe(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def _plot(plot: Plot) -> str:
    drawn = plot.svg.replace(
        ">", f'><style>{IMAGE_CSS}</style><rect width="100%" height="100%" fill="{IMAGE_BACKGROUND}"/>', 1
    )
    return f"![{_safe(plot.caption)}](data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()})"


def _safe(text: str) -> str:
    """Text that cannot break out of its place."""
    return text.replace("\n", " ").replace("<", "&lt;")
