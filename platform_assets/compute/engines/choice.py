"""Which engine runs a job: what was asked for, or by bytes and history; pure, with the reason in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from platform_assets.compute.engines.ladder import EngineName, EngineWanted, Ladder, Rung
from platform_assets.compute.engines.words import duration, size
from platform_assets.compute.job import Job

# What a run says of one with more bytes than so many times its own is no more than of that many: most of a small run is
# start-up, which does not grow.
MOST_GROWTH = 10


@dataclass(frozen=True)
class Work:
    """What a job reads: bytes as they are stored, and files."""

    bytes: int
    files: int

    @classmethod
    def of(cls, job: Job) -> Work:
        """The tables that a job reads."""
        inputs = job.inputs.values()
        return cls(sum(table.bytes for table in inputs), sum(len(table.files) for table in inputs))


@dataclass(frozen=True)
class EarlierRun:
    """What a run of the same asset took.

    Attributes:
        bytes: what it read.
        seconds: how long the job ran.
        held_bytes: memory of the process as it began.
        peak_bytes: most memory of the process while it ran; None if the engine cannot tell.
    """

    engine: EngineName
    bytes: int
    seconds: float
    held_bytes: int = 0
    peak_bytes: int | None = None

    def growth(self, work: Work) -> float:
        """How many times as much the work reads, at most :data:`MOST_GROWTH`."""
        return min(work.bytes / max(self.bytes, 1), MOST_GROWTH)


@dataclass(frozen=True)
class Wanted:
    """The engine that was asked for, and by what, in words."""

    engine: EngineWanted
    by: str


@dataclass(frozen=True)
class EngineChoice:
    """The engine that runs a job, and why."""

    engine: EngineName
    reason: str


def choose_engine(
    wanted: Wanted,
    ladder: Ladder,
    work: Work,
    earlier: Sequence[EarlierRun] = (),
    memory_bytes: int | None = None,
    stays: str | None = None,
) -> EngineChoice:
    """The engine of a job.

    ``auto`` takes the first rung of the ladder that nothing speaks against. What is expected follows from the newest
    run on the same engine: ``growth = min(bytes / bytes_then, 10)``, ``seconds = seconds_then * growth`` and
    ``peak = held_then + (peak_then - held_then) * growth``.

    Args:
        earlier: runs of the same asset, newest first.
        memory_bytes: the memory of this machine; without it peaks are not judged.
        stays: why the work cannot leave this machine; ``auto`` never chooses 'emr' then.
    """
    if wanted.engine != "auto":
        return EngineChoice(wanted.engine, wanted.by)
    offered = [rung for rung in ladder.rungs if rung.engine != "emr" or stays is None]
    rungs = offered or [Rung("embedded")]
    passed = [] if offered else [f"not emr, as {stays}"]
    for rung in rungs:
        problem = _too_much(rung, work, _newest(earlier, rung.engine), memory_bytes)
        if problem is None:
            return _chosen(rung, work, earlier, passed)
        passed.append(f"not {rung.engine}, as {problem}")
    # Only a ladder that was cut short has a limit on its last rung.
    return _chosen(rungs[-1], work, earlier, [*passed[:-1], f"not emr, as {stays}"])


def _too_much(rung: Rung, work: Work, then: EarlierRun | None, memory_bytes: int | None) -> str | None:
    if rung.bytes is not None and work.bytes > rung.bytes:
        return f"it takes up to {size(rung.bytes)}"
    if then is None:
        return None
    growth = then.growth(work)
    seconds = then.seconds * growth
    if rung.seconds is not None and seconds > rung.seconds:
        return f"{duration(seconds)} are expected and it takes up to {duration(rung.seconds)}"
    if rung.memory_share is not None and memory_bytes is not None and then.peak_bytes is not None:
        peak = then.held_bytes + max(then.peak_bytes - then.held_bytes, 0) * growth
        limit = memory_bytes * rung.memory_share
        if peak > limit:
            return f"{size(peak)} of memory are expected and it takes up to {size(limit)}"
    return None


def _chosen(rung: Rung, work: Work, earlier: Sequence[EarlierRun], passed: Sequence[str]) -> EngineChoice:
    read = f"{size(work.bytes)} in {work.files:,} {'file' if work.files == 1 else 'files'}"
    last = f", last run {duration(earlier[0].seconds)} {earlier[0].engine}" if earlier else ""
    why = f" ({'; '.join(passed)})" if passed else ""
    return EngineChoice(rung.engine, f"auto: {read}{last}: {rung.engine}{why}")


def _newest(earlier: Sequence[EarlierRun], engine: EngineName) -> EarlierRun | None:
    return next((run for run in earlier if run.engine == engine), None)
