"""What a core cost: the bill of the instances that executors run on, by the hours of their virtual CPUs."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from platform_assets.compute.cost.usage import ClusterUse, InstanceUse
from platform_assets.compute.prices.bundled import bundled_prices
from platform_assets.compute.utilisation.price import usd_per_core_hour

if TYPE_CHECKING:
    from platform_assets.compute.cost.usage import Role

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def instance(number: int, role: "Role", type_: str, hours: float) -> InstanceUse:
    ended = NOON + timedelta(hours=hours)
    return InstanceUse(f"i-{number}", type_, "ON_DEMAND", role, "us-east-1a", NOON, ended, ebs_gib=0.0)


def test_it_is_the_bill_of_core_and_task_by_their_cores() -> None:
    book = bundled_prices()
    use = ClusterUse(
        "j-1",
        "us-east-1",
        (
            instance(1, "primary", "m5.xlarge", 2),
            instance(2, "core", "m5.xlarge", 2),
            instance(3, "task", "m5.2xlarge", 0.5),
        ),
    )
    hourly = {name: book.on_demand(name) + book.emr_fee(name) for name in ("m5.xlarge", "m5.2xlarge")}

    paid = 2 * hourly["m5.xlarge"] + 0.5 * hourly["m5.2xlarge"]
    assert usd_per_core_hour(use, book) == pytest.approx(paid / (2 * 4 + 0.5 * 8))


@pytest.mark.parametrize("type_", ["m5.xlarge", "z9.mega"])
def test_without_a_price_or_an_executors_machine_there_is_none(type_: str) -> None:
    role: Role = "primary" if type_ == "m5.xlarge" else "core"

    assert usd_per_core_hour(ClusterUse("j-1", "us-east-1", (instance(1, role, type_, 1),)), bundled_prices()) is None
