"""A declared source: what is wrong with it is said with the rule and the remedy."""

from typing import Any

import pytest
from pydantic import ValidationError

from platform_assets.pipeline import Product
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.source import BtsOnTime

ORIGINS = {"JFK": "America/New_York"}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"url": "https://x/{year}.zip"}, "must contain {year} and {month} and no other placeholder. Correct it."),
        ({"url": "https://x/{year}{month}{day}"}, "must contain {year} and {month} and no other placeholder"),
        ({"url": "https://x/{year}/{month"}, "has an unpaired brace"),
        ({"url": "file:///x/{year}/{month}"}, "must begin with https:// or http://. Correct it."),
        ({"origins": {"JFK": "New York"}}, "there is no time zone 'New York'. Use a name as in America/New_York."),
        ({"origins": {"JFK": "../etc/passwd"}}, "there is no time zone '../etc/passwd'"),
        ({"origins": {}}, "at least 1 item"),
        ({"kind": "ftp"}, "bts_on_time"),
    ],
)
def test_a_source_that_cannot_work_is_refused(changes: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValidationError) as refused:
        BtsOnTime.model_validate({"kind": "bts_on_time", "origins": ORIGINS, **changes})

    assert rule in str(refused.value)


def test_an_address_names_the_month_without_a_leading_zero() -> None:
    source = BtsOnTime(kind="bts_on_time", origins=ORIGINS, url="http://x/{year}/{month:02d}/{month}.zip")

    assert source.address("2013-02") == "http://x/2013/02/2.zip"


@pytest.mark.parametrize(
    "changes",
    [
        {"arrival": {"file": "flights/{partition}.parquet", "format": "parquet"}},
        {"arrival": {"file": "flights.csv"}, "partitions": None},
    ],
)
def test_a_source_needs_monthly_csv_files(product: Product, changes: dict[str, Any]) -> None:
    needed = {"name", "description", "owner", "keys", "columns", "partitions", "arrival", "source"}
    declared = product.datasets["flights"].model_dump(mode="json", exclude_none=True, include=needed)

    with pytest.raises(ValidationError, match=r"flights\.source: files of bts_on_time become one CSV file per month"):
        DatasetDeclaration.model_validate({**declared, **changes})
