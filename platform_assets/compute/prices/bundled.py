"""The price book that comes with the platform, for plans and costs without an AWS account."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from platform_assets.compute.prices.book import PriceBook
from platform_assets.compute.prices.errors import PriceBookNotReadable

BUNDLED = "us-east-1.json"


@cache
def bundled_prices() -> PriceBook:
    """List prices of us-east-1; ``source`` and ``as_of`` say how old they are."""
    return PriceBook.from_json(files(__package__).joinpath(BUNDLED).read_bytes(), source="The bundled price book")


def read_prices(path: Path) -> PriceBook:
    """The price book in a file; raises PriceBookNotReadable."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise PriceBookNotReadable(str(path), error.strerror or type(error).__name__) from error
    return PriceBook.from_json(text, source=str(path))
