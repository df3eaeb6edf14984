"""Trials as MLflow runs, nested under the run of their training and written while it goes on."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from platform_assets.learning.run_log import batch
from platform_assets.learning.tuning import Trial

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

#: Tag of a training's run that names its search.
SEARCH_TAG = "search"
_TRIAL, _PARENT = "trial", "mlflow.parentRunId"


class TrialLog:
    """Writes each trial once under a run, also if the run is continued by another process."""

    def __init__(self, client: "MlflowClient", run_id: str, search: str, tags: Mapping[str, str]) -> None:
        """`search` names what is searched: open runs of the same search are those of killed processes, and ended."""
        self._client, self._run_id, self._tags = client, run_id, dict(tags)
        self._experiment = client.get_run(run_id).info.experiment_id
        if search:
            self._end_killed_runs(search)
            client.set_tag(run_id, SEARCH_TAG, search)
        self._logged = self._trials_so_far()

    def __call__(self, trial: Trial) -> None:
        """Write a trial that has ended, unless it was written before."""
        if trial.number in self._logged:
            return
        name = f"trial {trial.number}"
        tags = {_PARENT: self._run_id, "mlflow.runName": name, _TRIAL: str(trial.number), "state": trial.state}
        run_id = self._client.create_run(self._experiment, tags={**tags, "reason": trial.reason}).info.run_id
        folds = {f"fold_{position}": value for position, value in enumerate(trial.fold_values)}
        figures = {"value": trial.value, "seconds": trial.seconds, **folds}
        self._client.log_batch(run_id, **batch(figures, trial.parameters, self._tags))
        self._client.set_terminated(run_id, "FAILED" if trial.state == "failed" else "FINISHED")
        self._logged.add(trial.number)

    def _trials_so_far(self) -> set[int]:
        nested = self._runs(f"tags.`{_PARENT}` = '{self._run_id}'")
        written = {int(run.data.tags.get(_TRIAL, -1)) for run in nested if run.info.status != "RUNNING"}
        self._end(run for run in nested if run.info.status == "RUNNING")
        return written

    def _end_killed_runs(self, search: str) -> None:
        same = f"tags.{SEARCH_TAG} = '{search}' and attributes.status = 'RUNNING'"
        for run in self._runs(same):
            if run.info.run_id != self._run_id:
                self._end(
                    [run, *self._runs(f"tags.`{_PARENT}` = '{run.info.run_id}' and attributes.status = 'RUNNING'")]
                )

    def _runs(self, which: str) -> "list[Run]":
        return list(self._client.search_runs([self._experiment], which, max_results=1000))

    def _end(self, runs: "Iterable[Run]") -> None:
        for run in runs:
            self._client.set_terminated(run.info.run_id, "KILLED")


def log_trials(client: "MlflowClient", run_id: str, trials: Iterable[Trial]) -> None:
    """Write those trials under a run that are not there yet."""
    waiting = list(trials)
    if waiting:
        log = TrialLog(client, run_id, "", {})
        for trial in waiting:
            log(trial)
