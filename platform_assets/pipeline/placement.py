"""Where the job of a step runs: chosen once its inputs are known, and recorded with what it publishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, get_args

from platform_assets.compute.engines.choice import EarlierRun, Work, choose_engine
from platform_assets.compute.engines.ladder import EngineName, EngineWanted
from platform_assets.compute.engines.memory import machine_memory
from platform_assets.compute.errors import EngineUnavailable
from platform_assets.lake import Lake

if TYPE_CHECKING:
    from platform_assets.compute import JobResult
    from platform_assets.lake.history import Version
    from platform_assets.pipeline.workspace import Workspace

# Publishes among which earlier runs of an asset are looked for.
REMEMBERED = 20
ENGINE, REASON, SECONDS, INPUT_BYTES = "engine", "engine-reason", "engine-seconds", "engine-input-bytes"
HELD_BYTES, PEAK_BYTES = "engine-held-bytes", "engine-peak-bytes"
LAKE_IS_HERE = "the lake is in a folder of this machine, which no other can read"


def placed(
    workspace: Workspace, table: str, declared: EngineWanted | None, work: Work, stays: str | None = None
) -> Workspace:
    """The workspace with the engine that runs the job of one table, and the reason.

    Args:
        declared: what the table's declaration says.
        stays: why the work cannot leave this machine.

    Raises:
        EngineNotKnown: the run asks for an engine that there is not.
        EngineUnavailable: the engine is on other machines, and the work cannot leave this one.
    """
    engines = workspace.engines
    if engines is None:
        return workspace
    bound = stays or (LAKE_IS_HERE if workspace.lake.store.is_local else None)
    wanted = engines.wanted(declared)
    earlier = earlier_runs(workspace.lake, table) if wanted.engine == "auto" else []
    choice = choose_engine(wanted, engines.ladder, work, earlier, machine_memory(), bound)
    if choice.engine == "emr" and bound is not None:
        raise EngineUnavailable(
            choice.engine,
            f"it was chosen for '{table}' ({choice.reason}), but {bound}",
            "Choose 'embedded', 'spark' or 'auto'",
        )
    return replace(workspace, engine=engines.open(choice.engine), engine_reason=choice.reason)


@dataclass(frozen=True)
class Placement:
    """What a run on an engine was: where, why, how much it read, how long it took."""

    workspace: Workspace
    work: Work
    result: JobResult

    def recorded(self) -> dict[str, str]:
        """As snapshot properties, from which the next run learns."""
        memory = {HELD_BYTES: self.result.held_bytes, PEAK_BYTES: self.result.peak_bytes}
        return {
            ENGINE: self.result.engine,
            REASON: self.workspace.engine_reason,
            SECONDS: f"{self.result.seconds:.3f}",
            INPUT_BYTES: str(self.work.bytes),
            **{name: str(count) for name, count in memory.items() if count is not None},
        }

    def shown(self) -> dict[str, Any]:
        """As facts for people."""
        return {
            "engine": self.result.engine,
            "engine reason": self.workspace.engine_reason,
            "engine seconds": round(self.result.seconds, 3),
            "engine input bytes": self.work.bytes,
            "engine peak bytes": self.result.peak_bytes,
        }


def earlier_runs(lake: Lake, table: str) -> list[EarlierRun]:
    """What the newest publishes of a table recorded of the engine that made them, newest first."""
    if not lake.exists(table):
        return []
    return [run for version in lake.versions(table).history(REMEMBERED) if (run := _earlier_run(version)) is not None]


def _earlier_run(version: Version) -> EarlierRun | None:
    facts: Mapping[str, str] = version.facts
    if facts.get(ENGINE) not in get_args(EngineName) or SECONDS not in facts or INPUT_BYTES not in facts:
        return None
    engine: EngineName = facts[ENGINE]  # type: ignore[assignment]
    peak = facts.get(PEAK_BYTES)
    return EarlierRun(
        engine,
        int(facts[INPUT_BYTES]),
        float(facts[SECONDS]),
        int(facts.get(HELD_BYTES, 0)),
        int(peak) if peak else None,
    )
