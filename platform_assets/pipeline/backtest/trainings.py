"""Trainings that a backtest need not repeat: its own, those of earlier ones, and those of production."""

from __future__ import annotations

import json
import logging
import shutil
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from platform_assets.learning.backtest.history import Trained
from platform_assets.pipeline.backtest.training_key import training_files, training_key

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from platform_assets.learning.candidate import Candidate
    from platform_assets.learning.gates import GateResult
    from platform_assets.learning.model import FittedModel
    from platform_assets.learning.training_set import TrainingSet
    from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
    from platform_assets.pipeline.workspace import Workspace

RECORD, PROBABILITIES = "training.json", "validation.npy"
#: Trainings of a model that stay when production adds one: two years of one a month.
NEWEST_KEPT = 24

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeptTraining:
    """A fitted model and the CPU seconds that it took, in this backtest or before it (``is_reused``).

    Attributes:
        probabilities: of its validation rows, by the model that was fitted on the rows before them.
        gates: what they said without a champion.
    """

    model: FittedModel
    probabilities: NDArray[np.float64]
    gates: list[GateResult]
    cpu_seconds: float
    is_reused: bool

    def trained(self) -> Trained:
        """What a simulation needs of it."""
        metadata = self.model.metadata
        return Trained(metadata.as_of, metadata.validation.auc, self.cpu_seconds)


def train(model: MonitoredModelDeclaration, rows: TrainingSet, cpu_seconds_before: float) -> KeptTraining:
    """Train and tune a candidate without a champion, which has no influence on it.

    Args:
        cpu_seconds_before: of this process when reading the rows began; reading is part of what a training costs.
    """
    from platform_assets.learning.training import train_candidate

    candidate = train_candidate(model, rows)
    return KeptTraining(
        candidate.model,
        candidate.validation_probabilities,
        candidate.gates,
        time.process_time() - cpu_seconds_before,
        is_reused=False,
    )


def keep_from_production(
    workspace: Workspace, product: Product, model: MonitoredModelDeclaration, candidate: Candidate, cpu_seconds: float
) -> None:
    """Keep a training of production, so that no backtest repeats it, and of older ones the newest `NEWEST_KEPT`.

    Nothing is kept of a model whose trainings go on from its champion: a backtest cannot use them. A disk or a store
    that fails is told in the log alone, as the training itself is done.

    Args:
        cpu_seconds: what it took with the reading of its rows.
    """
    from platform_assets.lake.errors import StoreFailed

    if model.training.update == "incremental":
        return
    try:
        _keep(workspace, product, model, candidate, cpu_seconds)
        _forget_old(kept_folder(workspace.backtests, product, model))
    except (OSError, StoreFailed) as error:
        _LOG.warning("The training of %s is not kept for backtests, which repeat it: %s", model.name, error)


def _keep(
    workspace: Workspace, product: Product, model: MonitoredModelDeclaration, candidate: Candidate, cpu_seconds: float
) -> None:
    from platform_assets.learning.backtest.judging import without_champion

    metadata = candidate.model.metadata
    files = training_files(workspace, product, model, metadata.as_of, metadata.snapshots)
    folder = kept_folder(workspace.backtests, product, model) / training_key(product, model, metadata.as_of, files)
    if not (folder / RECORD).is_file():
        gates = without_champion(model, candidate)
        keep(folder, KeptTraining(candidate.model, candidate.validation_probabilities, gates, cpu_seconds, False))


def _forget_old(folder: Path) -> None:
    """Delete all but the newest, with what killed processes left half written."""
    by_age = sorted(folder.iterdir(), key=lambda kept: kept.stat().st_mtime_ns)
    for old in by_age[:-NEWEST_KEPT]:
        # Under its own name it would pass for a whole one if this is killed.
        shutil.rmtree(old.rename(_partial(old)))


def kept_folder(backtests: Path, product: Product, model: MonitoredModelDeclaration) -> Path:
    """Where the trainings of a model are kept."""
    return backtests / product.name / model.name


def load(folder: Path) -> KeptTraining | None:
    """What `keep` left in a folder; None if it left nothing."""
    import numpy as np

    from platform_assets.learning.gates import GateResult
    from platform_assets.learning.model import FittedModel

    if not (folder / RECORD).is_file():
        return None
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    model = FittedModel.load(folder, expected_checksum=record["files_sha256"])
    probabilities = np.load(folder / PROBABILITIES)
    gates = [GateResult(**gate) for gate in record["gates"]]
    return KeptTraining(model, probabilities, gates, record["cpu_seconds"], is_reused=True)


def keep(folder: Path, training: KeptTraining) -> None:
    """Keep a training in a folder that appears complete or not at all, also if another process keeps the same."""
    import numpy as np

    partial = _partial(folder)
    checksum = training.model.save(partial)
    np.save(partial / PROBABILITIES, training.probabilities)
    gates = [asdict(gate) for gate in training.gates]
    record = {"cpu_seconds": training.cpu_seconds, "files_sha256": checksum, "gates": gates}
    (partial / RECORD).write_text(json.dumps(record), encoding="utf-8")
    try:
        partial.rename(folder)
    except OSError:
        if not (folder / RECORD).is_file():
            raise
        shutil.rmtree(partial)


def _partial(folder: Path) -> Path:
    return folder.with_name(f"{folder.name.partition('.')[0]}.{uuid.uuid4().hex}.partial")
