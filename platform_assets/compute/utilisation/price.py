"""What an hour of an executor's core cost on a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_assets.compute.cost.cluster import billed_seconds, cluster_charges
from platform_assets.compute.cost.usage import ClusterUse
from platform_assets.compute.prices.errors import PriceError

if TYPE_CHECKING:
    from platform_assets.compute.prices.book import PriceBook


def usd_per_core_hour(use: ClusterUse, book: PriceBook) -> float | None:
    """The bill of a cluster's core and task instances by the hours of their virtual CPUs.

    ``sum(charges) / sum(billed hours * vCPUs)``; the primary instance is there whatever the executors do, so it is left
    out. None if the book lacks a price, or if the cluster had no such instance: then savings are said without money.
    """
    workers = tuple(instance for instance in use.instances if instance.role != "primary")
    try:
        paid = sum(charge.usd for charge in cluster_charges(ClusterUse(use.cluster_id, use.region, workers), book))
        hours = sum(billed_seconds(one) / 3600 * book.instance_type(one.instance_type).vcpus for one in workers)
    except PriceError:
        return None
    return float(paid) / hours if hours else None
