"""The job that decides on quarantine from Dagster's UI: release a refused partition, or discard it."""

from enum import Enum

import dagster as dg
from pydantic import Field

from platform_assets.automation.released import tells


class Choice(Enum):
    """What a person decides on a quarantine entry."""

    release = "release"
    discard = "discard"


class QuarantineDecision(dg.Config):
    """A decision on one quarantine entry."""

    quarantine_id: str = Field(description="The entry, as the failed run's message and the quarantine table name it.")
    decision: Choice = Field(
        description="release: publish the staged rows all the same; discard: delete what was kept."
    )
    reason: str = Field(description="Why; recorded with the entry and with the snapshot that a release publishes.")
    who: str = Field(description="Who decides: a name or an e-mail address.")
    over_newer: bool = Field(
        default=False, description="Release even if the partition was published after it was refused."
    )


@dg.op(required_resource_keys={"workspace"})
def decide_on_quarantine(context: dg.OpExecutionContext, config: QuarantineDecision) -> None:
    """Release or discard one quarantine entry; the asset of a released partition shows the publish."""
    from platform_assets.lake.errors import LakeError
    from platform_assets.pipeline.product import all_products
    from platform_assets.pipeline.quarantine import Decision
    from platform_assets.pipeline.release import discard, release

    workspace = context.resources.workspace.open(context.run_id)
    try:
        decision = Decision(config.who, config.reason)
        if config.decision is Choice.discard:
            given_up = discard(workspace, config.quarantine_id, decision)
            context.log.info(f"Discarded {given_up.quarantine_id}, {given_up.what}: {config.reason}")
            return
        done = release(
            workspace,
            all_products(),
            config.quarantine_id,
            decision,
            tells(context.instance, context.run_id),
            over_newer=config.over_newer,
        )
    except LakeError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error
    published, partition = done.publication, done.partition or "all"
    context.log.info(
        f"Released {published.table} {partition}: {published.rows:,} rows, snapshot {published.snapshot_id}."
    )


@dg.job(description="Decides on one entry of the quarantine: release publishes its staged rows, discard deletes them.")
def quarantine_decision() -> None:
    """One step; the launchpad asks for the entry, the decision, the reason and who decides."""
    decide_on_quarantine()
