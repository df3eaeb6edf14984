"""A deployment whose clusters are local: its settings, its bucket and its engine."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from platform_assets.compute.emr.engine import EmrEngine
from platform_assets.compute.emr.settings import EmrSettings, load_emr_settings
from platform_assets.compute.prices.book import SpotPrice
from platform_assets.compute.prices.bundled import bundled_prices
from platform_assets.lake.s3 import S3Access

if TYPE_CHECKING:
    from local_emr import LocalEmr

    from platform_assets.compute.prices.book import PriceBook

SUPPORT = Path(__file__).parents[2] / "support"
BUCKET = "platform"


@dataclass(frozen=True)
class Deployment:
    """Clusters on loopback.

    Attributes:
        file: the declared settings, for ``PLATFORM_EMR``.
        environment: by which a process finds them.
    """

    emr: LocalEmr
    file: Path
    environment: dict[str, str]

    @property
    def settings(self) -> EmrSettings:
        return load_emr_settings(self.file)

    @property
    def access(self) -> S3Access:
        """How the lake reaches its bucket."""
        return S3Access(self.environment["AWS_ENDPOINT_URL_S3"], self.emr.region)

    @property
    def s3(self) -> Any:
        return self.emr.client("s3")

    def engine(
        self,
        prices: PriceBook | None = None,
        sleep: Callable[[float], None] = time.sleep,
        ended: Callable[[Any], None] | None = None,
        **changed: Any,
    ) -> EmrEngine:
        """An engine without Dagster; ``changed`` are fields, ``timeouts`` shorter than may be declared."""
        limits = self.settings.timeouts.model_copy(update=changed.pop("timeouts", {}))
        settings = EmrSettings.model_validate({**self.settings.model_dump(), **changed})
        settings = settings.model_copy(update={"timeouts": limits})
        return EmrEngine(settings, "local", lambda: prices or bundled_prices(), sleep=sleep, ended=ended)


@pytest.fixture(scope="session")
def declared_clusters(local_emr: LocalEmr, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """A deployment with clusters, for all tests of EMR."""
    file = tmp_path_factory.mktemp("emr") / "emr.yaml"
    # What a real image would bring: the tests' own modules besides the platform's dependencies.
    exported = {"Classification": "export", "Properties": {"PYTHONPATH": str(SUPPORT)}}
    declared = {
        "region": local_emr.region,
        "staging": f"s3://{BUCKET}/staging",
        "environment": "preinstalled",
        "python": sys.executable,
        "poll_seconds": 0.1,
        "configurations": [{"Classification": "spark-env", "Configurations": [exported]}],
    }
    file.write_text(yaml.safe_dump(declared))
    local_emr.client("s3").create_bucket(Bucket=BUCKET)
    environment = {**local_emr.environment(), "AWS_ALLOW_HTTP": "true", "PLATFORM_EMR": str(file)}
    return Deployment(local_emr, file, environment)


@pytest.fixture(scope="module")
def deployment(declared_clusters: Deployment) -> Iterator[Deployment]:
    """The deployment, found by the environment of this process; it ends with no cluster running.

    Not for longer than a module: the tests of another S3 server run in the same process.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name, value in declared_clusters.environment.items():
            patch.setenv(name, value)
        yield declared_clusters
    assert declared_clusters.emr.running_clusters() == []


@pytest.fixture(scope="session")
def spot_book() -> PriceBook:
    """The bundled list prices, with spot at two fifths of them in two zones."""
    book = bundled_prices()
    prices = {
        name: {
            zone: (SpotPrice(book.as_of, offer.on_demand * share),)
            for zone, share in (("us-east-1a", 0.4), ("us-east-1b", 0.41))
        }
        for name, offer in book.offers.items()
    }
    return book.model_copy(update={"spot_prices": prices})


@pytest.fixture
def keys(deployment: Deployment) -> Callable[[str], list[str]]:
    """Keys of the bucket below a prefix."""

    def below(prefix: str) -> list[str]:
        pages = deployment.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [each["Key"] for page in pages for each in page.get("Contents", [])]

    return below
