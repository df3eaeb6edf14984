"""What a deployment says about its clusters: where they run, as whom, how large, how long at most."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from platform_assets.compute.emr.errors import EmrSettingsWrong
from platform_assets.compute.spot.need import ClusterNeed, SpotPolicy

Phase = Literal["provisioning", "bootstrap", "step", "termination"]
Minutes = Annotated[float, Field(gt=0, le=7 * 24 * 60)]
# Tags that the platform sets itself; see compute/emr/identity.py.
OWN_TAGS = "platform:"
# EC2 refuses further tags on an instance, and EMR sets some of its own.
MOST_TAGS = 30
# The first release whose agent can be told what to measure.
FIRST_WITH_AGENT = (7, 1)
# What EC2 needs for machines on demand once spot was waited for in vain.
ON_DEMAND_MINUTES = 5
# A watcher lives though it misses some looks, and waits for throttled calls in between.
LOOKS_MISSED, LONGEST_LOOK_SECONDS = 5, 120


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Timeouts(_Declared):
    """Longest time in minutes for each phase of a cluster; what takes longer is ended."""

    provisioning: Minutes = 20
    bootstrap: Minutes = 20
    step: Minutes = 240
    termination: Minutes = 20

    def seconds(self, phase: Phase) -> float:
        """The limit of a phase in seconds."""
        return float(getattr(self, phase)) * 60


class EmrSettings(_Declared):
    """Clusters of one deployment.

    Attributes:
        region: of the clusters.
        staging: ``s3://bucket/prefix`` for code, jobs, messages, logs and event logs; the platform writes there.
        release: EMR's release label; its Spark and Python must be those of this environment.
        python: command of the Python on the cluster's machines that has this environment's version.
        environment: ``built``: dependencies are sent as an archive built from the lock file; ``preinstalled``: the
            machines have them already (an own image).
        service_role, instance_profile: names of the roles of EMR and of the machines.
        subnets: by availability zone; a cluster starts in the zone of its plan, or where EMR finds capacity.
        security_groups: additional groups of all machines.
        security_configuration: name of EMR's declaration of encryption at rest and in transit.
        log_key: KMS key by which EMR encrypts its logs; by default the bucket's.
        applications: that EMR installs.
        metrics: whether the machines' CPU, memory and disk are measured by CloudWatch's agent, which costs a little.
        need: cores and memory of a cluster.
        policy: how instances are chosen, see docs/guides/spot.md.
        prices: file of a price book, for list prices; by default the one that comes with the platform.
        timeouts: in minutes, for each phase.
        max_attempts: how often a job is tried where another cluster can help.
        idle_minutes: after which EMR itself ends a cluster without a running step.
        silent_minutes: after which a watcher that gives no sign is taken for dead, and the reaper ends its cluster.
        poll_seconds: between two looks at a cluster.
        disk_gib: EBS volume of each machine.
        spark: further Spark settings; they win over the platform's.
        configurations: further EMR configurations; properties of the same classification are merged.
        tags: further tags, for cost allocation.
    """

    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    staging: str = Field(pattern=r"^s3://[a-z0-9][a-z0-9.-]+(/[^/]+)*$")
    release: str = Field(default="emr-spark-8.1.0", pattern=r"^emr-")
    python: str = "python3.11"
    environment: Literal["built", "preinstalled"] = "built"
    service_role: str = "EMR_DefaultRole"
    instance_profile: str = "EMR_EC2_DefaultRole"
    subnets: dict[str, str] = {}
    security_groups: tuple[str, ...] = ()
    security_configuration: str | None = None
    log_key: str | None = None
    applications: tuple[str, ...] = ("Spark",)
    metrics: bool = True
    need: ClusterNeed = ClusterNeed(cores=8, memory_gib_per_core=3)
    policy: SpotPolicy = SpotPolicy()
    prices: str | None = None
    timeouts: Timeouts = Timeouts()
    max_attempts: int = Field(default=3, ge=1, le=10)
    idle_minutes: int = Field(default=15, ge=1, le=7 * 24 * 60)
    silent_minutes: Minutes = 10
    poll_seconds: float = Field(default=15, gt=0, le=300)
    disk_gib: int = Field(default=64, ge=10, le=16_000)
    spark: dict[str, str] = {}
    configurations: tuple[dict[str, Any], ...] = ()
    tags: dict[str, str] = {}

    @model_validator(mode="after")
    def _tags_are_free(self) -> Self:
        taken = [name for name in self.tags if name.startswith((OWN_TAGS, "aws:"))]
        if taken:
            raise ValueError(f"tags beginning with '{OWN_TAGS}' or 'aws:' are set for you, not {', '.join(taken)}")
        if len(self.tags) > MOST_TAGS:
            raise ValueError(f"at most {MOST_TAGS} tags are possible, not {len(self.tags)}")
        return self

    @model_validator(mode="after")
    def _release_has_the_agent(self) -> Self:
        numbers = re.match(r"emr-(\d+)\.(\d+)", self.release)
        if self.metrics and numbers and tuple(map(int, numbers.groups())) < FIRST_WITH_AGENT:
            first = ".".join(map(str, FIRST_WITH_AGENT))
            raise ValueError(
                f"metrics of machines need release emr-{first}.0 or later, not {self.release}; take a later one, or "
                "say 'metrics: false'"
            )
        return self

    @model_validator(mode="after")
    def _zones_are_of_the_region(self) -> Self:
        zone = re.compile(rf"{self.region}(-[a-z]+-\d)?[a-z]")
        others = [name for name in self.subnets if not zone.fullmatch(name)]
        if others:
            raise ValueError(
                f"subnets are declared by the name of their zone, such as {self.region}a, not {', '.join(others)}"
            )
        return self

    @model_validator(mode="after")
    def _limits_agree(self) -> Self:
        spot = self.policy.spot_timeout_minutes
        if self.timeouts.provisioning <= spot + ON_DEMAND_MINUTES:
            raise ValueError(
                f"timeouts.provisioning has to be more than {spot + ON_DEMAND_MINUTES} minutes, as machines are bought "
                f"on demand only after policy.spot_timeout_minutes ({spot}), not {self.timeouts.provisioning:g}"
            )
        least = LOOKS_MISSED * self.poll_seconds + LONGEST_LOOK_SECONDS
        if self.silent_minutes * 60 < least:
            raise ValueError(
                f"silent_minutes has to be at least {least / 60:.3g} with poll_seconds {self.poll_seconds:g}, or the "
                f"reaper ends clusters that are watched, not {self.silent_minutes:g}"
            )
        return self


def load_emr_settings(file: Path) -> EmrSettings:
    """The settings in a YAML file; raises EmrSettingsWrong."""
    import yaml

    try:
        declared = yaml.safe_load(file.read_text())
    except FileNotFoundError:
        raise EmrSettingsWrong(str(file), "there is no such file", "Write it as docs/guides/aws.md says") from None
    except yaml.YAMLError as error:
        raise EmrSettingsWrong(str(file), f"it is no YAML ({' '.join(str(error).split())})", "Correct it") from error
    try:
        return EmrSettings.model_validate(declared)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the whole"
        rule = f"{field} is not valid: {first['msg']} (given: {str(first['input'])[:80]})"
        raise EmrSettingsWrong(str(file), rule, "Correct it; docs/guides/aws.md lists what is possible") from None
