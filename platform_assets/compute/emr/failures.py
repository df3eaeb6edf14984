"""Why a cluster did not do its job: one kind for each thing that somebody else has to do about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from platform_assets.compute.emr.aws import THROTTLED
from platform_assets.compute.emr.settings import Phase
from platform_assets.compute.emr.view import ClusterView

Kind = Literal[
    "user_code",
    "data",
    "capacity",
    "quota",
    "spot_loss",
    "bootstrap",
    "permission",
    "timeout",
    "service",
    "no_report",
    "cancelled",
    "request",
]

REMEDIES: dict[Kind, str] = {
    "user_code": "Correct the function and run again",
    "data": "Correct or deliver again the file it names and run again",
    "capacity": "Allow more instance types or subnets in other zones, or run later",
    "quota": "Ask AWS for a higher quota of EC2 (Service Quotas: vCPUs on demand and on spot), or lower need.cores",
    "spot_loss": "Run again: more on-demand instances are used after each loss",
    "bootstrap": "Look at the bootstrap action's log, mend the environment archive with 'platform emr package'",
    "permission": "Renew the credentials or grant what is missing: infra/emr-policy.json lists what is needed",
    "timeout": "Find out why in its logs, or raise the limit of this phase in EMR's settings",
    "service": "Run again; if it stays, ask AWS with the cluster's id",
    "no_report": "Look at the driver's stdout and stderr: it ended without saying how, often for lack of memory",
    "request": "Correct EMR's settings, the file that PLATFORM_EMR names",
    "cancelled": "Run again if ending it was not meant",
}
PERMISSION = re.compile(
    r"AccessDenied|NoSuchBucket|locate credentials"
    r"|UnauthorizedOperation|not authorized|ExpiredToken|InvalidClientTokenId|UnrecognizedClient"
    r"|EMR_DefaultRole|InvalidInstanceProfile|SignatureDoesNotMatch|Invalid ?Role|MissingPermission",
    re.IGNORECASE,
)
# RequestLimitExceeded is no limit of instances, so these come first.
THROTTLING = re.compile("|".join(THROTTLED))
QUOTA = re.compile(r"LIMIT_?EXCEEDED|COUNT_?EXCEEDED|QUOTA", re.IGNORECASE)
CAPACITY = re.compile(r"INSTANCE_FLEET_TIMEOUT|INSUFFICIENT_?\w*CAPACITY", re.IGNORECASE)
# What Spark says when machines that it worked on are gone; an exception of the job's own says something else.
MACHINES_LOST = re.compile(
    r"ExecutorLostFailure|FetchFailed|executor \S+ (was )?lost|worker lost|decommission|SparkContext (was|has been) "
    r"|Py4JNetworkError|Connection (refused|reset)|Stage \S+ cancelled|Missing an output location",
    re.IGNORECASE,
)
REQUEST = re.compile(r"ValidationException|InvalidRequestException|VALIDATION_ERROR|ParamValidation")
# Spark's own names of broken or missing input, and what pyarrow and the platform call it.
DATA = re.compile(
    r"PATH_NOT_FOUND|FAILED_READ_FILE|CANNOT_READ_FILE|UNABLE_TO_INFER_SCHEMA|is not a Parquet file|FileNotFound"
    r"|ArrowInvalid|DeliveryRefused|MALFORMED_|CAST_INVALID_INPUT|NoSuchKey",
)


@dataclass(frozen=True)
class Failure:
    """What went wrong.

    Attributes:
        message: in EMR's words or those of the job's exception.
        error: name of the job's exception, if it raised one.
    """

    kind: Kind
    message: str
    error: str = ""

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return REMEDIES[self.kind]


@dataclass(frozen=True)
class RemoteException:
    """The exception with which the driver closed its report, and those that caused it."""

    name: str
    message: str
    chain: str


@dataclass(frozen=True)
class Ending:
    """All that is known when a cluster has ended.

    Attributes:
        lost_spot: instances of the spot market that were taken away.
        overdue: phase that took longer than declared, so that the cluster was ended.
        closed: whether the driver's closing message arrived.
        exception: with which the driver closed.
    """

    view: ClusterView
    lost_spot: int = 0
    overdue: Phase | None = None
    closed: bool = False
    exception: RemoteException | None = None


def failure_of(ending: Ending) -> Failure | None:
    """The failure, or None: it ended cleanly, every step completed and the driver reported success."""
    if ending.exception is not None:
        return _of_exception(ending, ending.exception)
    if ending.overdue is not None:
        return _overdue(ending)
    view = ending.view
    failed = [step for step in view.steps if step.state != "COMPLETED"]
    if view.state == "TERMINATED" and view.code in ("ALL_STEPS_COMPLETED", "USER_REQUEST") and not failed:
        return _unless_reported(ending)
    return _of_words(ending, [view.message, *view.details, *(step.reason for step in failed)])


def of_error(error: BaseException) -> Failure:
    """The failure of a call to AWS that gave up."""
    text = f"{type(error).__name__}: {error}"
    kinds: tuple[tuple[re.Pattern[str], Kind], ...] = (
        (PERMISSION, "permission"),
        (THROTTLING, "service"),
        (QUOTA, "quota"),
        (CAPACITY, "capacity"),
        (REQUEST, "request"),
    )
    return Failure(next((kind for pattern, kind in kinds if pattern.search(text)), "service"), text)


def _of_exception(ending: Ending, exception: RemoteException) -> Failure:
    text = exception.chain
    if ending.lost_spot and MACHINES_LOST.search(text):
        return Failure("spot_loss", f"{ending.lost_spot} spot instances were taken away: {exception.message}")
    if PERMISSION.search(text):
        return Failure("permission", exception.message, exception.name)
    return Failure("data" if DATA.search(text) else "user_code", exception.message, exception.name)


def _overdue(ending: Ending) -> Failure:
    what = f"its phase '{ending.overdue}' took longer than declared, so it was ended"
    if ending.overdue == "provisioning":
        return Failure("capacity", f"machines did not come: {what}")
    return Failure("timeout", what)


def _unless_reported(ending: Ending) -> Failure | None:
    if ending.closed:
        return None
    return Failure("no_report", "every step completed, but the driver's closing message did not arrive")


def _of_words(ending: Ending, words: Sequence[str]) -> Failure:
    view = ending.view
    text = _joined(words) or f"it ended as {view.state}"
    described = f"{view.code} {text}"
    if PERMISSION.search(described):
        return Failure("permission", text)
    if ending.lost_spot:
        return Failure("spot_loss", f"{ending.lost_spot} spot instances were taken away: {text}")
    if view.code == "USER_REQUEST":
        return Failure("cancelled", f"somebody ended the cluster: {text}")
    if view.code == "BOOTSTRAP_FAILURE":
        return Failure("bootstrap", text)
    if THROTTLING.search(described):
        return Failure("service", text)
    if QUOTA.search(described):
        return Failure("quota", text)
    if CAPACITY.search(described):
        return Failure("capacity", text)
    if REQUEST.search(described):
        return Failure("request", text)
    if view.code == "STEP_FAILURE" or any(step.state == "FAILED" for step in view.steps):
        return Failure("no_report", text)
    return Failure("service", text)


def _joined(words: Sequence[str]) -> str:
    """What EMR says, each thing once: its message comes again in the details of an error."""
    said = [word.strip().rstrip(".") for word in words if word.strip()]
    return "; ".join(word for number, word in enumerate(said) if not any(word in later for later in said[number + 1 :]))
