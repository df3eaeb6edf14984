"""Model versions in MLflow: logged with their evidence, named by alias, and answering who was in charge when."""

import logging
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_assets.learning.errors import RegistryError
from platform_assets.learning.model import FittedModel
from platform_assets.learning.run_log import batch, description, figures, log_trials
from platform_assets.learning.training import Candidate

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Experiment
    from mlflow.entities.model_registry import ModelVersion

CHAMPION, CHALLENGER = "champion", "challenger"
_FOLDER = "model"


@dataclass(frozen=True)
class VersionInfo:
    """A registered version: what it was trained as of, when and why it was promoted, and its present aliases."""

    version: int
    as_of: str
    run_id: str
    aliases: tuple[str, ...]
    promoted_at: str | None
    reason: str | None
    tags: dict[str, str]


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
        existing = self._client.get_experiment_by_name(self.model_name) or self._create_experiment()
        if existing.lifecycle_stage == "deleted":
            raise RegistryError(
                f"Experiment '{self.model_name}' at {self.tracking_uri} was deleted, so nothing can be logged into it. "
                f"Restore it with 'mlflow experiments restore --experiment-id {existing.experiment_id}'."
            )
        return str(existing.experiment_id)

    def log_candidate(
        self, candidate: Candidate, *, run_id: str | None = None, tags: Mapping[str, str] | None = None
    ) -> int:
        """Log and register a candidate and return its version, which then is the `challenger`.

        With `run_id` an existing run is logged into and left open; otherwise a run is made and ended. `tags` (code
        commit, orchestration run, reason of the training) go to the run and the version. The alias moves last, so a
        failure on the way leaves it where it was.
        """
        own = run_id is None
        run = self._start_run(candidate) if run_id is None else run_id
        try:
            version = self._log_and_register(candidate, run, dict(tags or {}))
            self._client.set_registered_model_alias(self.model_name, CHALLENGER, str(version))
        except BaseException:
            if own:
                self._client.set_terminated(run, "FAILED")
            raise
        if own:
            self._client.set_terminated(run, "FINISHED")
        return version

    def promote(self, version: int, reason: str) -> None:
        """Make a version champion and record when and why; repeating it after a failure completes it.

        Promoting an earlier version again is a rollback: of the promoted versions the latest promoted is in charge.
        """
        promoted = self._registered(version)
        self._tag(version, "promotion_reason", reason)
        self._tag(version, "promoted_at", datetime.now(UTC).isoformat(timespec="microseconds"))
        self._client.set_registered_model_alias(self.model_name, CHAMPION, str(version))
        if CHALLENGER in promoted.aliases:
            self._client.delete_registered_model_alias(self.model_name, CHALLENGER)

    def champion(self) -> int | None:
        """Version that the alias `champion` names, if any."""
        return self._aliased(CHAMPION)

    def challenger(self) -> int | None:
        """Version that the alias `challenger` names, if any: the latest candidate that was not promoted."""
        return self._aliased(CHALLENGER)

    def champion_in_charge(self, partition: str) -> int | None:
        """Version that predicts a partition, so that asking again later gives the answer of the time.

        The latest promoted version trained as of an earlier partition; if there is none, the earliest promoted one
        trained as of the partition itself, which is how the first model serves the month it was born in.
        """
        promoted = sorted(
            (info for info in self.versions() if info.promoted_at), key=lambda info: (info.promoted_at, info.version)
        )
        earlier = [info.version for info in promoted if info.as_of < partition]
        if earlier:
            return earlier[-1]
        born = [info.version for info in promoted if info.as_of == partition]
        return born[0] if born else None

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
        return sorted((_info(version, aliases) for version in found), key=lambda info: info.version)

    def load(self, version: int) -> FittedModel:
        """The model of a version, checked against the checksum it was registered with, and kept in memory."""
        registered = self._registered(version)
        return _load(self.tracking_uri, registered.source, registered.tags["files_sha256"])

    def attach(self, version: int, texts: Mapping[str, str]) -> None:
        """Keep texts, by file name, with the run that trained a version; an older text of that name is replaced."""
        run_id = self._registered(version).run_id
        for name, text in texts.items():
            self._client.log_text(run_id, text, name)

    @cached_property
    def _client(self) -> "MlflowClient":
        from mlflow import MlflowClient

        # Creating the tables is announced at INFO with several lines that say nothing to a user of the platform.
        logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)
        return MlflowClient(tracking_uri=self.tracking_uri, registry_uri=self.tracking_uri)

    def _create_experiment(self) -> "Experiment":
        from mlflow.exceptions import MlflowException

        try:
            self._client.create_experiment(self.model_name, artifact_location=self._artifact_location())
        except MlflowException as error:
            # Another process was faster: its experiment is as good.
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        return self._client.get_experiment_by_name(self.model_name)

    def _artifact_location(self) -> str | None:
        if self.artifact_root is None or "://" in self.artifact_root:
            return self.artifact_root and f"{self.artifact_root.rstrip('/')}/{self.model_name}"
        return (Path(self.artifact_root).resolve() / self.model_name).as_uri()

    def _start_run(self, candidate: Candidate) -> str:
        name = f"{self.model_name} as of {candidate.model.metadata.as_of}"
        return str(self._client.create_run(self.ensure_experiment(), run_name=name).info.run_id)

    def _log_and_register(self, candidate: Candidate, run_id: str, tags: dict[str, str]) -> int:
        client = self._client
        described = {**description(candidate), **tags}
        client.log_batch(run_id, **batch(figures(candidate), candidate.parameters, described))
        log_trials(client, client.get_run(run_id), candidate.trials)
        with tempfile.TemporaryDirectory() as folder:
            described["files_sha256"] = candidate.model.save(Path(folder))
            client.log_artifacts(run_id, folder, _FOLDER)
        source = f"{client.get_run(run_id).info.artifact_uri}/{_FOLDER}"
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


def _info(version: "ModelVersion", aliases: Mapping[int, list[str]]) -> VersionInfo:
    tags: dict[str, str] = dict(version.tags)
    number = int(version.version)
    return VersionInfo(
        version=number,
        as_of=tags.get("as_of", ""),
        run_id=str(version.run_id),
        aliases=tuple(sorted(aliases.get(number, []))),
        promoted_at=tags.get("promoted_at"),
        reason=tags.get("promotion_reason"),
        tags=tags,
    )


@lru_cache(maxsize=8)
def _load(tracking_uri: str, source: str, files_sha256: str) -> FittedModel:
    """Kept by checksum: files with other contents are another entry, so a cached model is never out of date."""
    from mlflow.artifacts import download_artifacts

    folder: Any = download_artifacts(artifact_uri=source, tracking_uri=tracking_uri)
    return FittedModel.load(Path(folder), expected_checksum=files_sha256)
