"""What is noted of an attempt on a cluster once it is over, told in the log of clusters if it cannot be."""

from __future__ import annotations

from contextlib import AbstractContextManager

from platform_assets.compute import bookkeeping
from platform_assets.compute.emr.reporting import LOG


def noted(what: str, cluster_id: str) -> AbstractContextManager[None]:
    """Note something of a cluster that has ended; if that fails, a warning names what is missing.

    Args:
        what: in words, such as ``its cost``.
    """
    return bookkeeping.noted(what, f"Cluster {cluster_id or '(none started)'}", LOG)
