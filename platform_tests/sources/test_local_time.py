"""Which local months a month of UTC needs, and when a scheduled departure was."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_assets.lake import month_window
from platform_assets.sources.local_time import departure_hour, local_months

NEW_YORK = "America/New_York"
ZONES = [NEW_YORK, "Pacific/Honolulu", "Pacific/Guam", "Pacific/Pago_Pago", "America/St_Johns", "Etc/UTC", "Asia/Tokyo"]
months = st.builds(lambda year, month: f"{year}-{month:02d}", st.integers(1988, 2037), st.integers(1, 12))


@pytest.mark.parametrize(
    ("partition", "zones", "needed"),
    [
        ("2013-02", [NEW_YORK], ["2013-01", "2013-02"]),
        ("2013-01", [NEW_YORK], ["2012-12", "2013-01"]),
        ("2013-02", ["Pacific/Guam"], ["2013-02", "2013-03"]),
        ("2013-02", [NEW_YORK, "Pacific/Guam"], ["2013-01", "2013-02", "2013-03"]),
        ("2013-02", ["Etc/UTC"], ["2013-01", "2013-02"]),
    ],
)
def test_a_partition_needs_every_local_month_that_it_touches(
    partition: str, zones: list[str], needed: list[str]
) -> None:
    assert local_months(month_window(partition, "time_hour"), zones) == needed


@given(months, st.sampled_from(ZONES), st.data())
def test_no_departure_of_a_partition_lies_in_another_local_month(
    partition: str, zone: str, data: st.DataObject
) -> None:
    window = month_window(partition, "time_hour")
    needed = local_months(window, [zone])
    day = window.start - timedelta(days=2) + timedelta(days=data.draw(st.integers(0, 35)))
    hour = data.draw(st.integers(0, 24))

    if window.start <= departure_hour(day.year, day.month, day.day, hour, zone) < window.end:
        assert f"{day:%Y-%m}" in needed


@given(st.datetimes(datetime(1988, 1, 1), datetime(2037, 1, 1)), st.sampled_from(ZONES))
def test_a_departure_shows_its_local_hour_unless_clocks_skipped_it(moment: datetime, zone: str) -> None:
    instant = departure_hour(moment.year, moment.month, moment.day, moment.hour, zone)
    shown = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    naive = moment.replace(minute=0, second=0, microsecond=0)

    assert instant.tzinfo is UTC
    assert shown in (naive, naive + timedelta(hours=1))


@pytest.mark.parametrize(
    ("local", "instant"),
    [
        ((2013, 2, 1, 5), datetime(2013, 2, 1, 10, tzinfo=UTC)),
        ((2013, 7, 1, 5), datetime(2013, 7, 1, 9, tzinfo=UTC)),
        # Clocks went from 1:59 EST to 3:00 EDT: 2 o'clock was 3 o'clock.
        ((2013, 3, 10, 2), datetime(2013, 3, 10, 7, tzinfo=UTC)),
        ((2013, 3, 10, 3), datetime(2013, 3, 10, 7, tzinfo=UTC)),
        # 1 o'clock was there twice, at 5 and at 6 UTC.
        ((2013, 11, 3, 1), datetime(2013, 11, 3, 5, tzinfo=UTC)),
        ((2013, 11, 3, 2), datetime(2013, 11, 3, 7, tzinfo=UTC)),
        ((2013, 1, 31, 24), datetime(2013, 2, 1, 5, tzinfo=UTC)),
        ((2013, 12, 31, 24), datetime(2014, 1, 1, 5, tzinfo=UTC)),
    ],
)
def test_local_hours_of_new_york(local: tuple[int, int, int, int], instant: datetime) -> None:
    assert departure_hour(*local, NEW_YORK) == instant


@pytest.mark.parametrize("local", [(2013, 2, 30, 1), (2013, 13, 1, 1), (2013, 1, 1, 25), (2013, 1, 1, -1)])
def test_a_day_or_hour_that_does_not_exist_is_refused(local: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError):
        departure_hour(*local, NEW_YORK)
