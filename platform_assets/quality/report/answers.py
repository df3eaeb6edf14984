"""The five questions that a report answers at its top, each in a sentence or two that need no statistics."""

from dataclasses import dataclass

from platform_assets.quality.drift.result import ColumnDrift, DriftResult
from platform_assets.quality.drift.wording import number, percent
from platform_assets.quality.report.advice import report_advice
from platform_assets.quality.report.context import ReportContext
from platform_assets.quality.report.findings import Finding, findings_of, importance_shares
from platform_assets.quality.report.history import LOOK_BACK, Since

_LISTED = 3
_BEFORE = {"reference": ", right after the reference", "oldest": " or earlier", "look_back": " or earlier"}
_KINDS: dict[Finding, str] = {
    "moved": "Values lie elsewhere",
    "missing_rose": "More values are missing",
    "missing_fell": "Fewer values are missing",
    "new_values": "New categories",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and its answer, a sentence or more."""

    question: str
    sentences: list[str]


def answers_of(result: DriftResult, about: ReportContext) -> list[Answer]:
    """What changed, how much, since when, does it matter, what to do; only the last if nothing drifted."""
    answers = []
    if result.named("drift"):
        answers += [
            Answer("What changed?", what_changed(result)),
            Answer("How much?", how_much(result, about)),
            Answer("Since when?", since_when(result, about)),
            Answer("Does it matter for the model?", does_it_matter(result, about)),
        ]
    answers.append(Answer("What to do?", report_advice(result, about)))
    return [answer for answer in answers if answer.sentences]


def what_changed(result: DriftResult) -> list[str]:
    """The drifted columns by what happened to them; a column of several findings is named with each."""
    groups: dict[Finding, list[str]] = {}
    for column in result.named("drift"):
        for finding in findings_of(column, result):
            groups.setdefault(finding, []).append(column.column)
    return [f"{_KINDS[finding]}: {_listed(names)}." for finding, names in groups.items()]


def how_much(result: DriftResult, about: ReportContext) -> list[str]:
    """The three largest changes in plain words; predictions are told of elsewhere."""
    columns = [column for column in result.named("drift") if column.column != about.prediction] or result.named("drift")
    return [f"{column.column}: {size_words(column)} ({_change(column, result)})." for column in columns[:_LISTED]]


def since_when(result: DriftResult, about: ReportContext) -> list[str]:
    """The columns by the first partition of their present drift, oldest first; nothing without histories."""
    groups: dict[tuple[str, str], list[str]] = {}
    for column in result.named("drift"):
        since = since_of(column, about)
        if since is not None:
            groups.setdefault((since.partition, _BEFORE.get(since.end, "")), []).append(column.column)
    return [f"Since {start}{before}: {_listed(names)}." for (start, before), names in sorted(groups.items())]


def does_it_matter(result: DriftResult, about: ReportContext) -> list[str]:
    """Whether the model uses what changed, and whether its predictions moved; nothing if no model is known."""
    apart = {about.prediction, *about.labels}
    inputs = [column for column in result.named("drift") if column.column not in apart]
    sentences = []
    if about.used is not None and inputs:
        shares = importance_shares(result, about.inputs)
        used = [column for column in inputs if column.column in about.inputs]
        used.sort(key=lambda column: -shares.get(column.column, 0.0))
        sentences.append(_use_words(used, len(inputs), about.model or "the model", shares))
    moved = next((column for column in result.columns if column.column == about.prediction), None)
    sentences += [_prediction_words(moved)] if moved is not None else []
    labels = [column.column for column in result.named("drift") if column.column in about.labels]
    return [*sentences, f"What it has to predict changed as well ({_listed(labels)})."] if labels else sentences


def since_of(column: ColumnDrift, about: ReportContext) -> Since | None:
    """The present run of drift of a column, if it is known."""
    history = about.histories.get(column.column)
    return history.since if history else None


def since_words(since: Since) -> str:
    """Since when, and what is known of the time before."""
    many = f"for {since.partitions} partitions, since {since.partition}"
    run = many if since.partitions > 1 else f"in {since.partition} for the first time"
    ends = {
        "stable": "the partition before was within the limits",
        "reference": "everything before belongs to the reference",
        "oldest": "older partitions have no profile",
        "look_back": f"perhaps for longer: no more than {LOOK_BACK} partitions back were looked at",
    }
    return f"Outside the limits {run}; {ends[since.end]}."


def use_words(column: ColumnDrift, result: DriftResult, about: ReportContext) -> str:
    """Whether the model uses a column and how much rests on it; empty if nobody said so."""
    if about.used is None:
        return ""
    if column.column == about.prediction:
        return "prediction"
    if column.column in about.labels:
        return "label"
    if column.column not in about.used:
        return "no"
    share = importance_shares(result, about.inputs).get(column.column)
    return "yes" if share is None else f"yes, {percent(share)} of the importance"


def size_words(column: ColumnDrift) -> str:
    """The size of a change in units of its declared limit."""
    return f"{column.effect:.1f} times the limit" if column.effect < 10 else f"{column.effect:.0f} times the limit"


def _use_words(used: list[ColumnDrift], drifted: int, model: str, shares: dict[str, float]) -> str:
    weight = f", with {percent(sum(shares[c.column] for c in used))} of the importance" if shares else ""
    what = "the changed column" if drifted == 1 else f"the {drifted} changed columns"
    if not used:
        return f"{model} uses none of {what}, so its answers cannot change by them."
    if drifted == 1:
        return f"{model} uses the changed column{weight}: {used[0].column}."
    count = "all of them" if len(used) == drifted else f"{len(used)} of them"
    return f"Of {what}, {model} uses {count}{weight}: {_listed([column.column for column in used])}."


def _prediction_words(moved: ColumnDrift) -> str:
    if moved.verdict == "no_reference" or moved.reference_mean is None or moved.current_mean is None:
        return "Whether predictions moved is not known: there are none to compare with."
    change = f"on average {number(moved.reference_mean)} before, {number(moved.current_mean)} now"
    if moved.verdict == "drift":
        return f"Its predictions moved as well: {change}."
    if moved.verdict == "cannot_tell":
        return f"There are too few predictions to tell whether they moved ({change})."
    return f"Its predictions did not move clearly: {change}."


def _change(column: ColumnDrift, result: DriftResult) -> str:
    """What became of a column, by the kinds of its findings."""
    found = findings_of(column, result)
    parts = [_moved_words(column)] if "moved" in found else []
    if "new_values" in found:
        parts.append(f"{percent(column.new_values_share or 0.0)} of the rows have new values")
    if "missing_rose" in found or "missing_fell" in found:
        before = percent(column.reference_missing_share or 0.0)
        parts.append(f"missing in {before} of the rows before, {percent(column.current_missing_share)} now")
    return "; ".join(parts)


def _moved_words(column: ColumnDrift) -> str:
    before, now = column.reference_median, column.current_median
    if column.kind == "numeric" and before != now:
        return f"typical value {number(before)} before, {number(now)} now"
    if column.kind == "boolean":
        return f"true in {percent(column.reference_mean or 0.0)} before, {percent(column.current_mean or 0.0)} now"
    return f"{percent(column.moved_share or 0.0)} of the rows lie elsewhere"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 2 * _LISTED} more" if len(names) > 2 * _LISTED else ""
    return ", ".join(names[: 2 * _LISTED]) + more
