"""A training from its rows to its registered version, which may be killed anywhere and started again."""

import json
from collections.abc import Mapping
from pathlib import Path

from platform_assets.learning.candidate import Candidate
from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.libraries import library_versions
from platform_assets.learning.registry import ModelRegistry
from platform_assets.learning.tracking import answering
from platform_assets.learning.training import train_candidate
from platform_assets.learning.training_set import TrainingSet
from platform_assets.learning.trial_log import SEARCH_TAG
from platform_assets.learning.tuning import TrialRecords
from platform_assets.learning.version_info import COMPARED_WITH

_OF_A_TRIAL = ("code_commit", "code_dirty", "dagster_run_id")


def train_and_register(
    registry: ModelRegistry,
    declaration: ModelDeclaration,
    training_set: TrainingSet,
    *,
    searches: Path,
    tags: Mapping[str, str],
    run_id: str | None = None,
) -> tuple[int, Candidate]:
    """Train a candidate against the champion and register it; returns its version, and itself.

    Every trial is written to MLflow under the training's run as it ends. A search that was killed is resumed from the
    folder `searches`, and forgotten once its result is registered.

    Args:
        tags: go to run, version and (those about the code) trials; `code_commit` tells searches of other code apart.
        run_id: MLflow run to log into and leave open; by default one is made and ended.

    Raises:
        TrainingError: there is nothing to learn from; nothing was registered.
        TrackingError: MLflow does not answer; no alias was moved.
    """
    searched = declaration.search.trials > 0
    records = TrialRecords(searches, declaration, training_set, tags.get("code_commit", "")) if searched else None
    with answering(registry.tracking_uri):
        if run_id is not None:
            return _train_into(run_id, registry, declaration, training_set, records, tags)
        with registry.training_run(training_set.as_of, {SEARCH_TAG: records.name} if records else {}) as own:
            return _train_into(own, registry, declaration, training_set, records, tags)


def _train_into(
    run_id: str,
    registry: ModelRegistry,
    declaration: ModelDeclaration,
    training_set: TrainingSet,
    records: TrialRecords | None,
    tags: Mapping[str, str],
) -> tuple[int, Candidate]:
    in_charge = registry.champion()
    champion = None if in_charge is None else registry.load(in_charge)
    log = registry.trial_log(run_id, records.name, _trial_tags(declaration, training_set, tags)) if records else None
    candidate = train_candidate(declaration, training_set, champion, records=records, on_trial=log)
    compared = {} if in_charge is None else {COMPARED_WITH: str(in_charge)}
    version = registry.log_candidate(candidate, run_id=run_id, tags={**tags, **compared})
    if records:
        records.forget()
    return version, candidate


def _trial_tags(declaration: ModelDeclaration, training_set: TrainingSet, tags: Mapping[str, str]) -> dict[str, str]:
    """What a trial depends on besides its parameters."""
    return {
        **{name: tags[name] for name in _OF_A_TRIAL if name in tags},
        "as_of": training_set.as_of,
        "snapshots": json.dumps(training_set.snapshots, sort_keys=True),
        "libraries": json.dumps(library_versions(declaration.estimator), sort_keys=True),
        "seed": str(declaration.seed),
    }
