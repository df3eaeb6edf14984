"""Promotion of an accepted candidate, and which version is in charge of a partition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from platform_assets.learning import partitions
from platform_assets.learning.errors import RegistryError
from platform_assets.learning.promotions import PromotionEvent
from platform_assets.pipeline.inputs import current_snapshot
from platform_assets.pipeline.materialisation import Materialisation, Provenance
from platform_assets.pipeline.model_tables import MONTH, champions_contract
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.publishing import publish_rows
from platform_assets.pipeline.quarantine import Decision
from platform_assets.pipeline.training import rows_under
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.profile_table import StoredProfiles

GATES = "gates"


class NoChampion(RegistryError):
    """No champion is in charge of the partition."""

    def __init__(self, model: str, partition: str) -> None:
        super().__init__(
            f"model '{model}' has no champion in charge of partition {partition}: a version trained as of an earlier "
            f"partition must be promoted first. Train one, for example: materialise {model}_model and "
            f"{model}_champion for an earlier partition."
        )


class AwaitsSignOff(RegistryError):
    """A candidate passed its gates, but becomes champion only when a person says so."""

    def __init__(self, model: str, version: int) -> None:
        super().__init__(
            f"version {version} of model '{model}' passed its gates and waits for a person's sign-off, as declared "
            f"(promotion: sign_off). Look at it with 'platform model compare {model} champion {version}', then: "
            f"platform model promote {model} {version} --who NAME --reason TEXT"
        )


@dataclass(frozen=True)
class Promotion:
    """A version that became champion, why, from which partition on it predicts, and the published record.

    Attributes:
        decided_by: who decided it; empty if the gates did.
        override: whether it became champion although gates refused it.
    """

    version: int
    as_of: str
    reason: str
    record: Materialisation
    predicts_from: str = ""
    decided_by: str = ""
    override: bool = False


def promote_newest(workspace: Workspace, product: Product, name: str) -> Promotion:
    """Make the newest candidate the champion.

    Raises:
        RegistryError: nothing was trained yet, a gate refused the newest candidate, or it was champion and had to give
            way.
        AwaitsSignOff: the model's promotions wait for a person; the candidate stays challenger.
    """
    training = _newest_training(workspace, product, name)
    version, reason = int(training["model_version"]), str(training["reason"])
    _refuse_overruled(name, version, workspace.registry(name).promotions())
    if product.models[name].promotion == "sign_off" and workspace.registry(name).champion() != version:
        raise AwaitsSignOff(name, version)
    event = workspace.registry(name).promote(version, reason=reason)
    return _recorded(workspace, product, name, event, partitions.partition_of(training[MONTH]), training["auc"])


def promote_version(workspace: Workspace, product: Product, name: str, version: int, decision: Decision) -> Promotion:
    """Make a version champion because a person decided so, even if gates refused it: that is recorded as an override.

    It predicts from the first partition on that has no predictions yet; what was predicted stays as it is.

    Raises:
        RegistryError: there is no such version, or it is champion already.
    """
    registry = workspace.registry(name)
    model = registry.load(version)
    if registry.champion() == version:
        raise RegistryError(f"version {version} of model '{name}' is the champion already. There is nothing to do.")
    (info,) = (each for each in registry.versions() if each.version == version)
    event = registry.promote(
        version,
        decision.why,
        decided_by=decision.who,
        override=not info.accepted,
        predicts_from=_first_unpredicted(workspace, product, name, info.as_of),
    )
    return _recorded(workspace, product, name, event, info.as_of, model.metadata.validation.auc)


def roll_back_champion(
    workspace: Workspace,
    product: Product,
    name: str,
    decision: Decision,
    to: int | None = None,
    *,
    instead_of: int | None = None,
) -> Promotion:
    """Put an earlier champion in charge again, of every partition that has no predictions yet.

    Args:
        decision: of a person, or of a policy by its name.
        to: its version; by default the champion before the present one.
        instead_of: the version that gives way, which a repetition after a failure no longer finds in charge; by default
            the present champion.

    Raises:
        RegistryError: there is no earlier champion.
    """
    registry = workspace.registry(name)
    version = to or registry.previous_champion()
    if version is None:
        raise RegistryError(
            f"model '{name}' has no champion before the present one, so there is nothing to roll back to. Name a "
            f"version instead: platform model promote {name} VERSION --who NAME --reason TEXT"
        )
    model = registry.load(version)
    as_of = model.metadata.as_of
    event = registry.promote(
        version,
        f"rolled back from version {instead_of or registry.champion()}: {decision.why}",
        decided_by=decision.who,
        predicts_from=_first_unpredicted(workspace, product, name, as_of),
        kind="rollback",
    )
    return _recorded(workspace, product, name, event, as_of, model.metadata.validation.auc)


def _refuse_overruled(name: str, version: int, events: Sequence[PromotionEvent]) -> None:
    """Raise RegistryError if the version was champion before and somebody decided for another one since."""
    if version not in {event.version for event in events[:-1]} or events[-1].version == version:
        return
    last = events[-1]
    raise RegistryError(
        f"version {version} of model '{name}' was champion and gave way to version {last.version}, decided by "
        f"{last.decided_by or GATES}: {last.reason}. It is not promoted again by itself; train another candidate, or: "
        f"platform model promote {name} {version} --who NAME --reason TEXT"
    )


def _first_unpredicted(workspace: Workspace, product: Product, name: str, as_of: str) -> str:
    """The first partition that has no predictions yet, and that a version trained as of ``as_of`` may predict."""
    predicted = StoredProfiles(workspace.lake, product.table(f"{name}_predictions")).partitions
    return max(partitions.next_partition(each) for each in [as_of, *predicted[-1:]])


def _recorded(
    workspace: Workspace, product: Product, name: str, event: PromotionEvent, as_of: str, auc: float | None
) -> Promotion:
    """The promotion as a row of the model's champions."""
    contract = champions_contract(product.models[name])
    row = {
        MONTH: partitions.window(as_of)[0],
        "model_version": event.version,
        "validation_auc": auc,
        "reason": event.reason,
        "promoted_at": datetime.fromisoformat(event.at),
        "decided_by": event.decided_by or GATES,
        "override": event.override,
        "predicts_from": event.predicts_from,
    }
    trainings = product.table(f"{name}_model")
    provenance = Provenance({trainings: current_snapshot(workspace, trainings)}, {"model-version": str(event.version)})
    published = publish_rows(workspace, product.name, contract, as_of, rows_under(contract, [row]), provenance)
    facts = {
        "model version": event.version,
        "trained as of": as_of,
        "reason": event.reason,
        "decided by": event.decided_by or GATES,
        "override": event.override,
        "predicts from": event.predicts_from,
    }
    return Promotion(
        version=event.version,
        as_of=as_of,
        reason=event.reason,
        record=replace(published, facts=facts),
        predicts_from=event.predicts_from,
        decided_by=event.decided_by,
        override=event.override,
    )


def _newest_training(workspace: Workspace, product: Product, name: str) -> dict[str, Any]:
    table = product.table(f"{name}_model")
    trainings = workspace.lake.read(table).to_pylist() if workspace.lake.exists(table) else []
    newest: dict[str, Any] | None = max(trainings, key=lambda row: row["model_version"], default=None)
    if newest is None:
        raise RegistryError(f"model '{name}' was never trained. Materialise {name}_model for a partition first.")
    if not newest["accepted"]:
        raise RegistryError(
            f"version {newest['model_version']} of model '{name}' was refused by its gates and cannot be promoted. "
            "Improve the model, or change the declared gates and train again. A person who answers for it may promote "
            f"it all the same: platform model promote {name} {newest['model_version']} --who NAME --reason TEXT"
        )
    return newest
