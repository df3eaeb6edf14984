from datetime import UTC, datetime, timedelta, timezone

import pytest

from platform_assets.learning import partitions


def test_offset_crosses_years() -> None:
    assert partitions.offset("2013-11", 3) == "2014-02"
    assert partitions.previous_partition("2013-01") == "2012-12"
    assert partitions.next_partition("2012-12") == "2013-01"
    assert partitions.distance("2012-11", "2013-02") == 3


def test_between_includes_both_ends_and_may_be_empty() -> None:
    assert partitions.between("2012-12", "2013-02") == ["2012-12", "2013-01", "2013-02"]
    assert partitions.between("2013-02", "2013-01") == []


def test_window_is_the_utc_month() -> None:
    assert partitions.window("2013-12") == (datetime(2013, 12, 1, tzinfo=UTC), datetime(2014, 1, 1, tzinfo=UTC))


def test_partition_of_uses_utc() -> None:
    new_york = timezone(timedelta(hours=-5))
    assert partitions.partition_of(datetime(2013, 1, 31, 20, tzinfo=new_york)) == "2013-02"
    assert partitions.partition_of(datetime(2013, 1, 31, 20)) == "2013-01"


def test_labelled_partitions_respect_the_delay() -> None:
    assert partitions.labelled_partitions("2013-01", "2013-03") == ["2013-01", "2013-02"]
    assert partitions.labelled_partitions("2013-01", "2013-03", delay=2) == ["2013-01"]
    assert partitions.labelled_partitions("2013-03", "2013-03") == []


@pytest.mark.parametrize("wrong", ["2013-13", "2013-1", "13-01", "2013-01-01", ""])
def test_a_wrong_key_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="YYYY-MM"):
        partitions.ordinal(wrong)
