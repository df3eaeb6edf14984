"""What is noted of an attempt once it is over: nothing of it may change what became of the job."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from platform_assets.compute.emr.reporting import LOG


@contextmanager
def noted(what: str, cluster_id: str) -> Iterator[None]:
    """Note something of a cluster that has ended; if that fails, a warning names what is missing.

    Args:
        what: in words, such as ``its cost``.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the job has ended: its success, failure or cancellation is what counts
        LOG.warning(
            f"Cluster {cluster_id or '(none started)'}: {what} could not be noted and is missing "
            f"({type(error).__name__}: {error}). The outcome of the job stays as it is."
        )
