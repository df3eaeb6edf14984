"""WHERE data comes from: files that a publisher offers over HTTP become deliveries in the landing folder.

The room ends at the landing folder: arrival, contract, audit and publish treat a fetched file like any other.
"""

from platform_assets.sources.download import Downloader
from platform_assets.sources.errors import SourceError
from platform_assets.sources.fetch import Fetched, fetch_month, fetch_newest, source_downloader

__all__ = ["Downloader", "Fetched", "SourceError", "fetch_month", "fetch_newest", "source_downloader"]
