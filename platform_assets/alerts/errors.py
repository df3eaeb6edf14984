"""Errors of alerting; each message names the thing, the rule and the remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path


class AlertingError(Exception):
    """Base of what a person can correct."""


class AlertsDeclaredWrongly(AlertingError):
    """The file of sinks and routes is not what it may be."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        listed = "; ".join(problems)
        super().__init__(
            f"{path} does not declare alerts: {listed}. Correct it as docs/guides/alerts.md shows, or unset "
            "PLATFORM_ALERTS and remove the file to go without."
        )


class SecretMissing(AlertingError):
    """A sink needs a secret that the environment does not have."""

    def __init__(self, sink: str, field: str, variable: str) -> None:
        super().__init__(
            f"the alert sink '{sink}' takes its {field} from the environment variable {variable}, which is not set. "
            f"Set {variable} where Dagster's daemon and code location run."
        )


class SlackNotInstalled(AlertingError):
    """Slack is reached through a library that is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "a sink of kind 'slack' needs dagster-slack, which is not installed. Install the extra: "
            "pip install 'platform-assets[slack]'."
        )


class SinkNotKnown(AlertingError):
    """No sink has this name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no alert sink '{name}'. Choose one of: {', '.join(known)}.")


class SinkFailed(AlertingError):
    """A sink did not take a message, or did not say so.

    Attributes:
        retry_after: seconds for which the sink wants to be left alone; None if it did not say.
        may_have_arrived: whether the message may be there all the same.
        permanent: whether the sink answered that it will not take it, so that trying again is of no use until a
            person changed something.
    """

    def __init__(
        self,
        sink: str,
        reason: str,
        remedy: str,
        *,
        retry_after: float | None = None,
        may_have_arrived: bool = False,
        permanent: bool = False,
    ) -> None:
        super().__init__(f"the alert sink '{sink}' did not take a message: {reason.rstrip('.')}. {remedy}".rstrip())
        self.retry_after = retry_after
        self.may_have_arrived = may_have_arrived
        self.permanent = permanent


class TakenInPart(SinkFailed):
    """A sink took a message for some of its recipients, and refused it for the others.

    Attributes:
        reference: under which the sink keeps the message.
    """

    def __init__(self, sink: str, reason: str, remedy: str, reference: str) -> None:
        super().__init__(sink, reason, remedy, permanent=True)
        self.reference = reference


class AlertsNotDelivered(AlertingError):
    """Some messages wait for their sink."""

    def __init__(self, problems: Sequence[str], waiting: int) -> None:
        super().__init__(f"{waiting} messages wait and are sent again by themselves: {' '.join(problems)}")


class AlertsSetAside(AlertingError):
    """Messages are not tried again."""

    def __init__(self, refusals: Sequence[str]) -> None:
        super().__init__(
            f"{' '.join(refusals)} `platform alerts list` shows what was set aside; `platform alerts test` says "
            "whether a sink works again."
        )


class AlertSourcesFailed(AlertingError):
    """Some sources of news could not be read; the others were told."""

    def __init__(self, failures: Mapping[str, Exception]) -> None:
        listed = "; ".join(f"'{name}' ({type(error).__name__}: {error})" for name, error in failures.items())
        super().__init__(
            f"news could not be read from {listed}. The other sources were told, and nothing is lost: it is read again "
            "at the next look. Look whether catalog and storage answer and their credentials are valid."
        )
