"""What a job on Spark made of its machines, and what to change."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platform_assets.compute import FailedAttempt
    from platform_assets.compute.utilisation import MachineMetrics, Utilisation
    from platform_assets.compute.utilisation.advice import Advice

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class UtilisationReport:
    """What a job made of its machines, or why that is not known or not kept.

    Attributes:
        utilisation: None if the log could not be read.
        problem: why, or why the table does not have what was read.
        machines: what the cluster's machines did, if they were measured.
        machines_problem: why that is not known though they were.
    """

    utilisation: Utilisation | None
    advice: tuple[Advice, ...] = ()
    problem: str | None = None
    machines: MachineMetrics | None = None
    machines_problem: str | None = None


def log_attempt(attempt: FailedAttempt, report: UtilisationReport) -> None:
    """Say in the log what an attempt that published nothing made of its machines."""
    from platform_assets.pipeline.utilisation.markdown import HEALTHY, machines_summary, summary

    told = [f"Attempt {attempt.event_log.attempt} published nothing ({attempt.kind})."]
    if report.utilisation is not None:
        told += [summary(report.utilisation), *([each.message for each in report.advice] or [HEALTHY])]
    if report.machines is not None:
        told.append(machines_summary(report.machines))
    told += [problem for problem in (report.problem, report.machines_problem) if problem]
    _LOG.warning("\n".join(told))
