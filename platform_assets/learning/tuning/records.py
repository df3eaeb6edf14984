"""Trials that outlive the process: a search that was killed goes on where it ended."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.libraries import library_versions
from platform_assets.learning.training_set import TrainingSet
from platform_assets.learning.tuning.quiet import quiet_optuna
from platform_assets.learning.tuning.trial import Trial

if TYPE_CHECKING:
    import optuna

_SECONDS_TO_WAIT_FOR_A_LOCK = 60


class TrialRecords:
    """The finished trials of one search as an Optuna study in an SQLite database, a file per model.

    A trial is added as a whole in one transaction, so that a process may be killed at any moment: a trial is in the
    study with everything about it, or not at all. `optuna.load_study` and Optuna's own tools can open it.
    """

    def __init__(self, folder: Path, declaration: ModelDeclaration, training_set: TrainingSet, code: str) -> None:
        """`folder` is made when it is first needed; `code` names the state of the code, such as its commit."""
        self._file = folder.resolve() / f"{declaration.name}.db"
        self.name = f"{declaration.name} as of {training_set.as_of} {_digest(declaration, training_set, code)}"
        self._opened: optuna.Study | None = None

    def finished(self) -> dict[int, Trial]:
        """What is recorded of this search, by number of the trial."""
        found = (_trial(frozen.user_attrs) for frozen in self._study().get_trials(deepcopy=False))
        return {trial.number: trial for trial in found}

    def add(self, trial: Trial, point: dict[str, Any] | None, space: "dict[str, Any]") -> None:
        """Record a finished trial; `point` are its values in the `space` of distributions, None if it lies outside."""
        from optuna.trial import TrialState, create_trial

        states = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "failed": TrialState.FAIL}
        state = states[trial.state] if trial.value is not None or trial.state != "complete" else TrialState.FAIL
        with quiet_optuna():
            frozen = create_trial(
                state=state,
                value=trial.value if state == TrialState.COMPLETE else None,
                params=point or {},
                distributions=space if point else {},
                user_attrs=vars(trial),
            )
        self._study().add_trial(frozen)

    def forget(self) -> None:
        """Delete the search, once its result is registered and a further training shall search anew."""
        import optuna

        study = self._study()
        with quiet_optuna():
            optuna.delete_study(study_name=study.study_name, storage=study._storage)
        self._opened = None

    def _study(self) -> "optuna.Study":
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def _open(self) -> "optuna.Study":
        import optuna

        self._file.parent.mkdir(parents=True, exist_ok=True)
        with quiet_optuna():
            storage = optuna.storages.RDBStorage(
                f"sqlite:///{self._file}", engine_kwargs={"connect_args": {"timeout": _SECONDS_TO_WAIT_FOR_A_LOCK}}
            )
            return optuna.create_study(storage=storage, study_name=self.name, load_if_exists=True)


def _trial(recorded: dict[str, Any]) -> Trial:
    return Trial(**{**recorded, "fold_values": tuple(recorded["fold_values"])})


def _digest(declaration: ModelDeclaration, training_set: TrainingSet, code: str) -> str:
    """Of everything that the trials of a search depend on, so that other data or code never meet these records."""
    considered = {
        "declaration": declaration.model_dump(mode="json"),
        "snapshots": training_set.snapshots,
        "rows": [training_set.rows.num_rows, training_set.sampled_from, training_set.features],
        "libraries": library_versions(declaration.estimator),
        "code": code,
    }
    return hashlib.sha256(json.dumps(considered, sort_keys=True).encode()).hexdigest()[:16]
