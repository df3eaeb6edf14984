"""Why something was not fetched; each message names the thing, the rule and the remedy."""

from __future__ import annotations


class SourceError(Exception):
    """A fetch that failed; the landing folder is as it was before."""


class DownloadFailed(SourceError):
    """A file was not downloaded.

    Attributes:
        url: its address.
        rule: what went wrong, in words.
        remedy: what to do about it.
    """

    def __init__(self, url: str, rule: str, remedy: str) -> None:
        self.url, self.rule, self.remedy = url, rule, remedy
        super().__init__(f"{url} was not downloaded: {rule}. {remedy}")


class NotFound(DownloadFailed):
    """The server does not have the file."""


class NotPublished(SourceError):
    """A month of the source that a partition needs is not there, or not there yet."""

    def __init__(self, dataset: str, partition: str, month: str, url: str) -> None:
        super().__init__(
            f"{dataset} {partition} cannot be fetched: it needs the source's file of {month}, which is not published "
            f"({url} is not there). The Bureau publishes a month about two months after its end: try again later. "
            "For an old month, check the address under source.url in defs.yaml."
        )


class ArchiveRefused(SourceError):
    """A downloaded archive is damaged or is not what the source should hold."""

    def __init__(self, archive: str, rule: str, remedy: str) -> None:
        self.rule, self.remedy = rule, remedy
        super().__init__(f"{archive} was refused: {rule}. {remedy} Nothing was delivered.")


class NotFetchable(SourceError):
    """What was asked for does not fit what is declared."""
