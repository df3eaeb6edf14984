"""What is billed and to whom: charges of one use, and the assets that bear them."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

#: ``cpu``: CPU seconds of a machine of one's own; ``instance``, ``emr`` and ``ebs``: of a cluster; ``storage``: of
#: tables; ``unpriced``: used, but no price is known for it.
ChargeKind = Literal["cpu", "instance", "emr", "ebs", "s3_requests", "storage", "unpriced"]
Outcome = Literal["succeeded", "failed"]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Charge(_Record):
    """One line of a bill.

    Attributes:
        resource: what was used: a cluster, a machine, a table.
        detail: what kind of it, as in ``SPOT m6g.xlarge us-east-1a``.
        quantity: how much of it, in ``unit``.
        usd: US dollars, a multiple of a billionth.
    """

    kind: ChargeKind
    resource: str
    detail: str
    quantity: float
    unit: str
    usd: Decimal


class Attribution(_Record):
    """Who bears a charge.

    Attributes:
        model_version: number of the version that was trained, for trainings.
    """

    asset: str
    product: str
    owner: str
    partition: str | None = None
    model: str | None = None
    model_version: int | None = None


class Share(_Record):
    """An asset's share of what was used: ``weight`` counts relative to those of the others."""

    to: Attribution
    weight: float = Field(default=1.0, ge=0)
