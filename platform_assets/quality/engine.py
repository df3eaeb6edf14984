"""Where the job of a declared table runs, as its declaration says it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from platform_assets.compute.engines.ladder import EngineWanted

DeclaredEngine = Annotated[
    EngineWanted | None,
    Field(
        description="Where its job runs: 'embedded' in the process of the run; 'spark', Apache Spark on the same "
        "machine; 'emr', a cluster that is there for this job alone; 'auto' chooses by bytes and earlier runs. Left "
        "out: the deployment's PLATFORM_ENGINE. A run's tag platform/engine goes before both."
    ),
]
