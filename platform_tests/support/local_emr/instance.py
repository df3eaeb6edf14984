"""One machine of a cluster."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local_emr.errors import Reason
from local_emr.ids import ec2_identifier, identifier, now


@dataclass
class Instance:
    """One machine."""

    fleet_id: str
    type: str
    market: str
    weight: int
    volumes: int
    state: str = "PROVISIONING"
    reason: Reason = field(default_factory=Reason)
    id: str = field(default_factory=lambda: identifier("ci"))
    ec2_id: str = field(default_factory=lambda: ec2_identifier("i"))
    volume_ids: list[str] = field(default_factory=list)
    address: str = field(default_factory=lambda: f"10.0.{random.randrange(256)}.{random.randrange(4, 250)}")
    created: datetime = field(default_factory=now)
    ready: datetime | None = None
    ended: datetime | None = None

    def __post_init__(self) -> None:
        self.volume_ids = [ec2_identifier("vol") for _ in range(self.volumes)]

    @property
    def alive(self) -> bool:
        return self.state != "TERMINATED"

    def run(self) -> None:
        """It is ready for work."""
        self.state, self.ready = "RUNNING", now()

    def terminate(self, reason: Reason) -> None:
        """It is gone; once only."""
        if self.alive:
            self.state, self.reason, self.ended = "TERMINATED", reason, now()

    def described(self) -> dict[str, Any]:
        """As ListInstances gives it."""
        return {
            "Id": self.id,
            "Ec2InstanceId": self.ec2_id,
            "PrivateIpAddress": self.address,
            "PrivateDnsName": f"ip-{self.address.replace('.', '-')}.ec2.internal",
            "InstanceFleetId": self.fleet_id,
            "InstanceType": self.type,
            "Market": self.market,
            "EbsVolumes": [{"Device": f"/dev/sd{chr(98 + n)}", "VolumeId": v} for n, v in enumerate(self.volume_ids)],
            "Status": {
                "State": self.state,
                "StateChangeReason": self.reason.described(),
                "Timeline": timeline(self.created, self.ready, self.ended),
            },
        }


def timeline(created: datetime, ready: datetime | None, ended: datetime | None) -> dict[str, datetime | None]:
    """As the API gives it."""
    return {"CreationDateTime": created, "ReadyDateTime": ready, "EndDateTime": ended}
