"""What attempts are made with."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from platform_assets.compute.emr.aws import Aws
from platform_assets.compute.emr.cluster_run import ClusterRun
from platform_assets.compute.emr.reporting import Reporting
from platform_assets.compute.emr.settings import EmrSettings


@dataclass(frozen=True)
class Client:
    """What attempts are made with; ``ended`` is told of each, ``sleep`` waits so many seconds."""

    settings: EmrSettings
    aws: Aws
    reporting: Reporting
    ended: Callable[[ClusterRun], None]
    sleep: Callable[[float], None] = time.sleep
