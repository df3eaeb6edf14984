"""Errors of the price book; each message names the thing, the rule and the remedy."""

from __future__ import annotations

from datetime import datetime


class PriceError(Exception):
    """Prices are missing or cannot be read; nothing was started."""


class PriceNotKnown(PriceError):
    """The book has no price for what was asked."""

    def __init__(self, what: str, region: str) -> None:
        super().__init__(
            f"The price book of {region} has no {what}. Fetch a current book with `platform emr prices --out FILE` and "
            "give it with --prices FILE, or leave that instance type out."
        )


class SpotPriceNotKnown(PriceNotKnown):
    """The book's spot history does not reach that type, zone or time."""

    def __init__(self, instance_type: str, zone: str, at: datetime, region: str) -> None:
        super().__init__(f"spot price of {instance_type} in {zone} at {at.isoformat()}", region)


class PriceBookNotReadable(PriceError):
    """A file is not a price book."""

    def __init__(self, source: str, problem: str) -> None:
        super().__init__(
            f"{source} is not a price book: {problem}. Make one with `platform emr prices --out FILE`, "
            "or leave the file out to use the bundled list prices."
        )


class PricesNotFetched(PriceError):
    """AWS did not give a part of the prices."""

    def __init__(self, part: str, problem: str) -> None:
        super().__init__(
            f"The {part} could not be fetched: {problem.rstrip('.')}. See that credentials and region are set and "
            "that the role allows it (docs/guides/spot.md lists the permissions), then try again."
        )
