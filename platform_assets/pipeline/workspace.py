"""What every step needs at hand: the lake, an engine, folders, the model registry, and who is asking."""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from platform_assets.compute.engines import EmbeddedEngine, Engine, Engines
from platform_assets.lake import Lake
from platform_assets.pipeline.utilisation.report import UtilisationReport, log_attempt

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from platform_assets.compute import FailedAttempt
    from platform_assets.landing import Landing
    from platform_assets.learning.registry import ModelRegistry

DIRTY = "-dirty"


@dataclass(frozen=True)
class Workspace:
    """The surroundings of a step.

    Attributes:
        engine: where jobs run; steps that declare an engine replace it, see :mod:`platform_assets.pipeline.placement`.
        engines: those to choose from; None: :attr:`engine` runs everything, whatever is declared.
        engine_reason: why this engine, in words.
        landing: folder into which files are delivered, or copied if they are delivered elsewhere.
        remote_landing: where files are delivered, if not in a folder of this machine.
        reports: folder for HTML reports.
        tracking_uri: address of the MLflow tracking store.
        artifacts: folder for model artifacts.
        run_id: the orchestrator's run, recorded with everything that is published; 'interactive' without one.
        show_attempt: shows people what an attempt on Spark that published nothing made of its machines.
    """

    lake: Lake
    engine: Engine
    landing: Path
    reports: Path
    tracking_uri: str
    artifacts: Path
    run_id: str = "interactive"
    remote_landing: Landing | None = None
    engines: Engines | None = None
    engine_reason: str = "chosen by the caller"
    show_attempt: Callable[[FailedAttempt, UtilisationReport], None] = log_attempt

    def for_run(self, run_id: str) -> Workspace:
        """The same surroundings on behalf of another run."""
        return replace(self, run_id=run_id)

    @property
    def local_engine(self) -> Engine:
        """An engine of this machine, for work that is small by nature."""
        return EmbeddedEngine() if self.engine.is_remote else self.engine

    @property
    def session(self) -> SparkSession:
        """A session of this process, for rows and files that it holds itself; jobs go to :attr:`engine`."""
        return self.local_engine.session

    @property
    def searches(self) -> Path:
        """Folder for the trials of searches that have not ended, beside the model artifacts."""
        return self.artifacts.parent / "searches"

    @property
    def backtests(self) -> Path:
        """Folder of trainings that backtests of policies need not repeat; safe to delete."""
        return self.artifacts.parent / "backtest"

    def registry(self, model: str) -> ModelRegistry:
        """The registry of one model."""
        from platform_assets.learning.registry import ModelRegistry

        return ModelRegistry(self.tracking_uri, model, artifact_root=str(self.artifacts))


@functools.cache
def code_commit() -> str:
    """The checked-out commit, with ``-dirty`` if files differ from it; 'unknown' outside a git checkout."""
    root = Path(__file__).parents[2]

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True).stdout.strip()

    try:
        commit, changes = git("rev-parse", "HEAD"), git("status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{commit}{DIRTY}" if changes else commit
