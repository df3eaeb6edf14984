"""What CPU seconds cost on a machine of one's own, at a declared rate."""

from __future__ import annotations

from fractions import Fraction

from platform_assets.compute.cost.charge import Charge
from platform_assets.compute.cost.money import as_published, dollars
from platform_assets.compute.cost.usage import EmbeddedUse

SECONDS_AN_HOUR = 3600


def cpu_charge(use: EmbeddedUse, cpu_hour_usd: float, machine: str) -> Charge:
    """CPU seconds / 3600 times the rate (USD an hour of one core); ``machine`` says where they were spent."""
    seconds = as_published(round(use.cpu_seconds, 6))
    return Charge(
        kind="cpu",
        resource=machine,
        detail=f"{cpu_hour_usd:g} USD a CPU hour",
        quantity=float(seconds),
        unit="CPU seconds",
        usd=dollars(seconds * as_published(cpu_hour_usd) / Fraction(SECONDS_AN_HOUR)),
    )
