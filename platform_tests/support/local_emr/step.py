"""One step of a cluster and its states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local_emr.ids import identifier, now

ENDED = ("COMPLETED", "CANCELLED", "FAILED", "INTERRUPTED")


@dataclass
class Step:
    """A step as the request asked for it."""

    request: Mapping[str, Any]
    log_uri: str | None = None
    id: str = field(default_factory=lambda: identifier("s"))
    state: str = "PENDING"
    failure: dict[str, str] = field(default_factory=dict)
    created: datetime = field(default_factory=now)
    started: datetime | None = None
    ended: datetime | None = None
    application_ids: tuple[str, ...] = ()

    @property
    def arguments(self) -> list[str]:
        """The command that the step runs."""
        return list(self.request["HadoopJarStep"].get("Args", []))

    @property
    def action_on_failure(self) -> str:
        """What a failure does to the cluster; TERMINATE_JOB_FLOW is the old name of TERMINATE_CLUSTER."""
        action: str = self.request.get("ActionOnFailure", "CONTINUE")
        return "TERMINATE_CLUSTER" if action == "TERMINATE_JOB_FLOW" else action

    def start(self) -> None:
        """From PENDING to RUNNING."""
        self.state, self.started = "RUNNING", now()

    def end(self, state: str, message: str = "") -> None:
        """To an end state."""
        self.state, self.ended = state, now()
        if state == "FAILED":
            log = {"LogFile": f"{self.log_uri}/stderr.gz"} if self.log_uri else {}
            self.failure = {"Reason": "Unknown Error.", "Message": message, **log}

    def described(self) -> dict[str, Any]:
        """As DescribeStep gives it."""
        jar = self.request["HadoopJarStep"]
        return {
            "Id": self.id,
            "Name": self.request["Name"],
            "ActionOnFailure": self.action_on_failure,
            "Config": {
                "Jar": jar["Jar"],
                "MainClass": jar.get("MainClass"),
                "Args": self.arguments,
                "Properties": {pair["Key"]: pair["Value"] for pair in jar.get("Properties", [])},
            },
            "Status": {
                "State": self.state,
                "StateChangeReason": {},
                "FailureDetails": self.failure or None,
                "Timeline": {
                    "CreationDateTime": self.created,
                    "StartDateTime": self.started,
                    "EndDateTime": self.ended,
                },
            },
            "AdditionalInfo": {"ResourceManager": "YARN", "ResourceManagerApplicationIds": list(self.application_ids)},
        }
