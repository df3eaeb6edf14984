from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_assets.learning.matching import Reference

NOON = datetime(2013, 2, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("dest", "IAH"),
        (" flights.tailnum ", "N1"),
        ("time_hour", NOON),
        ("time_hour - 2 hours", NOON - timedelta(hours=2)),
        ("time_hour+30 minutes", NOON + timedelta(minutes=30)),
        ("flights.time_hour - 1 day", NOON - timedelta(days=1)),
        ("planes.seats", None),
        ("airports.faa", None),
        ("missing - 1 day", None),
    ],
)
def test_a_reference_finds_its_value(text: str, value: object) -> None:
    row = {"dest": "IAH", "time_hour": NOON, "missing": None}
    matched = {"flights": {"tailnum": "N1", "time_hour": NOON}, "planes": None}

    assert Reference.parse(text).value(row, matched) == value


@given(
    minutes=st.integers(-999_999, 999_999), dataset=st.sampled_from(["", "flights."]), spaces=st.sampled_from(["", " "])
)
def test_a_shifted_time_is_read_as_it_is_written(minutes: int, dataset: str, spaces: str) -> None:
    text = f"{dataset}time_hour{spaces}{'-' if minutes < 0 else '+'}{spaces}{abs(minutes)} minutes"

    assert Reference.parse(text) == Reference(dataset.rstrip(".") or None, "time_hour", timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "text", ["", "a b", "flights.", "a.b.c", "time_hour - two hours", "t - 1 week", "t + 9999999 days"]
)
def test_another_text_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"names no value\. Write a column of the feature row, dataset\.column"):
        Reference.parse(text)
