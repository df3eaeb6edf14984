"""Local months and UTC months: which local files a UTC partition needs, and when a scheduled departure was."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from platform_assets.lake import Window
from platform_assets.lake.partitions import MONTH_FORMAT

ONE_MOMENT = timedelta(microseconds=1)


def local_months(window: Window, zones: Iterable[str]) -> list[str]:
    """The local calendar months that have a moment within a window of UTC, in order.

    New York is behind UTC: February in UTC begins there on January 31 at 19:00 and ends on February 28 at 19:00, so
    it needs the files of January (its last evening) and February. East of UTC it would need February and March.
    The moment before the window counts as well, because 24:00 of one day is 00:00 of the next.
    """
    moments = [window.start - ONE_MOMENT, window.end - ONE_MOMENT]
    return sorted({moment.astimezone(ZoneInfo(zone)).strftime(MONTH_FORMAT) for moment in moments for zone in zones})


@functools.lru_cache(maxsize=4096)
def departure_hour(year: int, month: int, day: int, hour: int, zone: str) -> datetime:
    """The instant in UTC at which an hour of local time begins.

    An hour that is there twice, when clocks go back, is the first of the two; one that is skipped, when clocks go
    forward, is the hour that clocks show instead. Hour 24 is hour 0 of the next day.

    Raises:
        ValueError: there is no such day or hour.
    """
    if not 0 <= hour <= 24:
        raise ValueError(f"hour {hour} is not in 0..24")
    local = datetime(year, month, day) + timedelta(hours=hour)
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
