"""A champion that turned out worse than the version before it gives way, by itself and with an alert."""

from __future__ import annotations

from datetime import UTC, datetime

from platform_assets.learning.errors import RegistryError
from platform_assets.pipeline.alerts import record_sightings
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.promotion import Promotion, promote_newest, roll_back_champion
from platform_assets.pipeline.quarantine import Decision
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.alert import Sighting, Watch

ROLLED_BACK = "rolled_back"
POLICY = "policy"


def roll_back_by_policy(
    workspace: Workspace, product: Product, name: str, *, version: int, to_version: int, partition: str, reason: str
) -> Promotion:
    """Make ``to_version`` champion again in place of ``version``, record why, and raise an alert.

    Args:
        partition: the labelled partition on which the policy decided.

    Raises:
        RegistryError: another version is champion by now, so the decision is out of date.
    """
    champion = workspace.registry(name).champion()
    if champion not in (version, to_version):
        raise RegistryError(
            f"version {version} of model '{name}' was to give way to version {to_version}, but version {champion} is "
            "champion by now. Leave it: the next labelled partition is judged anew."
        )
    decision = Decision(POLICY, reason)
    promotion = roll_back_champion(workspace, product, name, decision, to=to_version, instead_of=version)
    words = f"Rolled back from version {version} by policy. {reason}"
    _sight(workspace, product, name, partition, breached=True, message=words)
    return promotion


def promote_by_gates(workspace: Workspace, product: Product, name: str) -> Promotion:
    """Make the newest candidate the champion, see :func:`promote_newest`; ends the alert of a rollback before it."""
    promotion = promote_newest(workspace, product, name)
    words = f"Version {promotion.version} is champion."
    _sight(workspace, product, name, promotion.as_of, breached=False, message=words)
    return promotion


def _sight(workspace: Workspace, product: Product, name: str, partition: str, *, breached: bool, message: str) -> None:
    watch = Watch(f"{name}_champion", ROLLED_BACK, product.models[name].owner, "alert", cool_down_partitions=0)
    seen = Sighting(partition, breached, message, datetime.now(UTC))
    record_sightings(workspace.lake, {watch: [seen]}, workspace.run_id)
