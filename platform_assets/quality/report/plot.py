"""The distributions of the most changed columns as one small picture for the Dagster UI."""

from io import BytesIO
from typing import Any

import numpy as np

from platform_assets.quality.drift.result import ColumnDrift, DriftResult
from platform_assets.quality.profile.table import TableProfile
from platform_assets.quality.report.bars import Bars, bars_of
from platform_assets.quality.report.words import VERDICTS

_BEFORE, _NOW = "#0072b2", "#d55e00"
_COLUMNS = 2
_SHOWN_CATEGORIES = 6
_LABEL_CHARACTERS = 14


def drift_plot_png(result: DriftResult, reference: TableProfile | None, current: TableProfile, top: int = 6) -> bytes:
    """PNG of the `top` most changed columns, before and now over each other."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = result.columns[: max(top, 1)]
    lines = max(-(-len(shown) // _COLUMNS), 1)
    figure = Figure(figsize=(9.0, 0.55 + 2.1 * lines), dpi=85, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(lines, _COLUMNS, squeeze=False).ravel()
    for axis, column in zip(axes, shown, strict=False):
        before = reference.columns.get(column.column) if reference else None
        _draw(axis, column, bars_of(before, current.columns[column.column]))
    for axis in axes[len(shown) :]:
        axis.set_axis_off()
    _draw_legend(figure, reference is not None)
    buffer = BytesIO()
    figure.savefig(buffer, format="png", pil_kwargs={"optimize": True})
    return buffer.getvalue()


def _draw(axis: Any, column: ColumnDrift, bars: Bars | None) -> None:
    size = "" if column.verdict == "no_reference" else f"   {column.effect:.1f} x limit"
    axis.set_title(f"{column.column}   {VERDICTS[column.verdict][2:]}{size}", fontsize=10, loc="left", parse_math=False)
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(labelsize=8)
    if bars is None:
        axis.text(0.5, 0.5, "no values", ha="center", transform=axis.transAxes)
    elif bars.edges is not None:
        _draw_intervals(axis, bars)
    else:
        _draw_categories(axis, bars)


def _draw_intervals(axis: Any, bars: Bars) -> None:
    axis.stairs(100 * bars.reference, bars.edges, fill=True, color=_BEFORE, alpha=0.35)
    axis.stairs(100 * bars.current, bars.edges, color=_NOW, linewidth=1.8)
    axis.set_ylabel("% of rows", fontsize=8)
    ticks = np.linspace(0, len(bars.labels) - 1, 5).round().astype(int)
    axis.set_xticks([bars.edges[i] for i in ticks] if bars.edges is not None else [], [bars.labels[i] for i in ticks])


def _draw_categories(axis: Any, bars: Bars) -> None:
    count = min(len(bars.labels), _SHOWN_CATEGORIES)
    at = np.arange(count)
    axis.bar(at - 0.2, 100 * bars.reference[:count], 0.4, color=_BEFORE, alpha=0.6)
    axis.bar(at + 0.2, 100 * bars.current[:count], 0.4, color=_NOW)
    axis.set_xticks(at, [_short(label) for label in bars.labels[:count]], parse_math=False)
    axis.set_ylabel("% of rows", fontsize=8)


def _short(label: str) -> str:
    return label if len(label) <= _LABEL_CHARACTERS else label[: _LABEL_CHARACTERS - 1] + "…"


def _draw_legend(figure: Any, has_reference: bool) -> None:
    from matplotlib.patches import Patch

    before = [Patch(color=_BEFORE, alpha=0.5, label="before (reference)")] if has_reference else []
    handles = [*before, Patch(facecolor="none", edgecolor=_NOW, linewidth=1.8, label="now")]
    figure.legend(handles=handles, loc="outside upper right", ncols=2, fontsize=9, frameon=False)
