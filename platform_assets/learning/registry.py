"""Model versions in MLflow: logged with their evidence, named by alias, and answering who was in charge when."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from platform_assets.learning.candidate import Candidate
from platform_assets.learning.errors import RegistryError
from platform_assets.learning.experiment import ensure_experiment
from platform_assets.learning.model import METADATA_FILE, FittedModel, ModelMetadata
from platform_assets.learning.model_files import load_model, read_model, require_parity
from platform_assets.learning.promotions import PromotionEvent, in_charge, in_order, previous_champion
from platform_assets.learning.run_log import batch, description, figures, log_plots
from platform_assets.learning.tracking import connect
from platform_assets.learning.trial_log import TrialLog, log_trials
from platform_assets.learning.version_info import (
    PROMOTIONS,
    first_predicted,
    recorded_events,
    version_info,
)
from platform_assets.learning.version_info import (
    VersionInfo as VersionInfo,
)

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

CHAMPION, CHALLENGER, CANDIDATE = "champion", "challenger", "candidate"
_FOLDER = "model"


class ModelRegistry:
    """The versions of one model behind one MLflow tracking URI; nothing is connected until it is first used."""

    def __init__(self, tracking_uri: str, model_name: str, artifact_root: str | None = None) -> None:
        """`artifact_root` is the folder or URI under which a new experiment keeps its files."""
        self.tracking_uri = tracking_uri
        self.model_name = model_name
        self.artifact_root = artifact_root

    def ensure_experiment(self) -> str:
        """Id of the model's experiment, made if need be; call it before anyone else starts a run in it.

        Raises `RegistryError` if it was deleted, because MLflow then neither uses nor remakes it.
        """
        return ensure_experiment(self._client, self.model_name, self.tracking_uri, self.artifact_root)

    def log_candidate(
        self, candidate: Candidate, *, run_id: str | None = None, tags: Mapping[str, str] | None = None
    ) -> int:
        """Log and register a candidate and return its version, which then is the `candidate`.

        If it passed its gates, it is the `challenger` as well. With `run_id` an existing run is logged into and left
        open; otherwise a run is made and ended. `tags` (code commit, orchestration run, reason of the training) go to
        the run and the version. Aliases move last, so a failure on the way leaves them where they were.

        Raises `ParityBroken` if the model, read back from the registry's files, gives other probabilities than the one
        that was trained; no version is registered then.
        """
        if run_id is None:
            with self.training_run(candidate.model.metadata.as_of) as own:
                return self.log_candidate(candidate, run_id=own, tags=tags)
        version = self._log_and_register(candidate, run_id, dict(tags or {}))
        for alias in [CANDIDATE, *([CHALLENGER] if candidate.accepted else [])]:
            self._client.set_registered_model_alias(self.model_name, alias, str(version))
        return version

    @contextmanager
    def training_run(self, as_of: str, tags: Mapping[str, str] | None = None) -> Iterator[str]:
        """A new run for a training, ended as failed if the block raises, otherwise as finished. Yields its id."""
        name = f"{self.model_name} as of {as_of}"
        created = self._client.create_run(self.ensure_experiment(), run_name=name, tags=dict(tags or {}))
        run_id = str(created.info.run_id)
        try:
            yield run_id
        except BaseException:
            self._client.set_terminated(run_id, "FAILED")
            raise
        self._client.set_terminated(run_id, "FINISHED")

    def trial_log(self, run_id: str, search: str, tags: Mapping[str, str]) -> TrialLog:
        """Logs trials of a search under a run as they end, and ends the run of a process that was killed at it."""
        return TrialLog(self._client, run_id, search, tags)

    def promote(
        self,
        version: int,
        reason: str,
        *,
        decided_by: str = "",
        override: bool = False,
        predicts_from: str | None = None,
        kind: Literal["promotion", "rollback"] = "promotion",
    ) -> PromotionEvent:
        """Make a version champion and record when, why and by whom; repeating it after a failure completes it.

        Promoting an earlier version again is a rollback: of the promoted versions the latest promoted is in charge.

        Args:
            predicts_from: the first partition it predicts; by default the one after that as of which it was trained.
        """
        promoted = self._registered(version)
        event = PromotionEvent(
            version=version,
            at=datetime.now(UTC).isoformat(timespec="microseconds"),
            predicts_from=predicts_from or first_predicted(promoted.tags.get("as_of", "")),
            kind=kind,
            reason=reason,
            decided_by=decided_by,
            override=override,
        )
        self._tag(version, "promotion_reason", reason)
        self._tag(version, "promoted_at", event.at)
        events = [each.model_dump() for each in (*recorded_events(version, promoted.tags), event)]
        self._tag(version, PROMOTIONS, json.dumps(events))
        self._client.set_registered_model_alias(self.model_name, CHAMPION, str(version))
        if CHALLENGER in promoted.aliases:
            self._client.delete_registered_model_alias(self.model_name, CHALLENGER)
        return event

    def champion(self) -> int | None:
        """Version that the alias `champion` names, if any."""
        return self._aliased(CHAMPION)

    def challenger(self) -> int | None:
        """Version that the alias `challenger` names, if any: it passed its gates, and was not promoted (yet)."""
        return self._aliased(CHALLENGER)

    def candidate(self) -> int | None:
        """Version that the alias `candidate` names, if any: the newest one, whatever its gates said."""
        return self._aliased(CANDIDATE)

    def promotions(self) -> list[PromotionEvent]:
        """Every time a version became champion, oldest first."""
        return in_order(event for info in self.versions() for event in info.promotions)

    def previous_champion(self) -> int | None:
        """The champion before the present one, to which a rollback goes; None if there is none."""
        return previous_champion(self.promotions())

    def champion_in_charge(self, partition: str) -> int | None:
        """Version that predicts a partition, so that asking again later gives the answer of the time.

        The latest that became champion for this partition or an earlier one; if there is none, the earliest promoted
        one trained as of the partition itself, which is how the first model serves the month it was born in.
        """
        versions = self.versions()
        events = in_order(event for info in versions for event in info.promotions)
        return in_charge(events, {info.version: info.as_of for info in versions}, partition)

    def versions(self) -> list[VersionInfo]:
        """All versions in order; empty if the model was never registered."""
        found: list[ModelVersion] = []
        token: str | None = None
        while token != "":
            page = self._client.search_model_versions(
                f"name='{self.model_name}'", order_by=["version_number ASC"], page_token=token
            )
            found.extend(page)
            token = page.token or ""
        aliases = self._aliases() if found else {}
        return sorted((version_info(version, aliases) for version in found), key=lambda info: info.version)

    def load(self, version: int) -> FittedModel:
        """The model of a version, checked against the checksum it was registered with, and kept in memory."""
        registered = self._registered(version)
        return load_model(self.tracking_uri, registered.source, registered.tags["files_sha256"])

    def metadata(self, version: int) -> ModelMetadata:
        """What is known about the model of a version; the model itself is not loaded."""
        from mlflow.artifacts import download_artifacts

        source = f"{self._registered(version).source}/{METADATA_FILE}"
        with tempfile.TemporaryDirectory() as folder:
            file: Any = download_artifacts(artifact_uri=source, dst_path=folder, tracking_uri=self.tracking_uri)
            return ModelMetadata.model_validate_json(Path(file).read_text(encoding="utf-8"))

    def attach(self, version: int, texts: Mapping[str, str]) -> None:
        """Keep texts, by file name, with the run that trained a version; an older text of that name is replaced."""
        run_id = self._registered(version).run_id
        for name, text in texts.items():
            self._client.log_text(run_id, text, name)

    @cached_property
    def _client(self) -> "MlflowClient":
        return connect(self.tracking_uri)

    def _log_and_register(self, candidate: Candidate, run_id: str, tags: dict[str, str]) -> int:
        client = self._client
        described = {**description(candidate), **tags}
        client.log_batch(run_id, **batch(figures(candidate), candidate.parameters, described))
        log_trials(client, run_id, candidate.trials)
        log_plots(client, run_id, candidate)
        with tempfile.TemporaryDirectory() as folder:
            described["files_sha256"] = candidate.model.save(Path(folder))
            client.log_artifacts(run_id, folder, _FOLDER)
        source = f"{client.get_run(run_id).info.artifact_uri}/{_FOLDER}"
        require_parity(candidate, read_model(self.tracking_uri, source, described["files_sha256"]))
        if candidate.evaluation is not None:
            intervals = candidate.evaluation.candidate.intervals
            described["figures"] = json.dumps({name: each.model_dump() for name, each in intervals.items()})
        self._ensure_registered_model()
        version = client.create_model_version(self.model_name, source, run_id=run_id, tags=described)
        return int(version.version)

    def _ensure_registered_model(self) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self._client.create_registered_model(self.model_name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise

    def _registered(self, version: int) -> "ModelVersion":
        from mlflow.exceptions import MlflowException

        try:
            return self._client.get_model_version(self.model_name, str(version))
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            known = ", ".join(str(info.version) for info in self.versions()) or "none"
            raise RegistryError(
                f"Model '{self.model_name}' has no version {version} at {self.tracking_uri}; it has: {known}. "
                "Name one of these, or train one."
            ) from error

    def _aliased(self, alias: str) -> int | None:
        versions = [version for version, names in self._aliases().items() if alias in names]
        return versions[0] if versions else None

    def _aliases(self) -> dict[int, list[str]]:
        from mlflow.exceptions import MlflowException

        try:
            aliases: dict[str, str] = self._client.get_registered_model(self.model_name).aliases
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            return {}
        by_version: dict[int, list[str]] = {}
        for alias, version in aliases.items():
            by_version.setdefault(int(version), []).append(alias)
        return by_version

    def _tag(self, version: int, key: str, value: str) -> None:
        self._client.set_model_version_tag(self.model_name, str(version), key, value)
