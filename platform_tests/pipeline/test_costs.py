"""The cost table: a bill to the cent, nothing counted twice, nothing lost, storage, budgets and their alerts."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from simulated_month import ASSETS, MONTH, SimulatedMonth, simulated_month

from platform_assets.compute.cost.bill import bill, cost_items, spent
from platform_assets.compute.cost.budget import Budget, BudgetDeclaration
from platform_assets.compute.cost.charge import Attribution, Charge, Share
from platform_assets.compute.cost.errors import MonthNotKnown
from platform_assets.compute.cost.record import UsageRecord, read_records, write_record
from platform_assets.lake import ColumnSpec, Lake, TableSpec
from platform_assets.lake.partitions import WHOLE_TABLE
from platform_assets.pipeline import Product
from platform_assets.pipeline.alerts import read_alerts
from platform_assets.pipeline.costs.budgets import judge_budgets, kept_check, nearly_check, record_budget_alerts
from platform_assets.pipeline.costs.daily import account
from platform_assets.pipeline.costs.fold import add_costs, fold_usage
from platform_assets.pipeline.costs.month import MonthCosts, read_month
from platform_assets.pipeline.costs.storage import attribution, storage_records
from platform_assets.pipeline.costs.table import COSTS, read_costs
from platform_assets.pipeline.retention import plan_tables

NOON = datetime(2026, 10, 15, 12, tzinfo=UTC)
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def simulated() -> SimulatedMonth:
    return simulated_month()


@pytest.fixture(scope="module")
def costs(simulated: SimulatedMonth, tmp_path_factory: pytest.TempPathFactory) -> MonthCosts:
    """The simulated month, recorded file by file and folded in two halves."""
    lake = Lake(tmp_path_factory.mktemp("lake"))
    half = len(simulated.records) // 2
    for part in (simulated.records[:half], simulated.records[half:]):
        for record in part:
            write_record(lake.store, record)
        fold_usage(lake, "run")
    return read_month(lake, MONTH, [])


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def record(
    record_id: str = "one", usd: str = "0.05", ended: datetime = NOON, to: Attribution = ASSETS[0]
) -> UsageRecord:
    charge = Charge(kind="cpu", resource="laptop", detail="", quantity=3600, unit="CPU seconds", usd=Decimal(usd))
    return UsageRecord(
        record_id=record_id,
        run_id="run",
        started=ended,
        ended=ended,
        outcome="succeeded",
        shares=(Share(to=to),),
        charges=(charge,),
    )


@pytest.mark.parametrize("by", ["asset", "owner", "product", "model", "kind"])
def test_a_months_bill_is_what_was_used_to_the_cent_and_so_are_its_parts(
    costs: MonthCosts, simulated: SimulatedMonth, by: str
) -> None:
    found = costs.bills[by]

    assert found.total == costs.total == simulated.expected_cents
    assert found.total > 60
    assert sum(found.parts.values(), Decimal(0)) == found.total
    assert all(cents == cents.quantize(CENT) for cents in found.parts.values())
    assert sum(found.exact.values(), Decimal(0)) == costs.exact


def test_each_asset_and_owner_bears_its_own(costs: MonthCosts, simulated: SimulatedMonth) -> None:
    for asset, exact in simulated.expected.items():
        assert abs(costs.bills["asset"].parts[asset] - exact) < CENT
    operations = simulated.expected["flights"] + simulated.expected["weather"]
    assert abs(costs.bills["owner"].parts["team:flight-operations"] - operations) < CENT
    assert abs(costs.bills["model"].parts["flight_delay@7"] - simulated.expected["flight_delay_model"]) < CENT
    assert [training.version for training in costs.trainings] == ["flight_delay@7"]
    assert 0 < costs.failed < costs.exact


def test_the_parts_of_a_shared_cluster_are_the_cluster(simulated: SimulatedMonth) -> None:
    shared = [record for record in simulated.records if len(record.shares) > 1]

    assert len(shared) == 8
    for each in shared:
        items = cost_items(each)
        assert spent(items) == sum(charge.usd for charge in each.charges)
        assert {item.to.asset for item in items} == {share.to.asset for share in each.shares}
        assert bill(items, "asset").total == bill(items, "owner").total


def test_a_use_that_is_recorded_twice_is_billed_once(lake: Lake) -> None:
    for each in (record("cluster/j-1"), record("cluster/j-1"), record("step")):
        write_record(lake.store, each)
    assert fold_usage(lake, "run").uses == 2
    write_record(lake.store, record("cluster/j-1", ended=NOON + timedelta(days=2)))

    again = fold_usage(lake, "run")

    assert (again.uses, again.usd) == (0, 0)
    assert list(read_records(lake.store)) == []
    assert read_month(lake, MONTH, []).exact == Decimal("0.10")


def test_nothing_recorded_folds_into_nothing(lake: Lake) -> None:
    assert fold_usage(lake, "run").uses == 0
    assert not lake.exists(COSTS.name)
    assert read_month(lake, MONTH, []).total == 0


KILLED = """
import os, signal, sys
from platform_assets.lake import Lake
from platform_assets.pipeline.costs import fold
def die(*arguments, **named): os.kill(os.getpid(), signal.SIGKILL)
{fault}
fold.fold_usage(Lake(sys.argv[1]), "run")
"""


@pytest.mark.parametrize("fault", ["fold.cost_rows = die", "Lake.publish = die", "fold.delete_records = die"])
def test_a_killed_fold_loses_nothing_and_counts_nothing_twice(lake: Lake, fault: str) -> None:
    for number in range(3):
        write_record(lake.store, record(f"step-{number}"))

    done = subprocess.run([sys.executable, "-c", KILLED.format(fault=fault), str(lake.warehouse)], check=False)

    assert done.returncode == -signal.SIGKILL
    assert len(list(read_records(lake.store))) == 3
    fold_usage(lake, "run")
    assert read_month(lake, MONTH, []).exact == Decimal("0.15")
    assert list(read_records(lake.store)) == []


def test_folds_at_the_same_time_count_nothing_twice(lake: Lake) -> None:
    for number in range(20):
        write_record(lake.store, record(f"step-{number}"))

    with ThreadPoolExecutor(4) as pool:
        folded = list(pool.map(lambda _: fold_usage(Lake(lake.warehouse), "run"), range(4)))

    assert sum(each.uses for each in folded) == 20
    assert read_month(lake, MONTH, []).exact == Decimal("1.00")


def test_months_before_are_shown_and_a_wrong_month_is_told(lake: Lake) -> None:
    september = datetime(2026, 9, 30, 23, 59, 59, tzinfo=UTC)
    add_costs(lake, [record("old", "2", september), record("new", "3")], "run")

    found = read_month(lake, MONTH, [])

    assert found.history == {"2026-09": 2, "2026-10": 3}
    with pytest.raises(MonthNotKnown, match=r"'2026-13' is not a month\. Write year and month"):
        read_month(lake, "2026-13", [])


# Storage


@pytest.fixture
def table(lake: Lake) -> TableSpec:
    """A table of the product with a few rows."""
    spec = TableSpec("flight_delay.flights", (ColumnSpec("number", "long"),))
    lake.publish_rows(spec, WHOLE_TABLE, pa.table({"number": list(range(100_000))}), {})
    return spec


def look(lake: Lake, product: Product, now: datetime) -> Decimal:
    plans = list(plan_tables(lake, {}, now, ["flight_delay.flights"]))
    records = list(storage_records(lake, plans, "s3", [product], now, "run"))
    return add_costs(lake, records, "run").usd


def test_storage_accrues_from_look_to_look_across_months_and_never_twice(
    lake: Lake, product: Product, table: TableSpec
) -> None:
    first = datetime(2026, 10, 21, 12, tzinfo=UTC)
    looks = [look(lake, product, first)]
    looks += [look(lake, product, first + timedelta(days=days)) for days in (1, 1, 15)]
    [plan] = plan_tables(lake, {}, first, [table.name])
    monthly = Decimal(str(plan.before.monthly_dollars("s3", plan.policy.archive_class)))

    assert looks[0] == looks[2] == 0
    assert looks[1] == round(monthly / 31, 9)
    # 9.5 more days of October and 4.5 of November.
    assert abs(looks[3] - (monthly * Decimal("9.5") / 31 + monthly * Decimal("4.5") / 30)) < Decimal("1e-8")
    [cost] = read_month(lake, MONTH, []).bills["kind"].exact.values()
    assert abs(cost - monthly * Decimal("10.5") / 31) < Decimal("1e-8")
    assert read_month(lake, "2026-11", []).exact > 0
    assert {item.to.owner for item in read_costs(lake, WHOLE_TABLE)} == {product.datasets["flights"].owner}


def test_a_table_belongs_to_its_asset_or_to_the_platform(product: Product) -> None:
    model = product.models["flight_delay"]

    assert attribution("flight_delay.flight_delay_predictions", [product]).owner == model.owner
    assert attribution("flight_delay.weather", [product]).asset == "weather"
    assert attribution("platform.profiles", [product]).product == "platform"


# Budgets


def budget(usd: str, **named: str) -> Budget:
    return Budget("flight_delay", BudgetDeclaration(name="all", owner="team:data", usd_a_month=Decimal(usd), **named))


def test_a_budget_is_kept_nearly_spent_or_exceeded_by_what_it_covers() -> None:
    items = [item for each in (record("a", "3"), record("b", "5", to=ASSETS[3])) for item in cost_items(each)]

    def verdict(usd: str, **named: str) -> str:
        [found] = judge_budgets([budget(usd, **named)], MONTH, items)
        return found.verdict

    assert [verdict(usd) for usd in ("4", "3.75", "3", "2.99")] == ["kept", "nearly_spent", "nearly_spent", "exceeded"]
    assert verdict("2", asset="weather") == "kept"
    assert verdict("2", asset="flights") == "exceeded"
    assert verdict("2", for_owner="team:flight-operations") == "exceeded"
    [found] = judge_budgets([budget("2")], MONTH, items)
    assert found.message == "2026-10: 3.00 of 2 USD spent (150%); team:data is warned from 80% on."


def test_alerts_begin_as_a_budget_runs_out_and_end_with_the_month(lake: Lake) -> None:
    declared = budget("10")

    def day(month: str, number: int, usd: str) -> None:
        findings = judge_budgets([declared], month, cost_items(record(usd=usd)))
        record_budget_alerts(lake, findings, datetime(2026, int(month[-2:]), number, tzinfo=UTC), "run")

    day("2026-10", 1, "1")
    assert read_alerts(lake) == []
    day("2026-10", 20, "8")
    day("2026-10", 21, "8.5")
    [warned] = read_alerts(lake)
    assert (warned.rule, warned.owner, warned.partition, warned.is_open) == (
        nearly_check(declared),
        "team:data",
        "2026-10",
        True,
    )
    day("2026-10", 28, "11")
    assert {alert.rule for alert in read_alerts(lake) if alert.is_open} == {
        nearly_check(declared),
        kept_check(declared),
    }
    day("2026-11", 1, "0.1")
    assert [alert.resolved_partition for alert in read_alerts(lake)] == ["2026-11", "2026-11"]


# The daily account


def test_the_daily_account_folds_accrues_reports_and_adds_nothing_when_it_is_repeated(
    lake: Lake, product: Product, table: TableSpec, tmp_path: Path
) -> None:
    write_record(lake.store, record(usd="7.123456789"))

    first = account(lake, [product], tmp_path / "reports", NOON, "run")
    again = account(lake, [product], tmp_path / "reports", NOON, "run")

    assert first.exact == again.exact == Decimal("7.123456789")
    assert (first.total, first.html) == (Decimal("7.12"), tmp_path / "reports" / "costs" / "2026-10.html")
    assert "flight_delay.flights" in {each["table"] for each in first.storage}
    page = first.html.read_text(encoding="utf-8")
    assert "most of it is flights" in page
    assert "once retention is carried out" in page


def test_the_last_day_of_a_month_is_judged_and_reported_in_the_next(
    lake: Lake, product: Product, tmp_path: Path
) -> None:
    declared, reports = budget("10"), tmp_path / "reports"
    spender = replace(product, budgets={declared.declared.name: declared.declared})
    midnight = datetime(2026, 11, 1, tzinfo=UTC)
    account(lake, [spender], reports, midnight - timedelta(hours=18), "run")
    write_record(lake.store, record("last evening", usd="11", ended=midnight - timedelta(hours=1)))

    first = account(lake, [spender], reports, midnight + timedelta(hours=6), "run")
    again = account(lake, [spender], reports, midnight + timedelta(days=1, hours=6), "run")

    assert (first.month, again.month, first.exact) == ("2026-11", "2026-11", 0)
    assert {(alert.rule, alert.partition, alert.resolved_partition) for alert in read_alerts(lake)} == {
        (nearly_check(declared), "2026-10", "2026-11"),
        (kept_check(declared), "2026-10", "2026-11"),
    }
    assert len(read_alerts(lake)) == 2
    october = reports / "costs" / "2026-10.html"
    assert "11.000000" in october.read_text(encoding="utf-8")
    written = october.stat().st_mtime_ns
    account(lake, [spender], reports, midnight + timedelta(days=3, hours=6), "run")
    assert october.stat().st_mtime_ns == written
