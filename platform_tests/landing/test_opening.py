"""The address of a landing place says which kind it is."""

from pathlib import Path

import pytest

from platform_assets.landing import LandingError, open_landing
from platform_assets.landing.folder import FolderLanding
from platform_assets.landing.s3 import S3Landing
from platform_assets.landing.sqs import SqsLanding
from platform_assets.settings import load_settings


def test_each_form_of_address_has_its_landing() -> None:
    assert open_landing("/data/landing") == FolderLanding(Path("/data/landing"))
    assert open_landing("s3://bucket/a/b/") == S3Landing("bucket", "a/b")
    assert open_landing("s3://bucket") == S3Landing("bucket", "")
    queue = open_landing("sqs://sqs.eu-west-1.amazonaws.com/1/new-files?landing=s3://bucket/a", region="eu-west-1")
    objects = S3Landing("bucket", "a", region="eu-west-1")
    assert queue == SqsLanding("https://sqs.eu-west-1.amazonaws.com/1/new-files", objects)


@pytest.mark.parametrize(
    "address", ["ftp://host/a", "s3://", "s3:///a", "sqs://host/queue", "sqs://host?landing=s3://b"]
)
def test_other_forms_are_refused_with_the_remedy(address: str) -> None:
    with pytest.raises(LandingError) as error:
        open_landing(address)

    assert str(error.value).startswith(f"PLATFORM_LANDING={address} is not understood: ")
    assert "Set it to a folder, to s3://bucket/prefix, or to sqs://" in str(error.value)


def test_the_deployment_says_where_deliveries_arrive(tmp_path: Path) -> None:
    data = {"PLATFORM_DATA": str(tmp_path)}
    here = load_settings(data)
    there = load_settings({**data, "PLATFORM_LANDING": str(tmp_path / "elsewhere")})
    away = load_settings({**data, "PLATFORM_LANDING": "s3://bucket/in"})

    assert here.open_landing() == FolderLanding(tmp_path / "landing")
    assert (there.landing, there.open_landing()) == (tmp_path / "elsewhere", FolderLanding(tmp_path / "elsewhere"))
    # Runs copy what was delivered to S3 into the folder.
    assert (away.landing, away.open_landing()) == (tmp_path / "landing", S3Landing("bucket", "in"))
