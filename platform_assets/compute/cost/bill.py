"""Costs added up: by asset, owner, product or model, to the cent, so that the parts are the bill."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from platform_assets.compute.cost.charge import Attribution, ChargeKind, Outcome
from platform_assets.compute.cost.money import CENT, ZERO, share_out, to_cents, to_nanos
from platform_assets.compute.cost.record import UsageRecord

Dimension = Literal["asset", "owner", "product", "model", "kind"]
NO_MODEL = "no training"


@dataclass(frozen=True, slots=True)
class CostItem:
    """One asset's part of one charge."""

    record_id: str
    run_id: str
    started: datetime
    ended: datetime
    outcome: Outcome
    to: Attribution
    kind: ChargeKind
    resource: str
    detail: str
    quantity: float
    unit: str
    usd: Decimal


@dataclass(frozen=True)
class Bill:
    """What some costs add up to, to the cent.

    Attributes:
        parts: cents by key, dearest first; they add up to the total.
        exact: the same to a billionth of a dollar; what they add up to rounds to the total.
    """

    total: Decimal
    parts: Mapping[str, Decimal]
    exact: Mapping[str, Decimal]


def cost_items(record: UsageRecord) -> list[CostItem]:
    """A record's charges, each shared out among those who bear it; the parts of a charge add up to it exactly."""
    weights = [share.weight for share in record.shares]
    whole = sum(weights)
    items = []
    for charge in record.charges:
        parts = share_out(charge.usd, weights)
        for share, usd in zip(record.shares, parts, strict=True):
            items.append(
                CostItem(
                    record_id=record.record_id,
                    run_id=record.run_id,
                    started=record.started,
                    ended=record.ended,
                    outcome=record.outcome,
                    to=share.to,
                    kind=charge.kind,
                    resource=charge.resource,
                    detail=charge.detail,
                    quantity=charge.quantity * (share.weight / whole if whole else 1 / len(weights)),
                    unit=charge.unit,
                    usd=usd,
                )
            )
    return items


def spent(items: Iterable[CostItem]) -> Decimal:
    """Exact dollars of some costs."""
    return sum((item.usd for item in items), ZERO)


def bill(items: Iterable[CostItem], by: Dimension) -> Bill:
    """Add costs up.

    The total is the exact sum rounded to the cent; its cents are shared out by the largest remainder, so that a part
    may differ by a cent from its own rounded sum, and the parts never from the total.
    """
    sums: dict[str, Decimal] = {}
    for item in items:
        key = _KEYS[by](item)
        sums[key] = sums.get(key, ZERO) + item.usd
    exact = dict(sorted(sums.items(), key=lambda part: (-part[1], part[0])))
    total = to_cents(sum(exact.values(), ZERO))
    cents = share_out(total, [Fraction(to_nanos(usd)) for usd in exact.values()], CENT) if exact else []
    return Bill(total, dict(zip(exact, cents, strict=True)), exact)


def _model(item: CostItem) -> str:
    return f"{item.to.model}@{item.to.model_version}" if item.to.model_version is not None else NO_MODEL


_KEYS: dict[Dimension, Callable[[CostItem], str]] = {
    "asset": lambda item: item.to.asset,
    "owner": lambda item: item.to.owner,
    "product": lambda item: item.to.product,
    "model": _model,
    "kind": lambda item: item.kind,
}
