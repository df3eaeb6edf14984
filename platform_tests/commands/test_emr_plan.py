"""``platform emr plan`` and ``platform emr prices``, the latter against servers on loopback that answer as AWS does."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from aws_price_answers import product
from click.testing import CliRunner, Result
from moto.server import ThreadedMotoServer
from price_books import NOW, make_book

from platform_assets.cli import platform
from platform_assets.compute.prices.bundled import read_prices
from platform_assets.compute.spot.losses import PoolUse
from platform_assets.lake import Lake
from platform_assets.pipeline.spot_losses import record_uses

ADVISOR = {"spot_advisor": {"us-east-1": {"Linux": {"m5.xlarge": {"s": 61, "r": 2}, "m6i.xlarge": {"s": 58, "r": 0}}}}}
TYPES = {"m5.xlarge": "0.192", "m6i.xlarge": "0.193"}
# What a call of GetProducts is answered with, by a filter that only it has.
ANSWERS = {
    "Compute Instance": [product({"instanceType": name}, ("0", usd)) for name, usd in TYPES.items()],
    "EMR": [product({"instanceType": name}, ("0", "0.048")) for name in TYPES],
    "gp3": [product({}, ("0", "0.08"))],
    "Standard": [product({}, ("0", "0.023"))],
    "S3-API-Tier1": [product({}, ("0", "0.000005"))],
    "S3-API-Tier2": [product({}, ("0", "0.0000004"))],
}
Platform = Callable[..., Result]


class _PriceList(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        values = {each["Value"] for each in asked["Filters"]}
        entries = next(found for value, found in ANSWERS.items() if value in values)
        self._answer({"FormatVersion": "aws_v1", "PriceList": entries})

    def do_GET(self) -> None:
        self._answer(ADVISOR)

    def _answer(self, value: Any) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def price_list() -> Iterator[str]:
    """Address of a server that answers as the Price List API and as Spot Advisor's site."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _PriceList)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def ec2() -> Iterator[str]:
    """Address of moto's EC2."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """The command line of a deployment without data."""
    monkeypatch.setenv("PLATFORM_DATA", str(tmp_path / "data"))
    return lambda *arguments: CliRunner().invoke(platform, ["emr", *map(str, arguments)])


def test_a_plan_shows_fleets_and_reasons(run: Platform) -> None:
    shown = run("plan", "--cores", 64, "--memory-per-core", 3)
    assert shown.exit_code == 0, shown.output
    assert [line.split()[0] for line in shown.output.splitlines()[1:3]] == ["primary", "core"]
    assert "25% of the core fleet on demand (8 of its 32 cores" in shown.output
    assert "check current prices before relying on it" in shown.output


def test_programs_get_the_fleets_as_emr_takes_them(run: Platform) -> None:
    plan = json.loads(run("plan", "--cores", 64, "--memory-per-core", 3, "--attempts-lost", 2, "--json").output)
    assert [each["InstanceFleetType"] for each in plan["instance_fleets"]] == ["MASTER", "CORE"]
    assert plan["instance_fleets"][1]["TargetOnDemandCapacity"] == 64


def test_a_deployment_with_clusters_plans_for_its_own(
    run: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "PLATFORM_EMR" in run("plan").output
    declared = tmp_path / "emr.yaml"
    declared.write_text(
        "region: us-east-1\nstaging: s3://bucket/emr\n"
        "need: {cores: 24, memory_gib_per_core: 2}\npolicy: {on_demand_shares: [0.5]}\n"
    )
    monkeypatch.setenv("PLATFORM_EMR", str(declared))
    assert "24 cores with 2 GiB each" in run("plan").output
    assert "50% of the core fleet on demand" in run("plan", "--cores", 40).output
    monkeypatch.setenv("PLATFORM_EMR", str(tmp_path / "none.yaml"))
    assert "no such file" in run("plan").output


def test_prices_of_another_region_are_refused(run: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declared, prices = tmp_path / "emr.yaml", tmp_path / "prices.json"
    prices.write_text(make_book({"m5.xlarge": (0.192, 0)}, {}).to_json())
    monkeypatch.setenv("PLATFORM_EMR", str(declared))
    remedy = "platform emr prices --region eu-central-1"
    for further in ("", f"prices: {prices}\n"):
        declared.write_text(f"region: eu-central-1\nstaging: s3://bucket/emr\n{further}")
        refused = run("plan")
        assert (refused.exit_code, remedy in refused.output) == (1, True)
    declared.write_text("region: us-east-1\nstaging: s3://bucket/emr\n")
    prices.write_text(prices.read_text().replace("us-east-1", "eu-central-1"))
    refused = run("plan", "--prices", prices)
    assert (refused.exit_code, "and clusters run in us-east-1" in refused.output) == (1, True)


def test_placement_without_prices_by_zone_is_refused(run: Platform) -> None:
    refused = run("plan", "--cores", 16, "--memory-per-core", 4, "--placement")
    assert (refused.exit_code, "has no spot prices by zone" in refused.output) == (1, True)


def test_own_losses_in_the_lake_count(run: Platform, tmp_path: Path) -> None:
    """Only a book with zones can tell which pool was lost."""
    book = make_book(
        {"m5.xlarge": (0.192, 0), "m6i.xlarge": (0.192, 0)}, {"m5.xlarge": {"a": [0.06]}, "m6i.xlarge": {"a": [0.062]}}
    )
    file = tmp_path / "prices.json"
    file.write_text(book.to_json())
    command = ("plan", "--cores", 16, "--memory-per-core", 3, "--prices", file)
    assert "best is m5.xlarge" in run(*command).output
    use = PoolUse("m5.xlarge", "a", NOW - timedelta(days=1), 1.0, True)
    record_uses(Lake(tmp_path / "data" / "lake"), "j-1", [use], "run")
    assert "best is m6i.xlarge" in run(*command).output


def test_what_cannot_be_planned_is_one_sentence(run: Platform, tmp_path: Path) -> None:
    assert "less memory per core" in run("plan", "--cores", 4, "--memory-per-core", 900).output
    missing = run("plan", "--cores", 4, "--memory-per-core", 2, "--prices", tmp_path / "none.json")
    assert (missing.exit_code, "No such file" in missing.output) == (1, True)


def test_prices_are_fetched_into_a_file_that_a_plan_takes(
    run: Platform, price_list: str, ec2: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", ec2)
    monkeypatch.setenv("AWS_ENDPOINT_URL_PRICING", price_list)
    file = tmp_path / "prices.json"
    # the guide: platform emr prices --region us-east-1 --out prices.json
    fetched = run("prices", "--region", "us-east-1", "--out", file, "--advisor", price_list)
    assert fetched.exit_code == 0, fetched.output
    book = read_prices(file)
    assert (book.on_demand("m5.xlarge"), book.interruption_band("m5.xlarge")) == (0.192, 2)
    assert book.as_of > datetime.now(UTC) - timedelta(minutes=5)
    planned = run("plan", "--cores", 16, "--memory-per-core", 3, "--prices", file)
    assert planned.exit_code == 0, planned.output


def test_prices_without_credentials_tell_the_remedy(
    run: Platform, price_list: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", price_list)
    # The session that other tests gave credentials to.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    refused = run("prices", "--region", "us-east-1", "--out", tmp_path / "prices.json", "--advisor", price_list)
    assert refused.exit_code == 1
    assert "on-demand prices could not be fetched: Unable to locate credentials" in refused.output
