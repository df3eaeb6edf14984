"""EC2 Spot Advisor's public figures: how often types are reclaimed, and what spot saves."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, Field, ValidationError

from platform_assets.compute.prices.book import BANDS
from platform_assets.compute.prices.errors import PricesNotFetched

ADVISOR = "https://spot-bid-advisor.s3.amazonaws.com/spot-advisor-data.json"
PART = "Spot Advisor's figures"
TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Advice:
    """Band (index into ``BANDS``) and savings (share of the on-demand price) of a type, over the trailing month."""

    band: int
    savings: float


class _Figures(BaseModel):
    r: int = Field(ge=0, lt=len(BANDS))
    s: int = Field(ge=0, lt=100)


class _Published(BaseModel):
    """Of the published file, the part that is used: ``spot_advisor`` by region, operating system and type."""

    spot_advisor: dict[str, dict[str, dict[str, _Figures]]]


def fetch_advisor(address: str = ADVISOR) -> bytes:
    """The published file; raises PricesNotFetched."""
    import requests

    try:
        answer = requests.get(address, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise PricesNotFetched(PART, str(error)) from error
    return answer.content


def read_advice(published: bytes, region: str) -> dict[str, Advice]:
    """Advice on the Linux types of a region, by name; raises PricesNotFetched."""
    try:
        regions = _Published.model_validate_json(published).spot_advisor
    except ValidationError as error:
        raise PricesNotFetched(PART, f"the file has another form than before ({error.errors()[0]['msg']})") from error
    if region not in regions:
        raise PricesNotFetched(PART, f"the file has no region {region}")
    return {name: Advice(each.r, each.s / 100) for name, each in regions[region].get("Linux", {}).items()}
