"""``platform cost``: the bill of a month for people and programs, and its report."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from simulated_month import MONTH, SimulatedMonth, simulated_month

from platform_assets.cli import platform
from platform_assets.compute.cost.record import read_records, write_record
from platform_assets.lake import Lake

Platform = Callable[..., Result]


@pytest.fixture(scope="module")
def simulated() -> SimulatedMonth:
    return simulated_month(clusters=5, steps=5)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, simulated: SimulatedMonth) -> Platform:
    """Runs ``platform cost ...`` where a month was recorded but not folded yet."""
    monkeypatch.setenv("PLATFORM_DATA", str(tmp_path))
    lake = Lake(tmp_path / "lake")
    for record in simulated.records:
        write_record(lake.store, record)
    return lambda *arguments: CliRunner().invoke(platform, ["cost", *arguments])


@pytest.mark.parametrize("by", ["asset", "owner", "product", "model", "kind"])
def test_programs_get_parts_that_add_up_to_the_total(run: Platform, simulated: SimulatedMonth, by: str) -> None:
    result = run("show", "--month", MONTH, "--by", by, "--json")

    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert Decimal(found["total"]) == simulated.expected_cents
    assert sum(Decimal(cents) for cents, _ in found["parts"].values()) == simulated.expected_cents


def test_people_get_a_table_with_budgets_and_everything_is_counted_once(
    run: Platform, simulated: SimulatedMonth, tmp_path: Path
) -> None:
    first, again = run("show", "--month", MONTH), run("show", "--month", MONTH)

    assert first.output == again.output
    assert f"{MONTH}: {simulated.expected_cents:,.2f} USD" in first.output
    assert "budget product (product flight_delay)" in first.output
    assert list(read_records(Lake(tmp_path / "lake").store)) == []


def test_a_report_is_written(run: Platform, tmp_path: Path) -> None:
    result = run("report", "--month", MONTH)

    assert result.exit_code == 0, result.output
    page = (tmp_path / "reports" / "costs" / f"{MONTH}.html").read_text(encoding="utf-8")
    assert str(tmp_path / "reports" / "costs" / f"{MONTH}.html") in result.output
    assert "Storage and retention" in page
    assert "flight_delay@7" in page


def test_a_wrong_month_and_a_damaged_record_are_told(run: Platform, tmp_path: Path) -> None:
    wrong = run("show", "--month", "October")
    assert (wrong.exit_code, "Write year and month" in wrong.output) == (1, True)

    (tmp_path / "lake" / "usage" / "x.json").write_text("{")
    damaged = run("show")
    assert (damaged.exit_code, "is not a record of use" in damaged.output) == (1, True)
