"""`platform fetch`: what a user types, and what is said."""

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from platform_assets.cli import platform
from platform_assets.pipeline import Product
from platform_assets.quality.dataset import DatasetDeclaration

ROOT = Path(__file__).parents[3]


@pytest.fixture
def run(
    product: Product, flights: DatasetDeclaration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Runs the command with the test's server declared as the source of flights."""
    declared = dataclasses.replace(product, datasets={**product.datasets, "flights": flights})
    monkeypatch.setattr("platform_assets.pipeline.product.all_products", lambda: [declared])
    monkeypatch.setenv("PLATFORM_DATA", str(tmp_path))
    return lambda *arguments: CliRunner().invoke(platform, ["fetch", *arguments])


def test_a_month_is_fetched_into_the_landing_folder(
    run: Callable[..., Result], publisher: Any, bts: Any, tmp_path: Path
) -> None:
    bts.put(publisher, "2013-01")
    bts.put(publisher, "2013-02")
    first, again = run("flights", "--month", "2013-02"), run("flights", "--month", "2013-02")

    file = tmp_path / "landing" / "flights" / "2013-02.csv"
    assert first.exit_code == again.exit_code == 0, first.output
    assert first.stdout == f"flights 2013-02: 24,936 rows delivered to {file}\n"
    assert again.stdout == f"flights 2013-02: nothing new, {file} has the same 24,936 rows\n"
    assert first.stderr.splitlines() == [
        f"requesting {publisher.url}/PREZIP/2013_2.zip",
        f"requesting {publisher.url}/PREZIP/2013_1.zip",
    ]
    assert len(file.read_text().splitlines()) == 24_937
    assert sorted(path.name for path in (tmp_path / "downloads").rglob("*.zip")) == [
        "PREZIP_2013_1.zip",
        "PREZIP_2013_2.zip",
    ]


def test_a_month_that_is_not_published_fails_with_the_reason(run: Callable[..., Result], tmp_path: Path) -> None:
    done = run("flights", "--month", "2013-02")

    assert done.exit_code == 1
    assert "Error: flights 2013-02 cannot be fetched: it needs the source's file of 2013-02" in done.stderr
    assert not (tmp_path / "landing").exists()


def test_what_a_server_says_while_it_is_busy_is_shown(
    run: Callable[..., Result], publisher: Any, bts: Any, faults: Any
) -> None:
    bts.put(publisher, "2013-01")
    bts.put(publisher, "2013-02")
    publisher.faults.append(faults.status(503, Retry_After="0"))

    done = run("flights", "--month", "2013-02")

    assert done.exit_code == 0, done.output
    assert "2013_2.zip: the server answered 503 Service Unavailable; attempt 1 of 5" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (("hotels", "--month", "2013-02"), "there is no dataset 'hotels'. Datasets with a source: flights."),
        (("weather", "--month", "2013-02"), "weather declares no source to fetch from. Add one under 'source'"),
        (("flights", "--month", "2015-07"), "2015-07 is no partition of flights"),
        (("flights",), "Missing option '--month'"),
    ],
)
def test_what_cannot_be_fetched_is_refused_with_the_remedy(
    arguments: tuple[str, ...], rule: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "platform_assets.cli", "fetch", *arguments],
        cwd=ROOT,
        env={"PLATFORM_DATA": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode in (1, 2)
    assert rule in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []
