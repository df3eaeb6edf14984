"""A champion that turned out worse than the version before it gives way, by itself and with an alert."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from platform_assets.learning import partitions
from platform_assets.learning.errors import RegistryError
from platform_assets.pipeline.alerts import record_sightings
from platform_assets.pipeline.inputs import current_snapshot
from platform_assets.pipeline.materialisation import Provenance
from platform_assets.pipeline.model_rows import rows_of
from platform_assets.pipeline.model_tables import MONTH, champions_contract
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.promotion import Promotion, promote_newest
from platform_assets.pipeline.publishing import publish_rows
from platform_assets.pipeline.training import rows_under
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.alert import Sighting, Watch

if TYPE_CHECKING:
    from platform_assets.learning.registry import VersionInfo

ROLLED_BACK = "rolled_back"


def roll_back_champion(
    workspace: Workspace, product: Product, name: str, *, version: int, to_version: int, partition: str, reason: str
) -> Promotion:
    """Make ``to_version`` champion again in place of ``version``, record why, and raise an alert.

    Args:
        partition: the labelled partition on which the policy decided.

    Raises:
        RegistryError: another version is champion by now, so the decision is out of date.
    """
    from platform_assets.learning.succession import POLICY, give_way

    registry = workspace.registry(name)
    if registry.champion() not in (version, to_version):
        raise RegistryError(
            f"version {version} of model '{name}' was to give way to version {to_version}, but version "
            f"{registry.champion()} is champion by now. Leave it: the next labelled partition is judged anew."
        )
    words = f"Rolled back from version {version} by policy. {reason}"
    give_way(registry, version, to_version, reason=reason, by=POLICY)
    (info,) = [each for each in registry.versions() if each.version == to_version]
    promotion = _record(workspace, product, name, info, words)
    _sight(workspace, product, name, partition, breached=True, message=words)
    return promotion


def promote_champion(workspace: Workspace, product: Product, name: str) -> Promotion:
    """Make the newest candidate the champion, unless it was already and had to give way; ends a rollback's alert.

    Raises:
        RegistryError: nothing was trained yet, a gate refused the newest candidate, or it was rolled back.
    """
    from platform_assets.learning.succession import ROLLBACK_REASON, was_rolled_back

    rolled_back = {each.version: each for each in workspace.registry(name).versions() if was_rolled_back(each)}
    trained = max((row["model_version"] for row in rows_of(workspace, product, name, "model")), default=None)
    if trained in rolled_back:
        raise RegistryError(
            f"version {trained} of model '{name}' was rolled back and is not promoted again by itself: "
            f"{rolled_back[trained].tags.get(ROLLBACK_REASON, '')} Train another candidate, or promote it by hand."
        )
    promotion = promote_newest(workspace, product, name)
    _sight(
        workspace, product, name, promotion.as_of, breached=False, message=f"Version {promotion.version} is champion."
    )
    return promotion


def _record(workspace: Workspace, product: Product, name: str, info: VersionInfo, reason: str) -> Promotion:
    contract = champions_contract(product.models[name])
    row = {
        MONTH: partitions.window(info.as_of)[0],
        "model_version": info.version,
        "validation_auc": workspace.registry(name).load(info.version).metadata.validation.auc,
        "reason": reason,
        "promoted_at": datetime.now(UTC),
    }
    performance = product.table(f"{name}_performance")
    provenance = Provenance(
        {performance: current_snapshot(workspace, performance)}, {"model-version": str(info.version)}
    )
    record = publish_rows(workspace, product.name, contract, info.as_of, rows_under(contract, [row]), provenance)
    return Promotion(info.version, info.as_of, reason, record)


def _sight(workspace: Workspace, product: Product, name: str, partition: str, *, breached: bool, message: str) -> None:
    watch = Watch(f"{name}_champion", ROLLED_BACK, product.models[name].owner, "alert", cool_down_partitions=0)
    seen = Sighting(partition, breached, message, datetime.now(UTC))
    record_sightings(workspace.lake, {watch: [seen]}, workspace.run_id)
