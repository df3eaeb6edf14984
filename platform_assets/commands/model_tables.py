"""How versions of a model look in a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from platform_assets.learning.evaluation import Interval, ModelFigures
    from platform_assets.learning.version_info import VersionInfo
    from platform_assets.pipeline.comparison import VersionComparison, VersionFacts

Row = dict[str, Any]
LISTED_METRICS = ("auc", "brier", "calibration_error")


def version_row(info: VersionInfo) -> Row:
    """A version as a line: what it was trained as of, why, how good it is, and whether and by whom it was promoted."""
    figures: dict[str, Any] = json.loads(info.tags.get("figures", "{}"))
    last = info.promotions[-1] if info.promotions else None
    return {
        "version": info.version,
        "aliases": list(info.aliases),
        "as of": info.as_of,
        "trained because": info.tags.get("reason"),
        **{metric: _between(figures[metric]) for metric in LISTED_METRICS if metric in figures},
        "gates": "passed" if info.accepted else f"refused: {info.tags.get('gates_refused')}",
        "promoted at (UTC)": last and last.at[:16].replace("T", " "),
        "predicts from": last and last.predicts_from,
        "who": last and (last.decided_by or "gates") + (" (override)" if last.override else ""),
        "why": last and last.reason,
    }


def pages(found: VersionComparison) -> Iterator[tuple[str, list[Row]]]:
    """Figures, then how both were made, as titles with rows."""
    names = [f"version {each.version}" for each in (found.first, found.second)]
    yield f"Figures: {found.words}", list(_figures(found, names))
    yield "How they were made", list(_made(found.first, found.second, names))


def _figures(found: VersionComparison, names: list[str]) -> Iterator[Row]:
    same = found.on_same_rows
    sides = [same.champion, same.candidate] if same else [found.first.own, found.second.own]
    metrics = list(dict.fromkeys(metric for side in sides if side for metric in side.intervals))
    for metric in metrics:
        row: Row = {"metric": metric}
        row |= {name: _interval_of(side, metric) for name, side in zip(names, sides, strict=True)}
        gain = same.gains["champion"].get(metric) if same else None
        yield row | ({f"gain of {names[1]}": _between(gain.model_dump())} if gain else {})


def _made(first: VersionFacts, second: VersionFacts, names: list[str]) -> Iterator[Row]:
    sides = [_flat(each.model_dump(exclude={"own", "version"})) for each in (first, second)]
    for fact in dict.fromkeys([*sides[0], *sides[1]]):
        left, right = (side.get(fact) for side in sides)
        yield {"fact": fact, names[0]: _text(left), names[1]: _text(right), "": "" if left == right else "differs"}


def _flat(values: Mapping[str, Any]) -> Row:
    nested = {name: value for name, value in values.items() if isinstance(value, dict)}
    inner = {f"{name}.{key}": each for name, value in nested.items() for key, each in value.items()}
    return {name: value for name, value in values.items() if name not in nested} | inner


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _interval_of(side: ModelFigures | None, metric: str) -> str:
    found: Mapping[Any, Interval] = side.intervals if side else {}
    return _between(found[metric].model_dump()) if metric in found else ""


def _between(interval: Mapping[str, Any]) -> str:
    """A value with its interval, as in '0.7513 (0.7390 to 0.7640)'."""
    if interval["low"] is None:
        return f"{interval['value']:.4f}"
    return f"{interval['value']:.4f} ({interval['low']:.4f} to {interval['high']:.4f})"
