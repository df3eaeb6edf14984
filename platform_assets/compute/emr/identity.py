"""On whose behalf a cluster runs: what its name and its tags say, and what the reaper and the bill read from them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from platform_assets.compute.emr.settings import OWN_TAGS

# A run outside of Dagster, in a notebook.
INTERACTIVE = "interactive"
# EMR's limits of names and of values of tags, and what may stand in them.
LONGEST = 256
NOT_POSSIBLE = re.compile(r"[^\w .:/=+@-]")


@dataclass(frozen=True)
class Identity:
    """Whose work it is.

    Attributes:
        deployment: environment; the reaper leaves clusters of others alone.
        run_id: Dagster's run, or ``interactive``.
        asset: key of the asset, or the job's name without one.
    """

    deployment: str
    run_id: str
    asset: str
    partition: str | None = None
    product: str | None = None
    owner: str | None = None


@dataclass(frozen=True)
class Attempt:
    """One try at a job, each on a cluster of its own.

    Attributes:
        key: of the job within its run; a run may hold several jobs of an asset.
        call: of this call of the engine alone, so that it never reads what an earlier one of the same job left on S3.
        number: from 1.
    """

    identity: Identity
    key: str
    call: str
    number: int

    @property
    def name(self) -> str:
        """Name of the cluster: the same for the same attempt, so that one that was started unnoticed is found.

        A run in Dagster has one process for a job; of two notebooks with the same job none may end the other's cluster.
        """
        who = self.identity
        call = self.call if who.run_id == INTERACTIVE else None
        parts = [who.deployment, who.asset, who.partition, who.run_id, self.key, call, str(self.number)]
        return _possible(" ".join(part for part in parts if part))

    @property
    def folder(self) -> str:
        """Folder of this attempt's files below the staging location."""
        who = self.identity
        parts = [who.deployment, who.run_id, f"{who.asset}-{self.key}-{self.call}", str(self.number)]
        return "/".join(re.sub(r"[^\w.-]", "_", part) for part in parts)

    def tags(self, further: Mapping[str, str]) -> dict[str, str]:
        """Tags of the cluster and its machines; keys activated for cost allocation split the bill."""
        who = self.identity
        own = {
            "deployment": who.deployment,
            "run": who.run_id,
            "asset": who.asset,
            "partition": who.partition,
            "product": who.product,
            "owner": who.owner,
            "attempt": str(self.number),
        }
        known = {OWN_TAGS + name: _possible(value) for name, value in own.items() if value}
        return {**further, **known}


def _possible(text: str) -> str:
    return NOT_POSSIBLE.sub("_", text)[:LONGEST]
