"""What a job on Spark made of its machines, as a materialisation shows it, or an observation."""

from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    from platform_assets.compute import FailedAttempt
    from platform_assets.pipeline.utilisation.report import UtilisationReport


def utilisation_metadata(report: "UtilisationReport | None") -> dict[str, Any]:
    """Words, stages, timeline and machines; nothing for a job that did not run on Spark."""
    return {} if report is None else {**_spark_metadata(report), **_machines_metadata(report)}


def _spark_metadata(report: "UtilisationReport") -> dict[str, Any]:
    if report.utilisation is None:
        return {"utilisation": f"not known: {report.problem}"}
    from platform_assets.pipeline.utilisation.markdown import summary, utilisation_markdown
    from platform_assets.pipeline.utilisation.plot import timeline_svg
    from platform_assets.quality.rate_of_change.plot import as_markdown

    words = summary(report.utilisation)
    return {
        "utilisation": dg.MetadataValue.md(utilisation_markdown(report.utilisation, report.advice)),
        "utilisation timeline": dg.MetadataValue.md(as_markdown(timeline_svg(report.utilisation), words)),
        "advice": len(report.advice),
        **({"utilisation not kept": report.problem} if report.problem else {}),
    }


def _machines_metadata(report: "UtilisationReport") -> dict[str, Any]:
    if report.machines is None:
        return {"machines": f"not known: {report.machines_problem}"} if report.machines_problem else {}
    from platform_assets.pipeline.utilisation.machines_plot import machines_svg
    from platform_assets.pipeline.utilisation.markdown import machines_summary
    from platform_assets.quality.rate_of_change.plot import as_markdown

    words = machines_summary(report.machines)
    return {
        "machines": words,
        "machines timeline": dg.MetadataValue.md(as_markdown(machines_svg(report.machines), words)),
    }


def observe_attempt(context: dg.AssetExecutionContext, attempt: "FailedAttempt", report: "UtilisationReport") -> None:
    """Show an attempt that published nothing on the asset of the step, even if the step fails."""
    from platform_assets.compute.emr.pipes import observe_at_once

    log = attempt.event_log
    facts = {"attempt": log.attempt, "outcome": attempt.kind, "event log": dg.MetadataValue.path(log.location)}
    observe_at_once(context, {**facts, **utilisation_metadata(report)})
