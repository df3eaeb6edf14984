"""Sections about how good a version is, by whom it was let through, and how it has done since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from platform_assets.learning.card.document import Plot, Section, Table
from platform_assets.learning.card.facts import CardFacts
from platform_assets.learning.card.plot import calibration_plot
from platform_assets.learning.card.words import NAMES, count, figure, interval_words
from platform_assets.learning.evaluation import Evaluation, SegmentFigures
from platform_assets.learning.metric_names import MetricName

_CAPTION = (
    "Calibration on the validation rows: each point is a tenth of the rows, with the 95 % interval of how often the "
    "event happened. On the dashed line, probabilities say what happens."
)


def quality(facts: CardFacts) -> Section:
    """Figures with intervals beside those of the baseline and the champion of the time, and the calibration plot."""
    evaluation = facts.metadata.evaluation
    if evaluation is None:
        return _quality_of_an_older_version(facts)
    others = [name for name in ("baseline", "champion") if evaluation.figures(name)]
    rows = [
        (NAMES[metric], interval_words(interval), *(_of(evaluation, name, metric) for name in others))
        for metric, interval in evaluation.candidate.intervals.items()
    ]
    told = (
        f"On {count(evaluation.rows)} rows of {evaluation.days} days that it was not fitted on. Intervals cover 95 %; "
        "they come from drawing whole days again, as the rows of a day are alike."
    )
    heading = {"baseline": "Naive baseline", "champion": "Champion of the time"}
    table = Table(("Figure", "This version", *(heading[name] for name in others)), rows)
    drawn = calibration_plot(evaluation.candidate.calibration)
    return Section("Quality", [told], tables=[table], plots=[Plot(drawn, _CAPTION)])


def _quality_of_an_older_version(facts: CardFacts) -> Section:
    figures, naive = facts.metadata.validation.to_dict(), facts.metadata.baseline_validation.to_dict()
    rows = [(words, figure(figures[name]), figure(naive[name])) for name, words in NAMES.items()]
    return Section(
        "Quality",
        ["This version was trained before intervals and segments were kept; train again to have them."],
        tables=[Table(("Figure", "This version", "Naive baseline"), rows)],
    )


def _of(evaluation: Evaluation, model: str, metric: MetricName) -> str:
    figures = evaluation.figures(model)
    return interval_words(figures.intervals.get(metric) if figures else None)


def segments(facts: CardFacts) -> list[Section]:
    """A table a declared column; groups of too few rows are named without figures."""
    evaluation = facts.metadata.evaluation
    found = evaluation.candidate.segments if evaluation else []
    if not found:
        return []
    tables = [
        Table(
            (column, "Rows", "Happened", "Predicted", "AUC", "Brier", "Calibration error"),
            [_segment(each) for each in found if each.column == column],
            frozenset(range(1, 7)),
        )
        for column in dict.fromkeys(each.column for each in found)
    ]
    return [Section("By segment", [_worst(found)], tables=tables)]


def _segment(each: SegmentFigures) -> tuple[str, ...]:
    name, rows = "missing" if each.value is None else each.value, count(each.metrics.rows)
    if each.too_few_rows:
        return (name, rows, "too few rows to tell", "", "", "", "")
    metrics = each.metrics
    shares = [
        f"{100 * share:.1f} %" if share is not None else "–" for share in (metrics.base_rate, each.mean_probability)
    ]
    return (name, rows, *shares, figure(metrics.auc), figure(metrics.brier), figure(metrics.calibration_error))


def _worst(found: Sequence[SegmentFigures]) -> str:
    told = [each for each in found if not each.too_few_rows and each.metrics.auc is not None]
    if not told:
        return "No group has rows enough to tell its figures."
    worst = min(told, key=lambda each: each.metrics.auc or 0.0)
    return f"It ranks worst where {worst.column} is {worst.value or 'missing'}: AUC {figure(worst.metrics.auc)}."


def gates(facts: CardFacts) -> Section:
    """The declared conditions of a promotion, and what they found."""
    if facts.gates is None:
        return Section(
            "Gates", ["Their answers are not on record any more: a later training of the same month took their place."]
        )
    if not facts.gates:
        return Section("Gates", ["None was declared: every candidate is promoted."])
    rows = [(gate.name, "passed" if gate.passed else "refused", gate.message) for gate in facts.gates]
    return Section("Gates", tables=[Table(("Gate", "Outcome", "Found"), rows)])


def monitoring(facts: CardFacts) -> Section:
    """The partitions that it predicted: figures once labels are known, and drift."""
    if not facts.monitored:
        return Section("Monitoring", ["It has not predicted a partition yet."])
    rows = [
        (
            month.partition,
            count(month.rows),
            *map(figure, (month.auc, month.baseline_auc, month.brier, month.calibration_error)),
            (month.drift or "–").replace("_", " "),
        )
        for month in facts.monitored
    ]
    table = Table(
        ("Partition", "Predictions", "AUC", "Naive AUC", "Brier", "Calibration error", "Drift"),
        rows,
        frozenset(range(1, 6)),
    )
    return Section(
        "Monitoring", ["What came true of its predictions; a dash where labels are still to come."], tables=[table]
    )


def history(facts: CardFacts) -> Section:
    """Every promotion of the model, newest first."""
    if not facts.promotions:
        return Section("Champions", ["No version was promoted yet."])
    rows = [
        (
            f"{each.version}",
            each.predicts_from,
            f"{datetime.fromisoformat(each.at):%Y-%m-%d %H:%M}",
            "against its gates" if each.override else each.kind,
            each.decided_by or "gates",
            each.reason,
        )
        for each in reversed(facts.promotions)
    ]
    columns = ("Version", "Predicts from", "When (UTC)", "What", "Decided by", "Why")
    return Section("Champions", tables=[Table(columns, rows)])
