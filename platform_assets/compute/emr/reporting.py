"""To whom a cluster's news goes: a log in a notebook, a run in Dagster (compute/emr/pipes.py)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from platform_assets.compute.emr import objects
from platform_assets.compute.emr.cluster_run import ClusterRun
from platform_assets.compute.emr.identity import INTERACTIVE, Attempt, Identity
from platform_assets.compute.emr.messages import PROGRESS, Message
from platform_assets.compute.job import Job

LOG = logging.getLogger("platform_assets.emr")


@dataclass(frozen=True)
class Listener:
    """Who hears of one attempt.

    Attributes:
        arguments: by which the driver finds where to report.
        log: for words about the cluster.
    """

    arguments: tuple[str, ...]
    log: logging.Logger

    def hear(self, message: Message) -> None:
        """A message of the driver."""
        told = told_by(message)
        if told:
            self.log.log(*told)


class Reporting(Protocol):
    """Opens a listener for each attempt at a job."""

    def identity(self, deployment: str, job: Job) -> Identity:
        """On whose behalf the job runs."""

    def listen(self, s3: Any, attempt: Attempt, root: str) -> AbstractContextManager[Listener]:
        """Listen to an attempt whose files are below ``root``."""

    def ended(self, run: ClusterRun) -> None:
        """An attempt ended, well or not."""


class LogReporting:
    """News go to the log ``platform_assets.emr``; for a notebook or a script."""

    def identity(self, deployment: str, job: Job) -> Identity:
        """An interactive run; the job's name stands for the asset."""
        return Identity(deployment, INTERACTIVE, job.name)

    @contextmanager
    def listen(self, s3: Any, attempt: Attempt, root: str) -> Iterator[Listener]:
        """Listen to an attempt."""
        location = f"{root}/context.json"
        objects.write(s3, location, json.dumps(_context(attempt.identity.run_id)).encode())
        bucket, key = objects.split(location)
        folder = objects.split(f"{root}/messages")[1]
        yield Listener(pipes_arguments({"bucket": bucket, "key": key}, {"bucket": bucket, "key_prefix": folder}), LOG)

    def ended(self, run: ClusterRun) -> None:
        """The record is on S3; nothing else to do."""


def pipes_arguments(context: dict[str, str], messages: dict[str, str]) -> tuple[str, ...]:
    """Arguments by which a driver opens Dagster Pipes."""
    from dagster_pipes import (
        DAGSTER_PIPES_CONTEXT_CLI_ARGUMENT,
        DAGSTER_PIPES_MESSAGES_CLI_ARGUMENT,
        encode_param,
    )

    return (
        *(DAGSTER_PIPES_CONTEXT_CLI_ARGUMENT, encode_param(context)),
        *(DAGSTER_PIPES_MESSAGES_CLI_ARGUMENT, encode_param(messages)),
    )


def told_by(message: Message) -> tuple[int, str] | None:
    """Level and words of a message, if it is one for people."""
    params: Any = message.get("params") or {}
    if message["method"] == "log":
        return logging.getLevelNamesMapping().get(params["level"].upper(), logging.INFO), params["message"]
    payload = params.get("payload") or {}
    if message["method"] == "report_custom_message" and payload.get("kind") == PROGRESS:
        return logging.INFO, f"{payload['done']} of {payload['tasks']} tasks done: {payload['stages']}"
    return None


def _context(run_id: str) -> dict[str, Any]:
    """What Pipes wants to know of a run; the driver asks for none of it."""
    names: Sequence[str] = (
        *("asset_keys", "code_version_by_asset_key", "provenance_by_asset_key", "partition_key"),
        *("partition_key_range", "partition_time_window", "job_name"),
    )
    return {**dict.fromkeys(names), "run_id": run_id, "retry_number": 0, "extras": {}}
