"""The one door of the compute room to Dagster: a cluster's news go to the run that it works for, by Dagster Pipes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import dagster as dg

from platform_assets.compute.emr import objects
from platform_assets.compute.emr.cluster_run import ClusterRun
from platform_assets.compute.emr.identity import Attempt, Identity
from platform_assets.compute.emr.messages import Message
from platform_assets.compute.emr.reporting import Listener, pipes_arguments, told_by
from platform_assets.compute.job import Job


class _AskedReader(dg.PipesMessageReader):
    """Reads nothing by itself: whoever watches the cluster hands each message on, in order and once."""

    def __init__(self, params: dict[str, str]) -> None:
        self._params = params
        self.handler: Any = None

    @contextmanager
    def read_messages(self, handler: Any) -> Iterator[dict[str, Any]]:
        self.handler = handler
        yield self._params

    def no_messages_debug_text(self) -> str:
        return f"Messages are expected at s3://{self._params['bucket']}/{self._params['key_prefix']}."


@dataclass(frozen=True)
class _RunListener(Listener):
    reader: _AskedReader

    def hear(self, message: Message) -> None:
        """Hand a message to Pipes; progress, which is this platform's own kind, is told in words."""
        self.reader.handler.handle_message(message)
        told = told_by(message)
        if told and message["method"] != "log":
            self.log.log(*told)


class DagsterReporting:
    """Reports to the step whose context it is given; each attempt has a Pipes session and a reader of its own."""

    def __init__(self, context: dg.AssetExecutionContext) -> None:
        self._context = context

    def identity(self, deployment: str, job: Job) -> Identity:
        """The asset, its partition, product and owner, and the run."""
        key = next(iter(self._context.selected_asset_keys))
        spec = self._context.assets_def.get_asset_spec(key)
        return Identity(
            deployment=deployment,
            run_id=self._context.run_id,
            asset=key.to_user_string(),
            partition=self._context.partition_key if self._context.has_partition_key else None,
            product=spec.group_name,
            owner=next(iter(spec.owners), None),
        )

    @contextmanager
    def listen(self, s3: Any, attempt: Attempt, root: str) -> Iterator[Listener]:
        """A Pipes session for one attempt; the step's own events stay those that it yields."""
        from dagster_aws.pipes import PipesS3ContextInjector

        bucket, folder = objects.split(root)
        reader = _AskedReader({"bucket": bucket, "key_prefix": f"{folder}/messages"})
        injector = PipesS3ContextInjector(bucket=bucket, client=s3, key_prefix=os.path.join(folder, "context-"))
        with dg.open_pipes_session(self._context, context_injector=injector, message_reader=reader) as session:
            arguments = pipes_arguments(dict(session.context_injector_params), dict(session.message_reader_params))
            yield _RunListener(arguments, self._context.log, reader)

    def ended(self, run: ClusterRun) -> None:
        """Show an attempt on its asset, whether it worked or not."""
        observe_at_once(self._context, _metadata(run))


def observe_at_once(context: dg.AssetExecutionContext, metadata: dict[str, Any]) -> None:
    """Show facts on the asset and partition of a step, even if the step fails."""
    key = next(iter(context.selected_asset_keys))
    partition = context.partition_key if context.has_partition_key else None
    observation = dg.AssetObservation(key, partition=partition, metadata=metadata)
    # Written at once: context.log_event keeps events until the step yields, and a step that fails never does.
    dg.DagsterEvent.asset_observation(context.get_step_execution_context(), observation)


def _metadata(run: ClusterRun) -> dict[str, Any]:
    known: dict[str, Any] = {
        "attempt": run.attempt,
        "zone": run.zone or "none",
        "instances": len(run.instances),
        "logs": dg.MetadataValue.path(run.log_uri),
        "event log": dg.MetadataValue.path(run.event_log_uri),
        "plan": dg.MetadataValue.json(run.plan),
        **{f"{phase} seconds": round(seconds, 1) for phase, seconds in run.seconds.items()},
    }
    if run.cluster_id:
        known["cluster"] = dg.MetadataValue.url(run.console)
    if run.metrics_uri:
        known["machine metrics"] = dg.MetadataValue.path(run.metrics_uri)
    if run.failure is not None:
        known["failure"] = f"{run.failure.kind}: {run.failure.message}"
    return known
