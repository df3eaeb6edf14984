"""Where a dataset's files can be fetched from, as declared."""

from __future__ import annotations

import string
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from platform_assets.quality.declared import Declared

_FOLDER = "https://transtats.bts.gov/PREZIP/"
BTS_URL = _FOLDER + "On_Time_Reporting_Carrier_On_Time_Performance_1987_present_{year}_{month}.zip"
PLACEHOLDERS = {"year", "month"}


def _address(url: str) -> str:
    try:
        named = {name for _, name, _, _ in string.Formatter().parse(url) if name is not None}
    except ValueError as error:
        raise ValueError(f"'{url}' has an unpaired brace ({error}). Write {{year}} and {{month}}.") from error
    if named != PLACEHOLDERS:
        raise ValueError(f"'{url}' must contain {{year}} and {{month}} and no other placeholder. Correct it.")
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"'{url}' must begin with https:// or http://. Correct it.")
    return url


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone '{name}'. Use a name as in America/New_York.") from None
    return name


class BtsOnTime(Declared):
    """The on-time performance files of the US Bureau of Transportation Statistics, one zipped CSV per local month."""

    kind: Literal["bts_on_time"] = Field(description="Which publisher's files these are.")
    url: Annotated[str, AfterValidator(_address)] = Field(
        default=BTS_URL,
        description="Address of a month's file; {year} and {month} stand for its numbers, as in 2013, 2.",
    )
    origins: dict[str, Annotated[str, AfterValidator(_zone)]] = Field(
        min_length=1, description="Airports of departure that are wanted (FAA codes), each with its time zone."
    )
    enabled: bool = Field(
        default=False, description="Whether the schedule that fetches the newest months runs by default."
    )
    newest_months: int = Field(
        default=4, ge=1, le=24, description="How many of the newest partitions the schedule looks at."
    )
    pause_seconds: float = Field(default=2.0, ge=0, description="Pause after each request to the publisher's server.")

    def address(self, month: str) -> str:
        """Address of the file of a local month, written as in 2013-02."""
        year, number = map(int, month.split("-"))
        return self.url.format(year=year, month=number)
