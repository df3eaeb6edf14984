"""What was estimated beside what came true, partition by partition, as one small picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from platform_assets.quality.report.shapes import fitted, nice_marks, text_at
from platform_assets.quality.report.style import LIGHT

#: Partitions drawn at most, the newest ones; the picture stays small whatever the history.
SHOWN = 36
_WIDTH, _HEIGHT = 640, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 24.0, 62.0, 32.0
_ROOM = 0.02
_FIGURES = ("auc", "estimated_auc_low", "estimated_auc_high", "validation_auc")

_STYLE = """
text{{font:11px system-ui,sans-serif;fill:{soft}}}.middle{{text-anchor:middle}}.end{{text-anchor:end}}
.title{{font-size:12px;font-weight:600;fill:{ink}}}.card{{fill:{card};stroke:{line}}}.grid{{stroke:{line}}}
.estimate{{stroke:{before};stroke-width:9;opacity:.35}}.expected{{fill:{before}}}
.level{{stroke:{soft};stroke-width:1.5;stroke-dasharray:4 3}}
.as_estimated,.covariate_drift,.cannot_tell{{fill:{stable}}}
.concept_drift,.covariate_and_concept_drift{{fill:{drift}}}
"""


def performance_plot_svg(title: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """SVG of rows of the performance table with a `partition`, oldest first: estimates, what came true, level to hold.

    Empty if no row has an AUC. A bar is an estimate's interval, a dot what came true (a diamond where the cause is
    concept drift), a dashed line the AUC of the validation rows. It needs nothing from elsewhere.
    """
    shown = [row for row in rows if row["auc"] is not None][-SHOWN:]
    if not shown:
        return ""
    values = [row[name] for row in shown for name in _FIGURES if row[name] is not None]
    low, high = min(values) - _ROOM, max(values) + _ROOM
    slot = (_WIDTH - _LEFT - _RIGHT) / len(shown)

    def across(place: int) -> float:
        return _LEFT + slot * (place + 0.5)

    def down(value: float) -> float:
        return float(_TOP + (_HEIGHT - _TOP - _BOTTOM) * (high - value) / (high - low))

    grid = "".join(
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{down(mark):.1f}" y2="{down(mark):.1f}"/>'
        + text_at(_LEFT - 6, down(mark) + 4, f"{mark:g}", "end")
        for mark in nice_marks(low, high)
    )
    marks = "".join(_mark(row, across(place), slot, down) for place, row in enumerate(shown))
    every = max(1, len(shown) // 9)
    names = "".join(
        text_at(across(place), _HEIGHT - 12, str(row["partition"]), "middle")
        for place, row in enumerate(shown)
        if place % every == 0
    )
    key = "bar: estimated before labels · dot: came true (diamond: concept drift) · dashed: validation"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"><style>{_STYLE.format_map(LIGHT)}</style>'
        f'<rect class="card" x=".5" y=".5" width="{_WIDTH - 1}" height="{_HEIGHT - 1}" rx="8"/>'
        f"{text_at(14, 22, fitted(title, 46), 'title')}{text_at(14, 40, key, '')}{grid}{marks}{names}</svg>"
    )


def _mark(row: Mapping[str, Any], x: float, slot: float, down: Callable[[float], float]) -> str:
    parts = []
    if row["validation_auc"] is not None:
        y = down(row["validation_auc"])
        parts.append(
            f'<line class="level" x1="{x - slot * 0.4:.1f}" x2="{x + slot * 0.4:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
        )
    if row["estimated_auc"] is not None:
        top, bottom = down(row["estimated_auc_high"]), down(row["estimated_auc_low"])
        parts.append(f'<line class="estimate" x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}"/>')
        parts.append(f'<circle class="expected" cx="{x:.1f}" cy="{down(row["estimated_auc"]):.1f}" r="2"/>')
    y, cause = down(row["auc"]), row["cause"] or "cannot_tell"
    if "concept" in cause:
        parts.append(f'<path class="{cause}" d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z"/>')
    else:
        parts.append(f'<circle class="{cause}" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>')
    return "".join(parts)
