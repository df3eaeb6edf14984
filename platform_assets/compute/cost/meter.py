"""The meter of a step: its CPU seconds, its requests to S3, and the clusters that were started on its behalf.

The code that starts a cluster does not know for which asset, and the code of the asset does not know of clusters; the
meter that runs in between is found through a context variable.
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from platform_assets.compute.cost.charge import Charge, Outcome, Share
from platform_assets.compute.cost.cluster import cluster_charges
from platform_assets.compute.cost.cpu_time import cpu_seconds
from platform_assets.compute.cost.embedded import cpu_charge
from platform_assets.compute.cost.money import ZERO
from platform_assets.compute.cost.record import UsageRecord, new_record_id
from platform_assets.compute.cost.storage import request_charges
from platform_assets.compute.cost.usage import ClusterUse, EmbeddedUse
from platform_assets.compute.prices.bundled import bundled_prices
from platform_assets.compute.prices.errors import PriceError
from platform_assets.lake.requests import Requests, requests_made

if TYPE_CHECKING:
    from decimal import Decimal

    from platform_assets.compute.prices.book import PriceBook

_LOG = logging.getLogger(__name__)
_running: contextvars.ContextVar[Meter | None] = contextvars.ContextVar("running_meter", default=None)


@dataclass
class Meter:
    """What a step has used so far; CPU seconds and requests to S3 once it has ended."""

    started: datetime
    ended: datetime
    cpu_seconds: float = 0.0
    requests: Requests = field(default_factory=Requests)
    clusters: list[tuple[ClusterUse, tuple[Charge, ...]]] = field(default_factory=list)

    def charges(self, cpu_hour_usd: float, machine: str) -> tuple[Charge, ...]:
        """The CPU seconds at a rate, and the requests at list prices."""
        own = cpu_charge(EmbeddedUse(self.cpu_seconds), cpu_hour_usd, machine)
        if self.requests == Requests():
            return (own,)
        return (own, *request_charges("s3", self.requests, bundled_prices()))

    def records(
        self, run_id: str, shares: Sequence[Share], outcome: Outcome, cpu_hour_usd: float, machine: str
    ) -> list[UsageRecord]:
        """What was used: a record of the CPU seconds, and one of each cluster."""
        own = UsageRecord(
            record_id=new_record_id(),
            run_id=run_id,
            started=self.started,
            ended=self.ended,
            outcome=outcome,
            shares=tuple(shares),
            charges=self.charges(cpu_hour_usd, machine),
        )
        return [own, *(cluster_record(use, charges, run_id, shares, outcome) for use, charges in self.clusters)]


def total(records: Sequence[UsageRecord]) -> Decimal:
    """Dollars of all charges."""
    return sum((charge.usd for record in records for charge in record.charges), ZERO)


def cluster_record(
    use: ClusterUse, charges: Sequence[Charge], run_id: str, shares: Sequence[Share], outcome: Outcome
) -> UsageRecord:
    """The record of a cluster; it has the same id whoever writes it, and is billed once.

    Args:
        shares: the assets whose jobs ran on it, with the seconds of each as weights.
    """
    return UsageRecord(
        record_id=f"cluster/{use.cluster_id}",
        run_id=run_id,
        started=min((each.started for each in use.instances), default=datetime.now(UTC)),
        ended=max((each.ended for each in use.instances), default=datetime.now(UTC)),
        outcome=outcome,
        shares=tuple(shares),
        charges=tuple(charges),
    )


def priced(use: ClusterUse, prices: Callable[[], PriceBook]) -> tuple[Charge, ...]:
    """The charges of a cluster; if its prices are not known, one of no dollars that says why.

    Args:
        prices: opens the book; may raise PriceError.
    """
    try:
        return tuple(cluster_charges(use, prices()))
    except PriceError as error:
        _LOG.warning("The cost of cluster %s is not known: %s", use.cluster_id, error)
        seconds = sum((each.ended - each.started).total_seconds() for each in use.instances)
        unpriced = Charge(
            kind="unpriced",
            resource=use.cluster_id,
            detail=str(error),
            quantity=seconds,
            unit="instance seconds",
            usd=ZERO,
        )
        return (unpriced,)


@contextlib.contextmanager
def metered() -> Iterator[Meter]:
    """Measure what the block uses; blocks may lie in each other, and a cluster counts for the innermost."""
    now, before, asked = datetime.now(UTC), cpu_seconds(), requests_made()
    meter = Meter(now, now)
    token = _running.set(meter)
    try:
        yield meter
    finally:
        _running.reset(token)
        meter.requests = requests_made() - asked
        meter.ended, meter.cpu_seconds = datetime.now(UTC), max(0.0, cpu_seconds() - before)


def cluster_used(use: ClusterUse, prices: Callable[[], PriceBook]) -> tuple[Charge, ...]:
    """Bill a cluster that has ended to the step that is under way in this thread; returns its charges.

    Args:
        prices: opens the book that it is billed by; may raise PriceError.
    """
    charges = priced(use, prices)
    meter = _running.get()
    if meter is None:
        _LOG.warning("Cluster %s ran for no step, so its cost is in no report.", use.cluster_id)
    else:
        meter.clusters.append((use, charges))
    return charges
