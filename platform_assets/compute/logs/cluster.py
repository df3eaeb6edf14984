"""The logs that a cluster left behind, read as far as they can tell of a failure.

EMR keeps them packed, in folders for steps, containers and nodes; the daemons of nodes are left alone.
Layout: https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-debugging.html
"""

from __future__ import annotations

import re

from platform_assets.compute.logs.sources import source_rank
from platform_assets.lake.store import Store

#: Of each log its end is read, and of a large cluster the logs that matter most.
TAIL_BYTES, MOST_LOGS = 512 * 1024, 40
_CHUNK = 1024 * 1024
_TELLING = re.compile(r"(?:^|/)(?:steps|containers)/|/bootstrap-actions/")
_STREAM = re.compile(r"std(?:out|err)|controller|syslog|prelaunch\.err")


def read_cluster_logs(location: str, store: Store) -> dict[str, str]:
    """The ends of a cluster's logs, by their path below its folder.

    Args:
        location: the cluster's folder of logs, such as ``s3://bucket/logs/j-1ABC``.
        store: reaches the location.

    Raises:
        OSError: the store does not answer, or refuses.
    """
    folder = location.rstrip("/")
    # A store on a disk lists absolute paths; those on S3 are locations.
    below = {file.location.removeprefix(f"{folder}/"): file.location for file in store.list(folder) if file.bytes}
    telling = [name for name in below if _TELLING.search(name) and _STREAM.search(name)]
    chosen = sorted(telling, key=lambda name: (source_rank(name), name))[:MOST_LOGS]
    return {name: _tail(below[name], store) for name in chosen}


def _tail(location: str, store: Store) -> str:
    compression = "gzip" if location.endswith(".gz") else None
    kept = b""
    with store.filesystem.open_input_stream(store.path(location), compression=compression) as stream:
        while chunk := stream.read(_CHUNK):
            kept = (kept + chunk)[-TAIL_BYTES:]
    return kept.decode(errors="replace")
