"""A finished backtest as files in the reports folder: a page, a picture and JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from platform_assets.learning.backtest.answer import answer
from platform_assets.learning.backtest.chart import backtest_svg
from platform_assets.learning.backtest.report import backtest_html

if TYPE_CHECKING:
    from platform_assets.pipeline.backtest.run import Backtest


@dataclass(frozen=True)
class BacktestFiles:
    """Where a person or a program reads it."""

    html: Path
    svg: Path
    json: Path


def publish_backtest(backtest: Backtest, reports: Path) -> BacktestFiles:
    """Write all files, those of the last backtest of the same model are replaced."""
    folder = reports / backtest.product / backtest.model
    folder.mkdir(parents=True, exist_ok=True)
    files = BacktestFiles(*(folder / f"backtest.{ending}" for ending in ("html", "svg", "json")))
    sentences = answer(backtest.outcomes, backtest.declared.currency)
    page = backtest_html(
        backtest.outcomes,
        title=f"Which retraining policy is worth it? {backtest.model}, {backtest.first} to {backtest.last}",
        sentences=sentences,
        facts=facts(backtest),
        currency=backtest.declared.currency,
    )
    files.html.write_text(page, encoding="utf-8")
    picture = backtest_svg(backtest.outcomes, backtest.declared.currency, words=escape(" ".join(sentences)))
    files.svg.write_text(picture, encoding="utf-8")
    files.json.write_text(json.dumps({"answer": sentences, **backtest.to_dict()}, indent=2), encoding="utf-8")
    return files


def facts(backtest: Backtest) -> dict[str, str]:
    """What was compared, on which terms, and what policies shared."""
    declared = backtest.declared
    rate = f"{declared.cost_per_cpu_hour:g} {declared.currency} per CPU hour"
    return {"Decision": _decision(backtest), "Rate": rate, "Shared": shared_words(backtest)}


def shared_words(backtest: Backtest) -> str:
    """How often work was asked for, and how often it was done."""
    parts = [f"{backtest.asked[kind]} {kind} were needed, {backtest.done.get(kind, 0)} made" for kind in backtest.asked]
    kept = (
        f" ({backtest.reused} of these trainings kept from production or earlier backtests)" if backtest.reused else ""
    )
    return f"{'; '.join(parts)}{kept}"


def _decision(backtest: Backtest) -> str:
    costs, threshold = backtest.declared.costs, backtest.declared.acted_on_from
    if costs is None or threshold is None:
        return "no costs declared under 'backtest', so there is no business value to compare"
    return (
        f"act from probability {threshold:.3f} on; a missed event costs {costs.missed:g} {backtest.declared.currency}, "
        f"a false alarm {costs.false_alarm:g}"
    )
