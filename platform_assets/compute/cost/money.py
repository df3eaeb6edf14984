"""Exact dollars: computed as fractions, kept to a billionth, and shared out so that the parts add up to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from platform_assets.compute.cost.errors import SharesNotPossible

#: The smallest amount that is kept: a step of a CPU second costs some millionths of a dollar.
NANO = Decimal("0.000000001")
CENT = Decimal("0.01")
ZERO = Decimal(0)
NANOS_A_DOLLAR = 10**9


def as_published(price: float) -> Fraction:
    """A price as its publisher wrote it, 0.1 and not the binary number next to it."""
    return Fraction(str(price))


def dollars(amount: Fraction) -> Decimal:
    """An amount to a billionth of a dollar, half to even."""
    return from_nanos(round(amount * NANOS_A_DOLLAR))


def from_nanos(nanos: int) -> Decimal:
    """Billionths of a dollar as dollars."""
    return Decimal(nanos).scaleb(-9)


def to_nanos(amount: Decimal) -> int:
    """Dollars, a multiple of ``NANO``, as billionths."""
    return int(amount.scaleb(9))


def to_cents(amount: Decimal) -> Decimal:
    """An amount to the cent, half up, as bills are."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def share_out(total: Decimal, weights: Sequence[Fraction | float], unit: Decimal = NANO) -> list[Decimal]:
    """Parts of ``total`` in proportion to ``weights``, each a multiple of ``unit``, that add up to it exactly.

    The largest remainder method (Hamilton): each part is rounded down, and what is left goes, a unit each, to those who
    lost most by that; among equals to the first. So no part is a whole unit away from its exact share. Weights that are
    all zero count alike.

    Args:
        total: a multiple of ``unit``, zero or more.

    Raises:
        SharesNotPossible: there is nobody to share with, or a weight is negative.
    """
    exact = [Fraction(weight) for weight in weights]
    if not exact or min(exact) < 0:
        raise SharesNotPossible(total, len(exact))
    if not sum(exact):
        exact = [Fraction(1)] * len(exact)
    units = int(total / unit)
    whole = sum(exact)
    quotas = [units * weight / whole for weight in exact]
    parts = [int(quota) for quota in quotas]
    losers = sorted(range(len(parts)), key=lambda place: parts[place] - quotas[place])
    for place in losers[: units - sum(parts)]:
        parts[place] += 1
    return [part * unit for part in parts]
