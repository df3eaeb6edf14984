"""Errors of EMR; each message names the thing, the rule and the remedy."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platform_assets.compute.emr.cluster_run import ClusterRun


class EmrError(Exception):
    """What a user can correct about clusters."""


class EmrSettingsWrong(EmrError):
    """The file of EMR's settings is missing, is no YAML, or says something that EMR would not accept."""

    def __init__(self, file: str, rule: str, remedy: str) -> None:
        super().__init__(f"EMR's settings in {file}: {rule.rstrip('.')}. {remedy.rstrip('.')}.")


class ClusterFailed(EmrError):
    """A cluster did not do its job, for a reason that is not the job's own code or data.

    Attributes:
        run: the cluster's record, with the kind of failure and where its logs are.
    """

    def __init__(self, job: str, run: ClusterRun) -> None:
        failure = run.failure
        kind, text, remedy = (failure.kind, failure.message, failure.remedy) if failure else ("", "", "")
        super().__init__(
            f"Job '{job}' failed on EMR cluster {run.cluster_id or '(none started)'} in attempt {run.attempt}, "
            f"{kind.replace('_', ' ')}: {text.rstrip('.')}. Nothing was published. {remedy.rstrip('.')}. "
            f"Logs: {run.log_uri}."
        )
        self.run = run


class OutsideOfPipes(RuntimeError):
    """The driver was started by hand: nobody would learn what it did."""

    def __init__(self) -> None:
        super().__init__(
            "The driver was started without the arguments of Dagster Pipes, so nobody would see what it does. "
            "It is started by the platform: run the asset with engine 'emr', or use EmrEngine.run in a notebook."
        )


class PackagingFailed(EmrError):
    """The archive of dependencies could not be built."""

    def __init__(self, what: str, rule: str, remedy: str) -> None:
        super().__init__(f"Packaging {what} for EMR: {rule.rstrip('.')}. {remedy.rstrip('.')}.")


class NoMachineMetrics(EmrError):
    """No machine of a cluster reported a metric, though there was time."""

    def __init__(self, cluster_id: str, there: timedelta) -> None:
        super().__init__(
            f"CloudWatch has no metric of any machine of cluster {cluster_id}, which were there for "
            f"{there.total_seconds() / 60:.0f} minutes. Their agents need cloudwatch:PutMetricData "
            "(infra/emr-machine-policy.json) and a way to CloudWatch from their subnet; 'metrics: false' in EMR's "
            "settings does without."
        )


class RemoteError(Exception):
    """What a job's own code raised on the cluster; subclasses carry the name of the remote type."""

    @classmethod
    def of(cls, name: str, message: str) -> RemoteError:
        """An error whose type has the name of the remote one, so that messages name it."""
        named: type[RemoteError] = type(name.rpartition(".")[2] or cls.__name__, (cls,), {})
        return named(message)
